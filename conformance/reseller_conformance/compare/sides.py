"""One of the two targets of a comparison, and the run on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.sequences import REPEATED
from reseller_conformance.checks.response import Response
from reseller_conformance.client.target import Target
from reseller_conformance.compare.contract import Judged
from reseller_conformance.compare.paired import Sender
from reseller_conformance.config.settings import Settings
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["Protection", "Side", "SideRun"]


@dataclass(frozen=True, slots=True)
class Protection:
    """What in front of one side has refused calls.

    `ended_by` has ended all calls. `others` refused calls for a while, or failed logins only.
    """

    ended_by: EnvironmentNote | None = None
    others: tuple[EnvironmentNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two targets, who sends its calls, and the settings of its run.

    `recorded` is what has refused calls when they were recorded.
    """

    sender: Sender
    target: Target
    settings: Settings
    recorded: Protection = Protection()


@dataclass(slots=True)
class SideRun:
    """The run on one side. Each of its calls goes to the other side as well."""

    name: str
    side: Side
    session: TargetSession
    judged: list[Judged] = field(default_factory=list)
    known_protection: Protection = Protection()
    """The protection whose refused control calls are left out."""
    refuses_valid_calls: bool = False
    """Whether it has refused one since the latest control calls."""

    @property
    def protection(self) -> Protection:
        """What in front of this side has refused calls so far, or when they were recorded."""
        known, environment = self.side.recorded, self.session.environment
        logins = (environment.logins_note,) if environment.logins_note else ()
        others = (*known.others, *environment.waits.notes, *logins)
        return Protection(environment.note or known.ended_by, others)

    def refused_controls(self) -> set[Case]:
        """Return the control calls that what is in front of this side refused."""
        return {
            case
            for case, response in self.session.responses.items()
            if case.repeat >= REPEATED
            and not case.invalid
            and response.kind is not EnvelopeKind.OVERVIEW
        }

    def may_be_refused(self, response: Response) -> bool:
        """Say whether a protection that is known by now may have refused this call."""
        earlier, doubtful = self.session.environment.earlier, self.session.environment.doubtful
        return earlier.is_in_known_words(response) or doubtful.is_expected(response)
