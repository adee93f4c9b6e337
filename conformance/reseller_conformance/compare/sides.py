"""One of the two targets of a comparison, and the run on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from reseller_conformance.client.target import Target
from reseller_conformance.compare.contract import Judged
from reseller_conformance.compare.paired import Sender
from reseller_conformance.config.settings import Settings
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["Side", "SideRun"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two targets, who sends its calls, and the settings of its run."""

    sender: Sender
    target: Target
    settings: Settings


@dataclass(slots=True)
class SideRun:
    """The run on one side. Each of its calls goes to the other side as well."""

    side: Side
    session: TargetSession
    judged: list[Judged] = field(default_factory=list)

    @property
    def note(self) -> EnvironmentNote | None:
        """What in front of this side refuses valid calls, and has ended the calls."""
        return self.session.environment.note
