"""Finds the undocumented parameter that makes a call fail, by halves.

One call holds many such parameters, so that few calls test all of them. `shared_calls` takes
apart the other ways in which a call may be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.suite.repetition import Failure

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["with_fewer_parameters"]


def with_fewer_parameters(failures: Sequence[Failure], session: TargetSession) -> list[Failure]:
    """Return the simplest failure again, with as few undocumented parameters as still fail."""
    found: list[Failure] = []
    simplest = min(failures, key=lambda failure: failure.complexity)
    while smaller := _smaller(simplest, session):
        simplest = smaller
        found = [smaller]
    return found


def _smaller(failure: Failure, session: TargetSession) -> Failure | None:
    """Return the failure with half of its undocumented parameters, if one half fails alone."""
    response = min(
        (violation.response for violation in failure.violations),
        key=lambda response: response.case.complexity,
    )
    for case in _halves(response.case):
        for again in session.send([case]):
            responses = tuple(again if one is response else one for one in failure.responses)
            violations = failure.judge(responses) if again.was_sent else ()
            if violations:
                return replace(failure, violations=violations, responses=responses)
    return None


def _halves(case: Case) -> list[Case]:
    if len(case.extra) < 2:
        return []
    middle = len(case.extra) // 2
    return [replace(case, extra=half) for half in (case.extra[:middle], case.extra[middle:])]
