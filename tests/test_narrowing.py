"""A finding names the one undocumented parameter that makes a call fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import FAULTS
from judging import Direct, judge, settings, target_of
from made_responses import RIGHT, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.reference import Reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.suite.narrowing import with_fewer_parameters
from reseller_conformance.suite.repetition import Failure

Culprits = frozenset[int]


class Session:
    """Answers any call, and counts the calls."""

    def __init__(self) -> None:
        self.calls = 0

    def send(self, cases: Iterable[Case]) -> list[Response]:
        sent = [response_to(case) for case in cases]
        self.calls += len(sent)
        return sent


def failure_of(number: int, culprits: Culprits) -> Failure:
    """Return the failure of a call with so many parameters, which fails if it has the culprits."""

    def judge(responses: Sequence[Response]) -> tuple[Violation, ...]:
        [response] = responses
        sent = {int(value) for _, value in response.case.extra}
        return (Violation(response, "answer", "an error", "200"),) if culprits <= sent else ()

    response = response_to(replace(RIGHT, extra=tuple((f"p{n}", str(n)) for n in range(number))))
    return Failure(judge([response]), (response,), judge)


@given(st.integers(2, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_the_parameter_that_matters_is_found_in_few_calls(chosen: tuple[int, int]) -> None:
    number, culprit = chosen
    session = Session()
    [found] = with_fewer_parameters([failure_of(number, frozenset({culprit}))], session)
    [response] = found.responses
    assert response.case.extra == ((f"p{culprit}", str(culprit)),)
    assert found.violations[0].response is response
    assert session.calls <= 2 * (number - 1).bit_length()


def test_parameters_that_matter_together_are_kept_together() -> None:
    session = Session()
    [found] = with_fewer_parameters([failure_of(8, frozenset({0, 3}))], session)
    assert [name for name, _ in found.responses[0].case.extra] == ["p0", "p1", "p2", "p3"]


def test_a_call_with_one_parameter_is_not_sent_again() -> None:
    session = Session()
    assert with_fewer_parameters([failure_of(1, frozenset({0}))], session) == []
    assert session.calls == 0


@pytest.mark.parametrize("name", ["key_unchecked_without_auth", "customer_unchecked_without_auth"])
def test_a_detour_is_narrowed_to_its_parameter(name: str) -> None:
    made = FAULTS[name].make()
    assert isinstance(made, Reference)
    target = target_of(made, EMBEDDED_URL)
    client = Direct(made, target)
    judge(target, settings("standard"), client)
    assert (("noauth", "1"),) in {case.extra for case in client.cases}
