"""Watches for what stands in front of a target: a lockout, a firewall's ban, a quota.

Calls that may fail the login go in short rows. After each row a control call shows whether a valid
call is still answered. Where it is not, no more calls are made, and the responses since the last
valid call that was answered count as calls that were not made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import (
    CREDENTIALS,
    holds_attack_text,
    longest_row,
    may_fail_login,
    sends_wrong_credentials,
)
from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import retry_after_too_long
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["NO_WRONG_CREDENTIALS", "Environment", "Remaining"]

NO_WRONG_CREDENTIALS = "--wrong-credentials 0 leaves out calls with wrong credentials"
"""Why a call was not made where the operator allows no wrong credentials."""

MAX_CONTROLS = 4
"""Control calls, for different customers and formats, before valid calls count as refused."""

FIRST_STRANGE_ROW = 3
"""Responses in a row that are no envelope, before a control call looks into it."""

MIN_OTHERS = 30
"""After so many other invalid calls a refusal is due to the credentials of the latest ones."""

LOCK_STATUSES = (401, 423, 429)

Whose = tuple[Format, int]


class Remaining:
    """Sequences of calls that are still to be sent; one may be put back."""

    def __init__(self, sequences: Iterable[Sequence[Case]]) -> None:
        """Start with all of them."""
        self._sequences = iter(sequences)
        self._returned: list[Sequence[Case]] = []

    def __iter__(self) -> Iterator[Sequence[Case]]:
        """Return this, which is its own iterator."""
        return self

    def __next__(self) -> Sequence[Case]:
        """Return the next sequence."""
        return self._returned.pop() if self._returned else next(self._sequences)

    def put_back(self, sequence: Sequence[Case]) -> None:
        """Have this sequence be the next one."""
        self._returned.append(sequence)

    def __bool__(self) -> bool:
        """Return whether any is left."""
        for sequence in self:
            self.put_back(sequence)
            return True
        return False


class Environment:
    """What one session knows of the protection in front of its target."""

    def __init__(self, session: TargetSession, longest: int) -> None:
        """Watch this session; a row of wrong credentials has at most `longest` calls."""
        self._session = session
        self._longest = longest
        self.note: EnvironmentNote | None = None
        """What ended the calls; None as long as valid calls are answered."""
        self._answered: dict[Whose, None] = {}
        self._recent: list[Response] = []
        self._proven = 0  # the longest row after which a valid call was answered
        self._attacks_proven = False
        self._others_proven = 0  # other invalid calls after which a valid call was answered
        self._logins = 0
        self._wrong = 0  # those of them that send wrong credentials
        self._calls = 0
        self._is_due = False
        self._broken = False
        self._strange = 0
        self._strange_limit = FIRST_STRANGE_ROW

    # --- What may be sent --------------------------------------------------------------------

    def reason_to_leave_out(self, case: Case) -> str:
        """Return why this call is not made; nothing where it may be made."""
        if self.note:
            return self.note.reason
        return NO_WRONG_CREDENTIALS if not self._longest and sends_wrong_credentials(case) else ""

    def row(
        self, sequences: Remaining, goes_at_once: Callable[[], bool]
    ) -> Iterator[Sequence[Case]]:
        """Yield sequences until a control call is due.

        It comes between other invalid calls and those that may fail the login, so that a refusal
        has one cause; but not in a crowd, which goes at once.
        """
        logins = others = 0
        if not self._is_blind and self._others_proven < MIN_OTHERS:
            others = sum(_is_other(a.case) for a in self._recent)
        for sequence in sequences:
            new, mixed = longest_row(sequence), any(map(_is_other, sequence))
            apart = not goes_at_once() and not self._is_blind
            self._is_due = bool(apart and new and others and self._others_proven < MIN_OTHERS)
            full = logins and (logins + new > self._row_limit or (apart and mixed and not new))
            if self._is_due or full:
                sequences.put_back(sequence)
                return
            logins, others = logins + new, others + mixed
            yield sequence

    @property
    def _row_limit(self) -> int:
        """How many calls in a row may fail the login: the more were answered, the more."""
        return max(1, min(self._longest, 2 * self._proven))

    # --- What came back ----------------------------------------------------------------------

    def take(self, response: Response) -> None:
        """Take in a response, in the order in which they end."""
        if self._broken:
            return
        if not response.was_sent:
            self._recent.append(response)
            return
        self._calls += 1
        self._logins += may_fail_login(response.case)
        self._wrong += sends_wrong_credentials(response.case)
        self._strange = self._strange + 1 if response.kind is EnvelopeKind.UNKNOWN else 0
        if _is_documented(response.case) and response.kind is EnvelopeKind.OVERVIEW:
            self._settle_before(response)
        else:
            self._recent.append(response)

    def _settle_before(self, response: Response) -> None:
        began = response.exchange.began
        settled = [a for a in self._recent if _ended(a) <= began]
        self._proven = max(self._proven, sum(may_fail_login(a.case) for a in settled))
        self._attacks_proven |= any(holds_attack_text(a.case) for a in settled)
        self._others_proven += sum(_fails_otherwise(a.case) for a in settled)
        self._recent = [a for a in self._recent if _ended(a) > began]
        self._answered[_whose(response.case)] = None

    @property
    def _is_blind(self) -> bool:
        """Whether control calls say nothing: none was answered before, or no more is answered."""
        return self._broken or not self._answered

    @property
    def is_suspicious(self) -> bool:
        """Whether a control call should look into what came back, before more is sent."""
        if self.note or self._is_blind:
            return False
        if self._strange >= self._strange_limit:
            return True
        return any(
            _is_quota(a) or (_is_documented(a.case) and self._was_answered(a.case))
            for a in self._recent
        )

    def settle(self) -> list[Response]:
        """Make control calls where they are due; return the responses that count for nothing."""
        if self.note or self._is_blind:
            return []
        logins = [a for a in self._recent if a.was_sent and may_fail_login(a.case)]
        if not logins and not self.is_suspicious and not self._is_due:
            return []
        self._is_due = False
        recent = list(self._recent)
        refused = self._controls(logins)
        if self._strange >= self._strange_limit:
            self._strange, self._strange_limit = 0, 2 * self._strange_limit
        if not refused:
            return []
        self.note = self._cause(recent, logins, refused)
        self._broken = self.note is None
        forms = {_form(control) for control in refused}
        return [a for a in recent if not a.was_sent or _form(a) in forms] if self.note else []

    def _controls(self, logins: Sequence[Response]) -> list[Response]:
        """Return the control calls if all of them were refused; nothing if one was answered.

        A lockout refuses all customers in both formats. A server that answers one of them, or
        that refuses a valid call only once, has a fault of its own.
        """
        latest = [_whose(a.case) for a in reversed(logins) if self._was_answered(a.case)]
        known = list(dict.fromkeys([*latest, *self._answered]))
        spread = dict.fromkeys([*known[:1], *_unlike(known), *known])
        chosen = [*spread][:MAX_CONTROLS]
        chosen += chosen[:1] * (len(chosen) == 1)
        refused: list[Response] = []
        for format, customer in chosen:
            [control] = self._session.controls.send(Case(format, customer=customer))
            if not control.was_sent:
                # a circuit is open: valid calls were put off for too long, or nothing is sent
                put_off = [a for a in self._recent if _is_documented(a.case) and _is_quota(a)]
                self._broken = not put_off
                return [*refused, *put_off] if put_off else []
            if control.kind is EnvelopeKind.OVERVIEW:
                return []
            refused.append(control)
        return refused

    def _was_answered(self, case: Case) -> bool:
        return _whose(case) in self._answered

    # --- What it means -----------------------------------------------------------------------

    def _cause(
        self,
        recent: Sequence[Response],
        logins: Sequence[Response],
        refused: Sequence[Response],
    ) -> EnvironmentNote | None:
        """Return what refuses valid calls; None where it is the target's own fault."""
        if any(_fails_by_itself(control) for control in refused):
            return None
        # one call that spoils the next is a fault, and so is a row that began after a refusal
        locked = self._logins > 1 and logins and not _refused_before(recent, logins)
        if self._others_proven < MIN_OTHERS:  # a fault may count calls without a customer
            locked = locked and not all(_fails_otherwise(a.case) for a in logins)
        attacks = [a for a in recent if holds_attack_text(a.case)]
        as_lock = any(
            a.kind is EnvelopeKind.ERRORS or a.exchange.status in LOCK_STATUSES for a in refused
        )
        if locked and (as_lock or self._attacks_proven or not attacks):
            return self._lockout(len(logins))
        if all(_is_quota(control) for control in refused):
            return self._quota(refused[0])
        return self._ban(len(attacks), refused[0]) if attacks and not as_lock else None

    def _lockout(self, row: int) -> EnvironmentNote:
        bound = f"bound such calls with --wrong-credentials {max(1, row // 2)}, or "
        return EnvironmentNote(
            EnvironmentKind.LOCKOUT,
            f"the target locked the account after {self._wrong} calls with wrong credentials and "
            f"{self._logins - self._wrong} without all of them, at most {row} in a row",
            self._wrong,
            f"exempt the test account from the lock, {bound}leave wrong "
            "credentials out with --wrong-credentials 0",
        )

    def _quota(self, control: Response) -> EnvironmentNote:
        wait = control.exchange.header("Retry-After")
        return EnvironmentNote(
            EnvironmentKind.QUOTA,
            f"the quota is used up: HTTP 429 with Retry-After: {wait} after {self._calls} calls",
            self._calls,
            "raise the quota of the test account, or make fewer calls with --depth quick",
        )

    def _ban(self, attacks: int, control: Response) -> EnvironmentNote:
        return EnvironmentNote(
            EnvironmentKind.FIREWALL,
            f"a firewall blocks all calls ({control.summary}) after {attacks} with texts that "
            "look like an attack",
            attacks,
            "exempt the address of the suite from the firewall's bans",
        )


def _unlike(known: Sequence[Whose]) -> Iterator[Whose]:
    """Yield those that have another format, or another customer, than the first."""
    format, customer = known[0]
    yield from (one for one in known if one[0] is not format and one[1] == customer)
    yield from (one for one in known if one[0] is format and one[1] != customer)
    yield from (one for one in known if one[0] is not format and one[1] != customer)


def _is_documented(case: Case) -> bool:
    return case == Case(case.format, customer=case.customer, repeat=case.repeat)


def _is_other(case: Case) -> bool:
    return bool(case.invalid) and not may_fail_login(case)


def _fails_otherwise(case: Case) -> bool:
    """Say whether more is wrong with a call than its credentials."""
    return any(name not in CREDENTIALS for name in case.invalid)


def _refused_before(recent: Sequence[Response], logins: Sequence[Response]) -> bool:
    """Say whether a valid call was refused before the first of these began."""
    first = min(a.exchange.began for a in logins)
    return any(_is_documented(a.case) and a.was_sent and _ended(a) <= first for a in recent)


def _fails_by_itself(control: Response) -> bool:
    """Say whether the target crashes or does not answer, which no lock does."""
    problem, status = control.exchange.problem, control.exchange.status or 0
    dropped = problem is not None and problem.kind is TransportErrorKind.DROPPED
    return status >= 500 or (problem is not None and not dropped)


def _is_quota(control: Response) -> bool:
    return control.exchange.status == 429 and retry_after_too_long(control.exchange)


def _form(response: Response) -> tuple[object, ...]:
    """Return what a refusal looks like: an error envelope, a status, or a lost connection."""
    if response.kind is EnvelopeKind.ERRORS:
        return (EnvelopeKind.ERRORS,)
    problem = response.exchange.problem
    return response.kind, response.exchange.status, problem and problem.kind


def _ended(response: Response) -> float:
    return response.exchange.began + response.exchange.seconds


def _whose(case: Case) -> Whose:
    return case.format, case.customer
