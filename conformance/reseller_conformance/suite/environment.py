"""Watches for a protection in front of a target: a lockout, a firewall's ban, a quota.

Calls that may fail the login go in short rows. After each row a control call shows whether a valid
call is still answered. Where it is not, and a short wait does not help, no more calls are made. The
responses since the last valid call that was answered count as calls that were not made. What the
refusal means is judged in `environment_cause`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import (
    holds_attack_text,
    longest_row,
    may_fail_login,
    sends_wrong_credentials,
)
from reseller_conformance.checks.firewall import is_no_envelope
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote
from reseller_conformance.suite.doubtful_refusals import DoubtfulRefusals
from reseller_conformance.suite.earlier_refusals import EarlierRefusals
from reseller_conformance.suite.environment_cause import (
    MIN_OTHERS,
    Evidence,
    cause_of_refusal,
    hint_of_silence,
    lock_note,
)
from reseller_conformance.suite.lock_waits import LockWaits
from reseller_conformance.suite.refusals import (
    ended,
    fails_otherwise,
    form_of,
    is_documented,
    is_lost,
    is_quota,
    is_unreachable,
    turns_away,
)
from reseller_conformance.suite.remaining_calls import RemainingCalls
from reseller_conformance.suite.repetition import whose

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["NO_WRONG_CREDENTIALS", "Environment"]

NO_WRONG_CREDENTIALS = "--wrong-credentials 0 leaves out calls with wrong credentials"
"""Why a call was not made where the operator allows no wrong credentials."""

MAX_CONTROLS = 4
"""Control calls, for different customers and formats, before valid calls count as refused."""

MAX_BREAKS = 3
"""How often valid calls that are refused without a cause may be answered again after it."""

FIRST_STRANGE_ROW = 3
"""Responses in a row that are no envelope, before a control call looks into it."""

Whose = tuple[Format, int]


class Environment:
    """What one session knows of the protection in front of its target."""

    def __init__(self, session: TargetSession, longest: int) -> None:
        """Watch this session; a row of wrong credentials has at most `longest` calls."""
        self._session = session
        self._longest = longest
        self.note: EnvironmentNote | None = None
        """What ended the calls; None as long as valid calls are answered."""
        self.silence_hint = ""
        """What may have banned the address, if nothing gets through any more."""
        self.doubtful = DoubtfulRefusals(session)
        self.earlier = EarlierRefusals(session)
        self.waits = LockWaits(session)
        self._answered: dict[Whose, None] = {}
        self._recent: list[Response] = []
        self._suspects: list[Response] = []  # those of them that may be refused valid calls
        self._row_began = 0.0  # when a valid call was answered last
        self._proven = 0  # the longest row after which a valid call was answered
        self._attacks_proven = False
        self._others_proven = 0  # other invalid calls after which a valid call was answered
        self._logins: Counter[int] = Counter()  # by the place of the customer
        self._login_ended = 0.0  # when the latest failed login got a response
        self._wrong = 0  # those of them that send wrong credentials
        self._calls = 0
        self._is_due = False
        self._broken = False
        self._breaks = 0
        self._refused_controls: list[Response] = []
        self._strange = 0
        self._strange_limit = FIRST_STRANGE_ROW

    @property
    def notes(self) -> tuple[EnvironmentNote, ...]:
        """All that kept calls from the target, for a while or for good."""
        return (*(note for note in (self.note, self.logins_note) if note), *self.waits.notes)

    # --- What may be sent --------------------------------------------------------------------

    def reason_to_leave_out(self, case: Case) -> str:
        """Return why this call is not made; nothing where it may be made."""
        if self.note:
            return self.note.reason
        if not self._longest and sends_wrong_credentials(case):
            return NO_WRONG_CREDENTIALS
        return self.doubtful.reason_to_leave_out(case)

    def row(
        self, sequences: RemainingCalls, goes_at_once: Callable[[], bool]
    ) -> Iterator[Sequence[Case]]:
        """Yield sequences until a control call is due.

        It comes between other invalid calls and those that may fail the login, so that a refusal
        has one cause; but not in a crowd, which goes at once.
        """
        logins = others = 0
        if not self._is_blind and self._others_proven < MIN_OTHERS:
            others = sum(_is_other(a.case) for a in self._row)
        for sequence in sequences:
            sequence = [case for case in sequence if not self.reason_to_leave_out(case)]
            if not sequence:
                continue
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
        if self._is_broken_still(response):
            return
        if not response.was_sent:
            self._add(response)
            return
        self._calls += 1
        self.doubtful.take(response)
        self._count_login(response)
        self.earlier.take(response, self._logins.total())
        self._strange = self._strange + 1 if is_no_envelope(response) else 0
        if _is_answered(response):
            self._settle_before(response)
        else:
            self._add(response)

    def _is_broken_still(self, response: Response) -> bool:
        """Say whether control calls are of no use yet: a lock on one of several nodes may go."""
        if self._broken and self._breaks <= MAX_BREAKS and _is_answered(response):
            self._broken = False
        return self._broken

    def _count_login(self, response: Response) -> None:
        case = response.case
        self._wrong += sends_wrong_credentials(case)
        if may_fail_login(case):
            self._logins[case.customer] += 1
            if not is_lost(response):
                self._login_ended = ended(response)

    def _add(self, response: Response) -> None:
        self._recent.append(response)
        if is_quota(response) or is_documented(response.case):
            self._suspects.append(response)

    def _keep(self, recent: list[Response]) -> None:
        kept = set(map(id, recent))
        self._recent = recent
        self._suspects = [a for a in self._suspects if id(a) in kept]

    def _settle_before(self, response: Response) -> None:
        """Of a customer who is answered, no earlier response is in doubt."""
        began = response.exchange.began
        row = [a for a in self._row if ended(a) <= began]
        self._proven = max(self._proven, sum(may_fail_login(a.case) for a in row))
        self._attacks_proven |= any(holds_attack_text(a.case) for a in row)
        self._others_proven += sum(fails_otherwise(a.case) for a in row)
        self._row_began = began
        customer = response.case.customer
        self._keep([a for a in self._recent if ended(a) > began or a.case.customer != customer])
        self._answered[whose(response.case)] = None

    @property
    def _row(self) -> list[Response]:
        """The responses since a valid call was answered last, for whichever customer."""
        return [a for a in self._recent if not a.was_sent or ended(a) > self._row_began]

    @property
    def _is_blind(self) -> bool:
        """Whether control calls say nothing: none was answered before, or no more is answered."""
        return self._broken or not self._answered

    @property
    def is_suspicious(self) -> bool:
        """Whether a control call should look into what came back, before more is sent."""
        if self.note or self._is_blind:
            return False
        if self._strange >= self._strange_limit or self.doubtful.is_pressing:
            return True
        return any(map(self._is_suspect, self._suspects))

    @property
    def logins_note(self) -> EnvironmentNote | None:
        """What ended the calls that may fail the login, and no others."""
        return self.doubtful.note

    @property
    def is_login_check_due(self) -> bool:
        """Whether failed logins were turned away since it was last seen if all of them are."""
        return self.doubtful.is_check_due and not (self.note or self.logins_note or self._is_blind)

    def _is_suspect(self, response: Response) -> bool:
        case = response.case
        return is_quota(response) or (is_documented(case) and self._was_answered(case))

    def settle(self) -> list[Response]:
        """Make control calls where they are due; return the responses that count for nothing."""
        void = self._settle_controls()
        if self.note or self.logins_note:
            void += self.earlier.void(void, self.notes)
        return void

    def _settle_controls(self) -> list[Response]:
        if self.note or self._is_blind:
            return []
        row = [a for a in self._row if a.was_sent and may_fail_login(a.case)]
        looked_into = (self._strange or self.doubtful) and self._session.live.is_suspicious
        is_due = self._is_due or self.is_login_check_due
        if not (row or self.is_suspicious or is_due or looked_into):
            return []
        self._is_due = False
        recent, whole_row = list(self._recent), self._row
        refused, alone = self._controls(recent)
        void = self.doubtful.void_controls(self._refused_controls)
        if self._strange >= self._strange_limit:
            self._strange, self._strange_limit = 0, 2 * self._strange_limit
        if refused:
            customer = refused[0].case.customer
            own = [a for a in recent if a.case.customer == customer]
            void += self._judge(own if alone else whole_row, refused, alone=alone)
        elif locked := self._short_lock():
            note = lock_note(f"valid calls get {locked[0].summary} for a while", self._wrong)
            void += [*locked, *self._wait_for_end(note, locked, len(locked))]
        if not (self.note or self._is_blind):
            void += self.doubtful.look_into(self._wrong)
        if not self.note:
            self._keep([a for a in self._recent if not self._is_suspect(a)])
        return void

    def _controls(self, recent: Sequence[Response]) -> tuple[list[Response], bool]:
        """Return the control calls if all were refused, or all of one customer alone.

        Nothing is returned if a server answers such a customer in one format, or refuses a valid
        call only once: it has a fault of its own.
        """
        suspect = [a.case for a in self._suspects if self._is_suspect(a)]
        logins = [a.case for a in recent if may_fail_login(a.case)]
        wanted = [whose(case) for case in (*suspect, *logins) if self._was_answered(case)]
        known = list(dict.fromkeys([*wanted, *self._answered]))
        chosen = [*dict.fromkeys([*known[:1], *_unlike(known), *known])][:MAX_CONTROLS]
        chosen += chosen[:1] * (len(chosen) == 1)
        refused: list[Response] = []
        self._refused_controls = refused
        for format, customer in chosen:
            [control] = self._session.controls.send(Case(format, customer=customer))
            if not control.was_sent:
                # a circuit is open: valid calls were put off for too long, or nothing is sent
                documented = [a for a in self._suspects if is_documented(a.case)]
                put_off = [a for a in documented if is_quota(a) or is_unreachable(a)]
                self._broken = not put_off
                return ([*refused, *put_off] if put_off else []), False
            if control.kind is EnvelopeKind.OVERVIEW:
                alone = len(refused) > 1 and {a.case.customer for a in refused} == {known[0][1]}
                return (refused, True) if alone else ([], False)
            refused.append(control)
        return refused, False

    def _short_lock(self) -> list[Response]:
        """Return what a lock has refused that has ended by now.

        Valid calls that were answered before are among it, and come first. The first one is
        answered now.
        """

        def is_known(refused: Response) -> bool:
            return is_documented(refused.case) and self._was_answered(refused.case)

        locked = sorted(self.doubtful.short_lock(), key=is_known, reverse=True)
        if not locked or not is_known(locked[0]):
            return []
        [control] = self._session.send_again(locked[0].case)
        return locked if control.kind is EnvelopeKind.OVERVIEW else []

    def _judge(
        self, recent: Sequence[Response], refused: Sequence[Response], *, alone: bool
    ) -> list[Response]:
        """Find out why valid calls are refused, and return what counts for nothing."""
        evidence = self._evidence(recent, refused, alone=alone)
        note = cause_of_refusal(evidence)
        if note is None:
            self._broken = not alone
            self._breaks += self._broken
            self.silence_hint = hint_of_silence(evidence)
            return []
        self._session.controls.forget([control.case for control in refused])
        found = self._wait_for_end(note, refused, len(evidence.logins))
        last = max(a.exchange.began for a in refused)
        recent = [*recent, *refused, *(a for a in self._recent if a.exchange.began > last)]
        if note is not self.note and note.kind is EnvironmentKind.FIREWALL:
            # it stops these texts at any time
            recent = [a for a in recent if not holds_attack_text(a.case)]
        # a ban may begin with a page, and then drop connections
        drops = any(map(is_lost, refused))
        began = [a for a in recent if turns_away(a) and (drops or is_documented(a.case))]
        forms = {form_of(a) for a in (*refused, *began)}
        return [*(a for a in recent if not a.was_sent or form_of(a) in forms), *found]

    def _wait_for_end(
        self, note: EnvironmentNote, refused: Sequence[Response], row: int
    ) -> list[Response]:
        """Wait until valid calls are answered, and send shorter rows then; otherwise end the calls.

        Return the failed logins that were refused for the same reason.
        """
        forms = {form_of(one) for one in refused}
        if self.waits.outlast(note, refused[0], forms):
            self.doubtful.expect(refused)
            self._longest = min(self._longest, max(1, row // 2))
        else:
            self.note = note
        return self.doubtful.void(forms)

    def _evidence(
        self, recent: Sequence[Response], refused: Sequence[Response], *, alone: bool
    ) -> Evidence:
        return Evidence(
            recent=recent,
            logins=[a for a in recent if a.was_sent and may_fail_login(a.case)],
            refused=refused,
            depth=self._session.settings.depth,
            calls=self._calls,
            failed_logins=self._logins.total(),
            wrong_credentials=self._wrong,
            others_answered=self._others_proven,
            attacks_answered=self._attacks_proven,
            login_ended=self._login_ended,
            of_one_customer=alone,
            logins_of_customer=self._logins[refused[0].case.customer],
        )

    def _was_answered(self, case: Case) -> bool:
        return whose(case) in self._answered


def _unlike(known: Sequence[Whose]) -> Iterator[Whose]:
    """Yield those that have another format, or another customer, than the first."""
    format, customer = known[0]
    yield from (one for one in known if one[0] is not format and one[1] == customer)
    yield from (one for one in known if one[0] is format and one[1] != customer)
    yield from (one for one in known if one[0] is not format and one[1] != customer)


def _is_answered(response: Response) -> bool:
    return is_documented(response.case) and response.kind is EnvelopeKind.OVERVIEW


def _is_other(case: Case) -> bool:
    return bool(case.invalid) and not may_fail_login(case)
