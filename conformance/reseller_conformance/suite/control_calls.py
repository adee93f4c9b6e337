"""Control calls: valid calls that show whether the target still works as before.

Responses to invalid or unusual calls are compared with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import count
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import is_plainly_invalid
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.sequences import FIRST_CONTROL_REPEAT
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.well_formed import form_violations
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Requirement

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["ControlCalls"]


class ControlCalls:
    """The control calls of one session."""

    def __init__(self, session: TargetSession, repeats_from: int = 0) -> None:
        """Send them by this session; `repeats_from` is added to their numbers."""
        self._session = session
        self._repeats = count(FIRST_CONTROL_REPEAT + repeats_from)
        self._last: list[Response] = []
        self.accepted: list[Response] = []
        """Responses to the single control calls, without those that are error envelopes."""
        self._plain = {format: _plain(session.plan, format) for format in Format}
        self._so_far: dict[Format, tuple[list[Response], frozenset[Requirement]]] = {}

    def send(self, case: Case) -> list[Response]:
        """Repeat a valid call at once, and return its response. Other calls wait."""
        responses = self._session.send_again(case)
        self.accepted += [a for a in responses if a.kind is not EnvelopeKind.ERRORS]
        return responses

    def forget(self, refused: Collection[Case]) -> None:
        """Leave out control calls that something in front of the target refused."""
        self.accepted = [a for a in self.accepted if a.case not in refused]

    def after(self, responses: Iterable[Response]) -> list[Response]:
        """Return the documented call in each format and for each customer, sent after all of these.

        They are sent in turn, because a race may mix up concurrent ones. The last control calls are
        used again if they began after these responses ended.
        """
        ended = max((a.exchange.began + a.exchange.seconds for a in responses), default=0)
        began = min((a.exchange.began for a in self._last), default=0)
        if began > ended:
            return self._last
        session, repeat = self._session, next(self._repeats)
        documented = [
            c for f in session.settings.formats for c in session.plan.documented(f, repeat)
        ]
        [controls] = session.send_in_sequence(session.testable(documented))
        if all(response.was_sent for response in controls):
            self._last = controls
        return controls

    def preexisting_violations(
        self, format: Format, responses: Iterable[Response] = ()
    ) -> set[Requirement]:
        """Return what plain calls, valid and invalid ones, violate as well as these responses.

        Control calls are made after responses that violate more. What all control calls violate
        too is not due to what was sent: the target has stopped working.
        """
        usual = self._plain_violations(format)
        broken = [a for a in responses if a.was_sent and not usual.issuperset(form_violations(a))]
        controls = [a for a in self.after(broken) if a.case.format is format] if broken else []
        after = [set(form_violations(response)) for response in controls]
        return usual | (set.intersection(*after) if after else set())

    def plain_violations_so_far(self, format: Format) -> Collection[Requirement]:
        """Return what the plain calls violate that were sent already. Nothing is sent."""
        session = self._session
        sent = [
            session.responses[case] for case in self._plain[format] if case in session.responses
        ]
        responses = [*session.initial_calls[format], *sent]
        known, violated = self._so_far.get(format, ([], frozenset()))
        if list(map(id, known)) != list(map(id, responses)):
            violated = frozenset().union(*map(form_violations, responses))
            self._so_far[format] = responses, violated
        return violated

    def _plain_violations(self, format: Format) -> set[Requirement]:
        """Return what plain calls violate.

        If the circuit opened before a plain call, other plain calls show what is usual.
        """
        session = self._session
        sent = session.send(self._plain[format])
        if not all(response.was_sent for response in sent):
            others = [a for a in session.responses.values() if a.case.format is format]
            sent = [a for a in others if a.was_sent and is_plainly_invalid(a.case)]
        responses = [*session.initial_calls[format], *sent]
        return {requirement for response in responses for requirement in form_violations(response)}


def _plain(plan: Plan, format: Format) -> list[Case]:
    """Return a plainly invalid call for each parameter."""
    return [plan.single(format, name, (State.UNKNOWN,))[0] for name in PARAMETERS]
