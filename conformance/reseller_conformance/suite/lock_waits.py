"""Waits for locks, bans and quotas to end, and notes for how long.

`environment` finds out that valid calls are refused, and what a wait means for the rest of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import retry_after
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote
from reseller_conformance.suite.doubtful_refusals import Form

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["LockWaits"]

MAX_TOTAL_SECONDS = 120.0
"""How long a run waits in all for locks and quotas to end."""

UNASKED_SECONDS = (1.0, 4.0)
"""Waits where no `Retry-After` says how long."""


class LockWaits:
    """The waits of one session, and what each of them was for."""

    def __init__(self, session: TargetSession) -> None:
        """Make the calls that show the end of a lock by this session."""
        self._session = session
        self.status = ""
        """What the run waits for at the moment."""
        self._seconds = 0.0
        self._notes: dict[EnvironmentKind, EnvironmentNote] = {}
        self._kinds: dict[Form, EnvironmentKind] = {}

    @property
    def notes(self) -> tuple[EnvironmentNote, ...]:
        """What refused valid calls for a while, once for each kind, with the waits in all."""
        return tuple(self._notes.values())

    def outlast(self, note: EnvironmentNote, refused: Response, forms: set[Form]) -> bool:
        """Wait for a lock that refuses in these forms to end; return whether it did."""
        case, before = Case(refused.case.format, customer=refused.case.customer), self._seconds
        for seconds in _waits(refused):
            if self._seconds + seconds > MAX_TOTAL_SECONDS:
                break
            self._seconds += seconds
            self.status = f"waits {seconds:.0f} s for a {note.kind} to end"
            self._session.client.pause(seconds)
            [control] = self._session.send_again(case)
            self.status = ""
            if control.kind is EnvelopeKind.OVERVIEW:
                self._keep(note, forms, self._seconds - before)
                return True
        return False

    def _keep(self, note: EnvironmentNote, forms: set[Form], seconds: float) -> None:
        """Keep the first note of each kind. What refuses in a known form is not of a new kind."""
        kind = next((self._kinds[one] for one in forms if one in self._kinds), note.kind)
        self._kinds |= dict.fromkeys(forms, kind)
        first = self._notes.get(kind, note)
        self._notes[kind] = replace(first, waited_seconds=first.waited_seconds + seconds)


def _waits(refused: Response) -> Sequence[float]:
    """Return the seconds to wait before each further control call."""
    said = retry_after(refused.exchange)
    return (said,) if said else UNASKED_SECONDS
