"""What one answer tells by itself: each requirement, the answers that it speaks of, and its check.

For whoever judges answers without a plan around them, saved or under load. Which of them can be
judged there is left to `offline` and `soak`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import ADDRESSES, LENIENT, State
from reseller_conformance.checks import errors, http, success, values
from reseller_conformance.checks.reading import met
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Check
from reseller_conformance.envelope import Looks
from reseller_conformance.requirements import CATALOGUE, Requirement

__all__ = ["ALONE", "Alone", "due_for"]

Concerns = Callable[[Answer], bool]


@dataclass(frozen=True, slots=True)
class Alone:
    """A requirement, the answers that it speaks of, and the check that judges each of them."""

    requirement: Requirement
    concerns: Concerns
    check: Check[Answer]
    fields: tuple[str, ...] = ()
    """Those that an overview must have in a form that can be read."""


def _whatever(_: Answer) -> bool:
    return True


def _speaks(answer: Answer) -> bool:
    return answer.speaks


def _overview(answer: Answer) -> bool:
    return answer.looks is Looks.OVERVIEW


def _errors(answer: Answer) -> bool:
    return answer.looks is Looks.ERRORS


def _of_fields(requirement: Requirement, check: Check[Answer], *names: str) -> Alone:
    def has_them(answer: Answer) -> bool:
        return _overview(answer) and answer.values.keys() >= set(names)

    return Alone(requirement, has_them, check, names)


def _of_topic(topic: str, concerns: Concerns, *but: Requirement) -> Iterator[Alone]:
    for requirement in CATALOGUE:
        if requirement.topic == topic and requirement not in but:
            yield Alone(requirement, concerns, met(requirement))


_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")

ALONE = (
    Alone(r.SUCCESS_ANSWERED, _whatever, success.answered),
    Alone(r.HTTP_DELIVERED, _whatever, http.delivered),
    Alone(r.HTTP_IN_TIME, _whatever, http.in_time),
    Alone(r.HTTP_COMPLETE, _whatever, http.complete),
    Alone(r.HTTP_SERVER_ERROR, _whatever, http.server_error),
    Alone(r.HTTP_REDIRECT, _whatever, http.redirect),
    Alone(r.HTTP_BODY, _whatever, http.body),
    Alone(r.HTTP_RETRIES, _whatever, http.retries),
    Alone(r.HTTP_STATUS, _overview, http.status),
    Alone(r.HTTP_ERROR_STATUS, _errors, http.error_status),
    Alone(r.HTTP_CONTENT_TYPE, _speaks, http.content_type),
    Alone(r.HTTP_CHARSET, _speaks, http.charset),
    *_of_topic("readable", _speaks),
    *_of_topic("success", _overview, r.SUCCESS_ANSWERED),
    Alone(r.ERRORS_KEY, _whatever, errors.key),
    *_of_topic("errors", _errors, r.ERRORS_KEY, r.ERRORS_STEADY),
    _of_fields(r.VALUES_REPUTATION, values.reputation, "reputation"),
    _of_fields(r.VALUES_PACKAGE, values.package, "package"),
    _of_fields(r.VALUES_BALANCE, values.balance, *_BALANCE),
    _of_fields(r.VALUES_CYCLE, values.cycle, *values.CYCLE),
)
"""In the order of the catalogue's topics. `success.answered` speaks of right calls alone."""

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
        case state if name == "user" and state in ADDRESSES:
            return r.DUE_USER_ADDRESS
        case _:
            return other
