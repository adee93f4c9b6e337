"""One known violation: which findings it accepts, until when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from reseller_conformance.findings import Finding
from reseller_conformance.kinds import ANYWHERE, place_of

__all__ = ["Entry", "in_order"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One known violation; `first` and `last` are its lines in the file, counted from 1.

    `where` and `kind` name the places and kinds of findings that it accepts: without them, all.
    """

    requirement: str
    format: str
    reason: str
    expires: date | None = None
    where: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    @property
    def what(self) -> tuple[str, str]:
        """What it is about: requirement and format."""
        return self.requirement, self.format

    def __str__(self) -> str:
        """Return what it accepts, for a person: `success.counts (json) at requests`."""
        at = f" at {', '.join(self.where)}" if self.where and ANYWHERE not in self.where else ""
        return f"{self.requirement} ({self.format}){at}"

    @property
    def why(self) -> str:
        """The reason in one line; empty where there is none yet."""
        return " ".join(self.reason.split())

    @property
    def lines(self) -> str:
        """Its place in the file, for a person."""
        return f"lines {self.first}-{self.last}"

    def covers(self, finding: Finding) -> bool:
        """Say whether this finding is of the places and kinds that it names."""
        if self.what != (finding.requirement, finding.format):
            return False
        anywhere = not self.where or ANYWHERE in self.where
        return (anywhere or finding.place in map(place_of, self.where)) and (
            not self.kind or finding.kind in self.kind
        )

    @property
    def scope(self) -> tuple[str, str, frozenset[str], frozenset[str]]:
        """What it accepts: two entries of one scope say the same."""
        return *self.what, frozenset(self.where), frozenset(self.kind)

    def seen(self, findings: Iterable[Finding]) -> Entry:
        """Return the entry with the places and kinds of those findings alone that it covers."""
        covered = [finding for finding in findings if self.covers(finding)]
        if not covered or ANYWHERE in self.where:
            return self
        kinds = in_order(finding.kind for finding in covered)
        return replace(
            self,
            where=in_order(finding.place for finding in covered),
            # one without a kind needs no name, and could have none beside others
            kind=() if "" in kinds else kinds,
        )


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return each of these names once, in an order that is the same each time."""
    return tuple(sorted(set(names)))
