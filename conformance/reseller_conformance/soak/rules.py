"""What an answer under load is judged by: whatever it tells alone, or with those right around it.

The judgements are those of `checks`. What takes a quiet server, or a plan, is left to a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Expected
from reseller_conformance.checks import consistency, rejects, values
from reseller_conformance.checks.alone import SINGLE_RESPONSE_RULES, rules_due
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import moving_counters
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.requirements import Requirement

__all__ = ["RuleResult", "is_unreachable", "judged", "judged_together"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One look at one requirement: in a format (None: in both together), and what departs."""

    requirement: Requirement
    format: Format | None
    departures: tuple[Violation, ...]


def is_unreachable(response: Response) -> bool:
    """Say whether there was nobody to ask."""
    problem = response.exchange.problem
    return problem is not None and problem.kind is TransportErrorKind.UNREACHABLE


# --- One answer ----------------------------------------------------------------------------------


def judged(response: Response) -> Iterator[RuleResult]:
    """Judge one answer that was not put off."""
    format = response.case.format
    for rule in SINGLE_RESPONSE_RULES:
        if rule.requirement is r.SUCCESS_RETURNED and not _right(response):
            continue
        if rule.subject(response):
            yield RuleResult(rule.requirement, format, tuple(rule.check(response)))
    owed = rules_due(response.case)
    # what is no envelope refuses nothing, but lets nobody in either
    if owed is not None and response.kind is not EnvelopeKind.UNKNOWN:
        yield RuleResult(owed, format, tuple(rejects.refused(response)))


def _right(response: Response) -> bool:
    # why an answer did not come, or not whole, is the topic of `http`
    return response.is_readable and response.case.expected is Expected.OVERVIEW


# --- One after the other -------------------------------------------------------------------------


def judged_together(readings: Sequence[Response]) -> Iterator[RuleResult]:
    """Judge right calls for one customer, made by one user in turn, while others ask as well.

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
    yield RuleResult(r.CONSISTENCY_FORMATS, None, tuple(consistency.formats(group)))
    yield RuleResult(r.CONSISTENCY_WHITE_SPACE, None, tuple(consistency.white_space(group)))
    yield RuleResult(
        r.READABLE_ENCODING, Format.XML, tuple(consistency.declares_wrong_encoding(group))
    )
    yield RuleResult(r.HTTP_CHARSET, Format.XML, tuple(consistency.charset_overrides(group)))


def _in_one_cycle(responses: Sequence[Response]) -> bool:
    starts = {
        response.values.get("billing_start_date") for response in (responses[0], responses[-1])
    }
    return len(starts) == 1
