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
from reseller_conformance.checks.reading import reader_violations
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import CATALOGUE, Requirement

__all__ = ["SINGLE_RESPONSE_RULES", "Rule", "rules_due"]

Concerns = Callable[[Response], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement, the answers that it speaks of, and the check that judges each of them."""

    requirement: Requirement
    subject: Concerns
    check: Check[Response]
    fields: tuple[str, ...] = ()
    """Those that an overview must have in a form that can be read."""


def _whatever(_: Response) -> bool:
    return True


def _speaks(response: Response) -> bool:
    return response.is_readable


def _overview(response: Response) -> bool:
    return response.kind is EnvelopeKind.OVERVIEW


def _errors(response: Response) -> bool:
    return response.kind is EnvelopeKind.ERRORS


def _of_fields(requirement: Requirement, check: Check[Response], *names: str) -> Rule:
    def has_them(response: Response) -> bool:
        return _overview(response) and response.values.keys() >= set(names)

    return Rule(requirement, has_them, check, names)


def _of_topic(topic: str, concerns: Concerns, *but: Requirement) -> Iterator[Rule]:
    for requirement in CATALOGUE:
        if requirement.topic == topic and requirement not in but:
            yield Rule(requirement, concerns, reader_violations(requirement))


_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")

SINGLE_RESPONSE_RULES = (
    Rule(r.SUCCESS_RETURNED, _whatever, success.answered),
    Rule(r.HTTP_DELIVERED, _whatever, http.delivered),
    Rule(r.HTTP_TIMEOUT, _whatever, http.in_time),
    Rule(r.HTTP_COMPLETE, _whatever, http.complete),
    Rule(r.HTTP_SERVER_ERROR, _whatever, http.server_error),
    Rule(r.HTTP_REDIRECT, _whatever, http.redirect),
    Rule(r.HTTP_BODY, _whatever, http.body),
    Rule(r.HTTP_RETRIES, _whatever, http.retries),
    Rule(r.HTTP_STATUS, _overview, http.status),
    Rule(r.HTTP_ERROR_STATUS, _errors, http.error_status),
    Rule(r.HTTP_CONTENT_TYPE, _speaks, http.content_type),
    Rule(r.HTTP_CHARSET, _speaks, http.charset),
    *_of_topic("readable", _speaks),
    *_of_topic("success", _overview, r.SUCCESS_RETURNED),
    Rule(r.ERRORS_NO_KEY_ECHO, _whatever, errors.key),
    *_of_topic("errors", _errors, r.ERRORS_NO_KEY_ECHO, r.ERRORS_DETERMINISTIC),
    _of_fields(r.VALUES_REPUTATION, values.reputation, "reputation"),
    _of_fields(r.VALUES_PACKAGE, values.package, "package"),
    _of_fields(r.VALUES_BALANCE, values.balance, *_BALANCE),
    _of_fields(r.VALUES_CYCLE, values.cycle, *values.CYCLE),
)
"""In the order of the catalogue's topics. `success.returned` speaks of right calls alone."""

_DUE: Mapping[str, tuple[Requirement, Requirement, Requirement]] = {
    "task": (r.REJECTS_TASK_MISSING, r.REJECTS_TASK_EMPTY, r.REJECTS_TASK_OTHER),
    "user": (r.REJECTS_USER_MISSING, r.REJECTS_USER_EMPTY, r.REJECTS_USER_UNKNOWN),
    "api_user": (r.REJECTS_API_USER_MISSING, r.REJECTS_API_USER_EMPTY, r.REJECTS_API_USER_WRONG),
    "api_key": (r.REJECTS_API_KEY_MISSING, r.REJECTS_API_KEY_EMPTY, r.REJECTS_API_KEY_WRONG),
}


def rules_due(case: Case) -> Requirement | None:
    """Return the requirement by which this call is refused, if it is wrong."""
    if case.task in LENIENT and not case.invalid:
        return r.REJECTS_TASK_SPELLING
    if not case.invalid:
        return None
    if len(case.invalid) > 1:
        return r.REJECTS_COMBINED
    name = case.invalid[0]
    missing, empty, other = _DUE[name]
    match case.state(name):
        case State.MISSING:
            return missing
        case State.EMPTY:
            return empty
        case State.FOREIGN:
            return r.REJECTS_USER_FOREIGN
        case state if name == "user" and state in ADDRESSES:
            return r.REJECTS_USER_ADDRESS
        case _:
            return other
