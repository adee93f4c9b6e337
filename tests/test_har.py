"""`validate` on recorded calls: which are judged, by which rules, and what is redacted."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from base64 import b64encode
from html import escape
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recorded import EXAMPLES, KEY, ORIGIN, call, har, json_body, xml_body
from reseller_conformance.cli.commands import main
from reseller_conformance.offline import comparator, keys, validate
from reseller_conformance.offline import har_stream as module
from reseller_conformance.offline.har_stream import entries
from reseller_conformance.offline.inputs import InputError
from reseller_conformance.reports.registry import WRITERS
from test_validate import failed, finding, judged

ERRORS = (EXAMPLES / "errors.json").read_text()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recorded(*calls: Any, code: int = 0, args: tuple[str, ...] = ()) -> dict[str, Any]:
    return judged(har(Path("calls.har"), *calls), *args, code=code)


def outcome(report: dict[str, Any], requirement: str, format: str | None = None) -> str:
    found = [r for r in report["requirements"] if r["id"] == requirement]
    if format:
        found = [result for result in found if result["format"] == format]
    said: str = found[0]["outcome"]
    return said


# --- Which calls -----------------------------------------------------------------------------


def test_calls_of_the_endpoint_are_judged_and_others_passed_over() -> None:
    other = call("json", "<html>", url="https://example.com/index.html")
    near = call("json", "<html>", url="https://example.com/apiv2/reseller.account.json/more")
    report = recorded(call("json", json_body()), other, near, {}, None, [])
    assert report["target"] == {
        **dict.fromkeys(("base_url", "customers", "foreign_user")),
        "kind": "saved",
        "files": [{"file": "calls.har", "answers": 1, "passed_over": {"other calls": 5}}],
    }
    assert outcome(report, "http.status") == outcome(report, "http.content-type") == "passed"


REFUSABLE = "calls with a text that may be refused in any way"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (call("json", json_body(), method="POST"), "calls with another method than GET"),
        (call("json", json_body(), status=0), "calls without a response"),
        (call("json", None, status=304), "responses from the client's own cache"),
        (
            call("json", json_body()) | {"_fromCache": "disk"},
            "responses from the client's own cache",
        ),
        (call("json", "slow down", status=429), "responses of a gateway"),
        (call("json", None), "responses whose body was not saved"),
        (
            call("json", json_body(), user="x" * 300),
            REFUSABLE,
        ),
        (
            call("json", json_body(), user="\x01"),
            REFUSABLE,
        ),
    ],
)
def test_what_tells_nothing_of_the_implementation_is_passed_over(
    entry: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = recorded(entry, code=3)
    assert report["target"]["files"][0]["passed_over"] == {reason: 1}
    assert capsys.readouterr().err == f"unverified: nothing was judged; passed over: 1 {reason}\n"


def saved(entry: dict[str, Any], size: object, **response: Any) -> dict[str, Any]:
    """Return the entry without text, and with this length from the recorder."""
    entry["response"]["content"] = {"mimeType": "application/json", "size": size}
    entry["response"] |= response
    return entry


@pytest.mark.parametrize(
    ("size", "more"),
    [
        (-1, {}),
        (12, {}),
        (None, {}),
        ("0", {}),
        (0, {"bodySize": 300}),
        (0, {"headers": [{"name": "content-length", "value": "300"}]}),
    ],
)
def test_a_body_that_was_not_kept_is_no_empty_one(size: object, more: dict[str, Any]) -> None:
    report = recorded(saved(call("json", None), size, **more), code=3)
    passed_over = {"responses whose body was not saved": 1}
    assert report["target"]["files"][0]["passed_over"] == passed_over


@pytest.mark.parametrize("more", [{}, {"bodySize": 0}, {"bodySize": -1}])
def test_an_empty_body_is_one(more: dict[str, Any]) -> None:
    headers = [{"name": "Content-Length", "value": "0"}]
    report = recorded(saved(call("json", None), 0, headers=headers, **more), code=1)
    assert "http.body" in failed(report)


def test_what_an_overview_lacks_is_said_where_it_matters() -> None:
    dates = dict.fromkeys(("billing_start_date", "billing_end_date"), "30.08.2010")
    report = recorded(call("json", json_body(**dates, credits_used="many")), code=1)
    reasons = {result["id"]: result["reason"] for result in report["requirements"]}
    assert reasons["values.cycle"] == (
        "no overview was saved with billing_start_date, billing_end_date, billing_process_date "
        "readable; see success.dates"
    )
    assert reasons["values.balance"].endswith("credits_overage readable; see success.counts")
    assert outcome(report, "values.reputation") == "passed"
    report = recorded(call("json", ERRORS, status=400, task=None))
    reasons = {result["id"]: result["reason"] for result in report["requirements"]}
    assert reasons["values.cycle"] == "no overview was saved"


LONE = "\ud800"


@pytest.mark.parametrize(
    "entry",
    [
        call("json", json_body(), url=f"https://{LONE}.example/apiv2/reseller.account.json?task=x"),
        call("json", json_body(), url=f"https://h/{LONE}/apiv2/reseller.account.json?user={LONE}"),
        call("json", json_body(), url="https://[::1/apiv2/reseller.account.json"),
        call(
            "json", json_body(), url="https://h:x/apiv2/reseller.account.json?task=overview&user=a"
        ),
        call("json", f'{{"message": "{LONE}"}}', headers=[(LONE, LONE), ("content-type", LONE)]),
        call("json", json_body(), url=f"https://{KEY}@h/?api_key={LONE}"),
        {"request": {"url": 10**400, "headers": [[], 1, None]}, "response": {"status": 1e400}},
        {"request": {"url": "x", "postData": {"text": "[" * 9000, "params": {"name": 1}}}},
        {"request": LONE},
    ],
    ids=range(9),
)
def test_whatever_an_entry_says_the_others_are_judged(
    entry: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = [f"--{writer.option}={writer.option}" for writer in WRITERS]
    har(Path("calls.har"), call("json", json_body()), entry, call("json", json_body(requests=-1)))
    assert main(["validate", "calls.har", *reports]) == 1
    report = json.loads(Path("report-json").read_text())
    assert finding(report, "success.counts")["case"].startswith("calls.har, entry 3")
    assert "Traceback" not in capsys.readouterr().err


def test_an_entry_that_is_too_deep_or_too_long_a_number_is_passed_over() -> None:
    deep = '{"a": "]}\\"", "b": ' + "[" * 50_000 + '"[{"' + "]" * 50_000 + "}"
    last = json.dumps(call("json", json_body(requests=-1)))
    Path("calls.har").write_text(f'{{"log": {{"entries": [{deep}, {"9" * 5000}, {last}]}}}}')
    report = judged("calls.har", code=1)
    assert report["target"]["files"][0] == {
        "file": "calls.har",
        "answers": 1,
        "passed_over": {"other calls": 2},
    }
    assert failed(report) == ["success.counts"]


MEMBERS = (
    *("request", "response", "url", "method", "headers", "postData", "params", "text", "name"),
    *("value", "status", "content", "size", "startedDateTime", "time", "cookies", "encoding"),
)
WORDS = [LONE, KEY, "GET", "POST", "200", "base64", f"{ORIGIN}.json?api_key={KEY}"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), part, max_size=5)
    ),
    max_leaves=20,
)


@given(st.lists(ANYTHING, max_size=4))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_json_can_say_is_survived(entries: list[Any]) -> None:
    har(Path("calls.har"), *entries)
    assert main(["validate", "calls.har", "--report-json=report"]) in (0, 1, 3)


def test_a_har_is_told_by_its_beginning_and_may_have_a_mark() -> None:
    text = har(Path("calls"), call("json", json_body())).read_text()
    Path("calls").write_text(f"\ufeff \n{text}", encoding="utf-8")
    assert judged("calls", code=0)["target"]["files"][0]["answers"] == 1


# --- Which rules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "violated"),
    [
        (call("json", "{}", status=500), "http.server-error"),
        (call("json", None, status=302), "http.redirect"),
        (call("json", b""), "http.body"),
        (call("json", json_body(), status=404), "http.status"),
        (call("json", xml_body()), "readable.format"),
        (call("json", json_body(), task=None), "rejects.task-missing"),
        (call("json", json_body(), task=""), "rejects.task-empty"),
        (call("json", json_body(), task="stats"), "rejects.task-other"),
        (call("xml", xml_body(), user=None), "rejects.user-missing"),
        (call("xml", xml_body(), user=""), "rejects.user-empty"),
        (call("xml", xml_body(), user="", task="overvie"), "rejects.combined"),
        (
            call("json", '{"message":"error","errors":["' + KEY + '"]}', status=401),
            "errors.no-key-echo",
        ),
    ],
)
def test_a_recorded_violation_is_told_where_it_is(entry: dict[str, Any], violated: str) -> None:
    report = recorded(call("json", json_body(), user="another"), entry, code=1)
    assert failed(report) == [violated]
    assert finding(report, violated)["case"].startswith("calls.har, entry 2 (")


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"headers": [{"name": "X-Query", "value": f"api_key={KEY}"}]}, "header X-Query"),
        ({"headers": [{"name": "set-cookie", "value": f"a={KEY}; Path=/"}]}, "cookie a"),
        ({"cookies": [{"name": "b", "value": KEY}]}, "cookie b"),
        ({"statusText": f"No {KEY}"}, "reason phrase"),
    ],
)
def test_a_recorded_echo_may_stand_beside_the_body(more: dict[str, Any], where: str) -> None:
    entry = call("json", ERRORS, status=401)
    entry["response"] |= more
    report = recorded(call("json", json_body(), user="another"), entry, code=1)
    assert failed(report) == ["errors.no-key-echo"]
    assert finding(report, "errors.no-key-echo")["where"] == where
    assert KEY not in json.dumps(report)


@pytest.mark.parametrize(
    ("entry", "departs"),
    [
        (call("json", ERRORS), "http.error-status"),
        (call("json", json_body(), headers=[("content-type", "text/html")]), "http.content-type"),
        (call("json", json_body(), headers=[("date", "today")]), "http.content-type"),
        (call("json", json_body(), task="OVERVIEW"), "rejects.task-spelling"),
        (call("json", "no JSON", **{"user[]": "x"}), "request.array"),
        (call("json", "fn({})", callback="fn"), "request.undocumented"),
        (
            call("json", "no JSON", url=f"{ORIGIN}.json?task=overview&user=a&user=b"),
            "request.repeated",
        ),
    ],
)
def test_a_recorded_departure_from_a_should_is_one(entry: dict[str, Any], departs: str) -> None:
    report = recorded(call("json", json_body(), user="another"), entry)
    assert failed(report) == []
    assert failed(report, "should") == [departs]


def test_credentials_that_were_taken_out_are_not_missing() -> None:
    report = recorded(call("json", json_body(), api_key=None, api_user=None))
    assert report["verdict"] == "conformant"
    assert outcome(report, "errors.no-key-echo") == "not-tested"


def test_an_undocumented_parameter_excuses_no_wrong_value() -> None:
    entry = call("json", json_body(credits_used=-1), _="1700000000")
    assert failed(recorded(entry, code=1)) == ["success.counts"]


def test_what_is_due_may_be_said_of_right_calls() -> None:
    errors = call("json", ERRORS, status=403)
    missing = call("json", ERRORS, status=400, task=None)
    report = recorded(call("json", json_body()), missing, args=("--expect", "overview"))
    assert outcome(report, "success.returned") == "passed"
    report = recorded(errors, missing, args=("--expect", "overview"), code=1)
    assert failed(report) == ["success.returned"]


def test_a_text_is_not_blamed_for_the_encoding_that_its_recorder_undid() -> None:
    text = xml_body(package="Café")  # it declares ISO-8859-1
    report = recorded(call("xml", text), call("json", json_body(package="Café"), 2))
    assert report["verdict"] == "conformant"
    assert failed(report, "should") == []
    assert outcome(report, "readable.encoding", "xml") == "not-tested"


def test_bytes_are_read_as_they_came() -> None:
    body = xml_body(package="Café").replace("ISO-8859-1", "UTF-8").encode("latin-1")
    assert failed(recorded(call("xml", body), code=1)) == ["readable.encoding"]


def test_the_same_wrong_call_gets_as_many_messages() -> None:
    calls = [
        call(
            "json",
            json.dumps({"message": "error", "errors": ["no"] * times}),
            at,
            status=400,
            task=task,
        )
        for at, (task, times) in enumerate([("a", 1), ("b", 2), ("a", 1), ("b", 1)])
    ]
    report = recorded(*calls)
    assert failed(report, "should") == ["errors.deterministic"]
    assert "entry 4" in finding(report, "errors.deterministic")["case"]


# --- Both formats, and time ------------------------------------------------------------------


def agreement(*calls: Any, code: int = 0) -> str:
    return outcome(recorded(*calls, code=code), "consistency.formats")


def used(count: int) -> dict[str, object]:
    return {"credits_used": count, "credits_overage": count - 50000}


def test_formats_that_tell_the_same_agree() -> None:
    assert agreement(call("json", json_body()), call("xml", xml_body(), 5)) == "passed"


def test_a_count_between_those_around_it_agrees() -> None:
    calls = [
        call("json", json_body(**used(100000)), 0),
        call("xml", xml_body(**used(100005)), 5),
        call("json", json_body(**used(100010)), 10),
    ]
    assert agreement(*calls) == "passed"


def test_a_count_outside_those_around_it_does_not() -> None:
    calls = [
        call("json", json_body(), 0),
        call("xml", xml_body(requests=50000), 5),
        call("json", json_body(), 10),
    ]
    report = recorded(*calls, code=1)
    assert failed(report) == ["consistency.formats"]
    found = finding(report, "consistency.formats")
    assert found["where"] == "requests"
    assert found["case"].startswith("calls.har, entry 2 (xml")


def reputations(*seen: int) -> list[dict[str, Any]]:
    """Return calls in both formats in turn, JSON first. One count takes these values."""
    bodies = (("json", json_body), ("xml", xml_body))
    return [
        call(bodies[at % 2][0], bodies[at % 2][1](reputation=value), at * 5)
        for at, value in enumerate(seen)
    ]


def test_a_count_that_moves_both_ways_is_compared_by_its_ranges() -> None:
    assert agreement(*reputations(98, 97, 99, 99, 97)) == "passed"


def test_a_count_whose_ranges_lie_apart_does_not_agree() -> None:
    assert agreement(*reputations(98, 96, 99, 95, 97), code=1) == "failed"


def test_a_count_that_may_have_grown_since_is_not_judged() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(requests=600000), 5)]
    assert agreement(*calls) == "not-tested"


def test_a_text_does_not_grow() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(package="Gold"), 5)]
    assert agreement(*calls, code=1) == "failed"


def test_white_space_around_a_text_is_a_difference_of_its_own() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(package="\n Silver Package\n"), 5)]
    report = recorded(*calls)
    assert outcome(report, "consistency.formats") == "passed"
    assert outcome(report, "consistency.white-space") == "failed"


def test_calls_at_the_same_time_say_nothing_of_counts() -> None:
    calls = [
        call("json", json_body(**used(100000)), 0),
        call("xml", xml_body(**used(100001)), 0.5),
        call("json", json_body(**used(100000)), 1),
    ]
    assert agreement(*calls) == "not-tested"


@pytest.mark.parametrize("other", [{"user": "another"}, {"api_user": "another"}])
def test_accounts_are_compared_each_with_itself(other: dict[str, str]) -> None:
    calls = [call("json", json_body()), call("xml", xml_body(package="Gold"), 5, **other)]
    assert agreement(*calls) == "not-tested"


def test_two_recordings_are_compared_too() -> None:
    first = har(Path("first.har"), call("json", json_body()))
    second = har(Path("second.har"), call("xml", xml_body(package="Gold"), 5))
    report = judged(first, second, code=1)
    assert finding(report, "consistency.formats")["case"].startswith("second.har, entry 1")


def test_utf_8_that_is_declared_as_something_else_is_told_by_the_other_format() -> None:
    body = xml_body(package="Café").encode()
    report = recorded(
        call("json", json_body(package="Café").encode()), call("xml", body, 5), code=1
    )
    assert failed(report) == ["readable.encoding"]


def test_what_counts_up_goes_down_only_in_a_new_cycle() -> None:
    calls = [call("json", json_body(requests=500)), call("json", json_body(requests=400), 5)]
    assert failed(recorded(*calls), "should") == ["consistency.counters"]
    calls[1] = call("json", json_body(requests=4, billing_start_date="2010-08-31"), 5)
    assert failed(recorded(*calls), "should") == []


# --- Files that are not HAR, or only the start of one ----------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"log": {}}',
        '{"log": {"entries": {}}}',
        '{"log": []}',
        '{"entries": []}',
        "[]",
        "null",
        '{"log": {"entries": [nonsense]}}',
        '{"log": {"entries": [{"a": ' + "[" * 100_000,
        '{"log": {"entries": [{}] ',
        '{"log": {"entries": [{}, {"request"',
        '{"log" "entries"}',
        "{1: 2}",
        "\x00\x01",
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_har_is_told_in_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("calls.har").write_text(text)
    assert main(["validate", "calls.har"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(
        r"error: the (HAR file cannot be read|file is not a HAR)[^\n]+: calls\.har\n", said.err
    )


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_har_is_utf_8(encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("calls.har").write_bytes('{"log": {"entries": ["é"]}}'.encode(encoding))
    assert main(["validate", "calls.har"]) == 2
    assert "it is not UTF-8" in capsys.readouterr().err


def test_a_har_without_entries_verifies_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    recorded(code=3)
    assert "nothing was judged; there is no response in calls.har" in capsys.readouterr().err


def test_what_came_before_a_har_broke_off_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    calls = [call("json", json_body()), call("json", json_body(credits_used=-1))]
    text = har(Path("calls.har"), *calls, call("xml", xml_body())).read_text()
    Path("calls.har").write_text(text[:-200])
    report = judged("calls.har", code=2)
    assert report["complete"] is False
    assert failed(report) == ["success.counts"]
    said = capsys.readouterr()
    assert said.err == (
        "error: the HAR file cannot be read after entry 2 (the file ends too early); "
        "record or export it again: calls.har\n"
    )
    assert "not everything was read" in said.out


LEAVES = st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
VALUES = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=9), part, max_size=3)
    ),
    max_leaves=5,
)


@example([None, 0.5], 1, False)
@given(st.lists(VALUES, max_size=4), st.integers(1, 40), st.booleans())
def test_entries_are_read_as_they_are_however_the_file_is_cut(
    wanted: list[Any], chunk: int, escaped: bool
) -> None:
    log = {"pages": [{"id": "]}"}], "entries": wanted, "comment": "[{"}
    text = json.dumps({"more": wanted, "log": log, "last": 1}, ensure_ascii=escaped)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_CHARS", chunk)
        assert (
            list(entries(BytesIO(text.encode("utf-8", "replace")), "a.har"))
            == json.loads(text.encode("utf-8", "replace"))["log"]["entries"]
        )


@given(st.data())
def test_a_har_that_breaks_off_anywhere_is_told(data: st.DataObject) -> None:
    whole = b'{"log": {"pages": [1.5, true], "entries": [{"a": "b\\u00e9"}, -12, null]}}'
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_CHARS", data.draw(st.integers(1, 40)))
        with pytest.raises(InputError):
            list(entries(BytesIO(part), "a.har"))


def test_memory_holds_a_part_of_the_file() -> None:
    entry = b'{"request": {}, "response": "' + b"x" * 20_000 + b'"},'
    stream = BytesIO(b'{"log": {"entries": [' + entry * 500 + b"{}]}}")
    tracemalloc.start()
    assert sum(1 for _ in entries(stream, "a.har")) == 501
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # of ten million


def test_so_many_customers_are_remembered_as_were_asked_about_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparator, "MAX_ACCOUNTS", 3)
    customers = ["a", "b", "c", "a", "d", "e"]
    calls = [call("json", json_body(), 2 * at, user=user) for at, user in enumerate(customers)]
    kept = recorded(*calls, call("xml", xml_body(package="Gold"), 20, user="a"), code=1)
    assert "user 'a'" in finding(kept, "consistency.formats")["case"]
    assert agreement(*calls, call("xml", xml_body(package="Gold"), 20, user="b")) == "not-tested"


# --- Secrets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY, 'k3y/with+odd&chars=%41é "<', "Kürze-7"])
def test_no_form_of_the_key_is_written(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    echo = json.dumps({"message": "error", "errors": [f"bad key {key}"], "seen": key})
    calls = [
        call("json", echo, api_key=key, status=400),
        call("xml", f"<r>{key}</r>".encode(), api_key=key, user=key),
        call("json", None, status=302, api_key=key, headers=[("Location", f"/?api_key={key}")]),
        call("json", "{}", task=key, api_key=key, headers=[("Content-Type", key)]),
        # seen before the call that sends it
        call("json", json.dumps({"message": f"not {key}", "errors": []}), api_key="another-one"),
    ]
    har(Path("calls.har"), *reversed(calls))
    outputs = [writer.option.removeprefix("report-") for writer in WRITERS]
    args = [word for kind in outputs for word in (f"--report-{kind}", f"report.{kind}")]
    assert main(["validate", "calls.har", "--level", "should", *args]) == 1
    said = capsys.readouterr()
    written = [said.out, said.err, *(Path(f"report.{kind}").read_text() for kind in outputs)]
    for text in written:
        flat = re.sub(r"\s+", "", text)
        for form in (key, json.dumps(key)[1:-1], key.encode("unicode_escape").decode()):
            assert re.sub(r"\s+", "", form) not in flat
    assert "***" in said.out


def form(name: str, value: str) -> str:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--x--'


def posted(**data: Any) -> dict[str, Any]:
    entry = call("json", json_body(), url=f"{ORIGIN}.json", method="POST")
    entry["request"]["postData"] = data
    return entry


def sent(url: str, **more: Any) -> dict[str, Any]:
    entry = call("json", "<html>", url=url)
    entry["request"] |= more
    return entry


SECOND = "k3y/of+another&entry-\N{LATIN SMALL LETTER E WITH ACUTE}"
PAIR = [{"name": "api_key", "value": SECOND}]
OTHERS = {
    "a form": posted(mimeType="application/x-www-form-urlencoded", params=PAIR),
    "a form's text": posted(text=urlencode({"task": "overview", "api_key": SECOND})),
    "JSON": posted(text=json.dumps({"auth": [{"apiKey": SECOND}]})),
    "a form of parts": posted(text=form("api_key", SECOND)),
    "YAML": posted(text=f"user: me\napi_key: '{SECOND}'"),
    "XML": posted(text=f"<call><api_key>{escape(SECOND)}</api_key></call>"),
    "another endpoint": sent(f"https://h/v3/stats?{urlencode({'api_key': SECOND})}"),
    "a list of parameters": sent("https://h/", queryString=PAIR),
    "a header": sent("https://h/", headers=[{"name": "X-Api-Key", "value": SECOND}]),
    "a bearer": sent(
        "https://h/", headers=[{"name": "authorization", "value": f"Bearer {SECOND}"}]
    ),
    "Basic credentials": sent(
        "https://h/",
        headers=[
            {
                "name": "Authorization",
                "value": f"Basic {b64encode(f'me:{SECOND}'.encode()).decode()}",
            }
        ],
    ),
    "a referrer": sent(
        "https://h/",
        headers=[{"name": "Referer", "value": f"https://h/?{urlencode({'api_key': SECOND})}"}],
    ),
    "a cookie": sent("https://h/", cookies=PAIR),
}


def written_of(*args: str) -> str:
    """Return all output of `validate` with these arguments."""
    reports = [f"--{writer.option}={writer.option}" for writer in WRITERS]
    assert main(["validate", *args, "--level", "should", *reports]) == 1
    return "\n".join(Path(writer.option).read_text("utf-8") for writer in WRITERS)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_the_key_of_a_call_that_is_passed_over_is_replaced_in_others(
    other: dict[str, Any], first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    # a text of this length is cut within the key
    echo = call(
        "json", json.dumps({"message": f"{'x' * 370}{SECOND}", "errors": [SECOND]}), status=400
    )
    har(Path("calls.har"), *([other, echo] if first else [echo, other]))
    written = written_of("calls.har") + capsys.readouterr().out
    assert "***" in written
    for part in ("k3y/of", "k3y\\/of", "another&", "another&amp;entry", "k3y%2Fof"):
        assert part not in written


def test_the_keys_of_all_files_are_known_before_the_first_is_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("errors.json").write_text(json.dumps({"message": SECOND, "errors": [SECOND]}))
    har(Path("calls.har"), call("json", json_body(), api_key=SECOND))
    written = written_of("errors.json", "calls.har")
    stdin = TextIOWrapper(BytesIO(Path("calls.har").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    written += written_of("errors.json", "-") + capsys.readouterr().out
    assert "k3y/of" not in written
    assert "k3y\\/of" not in written


def test_more_keys_than_are_remembered_are_told_and_each_is_known_in_its_own_call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keys, "MAX_KEYS", 20)
    monkeypatch.setattr(validate, "MAX_KEYS", 20)
    many = [call("json", json_body(), api_key=f"random-{n}-key") for n in range(30)]
    echo = call("json", json.dumps({"message": SECOND, "errors": []}), api_key=SECOND, status=400)
    har(Path("calls.har"), *many, echo)
    assert "k3y/of" not in written_of("calls.har")
    assert capsys.readouterr().err == (
        "warning: more than 20 keys were sent: the others are replaced only in the responses to "
        "their own calls: calls.har\n"
    )


def test_the_part_of_a_call_that_was_not_recorded_is_the_reason() -> None:
    report = recorded(call("json", json_body()))
    reasons = {result["id"]: result["reason"] for result in report["requirements"]}
    assert reasons["http.error-status"] == "no error envelope was saved"
    assert reasons["success.returned"].startswith("nothing says that an overview is due")
    assert reasons["rejects.task-missing"].startswith("no such call was recorded")
