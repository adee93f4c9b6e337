"""The contract verdict of one side, by the items of a run, and where NEW alone violates it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from reseller_conformance.cases.case import Expected
from reseller_conformance.cases.kinds import is_ordinary
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import ALL_EVIDENCE, rules_for
from reseller_conformance.checks.violation import Violation
from reseller_conformance.client import scrubber_of
from reseller_conformance.compare.model import Violated
from reseller_conformance.contract import Format
from reseller_conformance.findings.model import Outcome
from reseller_conformance.requirements import CATALOGUE, SUCCESS_RETURNED, Level, Requirement
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.items import items
from reseller_conformance.suite.live_judge import BY_COMPARISON
from reseller_conformance.suite.overview import OverviewConformance
from reseller_conformance.suite.target_session import TargetSession
from reseller_conformance.util.endings import ENDINGS

__all__ = ["Judged", "judge", "newly_violated", "violated_by_either", "violates_must"]

_OF_INVALID_CALLS = (*BY_COMPARISON, SUCCESS_RETURNED)
"""What the response to an invalid call does not show alone."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of one requirement in one format. None where it compares both formats."""

    requirement: Requirement
    format: Format | None
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    reason: str = ""

    @property
    def responses(self) -> list[Response]:
        """The responses that violate it, that to the simplest call first."""
        found = {one.response.case: one.response for one in self.violations}
        return sorted(found.values(), key=lambda response: response.case.complexity)


def judge(session: TargetSession) -> list[Judged]:
    """Judge all requirements that the operator selected; this makes the calls that they need."""
    settings = session.settings
    found = []
    for requirement, format, test in items():
        if format not in (None, *settings.formats):
            continue
        if not settings.selection.includes(requirement.id):
            continue
        found.append(_judged(session, requirement, format, test))
    return found


def _judged(
    session: TargetSession, requirement: Requirement, format: Format | None, test: Any
) -> Judged:
    said: dict[str, str] = {}
    evaluation = Evaluation(requirement, format, session, said.__setitem__)
    try:
        with suppress(*ENDINGS):
            evaluation.require_depth()
            test(OverviewConformance(), evaluation)
    except Exception as error:
        reason = scrubber_of(session.target).text(f"{type(error).__name__}: {error}")
        return Judged(requirement, format, Outcome.ERROR, reason=reason)
    outcome = Outcome(said["outcome"])
    violations = evaluation.violations if outcome is Outcome.FAILED else ()
    return Judged(requirement, format, outcome, violations, said["reason"])


def violates_must(response: Response) -> bool:
    """Say whether this response alone violates a MUST, before a run has judged all of them."""
    case = response.case
    if not is_ordinary(case):
        return False
    left_out = BY_COMPARISON if case.expected is Expected.OVERVIEW else _OF_INVALID_CALLS
    return any(
        rule.requirement.level is Level.MUST
        and rule.requirement not in left_out
        and any(rule.check(response))
        for rule in rules_for(response, ALL_EVIDENCE)
    )


def newly_violated(old: Iterable[Judged], new: Iterable[Judged]) -> Iterator[Judged]:
    """Yield what NEW violates, where OLD was judged as well and keeps it."""
    kept = {(one.requirement, one.format) for one in old if one.outcome is Outcome.PASSED}
    for one in new:
        if one.violations and (one.requirement, one.format) in kept:
            yield one


def violated_by_either(old: Iterable[Judged], new: Iterable[Judged]) -> tuple[Violated, ...]:
    """Return the requirements that either violates, in the order of the catalogue."""
    counts: dict[Requirement, list[int]] = {}
    for side, judged in enumerate((old, new)):
        for one in judged:
            if one.violations:
                counts.setdefault(one.requirement, [0, 0])[side] += len(one.responses)
    return tuple(
        Violated(known.id, known.level.value, known.title, *counts[known])
        for known in CATALOGUE
        if known in counts
    )
