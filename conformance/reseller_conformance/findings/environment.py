"""What is in front of a target and kept calls from it: a lockout, a firewall, a quota.

It is nobody's violation. A report has one entry for each cause, and how to avoid it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["EnvironmentKind", "EnvironmentNote"]


class EnvironmentKind(StrEnum):
    """What kept calls from the target."""

    LOCKOUT = "lockout"
    """Valid calls, or all failed logins, are refused after calls with wrong credentials."""
    FIREWALL = "firewall"
    """Every call is blocked, mostly after texts that look like an attack."""
    QUOTA = "quota"
    """The target allows no more calls for longer than a run may wait."""


@dataclass(frozen=True, slots=True)
class EnvironmentNote:
    """One cause: what happened, after how many calls of what kind, and the way out.

    `reason` is part of the reason of each requirement that was not tested because of it. What ended
    after a wait has no such requirement.
    """

    kind: EnvironmentKind
    reason: str
    calls: int
    way_out: str
    waited_seconds: float = 0.0
    """How long the run waited, in all, until it ended; 0 if it ended the calls."""

    @property
    def ends_calls(self) -> bool:
        """Whether calls were left out because of it."""
        return not self.waited_seconds

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> EnvironmentNote:
        """Return the note of another process, which sent it as `asdict` writes it."""
        return cls(**{**entry, "kind": EnvironmentKind(entry["kind"])})
