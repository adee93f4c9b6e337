"""Violations become findings: one for each place and kind, bounded, and merged over processes."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from made_responses import overview, response_to
from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import parse
from reseller_conformance.checks.violation import Violation
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange
from reseller_conformance.findings.aggregate import (
    MAX_FINDINGS,
    MAX_KINDS,
    MAX_RESPONSE_FINDINGS,
    MAX_RESPONSES,
    Aggregator,
    of_few_responses,
)
from reseller_conformance.findings.evidence import finding
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.redaction.secret import Secret

FORMATS = tuple(Format)
FAILED, REFUSED = response_to(status=500), response_to(status=404)


def violation(response=FAILED, where="status", expected="an envelope", actual="500") -> Violation:
    return Violation(response, where, expected, actual)


def added(*judgements: list[Violation], max_kinds: int = MAX_KINDS) -> Aggregator:
    aggregator = Aggregator(finding, max_kinds)
    for violations in judgements:
        aggregator.add(r.HTTP_SERVER_ERROR, Format.JSON, violations)
    return aggregator


def results(aggregator: Aggregator) -> dict[tuple[str, str], Result]:
    found = aggregator.results(FORMATS, lambda *_: None)
    return {(one.requirement.id, one.format): one for one in found}


def only(aggregator: Aggregator) -> Result:
    (result,) = results(aggregator).values()
    return result


def test_a_requirement_without_violations_is_passed():
    assert only(added([], [])) == Result(r.HTTP_SERVER_ERROR, "json", Outcome.PASSED)


def test_what_was_never_judged_has_the_result_that_the_caller_gives():
    def not_judged(requirement, column):
        return Result(requirement, column, Outcome.NOT_TESTED, "why")

    found = list(Aggregator(finding).results((Format.XML,), not_judged))
    assert {one.requirement for one in found} == set(r.CATALOGUE)
    assert {one.format for one in found} == {"xml", "both"}


def test_violations_of_one_kind_are_one_finding_with_the_first_as_example():
    result = only(
        added(
            [violation(FAILED, "errors[0]", "a text", "the number 1")],
            [violation(REFUSED, "errors[7]", "a text", "the number 2")],
            [],
        )
    )
    (one,) = result.findings
    assert (one.where, one.got, one.status) == ("errors[0]", "the number 1", 500)
    assert (one.times, one.statuses) == (2, {"500": 1, "404": 1})
    assert result.reason == "the number 1 (2 of 3 responses violate it)"


def test_a_response_that_shows_a_kind_twice_counts_once():
    twice = [violation(where=f"errors[{place}]", actual="the number 1") for place in (0, 1)]
    (one,) = only(added(twice)).findings
    assert one.times == 1


def test_another_place_or_kind_is_another_finding():
    result = only(
        added(
            [violation(where="package", actual="a list")],
            [violation(where="package", actual="an object")],
            [violation(where="reputation", actual="a list")],
        )
    )
    assert len(result.findings) == len(result.violations) == 3


def test_memory_and_findings_are_bounded_and_the_most_frequent_come_first():
    judgements = [[violation(where=f"member {chr(97 + n)}")] for n in range(MAX_KINDS + 5)]
    result = only(added(*judgements, judgements[3], judgements[3]))
    assert len(result.violations) == MAX_KINDS
    assert len(result.findings) == MAX_FINDINGS
    assert (result.findings[0].where, result.findings[0].times) == ("member d", 3)
    assert result.reason.endswith(f"({MAX_KINDS + 7} of {MAX_KINDS + 7} responses violate it)")


def test_a_response_that_did_not_come_has_the_status_none():
    (one,) = only(added([violation(response_to(status=None))])).findings
    assert one.statuses == {"none": 1}


def test_saved_responses_are_named_by_their_place():
    aggregator = Aggregator(finding)
    for line in range(1, 6):
        aggregator.add(
            r.HTTP_SERVER_ERROR, Format.JSON, [violation()], lambda _, n=line: f"line {n}"
        )
    (one,) = only(aggregator).findings
    assert one.case == "line 1; line 2; line 3; 2 more"


SEEN = ([], [violation()], [violation(REFUSED)], [violation(where="package", actual="a list")])


@given(st.lists(st.lists(st.integers(0, len(SEEN) - 1))))
def test_what_several_processes_drain_adds_up_to_what_one_would_find(shares):
    master = Aggregator(finding)
    for share in shares:
        worker = added(*(SEEN[number] for number in share))
        master.merge(json.loads(json.dumps(worker.drain())))
        assert worker.drain() == []
    alone = added(*(SEEN[number] for share in shares for number in share))
    assert results(master) == results(alone)


def found(case: str, where: str) -> Finding:
    return Finding("http.body", "json", where, "expected", "got", case=case)


def test_a_person_reads_a_few_responses_with_all_that_they_show():
    findings = [
        found(f"response {number}", f"place {place}") for place in range(20) for number in range(5)
    ]
    chosen = of_few_responses(findings)
    assert {one.case for one in chosen} == {f"response {n}" for n in range(MAX_RESPONSES)}
    assert len(chosen) == MAX_RESPONSES * MAX_RESPONSE_FINDINGS


def test_the_evidence_of_a_saved_response_has_no_call_to_reproduce():
    of = finding(r.SUCCESS_DATES, Format.JSON, violation(overview()))
    assert (of.case, of.curl) == ("", "")
    assert '"reputation"' in of.excerpt


def test_the_command_for_a_response_with_a_content_coding_asks_for_one():
    target = Target("http://h", "me", Secret("k3y"), ("ann",))
    exchange = Exchange(Case(Format.JSON), "http://h", 200, (("Content-Encoding", "gzip"),), b"")
    coded, plain = parse(exchange), parse(replace(exchange, headers=()))
    for response, words in ((coded, 1), (plain, 0)):
        of = finding(r.HTTP_COMPLETE, Format.JSON, violation(response), target)
        assert of.curl.split().count("--compressed") == words
