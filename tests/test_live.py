"""Violations that are announced while calls go on, and what ends the calls early."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from faults import FAULTS
from judging import Direct, judge, settings, target_of
from made_responses import ERROR, overview
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from reseller_conformance.findings.model import Outcome
from reseller_conformance.pytest_support.collector_plugin import SUITE
from reseller_conformance.reference import default_reference, mocked
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.reports.progress import LiveViolation
from reseller_conformance.requirements import CONSISTENCY_FORMATS, Level
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.target_session import TargetSession
from runs import MIXED
from servers import KEY, Part, http, serving, target_at
from servers import Received as Request
from test_matrix import client_of
from test_progress import refuses, with_a_wrong_date

STOPPED = "stopped at the first violation"


def session(url: str, **chosen: object) -> TargetSession:
    wanted = replace(settings("quick"), formats=(Format.JSON,), **chosen)
    target = replace(target_at(url), customers=("customer@example.com",))
    return TargetSession(target, wanted, Client(target, Limits()))


def announced(sent: TargetSession) -> dict[str, LiveViolation]:
    return {one.requirement: one for one in sent.live.announced.values()}


# --- What is announced ----------------------------------------------------------------------------


def test_a_violation_says_when_it_was_known_and_what_it_is() -> None:
    one = LiveViolation("success.fields", "must", "json", "package: none of that name", 12.3, 31)
    assert str(one) == "12 s, call 31: ✗ MUST success.fields [json] package: none of that name"


def test_a_violation_of_the_documented_call_is_announced_after_a_few_calls() -> None:
    with serving(with_a_wrong_date) as server:
        sent = session(server.url)
        sent.groups.ordinary(Format.JSON)
        sent.client.close()
    found = announced(sent)
    assert set(found) == {"success.dates"}
    assert found["success.dates"].calls < 30
    assert found["success.dates"].what.startswith("billing_end_date: ")


def test_an_invalid_call_that_is_let_in_is_announced() -> None:
    right = overview().exchange.body

    def lets_any_key_in(request: Request) -> Iterable[Part]:
        missing = "api_key" not in request.parameters
        return [http(right)] if missing or not refuses(request) else [http(ERROR, 403)]

    with serving(lets_any_key_in) as server:
        sent = session(server.url)
        sent.groups.ordinary(Format.JSON)
        sent.client.close()
    assert set(announced(sent)) == {"rejects.api-key-missing"}


def drops_the_last_letter_of_user(request: Request) -> bool:
    whole = {"customer@example.co": "customer@example.com"}
    user = request.parameters.get("user", "")
    meant = {**request.parameters, "user": whole.get(user, user)}
    return not refuses(replace(request, target=f"/?{urlencode(meant)}"))


def needs_user_last(request: Request) -> bool:
    return not refuses(request) and list(request.parameters)[-1] == "user"


@pytest.mark.parametrize(
    ("accepts", "requirement"),
    [
        (drops_the_last_letter_of_user, "rejects.user-unknown"),
        (needs_user_last, "request.order"),
    ],
)
def test_what_is_compared_with_the_documented_call_is_announced(
    accepts: Callable[[Request], bool], requirement: str
) -> None:
    def serve(request: Request) -> Iterable[Part]:
        return [http(overview().exchange.body) if accepts(request) else http(ERROR, 403)]

    with serving(serve) as server:
        sent = session(server.url)
        sent.groups.ordinary(Format.JSON)
        sent.client.close()
    assert requirement in announced(sent)


@pytest.mark.parametrize(
    ("fault", "requirement", "most_calls"),
    [
        ("json_in_another_zone", "consistency.formats", 150),
        ("everybody_is_the_sum", "isolation.customers", 120),
        ("accept_browser_page_403", "clients.accept", 400),
        ("user_injected_accepted_in_xml", "rejects.user-unknown", 400),
        ("cache_forgets_the_key", "isolation.sequence", 450),
        ("one_at_a_time", "isolation.concurrency", 750),
    ],
)
def test_what_several_responses_show_is_announced_before_the_last_stages(
    fault: str, requirement: str, most_calls: int
) -> None:
    with client_of(FAULTS[fault], 0) as (target, client, mocked):
        sent = TargetSession(target, settings("quick"), client, mocked)
        assert sent.planned.responses
    assert announced(sent)[requirement].calls <= most_calls


def test_what_passes_alone_is_not_announced() -> None:
    wrong, lock = [True], threading.Lock()

    def fails_once(request: Request) -> Iterable[Part]:
        with lock:
            fails = not refuses(request) and wrong and wrong.pop()
        return list(with_a_wrong_date(request)) if fails else responding(request)

    with serving(fails_once) as server:
        sent = session(server.url)
        sent.groups.ordinary(Format.JSON)
        sent.client.close()
    assert wrong == []
    assert announced(sent) == {}


def responding(request: Request) -> Iterable[Part]:
    return [http(ERROR, 403) if refuses(request) else http(overview().exchange.body)]


def test_what_does_not_count_is_not_announced() -> None:
    def with_an_addition(request: Request) -> Iterable[Part]:
        body = {**json.loads(overview().exchange.body), "more": 1}
        return [http(ERROR, 403) if refuses(request) else http(json.dumps(body).encode())]

    with serving(with_an_addition) as server:
        sent = session(server.url)
        sent.groups.ordinary(Format.JSON)
        sent.client.close()
    assert announced(sent) == {}


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_nothing_is_announced_of_the_reference_at_any_level(depth: str) -> None:
    reference = default_reference()
    target = target_of(reference, EMBEDDED_URL)
    wanted = replace(settings(depth), level=Level.SHOULD)
    sent = TargetSession(target, wanted, Direct(reference, target))
    assert sent.planned.responses
    assert announced(sent) == {}


# --- What ends the calls --------------------------------------------------------------------------


def test_calls_stop_where_the_formats_disagree_and_the_finding_does_not_repeat_why() -> None:
    made = FAULTS["json_in_another_zone"].make()
    target = target_of(made, EMBEDDED_URL)
    with Client(target, Limits()) as client:
        wanted = replace(settings("standard"), max_violations=1)
        sent = TargetSession(target, wanted, client, lambda: mocked(made, EMBEDDED_URL))
        reported: dict[str, str] = {}
        evaluation = Evaluation(CONSISTENCY_FORMATS, None, sent, reported.__setitem__)
        assert sent.planned.responses
        with pytest.raises(pytest.fail.Exception) as failed:
            evaluation.judge_by_rules()
        assert client.traffic.calls < 200
    assert STOPPED not in str(failed.value)
    assert json.loads(reported["findings"])[0]["hint"] == ""


def test_calls_stop_at_the_first_violation_and_the_rest_is_not_tested() -> None:
    with serving(with_a_wrong_date) as server:
        wanted = replace(settings("quick"), formats=(Format.JSON,), max_violations=1)
        target = target_at(server.url)
        with Client(target, Limits()) as client:
            judged = judge(target, wanted, client)
    by_outcome = {one.requirement.id: one for one in judged if one.format == "json"}
    assert by_outcome["success.dates"].outcome is Outcome.FAILED
    others = [one for id, one in by_outcome.items() if id != "success.dates"]
    assert {one.outcome for one in others}.isdisjoint({Outcome.FAILED, Outcome.ERROR})
    assert by_outcome["readable.syntax"].reason == STOPPED
    assert len(server.received) < 40


def run(pytester: pytest.Pytester, url: str, *words: str) -> tuple[pytest.RunResult, dict]:
    args = ("run", "--base-url", url, "--user", "customer@example.com", "--depth", "quick")
    result = pytester.run("reseller-conformance", *args, "--report-json", "r.json", *words)
    return result, json.loads(Path("r.json").read_text(encoding="utf-8"))


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESELLER_API_USER", "acme")
    monkeypatch.setenv("RESELLER_API_KEY", KEY)


def with_no_package(request: Request) -> Iterable[Part]:
    body = json.loads(overview().exchange.body)
    del body["package"]
    return [http(ERROR, 403) if refuses(request) else http(json.dumps(body).encode())]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("words", [["--fail-fast"], ["--", "-x"], ["--", "--maxfail=1"]])
def test_a_run_that_stops_early_ends_with_1_and_a_whole_report(
    pytester: pytest.Pytester, words: list[str]
) -> None:
    with serving(with_no_package) as server:
        result, report = run(pytester, server.url, "--formats", "json", *words)
    assert result.ret == 1
    assert len(server.received) < 60
    outcomes = {one["id"]: one for one in report["requirements"]}
    assert outcomes["success.fields"]["outcome"] == "failed"
    assert outcomes["http.redirect"]["reason"] == STOPPED
    result.stderr.fnmatch_lines(["* s, call *: ✗ MUST success.fields [[]json[]] *package*"])


@pytest.mark.usefixtures("credentials")
def test_a_rerun_sends_first_what_failed(pytester: pytest.Pytester) -> None:
    def takes_any_last_character(request: Request) -> Iterable[Part]:
        key = request.parameters.get("api_key", "")
        corrected = request.parameters | {"api_key": KEY}
        is_near = len(key) == len(KEY) and key[:-1] == KEY[:-1]
        return responding(
            replace(request, target=f"/?{urlencode(corrected)}") if is_near else request
        )

    words = ("--formats", "json", "--fail-fast")
    with serving(takes_any_last_character) as server:
        first, _ = run(pytester, server.url, *words)
        calls = len(server.received)
        again, report = run(pytester, server.url, *words, "--rerun", "r.json")
        calls_again = len(server.received) - calls
    assert (first.ret, again.ret) == (1, 1)
    assert report["requirements"][0]["outcome"] != "error"
    assert calls_again < calls / 2


def test_a_report_to_rerun_that_is_none_is_refused(pytester: pytest.Pytester) -> None:
    Path("r.json").write_text("{}", encoding="utf-8")
    result = pytester.run("reseller-conformance", "run", "--rerun", "r.json")
    assert result.ret == 2
    result.stderr.fnmatch_lines(["*--rerun: *is not a JSON report of this version (*): r.json"])


def test_a_report_to_rerun_may_name_what_this_version_does_not_know(
    pytester: pytest.Pytester,
) -> None:
    entry = {"id": "success.days", "title": "", "level": "must", "format": "json"}
    entry |= {"outcome": "failed", "reason": "", "known": ""}
    report = as_json(MIXED)
    report["requirements"].append({**entry, "findings": []})
    Path("r.json").write_text(json.dumps(report), encoding="utf-8")
    words = ("--formats=json", "--only=success.dates", "--rerun=r.json")
    result = pytester.run("reseller-conformance", "run", "--reference", *words)
    note = "note: --{}rerun names what is no requirement of this version, *: success.days"
    assert result.ret == 0
    result.stderr.fnmatch_lines([note.format("")])
    plugin = [f"--reseller-{word.removeprefix('--')}" for word in words]
    result = pytester.runpytest("--pyargs", SUITE, "--reseller-reference", *plugin)
    assert result.ret == 0
    result.stdout.fnmatch_lines([note.format("reseller-")])


@pytest.mark.usefixtures("credentials")
def test_a_run_whose_time_is_over_is_unverified(pytester: pytest.Pytester) -> None:
    with serving(responding) as server:
        result, report = run(
            pytester, server.url, "--formats", "json", "--rate", "20/s", "--max-time", "2s"
        )
    assert result.ret == 3
    assert report["verdict"] == "unverified"
    reasons = {one["reason"] for one in report["requirements"]}
    assert "not all calls were made: the time of --max-time is over" in reasons


def test_a_time_that_is_none_is_refused(pytester: pytest.Pytester) -> None:
    result = pytester.run("reseller-conformance", "run", "--max-time", "soon")
    assert result.ret == 2
    result.stderr.fnmatch_lines(
        ["*--max-time must be a time above 0 and up to 168h, as 90s, 5m or 1h, not: soon"]
    )
