"""How a load test judges each response, and adds up over workers. No Locust is needed."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case, is_distinguishable, url_of
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.plan import Plan
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.client.request import request_for, valid_values_of
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, Retry, TransportErrorKind, TransportProblem
from reseller_conformance.findings.aggregate import MAX_FINDINGS, MAX_KINDS
from reseller_conformance.findings.model import Outcome, Verdict, verdict
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.reference import Reference, Request, load_accounts
from reseller_conformance.requirements import CATALOGUE, Level
from reseller_conformance.soak.rules import judged, judged_together
from reseller_conformance.soak.tally import Tally

RESELLER, OTHER = load_accounts().resellers[:2]
NAMES = tuple(account.user for account in RESELLER.customers[:2])
TARGET = Target(
    "http://h", RESELLER.api_user, Secret(RESELLER.api_key), NAMES, OTHER.customers[0].user
)
BOTH = tuple(Format)
JSON, XML = Case(Format.JSON), Case(Format.XML)


def response_to(case: Case, reference: Reference | None = None, **changes) -> Response:
    request = request_for(case, TARGET.base_url, valid_values_of(TARGET))
    path, _, query = request.url.removeprefix(TARGET.base_url).partition("?")
    said = (reference or Reference(load_accounts())).respond(Request(path, query.encode()))
    came = Exchange(
        case, url_of("", case, ""), said.status, (("Content-Type", said.content_type),), said.body
    )
    return parse(replace(came, **changes))


def departed(*responses: Response) -> set[r.Requirement]:
    return {one.requirement for a in responses for one in judged(a) if one.violations}


def tallied(*responses: Response) -> Tally:
    tally = Tally(TARGET)
    for response in responses:
        tally.count(response)
        for judgement in () if is_rate_limited(response.exchange) else judged(response):
            tally.note(judgement)
    return tally


def result(tally: Tally, requirement: r.Requirement, format: str = "json"):
    return next(
        one for one in tally.results(BOTH) if (one.requirement, one.format) == (requirement, format)
    )


# --- One response --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", Format)
def test_nothing_departs_in_the_reference(format):
    cases = [*Plan(Depth.QUICK, 2).singles(format), *Plan(Depth.QUICK, 2).documented(format)]
    cases = [case for case in cases if is_distinguishable(case, valid_values_of(TARGET))]
    assert departed(*map(response_to, cases)) == set()


def test_what_departs_has_one_cause():
    overview = response_to(JSON).exchange.body
    wrong = replace(JSON, api_key=State.MISSING)
    html = (("Content-Type", "text/html"),)
    lost = TransportProblem(TransportErrorKind.TIMEOUT, "no response within 10 s")
    again = (Retry("status 502", 0.25),)
    assert departed(response_to(JSON, status=500)) == {r.HTTP_SERVER_ERROR}
    assert departed(response_to(JSON, status=503)) == {r.HTTP_DELIVERED}
    assert departed(response_to(JSON, status=None, body=b"", problem=lost)) == {r.HTTP_TIMEOUT}
    assert departed(response_to(JSON, retries=again)) == {r.HTTP_RETRIES}
    assert departed(response_to(JSON, headers=html)) == {r.HTTP_CONTENT_TYPE}
    assert departed(response_to(JSON, body=overview[:-3])) == {r.READABLE_SYNTAX}
    assert departed(response_to(wrong, body=overview, status=200)) == {r.REJECTS_API_KEY_MISSING}
    assert departed(response_to(wrong, echoes_key=("body",))) == {r.ERRORS_NO_KEY_ECHO}
    assert departed(response_to(JSON, body=response_to(wrong).exchange.body)) >= {
        r.SUCCESS_RETURNED
    }


def test_a_gateway_that_wants_fewer_calls_is_not_judged():
    retry_after = (("Retry-After", "1"),)
    assert is_rate_limited(response_to(JSON, status=429).exchange)
    assert is_rate_limited(response_to(JSON, status=503, headers=retry_after).exchange)
    assert not is_rate_limited(response_to(JSON, status=503).exchange)
    assert not is_rate_limited(response_to(JSON, headers=retry_after).exchange)


# --- One after the other -------------------------------------------------------------------------


class Counting(Reference):
    """A live account: its counts grow from call to call, and start anew with each cycle."""

    def __init__(self, *used: int, start="2010-08-30") -> None:
        super().__init__(load_accounts())
        self.used, self.start = list(used), [start] * len(used)

    def overview(self, account):
        start = self.start.pop(0)
        return {
            **super().overview(account),
            "requests": str(self.used.pop(0)),
            "billing_start_date": start,
        }


def together(reference: Reference, *cases: Case) -> set[r.Requirement]:
    readings = [response_to(case, reference) for case in cases]
    return {one.requirement for one in judged_together(readings) if one.violations}


def test_counts_that_grow_are_the_same_account():
    assert together(Counting(1, 2, 3, 4), JSON, XML, JSON, XML) == set()
    assert together(Counting(5, 5, 6, 9), XML, XML, XML, XML) == set()


def test_a_count_that_goes_up_and_down_is_no_race():
    assert together(Counting(1, 7, 1, 1), JSON, JSON, JSON, JSON) == {r.CONSISTENCY_COUNTERS}
    assert together(Counting(5, 4, 5, 6, 5, 4), *(JSON, XML) * 3) == {r.CONSISTENCY_COUNTERS}


def test_an_answer_that_lies_outside_those_around_it_is_told():
    assert together(Counting(1, 7, 3, 4), JSON, JSON, JSON, JSON) == {r.CONSISTENCY_COUNTERS}
    assert together(Counting(1, 7, 3, 8), JSON, XML, JSON, XML) == {r.CONSISTENCY_FORMATS}


def test_another_customers_answer_is_told():
    readings = [response_to(JSON), response_to(replace(JSON, customer=1)), response_to(JSON)]
    found = {one.requirement for one in judged_together(readings) if one.violations}
    assert r.ISOLATION_CONCURRENCY in found


def test_counts_start_anew_with_the_billing_cycle():
    live = Counting(8, 9, 1, 2)
    live.start[2:] = ["2010-09-30"] * 2
    assert together(live, JSON, JSON, JSON, JSON) == set()


def test_answers_that_are_no_overviews_are_not_compared():
    readings = [response_to(JSON), response_to(JSON, status=500), response_to(JSON)]
    assert {one.requirement for one in judged_together(readings)} == {r.CONSISTENCY_COUNTERS}


# --- All together --------------------------------------------------------------------------------

RESPONSES = (
    response_to(JSON),
    response_to(XML),
    response_to(JSON, status=500),
    response_to(XML, status=429),
    response_to(replace(XML, task=State.EMPTY), retries=(Retry("status 502", 0.25),)),
    response_to(JSON, body=b"no envelope"),
)


@given(st.lists(st.lists(st.sampled_from(RESPONSES))))
@settings(deadline=None)
def test_what_workers_send_adds_up_to_what_one_would_have_found(shares):
    master = Tally(TARGET)
    for share in shares:
        worker = tallied(*share)
        master.add(json.loads(json.dumps(worker.take())))
        master.add(worker.take())  # nothing is left
    alone = tallied(*(response for share in shares for response in share))
    assert master.results(BOTH) == alone.results(BOTH)
    assert master.take() == alone.take()


def test_a_finding_holds_its_evidence_and_how_often_it_was_seen():
    found = result(
        tallied(*[response_to(JSON, status=500)] * 3, response_to(JSON)), r.HTTP_SERVER_ERROR
    )
    assert found.outcome is Outcome.FAILED
    (finding,) = found.findings
    assert (finding.times, finding.status, finding.got) == (3, 500, "500")
    assert finding.curl.startswith("curl ")
    assert RESELLER.api_key not in repr(found)


def test_the_most_frequent_departures_are_shown_and_memory_is_bounded():
    many = [response_to(JSON, body=b'{"x%d": 1}' % number) for number in range(4 * MAX_KINDS)]
    tally = tallied(*many, many[3], many[3])
    assert max(len(kinds) for *_, kinds in tallied(*many).take()["counts"]) <= MAX_KINDS
    assert all(len(one.findings) <= MAX_FINDINGS for one in tally.results(BOTH))


def test_every_requirement_has_a_result_and_what_takes_a_run_is_not_tested():
    found = tallied(*RESPONSES).results(BOTH)
    assert {one.requirement for one in found} == set(CATALOGUE)
    combined = result(tallied(*RESPONSES), r.REJECTS_COMBINED)
    assert (combined.outcome, combined.reason) == (Outcome.NOT_TESTED, "not judged under load")
    assert {one.format for one in tallied(*RESPONSES).results((Format.XML,))} == {"xml", "both"}


def test_calls_that_were_turned_away_are_counted_where_retries_are_told():
    reported = result(tallied(response_to(JSON), response_to(JSON, status=429)), r.HTTP_RETRIES)
    assert reported.outcome is Outcome.PASSED
    assert reported.reason.startswith("1 of 2 calls were turned away")


@pytest.mark.parametrize("count", [0, 3])
def test_nobody_there_is_nothing_tested(count):
    refused = TransportProblem(TransportErrorKind.UNREACHABLE, "connection refused")
    silent = response_to(JSON, status=None, body=b"", problem=refused)
    results = tallied(*[silent] * count).results(BOTH)
    assert {one.outcome for one in results} == {Outcome.NOT_TESTED}
    assert verdict(results, Level.MUST) is Verdict.UNVERIFIED


# --- Without Locust ------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["locust"] = None
import reseller_conformance.soak.tally
try:
    from reseller_conformance.soak import OverviewUser
except ImportError as error:
    print(error)
print("gevent" in sys.modules)
"""


def test_the_missing_extra_is_told_in_one_line():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "soak needs Locust: pip install locust",
        "False",
    ]
