"""Reads one refusal: does it look like a lock, a quota, a firewall, or is there no response?

`environment_cause` and `doubtful_refusals` decide from that what refuses the calls.
"""

from __future__ import annotations

import re

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import attack_texts, holds_attack_text, may_fail_login
from reseller_conformance.checks.firewall import is_firewall_response, is_no_envelope
from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import retry_after_too_long
from reseller_conformance.contract import CREDENTIALS
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind

__all__ = [
    "ended",
    "fails_by_itself",
    "fails_otherwise",
    "form_of",
    "is_documented",
    "is_lost",
    "is_protection_page",
    "is_quota",
    "is_rate_limited",
    "is_unreachable",
    "may_be_lock",
    "may_be_protection",
    "names_lock",
    "names_quota",
    "refuses_as_locked",
    "turns_away",
    "words_of",
]

LOCKED, PAYMENT_REQUIRED, TOO_MANY_REQUESTS, UNAVAILABLE = 423, 402, 429, 503

LOCK_STATUSES = (401, LOCKED, TOO_MANY_REQUESTS)
SHORT_LOCK_STATUSES = (*LOCK_STATUSES, 403)
SILENCE = (TransportErrorKind.UNREACHABLE, TransportErrorKind.TIMEOUT)
PAGE_STATUSES = (200, 401, 403, 406, TOO_MANY_REQUESTS)

_LOCK = re.compile(
    r"\block(?:ed|out)\b|\bsuspended\b|\battempts\b|too many (?:failed|invalid|wrong|log)", re.I
)
_QUOTA = re.compile(
    r"\bquota\b|\brate.?limit|\blimit (?:is |was )?(?:exceeded|reached)|too many (?:requests|calls)"
    r"|\bthrottl",
    re.I,
)
_NUMBER = re.compile(r"\d+")
_SEARCHED_BYTES = 2000


def turns_away(response: Response) -> bool:
    """Say whether a protection may have refused this call: without an envelope, or as a lock.

    A failed login with only its name written like an attack counts for a lock like any other. So
    does a 429 (RFC 6585), or a page that names a lock: no firewall stops a text with these.
    """
    case = response.case
    is_attack = holds_attack_text(case) and (attack_texts(case) or not may_fail_login(case))
    if not response.was_sent or case.method == "HEAD":
        return False
    if is_attack and response.exchange.status != TOO_MANY_REQUESTS and not names_lock(response):
        return False
    if is_no_envelope(response):
        return not fails_by_itself(response)
    return response.kind is EnvelopeKind.ERRORS and names_lock(response)


def may_be_lock(response: Response) -> bool:
    """Say whether a lock may refuse valid calls like this: in an envelope, or by a status."""
    return response.kind is EnvelopeKind.ERRORS or response.exchange.status in LOCK_STATUSES


def may_be_protection(response: Response) -> bool:
    """Say whether a protection may have refused this: no envelope, a 429, or words of a lock."""
    if is_lost(response) or fails_by_itself(response):
        return False
    return is_no_envelope(response) or is_rate_limited(response) or names_lock(response)


def refuses_as_locked(response: Response) -> bool:
    """Say whether a lock may have refused this call, by what the response says."""
    return turns_away(response) and response.exchange.status in SHORT_LOCK_STATUSES


def is_quota(response: Response) -> bool:
    """Say whether a quota is used up for longer than a run may wait."""
    return response.exchange.status == TOO_MANY_REQUESTS and retry_after_too_long(response.exchange)


def is_rate_limited(response: Response) -> bool:
    """Say whether too many calls were made in a short time (RFC 6585, 4; RFC 9110, 15.6.4)."""
    status = response.exchange.status
    may_wait = response.exchange.header("Retry-After") is not None
    return status == TOO_MANY_REQUESTS or (status == UNAVAILABLE and may_wait)


def names_lock(response: Response) -> bool:
    """Say whether the status (RFC 4918, 11.3) or the text names a lock."""
    return response.exchange.status == LOCKED or bool(_LOCK.search(_text(response)))


def names_quota(response: Response) -> bool:
    """Say whether the status or the text names a quota or a rate limit."""
    is_paid = response.exchange.status == PAYMENT_REQUIRED
    return is_paid or bool(_QUOTA.search(_text(response)))


def _text(response: Response) -> str:
    return response.exchange.body[:_SEARCHED_BYTES].decode("utf-8", "replace")


def is_protection_page(response: Response) -> bool:
    """Say whether a firewall or a proxy may have sent this page."""
    return response.exchange.status in PAGE_STATUSES and is_firewall_response(response)


def fails_by_itself(response: Response) -> bool:
    """Say whether the target crashes or does not answer, which no lock does."""
    problem, status = response.exchange.problem, response.exchange.status or 0
    dropped = problem is not None and problem.kind is TransportErrorKind.DROPPED
    crashed = status >= 500 and status != UNAVAILABLE
    return crashed or (problem is not None and not dropped)


def is_unreachable(response: Response) -> bool:
    """Say whether the target cannot be reached, or says nothing: a packet filter may be why."""
    problem = response.exchange.problem
    is_silent = problem is not None and problem.kind in SILENCE
    return is_silent and is_lost(response)


def is_lost(response: Response) -> bool:
    """Say whether no response arrived."""
    return response.exchange.status is None


def form_of(response: Response) -> tuple[object, ...]:
    """Return what a refusal looks like: an error envelope, a status, or a lost connection."""
    if response.kind is EnvelopeKind.ERRORS and not is_no_envelope(response):
        return (EnvelopeKind.ERRORS,)
    problem = response.exchange.problem
    return response.kind, response.exchange.status, problem and problem.kind


def words_of(response: Response) -> tuple[object, ...]:
    """Return what a refusal says, apart from numbers: a lock may tell how long it lasts."""
    form = form_of(response)
    if form != (EnvelopeKind.ERRORS,):
        return form
    texts = (_NUMBER.sub("0", text) for text in response.errors)
    return *form, response.exchange.status, *texts


def is_documented(case: Case) -> bool:
    """Say whether this is the documented call."""
    return case == Case(case.format, customer=case.customer, repeat=case.repeat)


def fails_otherwise(case: Case) -> bool:
    """Say whether more is wrong with a call than its credentials."""
    return any(name not in CREDENTIALS for name in case.invalid)


def ended(response: Response) -> float:
    """Return when the response was there."""
    return response.exchange.began + response.exchange.seconds
