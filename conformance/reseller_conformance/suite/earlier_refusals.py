"""Refusals that a lock may have made before it is known, as on one of several nodes.

Such a node refuses some calls, and others answer the control calls meanwhile. `environment` finds
out in the end. Then all that was refused with the same words is void.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.risks import holds_attack_text, may_fail_login
from reseller_conformance.checks.response import Response
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote
from reseller_conformance.suite.environment_cause import MIN_LOGINS
from reseller_conformance.suite.refusals import is_documented, may_be_protection, words_of

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["EarlierRefusals"]

MAX_CALLS_ALONE = 8
"""How often a call that was refused among others is made alone, to see if it is answered."""


class EarlierRefusals:
    """The refusals of one session that a lock of the account may have made."""

    def __init__(self, session: TargetSession) -> None:
        """Send calls again by this session."""
        self._session = session
        self._refused: dict[Case, Response] = {}
        self._words: set[tuple[object, ...]] = set()

    def take(self, response: Response, failed_logins: int) -> None:
        """Take in a response, after so many failed logins."""
        if failed_logins >= MIN_LOGINS and _fits_lock(response):
            self._refused[response.case] = response

    def void(
        self, refused: Sequence[Response], notes: Sequence[EnvironmentNote]
    ) -> Sequence[Response]:
        """Return what was refused in the words of these, which a known protection has refused."""
        self._words |= {words_of(a) for a in refused if _fits_lock(a)}
        found = [a for a in self._refused.values() if words_of(a) in self._words]
        for one in found:
            del self._refused[one.case]
        # a firewall stops these texts at any time
        is_firewall = any(note.kind is EnvironmentKind.FIREWALL for note in notes)
        return [a for a in found if not (is_firewall and holds_attack_text(a.case))]

    def is_in_known_words(self, response: Response) -> bool:
        """Say whether a protection that has ended the calls refuses in these words."""
        return words_of(response) in self._words

    def may_be_of_lock(self, responses: Sequence[Response], *, among_others: bool) -> bool:
        """Say whether a lock may have refused one of these, by making its call again.

        A violation `among_others` shows only while other calls are made: alone, the call is
        answered each time. Any other one shows each time, whichever node gets the call, while
        control calls are answered.
        """
        refused = next((a for a in responses if self._refused.get(a.case) is a), None)
        if refused is None:
            return False
        case = refused.case
        if among_others:
            return any(
                a.kind is not EnvelopeKind.OVERVIEW for a in self._sent([case] * MAX_CALLS_ALONE)
            )
        control = Case(case.format, customer=case.customer)
        # nodes that take turns would answer one of the calls, or refuse one of the control calls
        made = self._sent([control, case, case, control, control, case])
        controls = [a for a in made if is_documented(a.case)]
        others = [a for a in made if not is_documented(a.case)]
        is_answered = all(a.kind is EnvelopeKind.OVERVIEW for a in controls)
        return not is_answered or any(words_of(a) != words_of(refused) for a in others)

    def _sent(self, cases: Sequence[Case]) -> Sequence[Response]:
        [responses] = self._session.send_in_sequence(self._session.repeated(cases))
        return responses


def _fits_lock(response: Response) -> bool:
    """Say whether a lock of the account may refuse a call like this.

    Any error envelope may be its refusal of a valid call.
    """
    case = response.case
    if case.api_user is not State.VALID or case.method == "HEAD":
        return False
    is_valid_call = not (case.invalid or may_fail_login(case))
    is_refused = response.kind is EnvelopeKind.ERRORS
    return may_be_protection(response) or (is_valid_call and is_refused)
