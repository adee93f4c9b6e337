"""What an answer under load is judged by: whatever it tells alone, or with those right around it.

The judgements are those of `checks`. What takes a quiet server, or a plan, is left to a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.answer import Answer
from reseller_conformance.cases import Case, Expected
from reseller_conformance.checks import agreement, due, errors, http, success, values
from reseller_conformance.checks.agreement import Between
from reseller_conformance.checks.departure import Check, Departure
from reseller_conformance.checks.reading import met
from reseller_conformance.contract import Format
from reseller_conformance.envelope import Looks
from reseller_conformance.exchange import Transport
from reseller_conformance.requirements import CATALOGUE, Requirement
from reseller_conformance.states import LENIENT, State

__all__ = ["Judgement", "due_for", "judged", "judged_together", "put_off", "unheard"]


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
    for concerns, checks in _CHECKS:
        if concerns(answer):
            for requirement, check in checks.items():
                yield Judgement(requirement, answer.case.format, tuple(check(answer)))
    owed = due_for(answer.case)
    # what is no envelope refuses nothing, but lets nobody in either
    if owed is not None and answer.looks is not Looks.NEITHER:
        yield Judgement(owed, answer.case.format, tuple(due.refused(answer)))


def _any(_: Answer) -> bool:
    return True


def _speaks(answer: Answer) -> bool:
    return answer.speaks


def _overview(answer: Answer) -> bool:
    return answer.looks is Looks.OVERVIEW


def _errors(answer: Answer) -> bool:
    return answer.looks is Looks.ERRORS


def _right(answer: Answer) -> bool:
    # why an answer did not come, or not whole, is the topic of `http`
    return answer.speaks and answer.case.expected is Expected.OVERVIEW


def _with(*names: str) -> Callable[[Answer], bool]:
    return lambda answer: _overview(answer) and answer.values.keys() >= set(names)


def _met(topic: str, *but: Requirement) -> dict[Requirement, Check[Answer]]:
    about = (known for known in CATALOGUE if known.topic == topic and known not in but)
    return {requirement: met(requirement) for requirement in about}


_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")

_CHECKS: Sequence[tuple[Callable[[Answer], bool], Mapping[Requirement, Check[Answer]]]] = (
    (
        _any,
        {
            r.HTTP_DELIVERED: http.delivered,
            r.HTTP_IN_TIME: http.in_time,
            r.HTTP_COMPLETE: http.complete,
            r.HTTP_SERVER_ERROR: http.server_error,
            r.HTTP_REDIRECT: http.redirect,
            r.HTTP_BODY: http.body,
            r.HTTP_RETRIES: http.retries,
            r.ERRORS_KEY: errors.key,
        },
    ),
    (
        _speaks,
        {
            **_met("readable"),
            r.HTTP_CONTENT_TYPE: http.content_type,
            r.HTTP_CHARSET: http.charset,
        },
    ),
    (_right, {r.SUCCESS_ANSWERED: success.answered}),
    (_overview, {**_met("success", r.SUCCESS_ANSWERED), r.HTTP_STATUS: http.status}),
    (
        _errors,
        {**_met("errors", r.ERRORS_KEY, r.ERRORS_STEADY), r.HTTP_ERROR_STATUS: http.error_status},
    ),
    (_with("reputation"), {r.VALUES_REPUTATION: values.reputation}),
    (_with("package"), {r.VALUES_PACKAGE: values.package}),
    (_with(*_BALANCE), {r.VALUES_BALANCE: values.balance}),
    (_with(*values.CYCLE), {r.VALUES_CYCLE: values.cycle}),
)


# --- When an error is due ------------------------------------------------------------------------

_DUE: Mapping[str, tuple[Requirement, Requirement, Requirement]] = {
    "task": (r.DUE_TASK_MISSING, r.DUE_TASK_EMPTY, r.DUE_TASK_OTHER),
    "user": (r.DUE_USER_MISSING, r.DUE_USER_EMPTY, r.DUE_USER_UNKNOWN),
    "api_user": (r.DUE_API_USER_MISSING, r.DUE_API_USER_EMPTY, r.DUE_API_USER_WRONG),
    "api_key": (r.DUE_API_KEY_MISSING, r.DUE_API_KEY_EMPTY, r.DUE_API_KEY_WRONG),
}


def due_for(case: Case) -> Requirement | None:
    """Return the requirement by which this call is refused, if it is wrong."""
    if case.task in LENIENT and not case.wrong:
        return r.DUE_TASK_SPELLING
    if not case.wrong:
        return None
    if len(case.wrong) > 1:
        return r.DUE_COMBINED
    name = case.wrong[0]
    missing, empty, other = _DUE[name]
    match case.state(name):
        case State.MISSING:
            return missing
        case State.EMPTY:
            return empty
        case State.FOREIGN:
            return r.DUE_USER_FOREIGN
        case _:
            return other


# --- One after the other -------------------------------------------------------------------------


def judged_together(readings: Sequence[Answer]) -> Iterator[Judgement]:
    """Judge right calls for one customer, made by one user in turn, while others ask as well.

    Three in a row are compared within one billing cycle, at whose end counts start anew.
    """
    for three in zip(readings, readings[1:], readings[2:], strict=False):
        if all(answer.looks is Looks.OVERVIEW for answer in three) and _in_one_cycle(three):
            yield from _between(Between(*three))
    for format in Format:
        same = [answer for answer in readings if answer.case.format is format and _overview(answer)]
        if len(same) > 1:
            yield Judgement(r.VALUES_STEADY, format, tuple(values.steady(same)))


def _between(group: Between) -> Iterator[Judgement]:
    format = group.answer.case.format
    if group.before.case.format is format:
        yield Judgement(r.AGREEMENT_CONCURRENCY, format, tuple(agreement.own(group)))
        return
    yield Judgement(r.AGREEMENT_FORMATS, None, tuple(agreement.formats(group)))
    yield Judgement(r.READABLE_ENCODING, Format.XML, tuple(agreement.misdeclared(group)))
    yield Judgement(r.HTTP_CHARSET, Format.XML, tuple(agreement.overruled(group)))


def _in_one_cycle(answers: Sequence[Answer]) -> bool:
    starts = {answer.values.get("billing_start_date") for answer in (answers[0], answers[-1])}
    return len(starts) == 1
