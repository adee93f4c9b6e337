"""Why are valid calls refused: a lockout, a firewall, a quota, or the target's own fault?

`environment` watches the calls and gives the evidence. Nothing is sent here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.risks import (
    attack_texts,
    holds_attack_text,
    may_fail_login,
)
from reseller_conformance.checks.firewall import is_firewall_response, is_no_envelope
from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import retry_after_too_long
from reseller_conformance.contract import CREDENTIALS
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote

__all__ = [
    "MIN_OTHERS",
    "Evidence",
    "cause_of_refusal",
    "ended",
    "fails_otherwise",
    "form_of",
    "is_documented",
    "is_quota",
    "lock_note",
    "refuses_as_locked",
    "turns_away",
    "words_of",
]

MIN_OTHERS = 30
"""After so many other invalid calls a refusal is due to the credentials of the latest ones."""

MIN_LOGINS = 2
"""Failed logins before a lockout: one that spoils the next valid call is a fault."""

MANY_LOGINS = 9
"""After so many failed logins a refusal is a lockout, even if the latest also lacked more.

Locks allow three to ten of them (OWASP), and a fault that counts other calls shows sooner.
"""

LOCKED, PAYMENT_REQUIRED, TOO_MANY_REQUESTS, UNAVAILABLE = 423, 402, 429, 503

LOCK_STATUSES = (401, LOCKED, TOO_MANY_REQUESTS)
SHORT_LOCK_STATUSES = (*LOCK_STATUSES, 403)
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when valid calls are refused.

    `recent` are the responses since the last valid call that was answered, `logins` those of them
    that may have failed the login, and `refused` the responses to the control calls. The numbers
    are those of all calls so far.
    """

    recent: Sequence[Response]
    logins: Sequence[Response]
    refused: Sequence[Response]
    depth: Depth
    calls: int
    failed_logins: int
    wrong_credentials: int
    others_answered: int
    """Calls that are invalid otherwise, after which a valid call was answered."""
    attacks_answered: bool
    """Whether a valid call was answered after a text that looks like an attack."""
    of_one_customer: bool = False
    """Whether other customers are still answered."""
    logins_of_customer: int = 0
    """The failed logins so far of the first customer who is refused."""


def cause_of_refusal(evidence: Evidence) -> EnvironmentNote | None:
    """Return what refuses valid calls; None where it is the target's own fault."""
    refused = evidence.refused
    if any(map(_fails_by_itself, refused)):
        return None
    locked = _follows_failed_logins(evidence)
    attacks = [a for a in evidence.recent if holds_attack_text(a.case)]
    as_lock = any(map(_is_refused_as_locked, refused))
    if locked and (as_lock or evidence.attacks_answered or not attacks):
        names_quota = all(map(_names_quota, refused)) and not any(map(_names_lock, refused))
        return _quota(evidence) if names_quota else _lockout(evidence)
    if evidence.of_one_customer:
        return None
    if all(map(_names_lock, refused)) and evidence.calls > MIN_LOGINS * len(refused):
        return _lockout(evidence)
    if all(_names_quota(a) or _is_rate_limited(a) for a in refused):
        return _quota(evidence)
    if attacks and not as_lock:
        return _ban(evidence, len(attacks))
    return _block(evidence) if all(map(_is_page, refused)) else None


def _follows_failed_logins(evidence: Evidence) -> bool:
    """Say whether the refusal began with the latest calls that may have failed the login."""
    logins, enough = evidence.logins, evidence.failed_logins
    if evidence.of_one_customer:
        # the response to a failed login may be remembered for this customer: that is a fault
        is_new = all(map(turns_away, evidence.refused))
        enough = evidence.logins_of_customer if is_new else len(logins)
    if not logins or enough < MIN_LOGINS or _refused_before(evidence.recent, logins):
        return False
    # a fault may count calls without a customer
    few = evidence.others_answered < MIN_OTHERS
    if few and evidence.failed_logins >= MANY_LOGINS:
        few = not all(
            _is_refused_as_locked(a) and not _is_rate_limited(a) for a in evidence.refused
        )
    return not (few and all(fails_otherwise(a.case) for a in logins))


def _is_refused_as_locked(response: Response) -> bool:
    return response.kind is EnvelopeKind.ERRORS or response.exchange.status in LOCK_STATUSES


def _refused_before(recent: Sequence[Response], logins: Sequence[Response]) -> bool:
    """Say whether a valid call was refused before the first of these began."""
    customers = {a.case.customer for a in logins}
    first = min(a.exchange.began for a in logins)
    return any(
        is_documented(a.case)
        and a.case.customer in customers
        and a.was_sent
        and a.kind is not EnvelopeKind.OVERVIEW
        and ended(a) <= first
        for a in recent
    )


# --- What a response says ------------------------------------------------------------------------


def turns_away(response: Response) -> bool:
    """Say whether a protection may have refused this call: without an envelope, or as a lock.

    A failed login with only its name written like an attack counts for a lock like any other. So
    does a 429 (RFC 6585), or a page that names a lock: no firewall stops a text with these.
    """
    case = response.case
    is_attack = holds_attack_text(case) and (attack_texts(case) or not may_fail_login(case))
    if not response.was_sent or case.method == "HEAD":
        return False
    if is_attack and response.exchange.status != TOO_MANY_REQUESTS and not _names_lock(response):
        return False
    if is_no_envelope(response):
        return not _fails_by_itself(response)
    return response.kind is EnvelopeKind.ERRORS and _names_lock(response)


def refuses_as_locked(response: Response) -> bool:
    """Say whether a lock may have refused this call, by what the response says."""
    return turns_away(response) and response.exchange.status in SHORT_LOCK_STATUSES


def is_quota(response: Response) -> bool:
    """Say whether a quota is used up for longer than a run may wait."""
    return response.exchange.status == TOO_MANY_REQUESTS and retry_after_too_long(response.exchange)


def _is_rate_limited(response: Response) -> bool:
    status = response.exchange.status
    may_wait = response.exchange.header("Retry-After") is not None
    return status == TOO_MANY_REQUESTS or (status == UNAVAILABLE and may_wait)


def _names_lock(response: Response) -> bool:
    return response.exchange.status == LOCKED or bool(_LOCK.search(_text(response)))


def _names_quota(response: Response) -> bool:
    is_paid = response.exchange.status == PAYMENT_REQUIRED
    return is_paid or bool(_QUOTA.search(_text(response)))


def _text(response: Response) -> str:
    return response.exchange.body[:_SEARCHED_BYTES].decode("utf-8", "replace")


def _is_page(response: Response) -> bool:
    return response.exchange.status in PAGE_STATUSES and is_firewall_response(response)


def _fails_by_itself(response: Response) -> bool:
    """Say whether the target crashes or does not answer, which no lock does."""
    problem, status = response.exchange.problem, response.exchange.status or 0
    dropped = problem is not None and problem.kind is TransportErrorKind.DROPPED
    crashed = status >= 500 and status != UNAVAILABLE
    return crashed or (problem is not None and not dropped)


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


# --- What is reported ----------------------------------------------------------------------------


def _lockout(evidence: Evidence) -> EnvironmentNote:
    row, wrong = len(evidence.logins), evidence.wrong_credentials
    whose = "of one customer " if evidence.of_one_customer else ""
    bound = f"bound such calls with --wrong-credentials {max(1, row // 2)}, or "
    quota = ", or a quota is used up" if all(map(_is_rate_limited, evidence.refused)) else ""
    return EnvironmentNote(
        EnvironmentKind.LOCKOUT,
        f"the account {whose}is locked{quota} after {wrong} calls with wrong credentials and "
        f"{evidence.failed_logins - wrong} without all of them, at most {row} in a row: "
        f"valid calls get {evidence.refused[0].summary}",
        wrong,
        f"exempt the test account from the lock{' or the quota' if quota else ''}, {bound}leave "
        "wrong credentials out with --wrong-credentials 0",
    )


def lock_note(effect: str, wrong: int) -> EnvironmentNote:
    """Return the note of a lock that has this effect, while control calls are answered."""
    return EnvironmentNote(
        EnvironmentKind.LOCKOUT,
        f"after {wrong} calls with wrong credentials {effect}",
        wrong,
        "exempt the test account from the lock, or leave wrong credentials out with "
        "--wrong-credentials 0",
    )


def _quota(evidence: Evidence) -> EnvironmentNote:
    control = evidence.refused[0]
    wait = control.exchange.header("Retry-After")
    said = f"HTTP {control.exchange.status}{f' with Retry-After: {wait}' if wait else ''}"
    depths = list(Depth)  # the one that makes the fewest calls is the first
    fewer = depths[: depths.index(evidence.depth)][-1:]
    fewer_calls = f", or make fewer calls with --depth {fewer[0]}" if fewer else ""
    return EnvironmentNote(
        EnvironmentKind.QUOTA,
        f"the quota is used up: {said} after {evidence.calls} calls",
        evidence.calls,
        f"raise the quota of the test account{fewer_calls}",
    )


def _ban(evidence: Evidence, attacks: int) -> EnvironmentNote:
    return EnvironmentNote(
        EnvironmentKind.FIREWALL,
        f"a firewall blocks all calls ({evidence.refused[0].summary}) after {attacks} with texts "
        "that look like an attack",
        attacks,
        "exempt the address of the suite from the firewall's bans",
    )


def _block(evidence: Evidence) -> EnvironmentNote:
    return EnvironmentNote(
        EnvironmentKind.FIREWALL,
        f"something in front of the implementation blocks all calls after {evidence.calls}: "
        f"{evidence.refused[0].summary}",
        evidence.calls,
        "exempt the address and the account of the suite from what blocks them",
    )
