"""What an answer under load is judged by: whatever it tells alone, or with those right around it.

The judgements are those of `checks`. What takes a quiet server, or a plan, is left to a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Expected
from reseller_conformance.checks import consistency, rejects, values
from reseller_conformance.checks.alone import ALONE, due_for
from reseller_conformance.checks.consistency import Between
from reseller_conformance.checks.moving_counters import wavering
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.contract import Format
from reseller_conformance.envelope import Looks
from reseller_conformance.exchange import Transport
from reseller_conformance.requirements import Requirement

__all__ = ["Judgement", "judged", "judged_together", "put_off", "unheard"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One look at one requirement: in a format (None: in both together), and what departs."""

    requirement: Requirement
    format: Format | None
    departures: tuple[Departure, ...]


def put_off(answer: Answer) -> bool:
    """Say whether the gateway wants fewer calls, which is its own business (specification, 6)."""
    exchange = answer.exchange
    return exchange.status == 429 or (
        exchange.status == 503 and exchange.header("Retry-After") is not None
    )


def unheard(answer: Answer) -> bool:
    """Say whether there was nobody to ask."""
    problem = answer.exchange.problem
    return problem is not None and problem.kind is Transport.UNREACHABLE


# --- One answer ----------------------------------------------------------------------------------


def judged(answer: Answer) -> Iterator[Judgement]:
    """Judge one answer that was not put off."""
    format = answer.case.format
    for rule in ALONE:
        if rule.requirement is r.SUCCESS_ANSWERED and not _right(answer):
            continue
        if rule.concerns(answer):
            yield Judgement(rule.requirement, format, tuple(rule.check(answer)))
    owed = due_for(answer.case)
    # what is no envelope refuses nothing, but lets nobody in either
    if owed is not None and answer.looks is not Looks.NEITHER:
        yield Judgement(owed, format, tuple(rejects.refused(answer)))


def _right(answer: Answer) -> bool:
    # why an answer did not come, or not whole, is the topic of `http`
    return answer.speaks and answer.case.expected is Expected.OVERVIEW


# --- One after the other -------------------------------------------------------------------------


def judged_together(readings: Sequence[Answer]) -> Iterator[Judgement]:
    """Judge right calls for one customer, made by one user in turn, while others ask as well.

    Three in a row are compared within one billing cycle, at whose end counts start anew.
    """
    for three in zip(readings, readings[1:], readings[2:], strict=False):
        if all(answer.looks is Looks.OVERVIEW for answer in three) and _in_one_cycle(three):
            formats = {answer.case.format for answer in three}
            yield from _between(Between(*three, wavering=wavering(readings, formats)))
    for format in Format:
        same = [
            answer
            for answer in readings
            if answer.case.format is format and answer.looks is Looks.OVERVIEW
        ]
        if len(same) > 1:
            yield Judgement(r.VALUES_STEADY, format, tuple(values.steady(same)))


def _between(group: Between) -> Iterator[Judgement]:
    format = group.answer.case.format
    if group.before.case.format is format:
        yield Judgement(r.AGREEMENT_CONCURRENCY, format, tuple(consistency.own(group)))
        return
    yield Judgement(r.AGREEMENT_FORMATS, None, tuple(consistency.formats(group)))
    yield Judgement(r.AGREEMENT_WHITE_SPACE, None, tuple(consistency.white_space(group)))
    yield Judgement(r.READABLE_ENCODING, Format.XML, tuple(consistency.misdeclared(group)))
    yield Judgement(r.HTTP_CHARSET, Format.XML, tuple(consistency.overruled(group)))


def _in_one_cycle(answers: Sequence[Answer]) -> bool:
    starts = {answer.values.get("billing_start_date") for answer in (answers[0], answers[-1])}
    return len(starts) == 1
