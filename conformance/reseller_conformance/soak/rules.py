"""Judges responses under load: each by itself, and readings of one customer together.

Requirements that need a quiet server or a plan are not judged under load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Expected
from reseller_conformance.checks import consistency, values
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import moving_counters
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import ALL_EVIDENCE, COMPARISONS, Evidence, rules_for
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.requirements import Requirement

__all__ = ["RuleResult", "is_unreachable", "judged", "judged_together"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One judgement of a requirement in a format; None is both formats together."""

    requirement: Requirement
    format: Format | None
    violations: tuple[Violation, ...]


def is_unreachable(response: Response) -> bool:
    """Return True if nothing listens at the target."""
    problem = response.exchange.problem
    return problem is not None and problem.kind is TransportErrorKind.UNREACHABLE


# --- One response --------------------------------------------------------------------------------


def judged(response: Response) -> Iterator[RuleResult]:
    """Judge one response that is not rate limited."""
    # `http` reports why a response is not there or not complete.
    expected = response.is_readable and response.case.expected is Expected.OVERVIEW
    evidence = ALL_EVIDENCE if expected else ALL_EVIDENCE & ~Evidence.EXPECTED_KIND
    for rule in rules_for(response, evidence):
        yield RuleResult(rule.requirement, response.case.format, tuple(rule.check(response)))


# --- One after the other -------------------------------------------------------------------------


def judged_together(readings: Sequence[Response]) -> Iterator[RuleResult]:
    """Judge valid calls for one customer, which one user sends in turn while others send too.

    Three in a row are compared within one billing cycle, at whose end counts start anew.
    """
    for three in zip(readings, readings[1:], readings[2:], strict=False):
        if all(response.kind is EnvelopeKind.OVERVIEW for response in three) and _in_one_cycle(
            three
        ):
            formats = {response.case.format for response in three}
            yield from _between(Bracketed(*three, wavering=moving_counters(readings, formats)))
    for format in Format:
        same = [
            response
            for response in readings
            if response.case.format is format and response.kind is EnvelopeKind.OVERVIEW
        ]
        if len(same) > 1:
            yield RuleResult(r.CONSISTENCY_COUNTERS, format, tuple(values.steady(same)))


def _between(group: Bracketed) -> Iterator[RuleResult]:
    format = group.response.case.format
    if group.before.case.format is format:
        yield RuleResult(r.ISOLATION_CONCURRENCY, format, tuple(consistency.own_account(group)))
        return
    for comparison in COMPARISONS:
        violations = tuple(comparison.check(group))
        yield RuleResult(comparison.requirement, comparison.format, violations)


def _in_one_cycle(responses: Sequence[Response]) -> bool:
    starts = {
        response.values.get("billing_start_date") for response in (responses[0], responses[-1])
    }
    return len(starts) == 1
