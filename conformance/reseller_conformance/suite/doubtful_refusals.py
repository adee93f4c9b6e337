"""Refusals that may be a protection's although valid calls are answered.

A firewall bans for a moment. A lock turns away failed logins alone, or those with the same values
of some parameters. Each such call, or earlier ones like it, are made again to find out.
`environment` makes the control calls, and takes up what is found here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.risks import may_fail_login
from reseller_conformance.checks.firewall import is_stopped
from reseller_conformance.checks.response import Response
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.suite.environment_cause import MIN_LOGINS, lock_note
from reseller_conformance.suite.login_identities import (
    Identity,
    account_of,
    login_identities,
    pairs_of,
)
from reseller_conformance.suite.refusals import (
    ended,
    form_of,
    is_documented,
    refuses_as_locked,
    turns_away,
    words_of,
)

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["DoubtfulRefusals", "Form"]

MAX_LOGIN_CHECKS = 3
"""How often an earlier failed login is repeated, for one form of refusal."""

PROOFS = 2
"""Refusals of an earlier failed login in a row that prove a lock: servers may fail now and then."""

LOCKED_IN_TURN = 3
"""Refusals in a row, a valid call among them, that show a lock: a fault may spoil the next call."""

MAX_IN_VAIN = 5
"""Refused calls of one form that are made again and refused again, before the form is believed."""

Form = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A refusal, and what speaks against the implementation having made it.

    `is_momentary` says that a firewall or a short lock has just refused in the same form. `earlier`
    are failed logins that got an error envelope, and share values with the refused call.
    """

    response: Response
    is_momentary: bool
    earlier: tuple[Case, ...]


class DoubtfulRefusals:
    """The doubtful refusals of one session, and which of them were found to be a protection's."""

    def __init__(self, session: TargetSession) -> None:
        """Send calls again by this session."""
        self._session = session
        self.note: EnvironmentNote | None = None
        """What ended the calls that may fail the login, and no others."""
        self._form: Form = ()
        self._doubts: list[_Doubt] = []
        self._made_again: set[Case] = set()
        self._short: set[Form] = set()
        self._stopped: set[Form] = set()
        self._stopped_logins: list[Response] = []  # a lock may have refused these
        self._unexplained: list[Response] = []  # refusals that are not doubted, or not yet
        self._in_turn: list[Response] = []  # refusals of the valid account up to the latest call
        self._refused: dict[Case, Response] = {}
        self._lock_forms: set[Form] = set()
        self._in_vain: Counter[Form] = Counter()
        self._checks: Counter[Form] = Counter()
        self._uncounted: list[Case] = []  # failed logins
        self._logins: Counter[Identity] = Counter()
        self._earlier: dict[Identity, Case] = {}
        self._locked: set[Identity] = set()
        """Pairs for which calls with the valid credentials are refused as well."""

    def __bool__(self) -> bool:
        """Return whether a refusal waits to be looked into."""
        return bool(self._doubts)

    @property
    def is_pressing(self) -> bool:
        """Whether a call should be made again before more is sent."""
        return any(doubt.is_momentary for doubt in self._doubts)

    def reason_to_leave_out(self, case: Case) -> str:
        """Return why this call is not made; nothing where it may be made."""
        if self.note and (may_fail_login(case) or not self._locked.isdisjoint(pairs_of(case))):
            return self.note.reason
        return ""

    @property
    def is_check_due(self) -> bool:
        """Whether an earlier failed login should be made again, to see if it is refused now."""
        logins = (one for one in self._doubts if may_fail_login(one.response.case))
        return any(case.invalid == ("api_key",) for one in logins for case in one.earlier)

    def expect(self, refused: Sequence[Response]) -> None:
        """Take note of what refused valid calls, has ended, and may begin again."""
        self._short |= set(map(words_of, refused))

    def is_expected(self, response: Response) -> bool:
        """Say whether a protection that has ended refused in these words."""
        return words_of(response) in self._short

    def short_lock(self) -> list[Response]:
        """Return what a lock refused that has ended by now, valid calls among it; once."""
        found = [one for one in self._refused.values() if form_of(one) in self._lock_forms]
        self._refused.clear()
        self._lock_forms.clear()
        return found

    def _note_in_turn(self, response: Response) -> None:
        """Note refusals of the valid account, and the forms in which some in a row are a lock's."""
        if response.case.api_user is not State.VALID:
            return
        account = account_of(response.case)
        if not refuses_as_locked(response) or self._count_logins(account) < MIN_LOGINS:
            self._in_turn = []
            return
        form = form_of(response)
        self._refused[response.case] = response
        self._in_turn = [*(a for a in self._in_turn if form_of(a) == form), response]
        if len(self._in_turn) >= LOCKED_IN_TURN and any(
            is_documented(a.case) for a in self._in_turn
        ):
            self._lock_forms.add(form)

    def take(self, response: Response) -> None:
        """Take in a response, in the order in which they end."""
        self._note_in_turn(response)
        case, form = response.case, form_of(response)
        if turns_away(response):
            is_momentary = self._may_be_momentary(response)
            earlier = () if is_momentary else self._earlier_logins(case)
            if is_momentary or earlier:
                self._doubts.append(_Doubt(response, is_momentary, earlier))
            else:
                self._unexplained.append(response)
        elif is_stopped(response):
            self._stopped.add(form)
            if may_fail_login(case):
                self._stopped_logins.append(response)
            self._doubt_what_was_in_flight(response)
        elif not (case.invalid or may_fail_login(case)) and self._may_be_momentary(response):
            # a lock that is known speaks any language
            self._doubts.append(_Doubt(response, is_momentary=True, earlier=()))
        elif response.kind is EnvelopeKind.ERRORS and may_fail_login(case):
            self._uncounted.append(case)

    def _count_logins(self, identity: Identity) -> int:
        """Return the failed logins of this identity. They are counted late: few runs need it."""
        for case in self._uncounted:
            for one in login_identities(case):
                self._logins[one] += 1
                is_first = one not in self._earlier
                if is_first or case.invalid == ("api_key",):  # every lock counts a wrong key
                    self._earlier[one] = case
        self._uncounted.clear()
        return self._logins[identity]

    def _doubt_what_was_in_flight(self, stopped: Response) -> None:
        """Doubt refusals in this form that ended during this call: a ban begins before its page."""
        form, began = form_of(stopped), stopped.exchange.began
        self._doubts += [
            _Doubt(one, is_momentary=True, earlier=())
            for one in self._unexplained
            if ended(one) >= began and form_of(one) == form
            if self._may_be_momentary(one)
        ]

    def _may_be_momentary(self, response: Response) -> bool:
        words = words_of(response)
        known = words in self._short or words in self._stopped
        is_new = response.case not in self._made_again
        return known and is_new and self._in_vain[words] < MAX_IN_VAIN

    def _earlier_logins(self, case: Case) -> tuple[Case, ...]:
        """Return failed logins that a lock which refuses this call would have counted."""
        identities = login_identities(case)
        if not may_fail_login(case):  # a lock on the account alone is seen by control calls
            identities = tuple(one for one in identities if "user" in dict(one))
        known: dict[Identity, Case] = {}
        for one in identities:
            # a login that has more values in common is refused by each lock on fewer of them
            if self._count_logins(one) >= MIN_LOGINS and not any(one < more for more in known):
                known[one] = self._earlier[one]
        return tuple(dict.fromkeys(known.values()))

    def void_controls(self, controls: list[Response]) -> list[Response]:
        """Return the control calls that were refused for a moment. None is made again."""
        momentary = [one.response.case for one in self._doubts if one.is_momentary]
        refused = [control for control in controls if control.case in momentary]
        self._drop(refused)
        return refused

    def void(self, forms: set[Form]) -> list[Response]:
        """Return what was refused in these forms after failed logins: a lock is known by now."""
        doubted = (doubt.response for doubt in self._doubts if doubt.earlier)
        found = [one for one in (*doubted, *self.short_lock()) if form_of(one) in forms]
        self._drop(found)
        return found

    def look_into(self, wrong_credentials: int) -> list[Response]:
        """Make calls again, and return the responses that count for nothing.

        Valid calls are answered at this moment. What is refused in the same form by now is not
        doubted any more.
        """
        void: list[Response] = []
        for doubt in list(self._doubts):
            if doubt.is_momentary and doubt in self._doubts:
                void += self._make_again(doubt)
        for doubt in list(self._doubts):
            if doubt.earlier and doubt in self._doubts:
                void += self._repeat_earlier(doubt, wrong_credentials)
        self._doubts = [one for one in self._doubts if not self._is_judged(form_of(one.response))]
        self._stopped.clear()
        self._unexplained.clear()
        self._refused.clear()
        return void

    def _is_judged(self, form: Form) -> bool:
        return self.note is None and self._checks[form] >= MAX_LOGIN_CHECKS

    def _make_again(self, doubt: _Doubt) -> list[Response]:
        """Make this call again, alone: its new response takes the place of the other."""
        case, words = doubt.response.case, words_of(doubt.response)
        self._drop([doubt.response])
        if self._in_vain[words] >= MAX_IN_VAIN or not self._session.may_send_anew(case):
            return []
        self._made_again.add(case)
        again = self._session.send_anew(case)
        self._in_vain[words] = self._in_vain[words] + 1 if words_of(again) == words else 0
        return []

    def _repeat_earlier(self, doubt: _Doubt, wrong_credentials: int) -> list[Response]:
        """Repeat earlier failed logins: if one is refused in the same form now, a lock is why."""
        form = form_of(doubt.response)
        made: list[Response] = []
        if self.note is None:
            if self._checks[form] >= MAX_LOGIN_CHECKS:
                return []
            self._checks[form] += 1
            made = self._refused_again(doubt.earlier, form)
            if not made:
                self._drop([doubt.response])
                return []
            effect = f"further ones get {made[0].summary}"
            self.note, self._form = lock_note(effect, wrong_credentials), form
            self._drop(made)
        if form != self._form:
            self._drop([doubt.response])
            return []
        void = self.void({form})
        self._locked.update(*(pairs_of(a.case) for a in void if not may_fail_login(a.case)))
        stopped = [one for one in self._stopped_logins if form_of(one) == form]
        return [*void, *stopped, *made]

    def _refused_again(self, logins: Sequence[Case], form: Form) -> list[Response]:
        """Return the refusals of the first login that is refused in this form each time."""
        for login in logins:
            refused: list[Response] = []
            while len(refused) < PROOFS:
                [again] = self._session.send_again(login)
                if not turns_away(again) or form_of(again) != form:
                    break
                refused.append(again)
            else:
                return refused
        return []

    def _drop(self, responses: list[Response]) -> None:
        cases = {response.case for response in responses}
        self._doubts = [doubt for doubt in self._doubts if doubt.response.case not in cases]
