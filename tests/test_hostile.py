"""Runs against hostile servers end in time, with the cause; `nox -s hostile` measures them all."""

from __future__ import annotations

import pytest

from hostile_servers import SERVERS, measure
from judging import Judged, judge, settings, target_of
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reference import default_reference
from reseller_conformance.requirements import Level

TIMEOUT = 0.5
STOPPED = "invalid calls never got a complete response"


def judged(name: str, timeout: float = TIMEOUT) -> tuple[list[Judged], float]:
    """Judge a server, and return the outcomes and the seconds in which calls were sent."""
    with SERVERS[name].serve() as url:
        target = target_of(default_reference(), url)
        with Client(target, Limits(timeout=timeout)) as client:
            return judge(target, settings("quick"), client), client.traffic.seconds


@pytest.mark.parametrize(
    "name", ["hangs, invalid calls", "drips, invalid calls", "hangs, invalid calls in XML"]
)
def test_who_never_answers_wrong_calls_is_soon_asked_no_more(name: str) -> None:
    found, seconds = judged(name)
    failed = [one for one in found if one.outcome is Outcome.FAILED]
    assert {one.requirement.id for one in failed} == {"http.timeout"}
    assert any(STOPPED in one.reason for one in found if one.outcome is Outcome.NOT_TESTED)
    assert all("json" not in one.format for one in failed) or "XML" not in name
    # ten time limits; in the rest of the time everything else is sent, and gets a response
    assert seconds < 10 * TIMEOUT + 20


@pytest.mark.parametrize(
    "name",
    [
        "hangs, every call",
        "drips headers, every call",
        "endless body, every call",
        "redirect loop, every call",
        "closes, every call",
        "429, Retry-After 99999, every call",
        "gzip bomb, invalid calls",
        "endless early hints, invalid calls",
        "billion laughs, invalid calls in XML",
        "two lengths, invalid calls",
        "endless handshake, every call",
        "truncated handshake, every call",
        "dies after 100, every call",
    ],
)
def test_the_cause_is_told_once(name: str) -> None:
    # what is busy must not run out of time on a slow machine
    waits = "hangs" in name or "drips" in name
    found, _ = judged(name, TIMEOUT if waits else 20.0)
    failed = [one for one in found if one.outcome is Outcome.FAILED]
    musts = {one.requirement for one in failed if one.requirement.level is Level.MUST}
    first = SERVERS[name].first
    assert musts == ({first} if first else set())


def test_a_run_against_a_server_that_hangs_says_so_and_stays_small() -> None:
    run = measure(SERVERS["hangs, invalid calls"], "quick", 1)
    assert run.exit_code == 1
    assert run.megabytes < 300
    assert "Traceback" not in run.screen
    assert f"not all calls were made: {STOPPED}" in " ".join(run.screen.split())
    assert run.failed[0]["findings"][0]["hint"] == f"not all calls were made: {STOPPED}"


def test_a_target_that_dies_after_failed_logins_may_have_banned_the_suite() -> None:
    run = measure(SERVERS["dies after 500, every call"], "quick", 1)
    assert run.exit_code == 1
    hints = {finding["hint"] for one in run.failed for finding in one["findings"]}
    assert any("may ban the address of the suite" in hint for hint in hints)
