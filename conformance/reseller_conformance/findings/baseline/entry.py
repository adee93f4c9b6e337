"""One known violation: what it accepts, until when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from reseller_conformance.findings.kinds import ANYWHERE, Spot, place_of

__all__ = ["Entry", "in_order"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One known violation; `first` and `last` are its lines in the file, counted from 1.

    `where` and `kind` name the places and kinds of violations that it accepts: without them, all.
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

    def covers(self, spot: Spot) -> bool:
        """Return True if this is one of the places and kinds that it names."""
        if self.what != (spot.requirement, spot.format):
            return False
        anywhere = not self.where or ANYWHERE in self.where
        return (anywhere or spot.place in map(place_of, self.where)) and (
            not self.kind or spot.kind in self.kind
        )

    @property
    def scope(self) -> tuple[str, str, frozenset[str], frozenset[str]]:
        """What it accepts: two entries of one scope say the same."""
        return *self.what, frozenset(self.where), frozenset(self.kind)

    def seen(self, spots: Iterable[Spot]) -> Entry:
        """Return the entry with those of these places and kinds that it covers, and no others."""
        covered = [spot for spot in spots if self.covers(spot)]
        if not covered or ANYWHERE in self.where:
            return self
        kinds = in_order(spot.kind for spot in covered)
        return replace(
            self,
            where=in_order(spot.place for spot in covered),
            # one without a kind needs no name, and could have none beside others
            kind=() if "" in kinds else kinds,
        )


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return each of these names once, in an order that is the same each time."""
    return tuple(sorted(set(names)))
