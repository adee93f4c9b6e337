"""`validate` on recorded calls: which are judged, by what, and what is kept secret."""

from __future__ import annotations

import json
import re
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recorded import EXAMPLES, KEY, ORIGIN, call, har, json_body, xml_body
from reseller_conformance.cli import main
from reseller_conformance.offline import entries as module
from reseller_conformance.offline import together
from reseller_conformance.offline.entries import entries
from reseller_conformance.offline.inputs import InputError
from reseller_conformance.reports.writers import WRITERS
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


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (call("json", json_body(), method="POST"), "calls with another method than GET"),
        (call("json", json_body(), status=0), "calls without an answer"),
        (call("json", None, status=304), "answers from the client's own cache"),
        (
            call("json", json_body()) | {"_fromCache": "disk"},
            "answers from the client's own cache",
        ),
        (call("json", "slow down", status=429), "answers of a gateway"),
        (call("json", None), "answers whose body was not saved"),
        (call("json", json_body(), user="x" * 300), "calls with a text that nobody need answer"),
        (call("json", json_body(), user="\x01"), "calls with a text that nobody need answer"),
    ],
)
def test_what_tells_nothing_of_the_implementation_is_passed_over(
    entry: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = recorded(entry, code=3)
    assert report["target"]["files"][0]["passed_over"] == {reason: 1}
    assert capsys.readouterr().err == f"unverified: nothing was judged; passed over: 1 {reason}\n"


def test_a_har_is_told_by_its_beginning_and_may_have_a_mark() -> None:
    text = har(Path("calls"), call("json", json_body())).read_text()
    Path("calls").write_text(f"\ufeff \n{text}", encoding="utf-8")
    assert judged("calls", code=0)["target"]["files"][0]["answers"] == 1


# --- By what ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "violated"),
    [
        (call("json", "{}", status=500), "http.server-error"),
        (call("json", None, status=302), "http.redirect"),
        (call("json", b""), "http.body"),
        (call("json", json_body(), status=404), "http.status"),
        (call("json", xml_body()), "readable.format"),
        (call("json", json_body(), task=None), "due.task-missing"),
        (call("json", json_body(), task=""), "due.task-empty"),
        (call("json", json_body(), task="stats"), "due.task-other"),
        (call("xml", xml_body(), user=None), "due.user-missing"),
        (call("xml", xml_body(), user=""), "due.user-empty"),
        (call("xml", xml_body(), user="", task="overvie"), "due.combined"),
        (call("json", '{"message":"error","errors":["' + KEY + '"]}', status=401), "errors.key"),
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
    assert failed(report) == ["errors.key"]
    assert finding(report, "errors.key")["where"] == where
    assert KEY not in json.dumps(report)


@pytest.mark.parametrize(
    ("entry", "departs"),
    [
        (call("json", ERRORS), "http.error-status"),
        (call("json", json_body(), headers=[("content-type", "text/html")]), "http.content-type"),
        (call("json", json_body(), headers=[("date", "today")]), "http.content-type"),
        (call("json", json_body(), task="OVERVIEW"), "due.task-spelling"),
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
    assert outcome(report, "errors.key") == "not-tested"


def test_an_undocumented_parameter_excuses_no_wrong_value() -> None:
    entry = call("json", json_body(credits_used=-1), _="1700000000")
    assert failed(recorded(entry, code=1)) == ["success.counts"]


def test_what_is_due_may_be_said_of_right_calls() -> None:
    errors = call("json", ERRORS, status=403)
    missing = call("json", ERRORS, status=400, task=None)
    report = recorded(call("json", json_body()), missing, args=("--expect", "overview"))
    assert outcome(report, "success.answered") == "passed"
    report = recorded(errors, missing, args=("--expect", "overview"), code=1)
    assert failed(report) == ["success.answered"]


def test_a_text_is_not_blamed_for_the_encoding_that_its_recorder_undid() -> None:
    text = xml_body(package="Café")  # which says that it is ISO-8859-1
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
    assert failed(report, "should") == ["errors.steady"]
    assert "entry 4" in finding(report, "errors.steady")["case"]


# --- Both formats, and time ------------------------------------------------------------------


def agreement(*calls: Any, code: int = 0) -> str:
    return outcome(recorded(*calls, code=code), "agreement.formats")


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
    assert failed(report) == ["agreement.formats"]
    found = finding(report, "agreement.formats")
    assert found["where"] == "requests"
    assert found["case"].startswith("calls.har, entry 2 (xml")


def test_a_count_that_may_have_grown_since_is_not_judged() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(requests=600000), 5)]
    assert agreement(*calls) == "not-tested"


def test_a_text_does_not_grow() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(package="Gold"), 5)]
    assert agreement(*calls, code=1) == "failed"


def test_white_space_around_a_text_is_a_difference_of_its_own() -> None:
    calls = [call("json", json_body()), call("xml", xml_body(package="\n Silver Package\n"), 5)]
    report = recorded(*calls)
    assert outcome(report, "agreement.formats") == "passed"
    assert outcome(report, "agreement.white-space") == "failed"


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
    assert finding(report, "agreement.formats")["case"].startswith("second.har, entry 1")


def test_utf_8_that_is_declared_as_something_else_is_told_by_the_other_format() -> None:
    body = xml_body(package="Café").encode()
    report = recorded(
        call("json", json_body(package="Café").encode()), call("xml", body, 5), code=1
    )
    assert failed(report) == ["readable.encoding"]


def test_what_counts_up_goes_down_only_in_a_new_cycle() -> None:
    calls = [call("json", json_body(requests=500)), call("json", json_body(requests=400), 5)]
    assert failed(recorded(*calls), "should") == ["values.steady"]
    calls[1] = call("json", json_body(requests=4, billing_start_date="2010-08-31"), 5)
    assert failed(recorded(*calls), "should") == []


# --- Files that are no HAR, or only the beginning of one -------------------------------------


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
        '{"log": {"entries": [' + "9" * 5000 + "]}}",
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
    assert re.fullmatch(r"error: is (broken|no HAR)[^\n]+: calls\.har\n", said.err)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_har_is_utf_8(encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("calls.har").write_bytes('{"log": {"entries": ["é"]}}'.encode(encoding))
    assert main(["validate", "calls.har"]) == 2
    assert "not UTF-8: calls.har" in capsys.readouterr().err


def test_a_har_without_entries_verifies_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    recorded(code=3)
    assert "nothing was judged; there is no answer in calls.har" in capsys.readouterr().err


def test_what_came_before_a_har_broke_off_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    calls = [call("json", json_body()), call("json", json_body(credits_used=-1))]
    text = har(Path("calls.har"), *calls, call("xml", xml_body())).read_text()
    Path("calls.har").write_text(text[:-200])
    report = judged("calls.har", code=2)
    assert report["complete"] is False
    assert failed(report) == ["success.counts"]
    said = capsys.readouterr()
    assert said.err == "error: is broken after entry 2, it breaks off: calls.har\n"
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
        patch.setattr(module, "CHUNK", chunk)
        assert (
            list(entries(BytesIO(text.encode("utf-8", "replace")), "a.har"))
            == json.loads(text.encode("utf-8", "replace"))["log"]["entries"]
        )


@given(st.data())
def test_a_har_that_breaks_off_anywhere_is_told(data: st.DataObject) -> None:
    whole = b'{"log": {"pages": [1.5, true], "entries": [{"a": "b\\u00e9"}, -12, null]}}'
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", data.draw(st.integers(1, 40)))
        with pytest.raises(InputError):
            list(entries(BytesIO(part), "a.har"))


def test_memory_holds_a_part_of_the_file() -> None:
    entry = b'{"request": {}, "response": "' + b"x" * 20_000 + b'"},'
    stream = BytesIO(b'{"log": {"entries": [' + entry * 500 + b"{}]}}")
    tracemalloc.start()
    assert sum(1 for _ in entries(stream, "a.har")) == 501
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # of ten


def test_so_many_customers_are_remembered_as_were_asked_about_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(together, "MOST", 3)
    customers = ["a", "b", "c", "a", "d", "e"]
    calls = [call("json", json_body(), 2 * at, user=user) for at, user in enumerate(customers)]
    kept = recorded(*calls, call("xml", xml_body(package="Gold"), 20, user="a"), code=1)
    assert "user 'a'" in finding(kept, "agreement.formats")["case"]
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
