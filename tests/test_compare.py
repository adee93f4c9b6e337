"""Old against new: what counts as a difference, its grade, and what is noise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from comparing import compared, direct, kinds_of
from faults import FAULTS
from judging import Late, target_of
from readers import JUNIT
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import parse
from reseller_conformance.cli import main
from reseller_conformance.client.target import Limits
from reseller_conformance.compare.differences import differences
from reseller_conformance.compare.extra_calls import ExtraCalls
from reseller_conformance.compare.html import marked_pair
from reseller_conformance.compare.model import Grade
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem
from reseller_conformance.reference import Account, Application, Reference, default_reference
from reseller_conformance.reference.accounts import Reseller
from reseller_conformance.schemas import schema_text
from variants.names import UserIsParsedAsAddress

OVERVIEW = {
    "reputation": "100",
    "requests": "5",
    "package": "Gold",
    "credits_allowed": "50000",
    "credits_used": "100000",
    "credits_remain": "0",
    "credits_overage": "50000",
    "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
}


def exchange(body: object, status: int = 200, case: Case | None = None, **headers: str) -> Exchange:
    fields = {"Content-Type": "application/json", **headers}
    text = body if isinstance(body, str) else json.dumps(body)
    named = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return Exchange(case or Case(Format.JSON), "", status, named, text.encode())


def found(old: Exchange, new: Exchange) -> dict[str, Grade]:
    return {one.id: one.grade for one in differences(parse(old), parse(new))}


def errors_in_xml(errors: Any) -> str:
    listed = "".join(f"<error>{text}</error>" for text in errors["errors"])
    return (
        f"<result><message>{errors['message']}</message><errors>{listed}</errors>"
        f"<code>{errors['code']}</code></result>"
    )


# --- Two responses -------------------------------------------------------------------------------


def test_equal_responses_differ_in_nothing() -> None:
    assert found(exchange(OVERVIEW), exchange(OVERVIEW)) == {}


def test_another_value_is_visible() -> None:
    other = {**OVERVIEW, "package": "Silver"}
    assert found(exchange(OVERVIEW), exchange(other)) == {"value:package": Grade.VISIBLE}


def test_a_number_in_place_of_a_string_is_visible() -> None:
    other = {**OVERVIEW, "requests": 5}
    assert found(exchange(OVERVIEW), exchange(other)) == {"type:requests": Grade.VISIBLE}


def test_the_order_of_fields_is_cosmetic() -> None:
    other = dict(reversed(OVERVIEW.items()))
    assert found(exchange(OVERVIEW), exchange(other)) == {"order:fields": Grade.COSMETIC}


def test_white_space_is_cosmetic() -> None:
    other = json.dumps(OVERVIEW, indent=2)
    assert found(exchange(OVERVIEW), exchange(other)) == {"white-space": Grade.COSMETIC}


def test_another_escape_is_cosmetic() -> None:
    other = json.dumps(OVERVIEW).replace("Gold", "\\u0047old")
    assert found(exchange(OVERVIEW), exchange(other)) == {"bytes": Grade.COSMETIC}


def test_an_additional_field_is_visible() -> None:
    kinds = found(exchange(OVERVIEW), exchange({**OVERVIEW, "currency": "EUR"}))
    assert kinds["fields:currency"] is Grade.VISIBLE


@pytest.mark.parametrize(("old", "new"), [(400, 401), (200, 404)])
def test_another_status_of_an_error_is_visible(old: int, new: int) -> None:
    call = Case(Format.JSON, task=State.MISSING)
    errors = {"errors": ["task is missing"], "message": "error"}
    kinds = found(exchange(errors, old, call), exchange(errors, new, call))
    assert kinds[f"status:{old} to {new}"] is Grade.VISIBLE


def test_what_one_accepts_and_the_other_refuses_is_breaking_and_one_kind() -> None:
    call = Case(Format.JSON, api_key=State.UNKNOWN)
    refusal = exchange({"message": "error", "errors": ["api_key"]}, 401, call)
    kinds = found(refusal, exchange(OVERVIEW, 200, call))
    assert kinds == {"verdict:api_key invalid": Grade.BREAKING}


def test_a_verdict_that_the_contract_leaves_open_is_visible() -> None:
    call = Case(Format.JSON, method="POST")
    refusal = exchange({"message": "error", "errors": ["method"]}, 200, call)
    assert set(found(refusal, exchange(OVERVIEW, 200, call)).values()) == {Grade.VISIBLE}


def test_no_response_where_old_has_one_is_breaking() -> None:
    timeout = TransportProblem(TransportErrorKind.TIMEOUT, "after 10 s")
    lost = Exchange(Case(Format.JSON), "", problem=timeout)
    assert found(exchange(OVERVIEW), lost) == {"delivery:timeout": Grade.BREAKING}


@pytest.mark.parametrize(
    "header",
    [
        *("Retry_After", "Cache_Control", "WWW_Authenticate", "Link", "Deprecation"),
        *("Access_Control_Allow_Headers", "X_RateLimit_Remaining", "Strict_Transport_Security"),
    ],
)
def test_a_header_that_clients_read_is_visible(header: str) -> None:
    new = exchange(OVERVIEW, **{header: "no-store"})
    name = header.lower().replace("_", "-")
    assert found(exchange(OVERVIEW), new) == {f"header:{name}": Grade.VISIBLE}


def test_a_header_that_no_client_is_known_to_read_is_cosmetic() -> None:
    old, new = exchange(OVERVIEW, X_Powered_By="PHP"), exchange(OVERVIEW, X_Runtime="0.2")
    kinds = {"header:x-powered-by": Grade.COSMETIC, "header:x-runtime": Grade.COSMETIC}
    assert found(old, new) == kinds
    assert found(new, exchange(OVERVIEW, X_Runtime="0.3")) == {}


@pytest.mark.parametrize("header", ["Date", "Server", "Connection", "Transfer_Encoding", "Via"])
def test_a_header_of_the_transport_is_not_compared(header: str) -> None:
    assert found(exchange(OVERVIEW), exchange(OVERVIEW, **{header: "another"})) == {}


def test_no_content_coding_is_the_same_as_identity() -> None:
    assert found(exchange(OVERVIEW), exchange(OVERVIEW, Content_Encoding="identity")) == {}


@pytest.mark.parametrize("made", [json.dumps, errors_in_xml], ids=["json", "xml"])
def test_a_member_beside_errors_is_compared_although_their_texts_differ(
    made: Callable[[object], str],
) -> None:
    format = Format.JSON if made is json.dumps else Format.XML
    call = Case(format, task=State.MISSING)
    media = f"application/{format}"
    old, new = (
        exchange(made({"message": "error", "errors": [text], "code": code}), 400, call)
        for text, code in (("task is missing", "1"), ("no task", "2"))
    )
    old, new = (replace(one, headers=(("Content-Type", media),)) for one in (old, new))
    assert found(old, new) == {
        "error-text:task invalid": Grade.VISIBLE,
        "value:code": Grade.VISIBLE,
    }


def test_cookies_are_compared_by_name() -> None:
    old, same = (exchange(OVERVIEW, Set_Cookie=f"sid={value}; Path=/") for value in "12")
    other = exchange(OVERVIEW, Set_Cookie="session=1")
    assert found(old, same) == {}
    assert found(old, other) == {"header:set-cookie": Grade.VISIBLE}


def test_the_charset_is_cosmetic_and_the_media_type_visible() -> None:
    old = exchange(OVERVIEW)
    new = exchange(OVERVIEW, Content_Type="text/html; charset=utf-8")
    new = replace(new, headers=(("Content-Type", "application/json; charset=utf-8"),))
    assert found(old, new) == {"charset": Grade.COSMETIC}
    html = replace(new, headers=(("Content-Type", "text/plain"),))
    assert found(old, html)["media-type"] is Grade.VISIBLE


def test_the_marks_show_only_what_differs() -> None:
    old, new = marked_pair('{"a": "1"}', '{"a": "<2>"}')
    assert old == "{&#34;a&#34;: &#34;<mark>1</mark>&#34;}"
    assert new == "{&#34;a&#34;: &#34;<mark>&lt;2&gt;</mark>&#34;}"


# --- Two targets ---------------------------------------------------------------------------------


class LiveCounter(Reference):
    """Counts each request, like accounts in use."""

    ticks = 0

    def look_up(self, parameters):
        account = super().look_up(parameters)
        self.ticks += 1
        return replace(account, requests=self.ticks) if hasattr(account, "requests") else account


def test_the_reference_against_itself_shows_nothing() -> None:
    session = compared(direct(default_reference()), direct(default_reference()))
    assert kinds_of(session) == {}
    assert session.tally.compared > 100


def test_counters_that_move_are_noise_and_other_differences_are_not() -> None:
    accounts = default_reference().accounts
    live = direct(LiveCounter(accounts))
    moved = compared(live, direct(LiveCounter(accounts)))
    assert kinds_of(moved) == {}
    assert {kind.id for kind in moved.tally.noise(str)} == {"value:requests"}
    fault = FAULTS["task_missing_accepted"].make()
    assert isinstance(fault, Reference)
    session = compared(direct(LiveCounter(accounts)), direct(fault))
    assert "verdict:task invalid" in kinds_of(session, Grade.BREAKING)


def test_what_one_accepts_is_visible_where_the_contract_leaves_it_open() -> None:
    new = UserIsParsedAsAddress(default_reference().accounts)
    kinds = kinds_of(compared(direct(default_reference()), direct(new)))
    assert {kind.grade for kind in kinds.values()} == {Grade.VISIBLE}
    assert "verdict:user invalid" in kinds


class IgnoresCase(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        known = {customer.user.lower(): customer for customer in reseller.customers}
        return known.get(user.lower())


class Trims(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        return super().find_customer(reseller, user.strip())


@pytest.mark.parametrize("kind", [IgnoresCase, Trims])
def test_a_name_in_another_spelling_that_one_accepts_is_visible(kind: type[Reference]) -> None:
    session = compared(direct(default_reference()), direct(kind(default_reference().accounts)))
    grades = {id: one.grade for id, one in kinds_of(session).items()}
    assert grades == {"verdict:user invalid": Grade.VISIBLE}


def test_latency_is_no_difference() -> None:
    with serve_app(Application(default_reference())) as url:
        target = target_of(default_reference(), url)
        with Late(target, Limits(), 0) as old, Late(target, Limits(), 0.02) as new:
            session = compared(old, new, "smoke")
    assert kinds_of(session) == {}


def test_many_calls_with_one_cause_are_one_kind() -> None:
    fault = FAULTS["user_unknown_accepted"].make()
    assert isinstance(fault, Reference)
    (kind,) = kinds_of(compared(direct(default_reference()), direct(fault))).values()
    assert kind.calls > 20
    assert kind.grade is Grade.BREAKING


def valid_against(name: str, report: object) -> None:
    jsonschema.Draft202012Validator(json.loads(schema_text(name))).validate(report)


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    first = default_reference().accounts.resellers[0]
    monkeypatch.setenv("RESELLER_API_USER", first.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", first.api_key)
    monkeypatch.setenv("RESELLER_USER", first.customers[0].user)
    return {"key": first.api_key, "user": first.customers[0].user}


@pytest.fixture
def apps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, account: Mapping[str, str]) -> Path:
    (tmp_path / "compared_apps.py").write_text(
        "from dataclasses import replace\n"
        "from reseller_conformance.reference import Application, Reference, default_reference\n"
        "class Other(Reference):\n"
        "    def look_up(self, parameters):\n"
        "        found = super().look_up(parameters)\n"
        "        is_account = hasattr(found, 'package')\n"
        "        return replace(found, package='<b>Other') if is_account else found\n"
        "old = Application(default_reference())\n"
        "new = Application(Other(default_reference().accounts))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


OLD, NEW = "app:compared_apps:old", "app:compared_apps:new"
REPORTS = ("--report-json=r.json", "--report-html=r.html", "--report-markdown=r.md")


def test_the_same_app_twice_exits_with_0(apps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    customers = default_reference().accounts.resellers[0].customers[:2]
    named = [f"--user={customer.user}" for customer in customers]
    assert main(["compare", OLD, OLD, "--depth=smoke", *named]) == 0
    said = capsys.readouterr().out
    assert said.startswith("same: ")
    assert "Not all calls were made" not in said


def test_a_difference_exits_with_1_and_is_in_each_report_without_the_key(
    apps: Path, account: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [OLD, NEW, "--depth=smoke", "--report-junit=r.xml", *REPORTS]
    assert main(["compare", *words]) == 1
    texts = [capsys.readouterr().out, *((apps / f"r.{end}").read_text() for end in ENDS)]
    for text in texts:
        assert "value:package" in text
        assert account["key"] not in text
    report = json.loads((apps / "r.json").read_text())
    valid_against("comparison.schema.json", report)
    assert [kind["id"] for kind in report["kinds"]] == ["value:package"]
    JUNIT.validate(apps / "r.xml")
    cases = ET.fromstring((apps / "r.xml").read_text()).findall(".//failure")
    assert [case.get("type") for case in cases] == ["visible"]
    assert "<b>" not in (apps / "r.html").read_text()


ENDS = ("json", "html", "md", "xml")


def test_a_difference_below_the_grade_exits_with_0(apps: Path) -> None:
    assert main(["compare", OLD, NEW, "--depth=smoke", "--grade=breaking"]) == 0


def test_an_accepted_difference_exits_with_0_and_a_stale_one_with_1(apps: Path) -> None:
    entry = '[[accepted]]\nkind = "value:package"\nreason = "The package was renamed."\n'
    (apps / "accept.toml").write_text(entry)
    words = ["--depth=smoke", "--accept=accept.toml", "--report-json=r.json"]
    assert main(["compare", OLD, NEW, *words]) == 0
    assert main(["compare", OLD, OLD, *words]) == 1
    report = json.loads((apps / "r.json").read_text())
    valid_against("comparison.schema.json", report)
    assert report["stale"] == ["value:package"]


def test_a_recording_takes_the_place_of_old_and_holds_no_key(
    apps: Path, account: Mapping[str, str]
) -> None:
    assert main(["compare", OLD, "--record=old.json", "--depth=smoke"]) == 0
    assert account["key"] not in (apps / "old.json").read_text()
    words = ["--recorded=old.json", "--depth=smoke", "--report-json=r.json"]
    assert main(["compare", OLD, *words]) == 0
    assert json.loads((apps / "r.json").read_text())["notes"] == []
    assert main(["compare", NEW, "--recorded=old.json", "--depth=smoke"]) == 1


def test_a_recording_holds_what_each_later_comparison_of_the_same_target_needs(
    apps: Path, account: Mapping[str, str]
) -> None:
    plan = ["--depth=quick", f"--user={account['user']}", "--user=no-letters:1@2"]
    assert main(["compare", OLD, "--record=old.json", *plan]) == 0
    words = ["--recorded=old.json", "--report-json=r.json", *plan]
    assert main(["compare", OLD, *words]) == 0
    report = json.loads((apps / "r.json").read_text())
    assert report["compared"] > 300
    assert report["notes"] == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--depth=quick", "the calls of --depth smoke, not of --depth quick: old.json"),
        ("--formats=json", "the calls of --formats json,xml, not of --formats json: old.json"),
        ("--seed=5", "not of --seed 5: old.json"),
        ("--user=another@example.com", "the calls of number of --user 1, not of"),
    ],
)
def test_a_recording_of_another_plan_is_wrong_usage(
    apps: Path,
    capsys: pytest.CaptureFixture[str],
    account: Mapping[str, str],
    word: str,
    said: str,
) -> None:
    assert main(["compare", OLD, "--record=old.json", "--depth=smoke"]) == 0
    capsys.readouterr()
    users = f"--user={account['user']}"
    assert main(["compare", NEW, "--recorded=old.json", "--depth=smoke", users, word]) == 2
    assert said in capsys.readouterr().err


def test_credentials_of_old_come_from_its_own_variables(
    apps: Path, monkeypatch: pytest.MonkeyPatch, account: Mapping[str, str]
) -> None:
    monkeypatch.setenv("RESELLER_OLD_API_KEY", "another-key-of-old")
    assert main(["compare", OLD, OLD, "--depth=smoke"]) == 3
    monkeypatch.setenv("RESELLER_OLD_API_KEY", account["key"])
    monkeypatch.setenv("RESELLER_API_KEY", "another-key-of-new")
    assert main(["compare", OLD, OLD, "--depth=smoke"]) == 1


def test_what_old_lacks_may_come_from_its_own_variables(
    apps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RESELLER_API_KEY")
    assert main(["compare", OLD, NEW, "--depth=smoke"]) == 2
    said = "set the environment variable RESELLER_API_KEY, or for OLD alone RESELLER_OLD_API_KEY\n"
    assert capsys.readouterr().err.endswith(said)


def test_nobody_there_exits_with_3(
    account: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = "http://127.0.0.1:1"
    assert main(["compare", nobody, f"{nobody}/other", "--depth=smoke", "--retries=0"]) == 3
    said = capsys.readouterr().out
    assert said.startswith("unverified: OLD is not reachable: ")
    assert "  0 calls compared, " in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([OLD], "name two targets"),
        ([], "name two targets"),
        ([OLD, OLD, "--accept=none.toml"], "--accept cannot be read"),
        ([OLD, "--recorded=none.json"], "the recording cannot be read"),
        ([OLD, OLD, "--recorded=none.json"], "--recorded takes the place of OLD"),
        ([OLD, "ftp://new.example"], "NEW must be http://HOST"),
        ([OLD, "app:nothing_here:app"], "nothing_here"),
        ([OLD, ""], "OLD and NEW are base URLs or app:MODULE:ATTR"),
        ([OLD, "--recorded=compared_apps.py"], "this is no recording"),
        ([OLD, OLD, "--accept=compared_apps.py"], "--accept is not TOML"),
        ([OLD, OLD, "--report-json=x", "--accept=accept.toml"], "an entry has kind and reason"),
        ([OLD, "--record=compared_apps.py/old.json"], "--record cannot be written"),
        ([OLD, OLD, "--depth=deep"], "deep"),
        ([OLD, OLD, "--grade=grave"], "grave"),
        ([OLD, OLD, OLD], "name two targets"),
    ],
)
def test_wrong_usage_exits_with_2(
    apps: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (apps / "accept.toml").write_text('[[accepted]]\nkind = "status"\n')
    assert main(["compare", *words]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_fail_fast_stops_at_the_first_difference(apps: Path) -> None:
    words = ["compare", OLD, NEW, "--depth=quick", "--report-json=r.json"]
    assert main([*words, "--fail-fast"]) == 1
    report = json.loads((apps / "r.json").read_text())
    assert report["compared"] < 20
    assert "--fail-fast" in report["notes"][0]


def test_an_interrupt_reports_what_is_known_and_exits_with_130(
    apps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: ExtraCalls) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ExtraCalls, "confirm", interrupted)
    assert main(["compare", OLD, NEW, "--depth=smoke", "--report-json=r.json"]) == 130
    report = json.loads((apps / "r.json").read_text())
    assert report["interrupted"]
    assert [kind["id"] for kind in report["kinds"]] == ["value:package"]
