"""Why are valid calls refused: a lockout, a firewall, a quota, or the target's own fault?

`environment` watches the calls and gives the evidence, `refusals` reads single responses. Nothing
is sent here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.risks import holds_attack_text
from reseller_conformance.checks.response import Response
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote
from reseller_conformance.suite.refusals import (
    ended,
    fails_by_itself,
    fails_otherwise,
    is_documented,
    is_lost,
    is_protection_page,
    is_rate_limited,
    is_unreachable,
    may_be_lock,
    names_lock,
    names_quota,
    turns_away,
)

__all__ = [
    "MIN_LOGINS",
    "MIN_OTHERS",
    "Evidence",
    "cause_of_refusal",
    "hint_of_silence",
    "lock_note",
]

MIN_OTHERS = 30
"""After so many other invalid calls a refusal is due to the credentials of the latest ones."""

MIN_LOGINS = 2
"""Failed logins before a lockout: one that spoils the next valid call is a fault."""

MANY_LOGINS = 9
"""After so many failed logins a refusal is a lockout, even if the latest also lacked more.

Locks allow three to ten of them (OWASP), and a fault that counts other calls shows sooner.
"""

MIN_BANNED = 3
"""Failed logins, or texts that look like an attack, after which silence may be a ban."""

MAX_BAN_DELAY_SECONDS = 3.0
"""From a failed login to a ban of the address: fail2ban reads the server's log first."""

SILENCE_HINT = (
    "nothing gets through any more after {}. If the target is up, a filter such as fail2ban may "
    "ban the address of the suite: exempt it"
)


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
    login_ended: float
    """When the latest failed login that got a response had it."""
    of_one_customer: bool = False
    """Whether other customers are still answered."""
    logins_of_customer: int = 0
    """The failed logins so far of the first customer who is refused."""


def cause_of_refusal(evidence: Evidence) -> EnvironmentNote | None:
    """Return what refuses valid calls; None where it is the target's own fault."""
    refused = evidence.refused
    if any(map(fails_by_itself, refused)):
        return None
    locked = _follows_failed_logins(evidence)
    attacks = [a for a in evidence.recent if holds_attack_text(a.case)]
    as_lock = any(map(may_be_lock, refused))
    if locked and (as_lock or evidence.attacks_answered or not attacks):
        is_used_up = all(map(names_quota, refused)) and not any(map(names_lock, refused))
        return _quota(evidence) if is_used_up else _lockout(evidence)
    if evidence.of_one_customer:
        return None
    if all(map(names_lock, refused)) and evidence.calls > MIN_LOGINS * len(refused):
        return _lockout(evidence)
    if all(names_quota(a) or is_rate_limited(a) for a in refused):
        return _quota(evidence)
    if attacks and not as_lock:
        return _ban(evidence, len(attacks))
    return _block(evidence) if all(map(is_protection_page, refused)) else None


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
        few = not all(may_be_lock(a) and not is_rate_limited(a) for a in evidence.refused)
    return not (few and all(fails_otherwise(a.case) for a in logins))


def hint_of_silence(evidence: Evidence) -> str:
    """Return what may have banned the address, if nothing gets through any more.

    A ban by the packet filter (fail2ban) looks like a target that is down, which is a violation.
    """
    calls = [a for a in (*evidence.recent, *evidence.refused) if a.was_sent]
    lost = [a for a in calls if is_unreachable(a)]
    if not lost or evidence.of_one_customer:
        return ""
    noticed = min(map(ended, lost))
    if any(a.exchange.began >= noticed and not is_lost(a) for a in calls):
        return ""
    delay = min(a.exchange.began for a in lost) - evidence.login_ended
    logins = evidence.failed_logins - sum(map(is_lost, evidence.logins))
    attacks = sum(holds_attack_text(a.case) and not is_lost(a) for a in evidence.recent)
    if logins >= MIN_BANNED and delay <= MAX_BAN_DELAY_SECONDS:
        return SILENCE_HINT.format(f"{logins} failed logins")
    if attacks >= MIN_BANNED:
        return SILENCE_HINT.format(f"{attacks} texts that look like an attack")
    return ""


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


# --- What is reported ----------------------------------------------------------------------------


def _lockout(evidence: Evidence) -> EnvironmentNote:
    row, wrong = len(evidence.logins), evidence.wrong_credentials
    whose = "of one customer " if evidence.of_one_customer else ""
    bound = f"bound such calls with --wrong-credentials {max(1, row // 2)}, or "
    quota = ", or a quota is used up" if all(map(is_rate_limited, evidence.refused)) else ""
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
