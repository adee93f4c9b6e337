"""Compares two targets within this process, because tests compare hundreds of pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from judging import Direct, settings, target_of
from reseller_conformance.client.target import Target
from reseller_conformance.compare.model import DifferenceKind, Grade
from reseller_conformance.compare.session import Session
from reseller_conformance.compare.sides import Side
from reseller_conformance.reference import Reference, default_reference
from reseller_conformance.reference.mock import EMBEDDED_URL

__all__ = ["Stoppable", "compared", "direct", "kinds_of"]


class Stoppable(Direct):
    """A client that calls a reference within this process."""

    def stop(self, _: str = "") -> None:
        """Do nothing: each call ends before the next."""

    @property
    def planned(self) -> int:
        """The number of calls."""
        return self.traffic.calls


def direct(reference: Reference, target: Target | None = None) -> Stoppable:
    """Return a client of this reference; the default target is its own first reseller."""
    return Stoppable(reference, target or target_of(reference, EMBEDDED_URL))


def compared(
    old: Any,
    new: Any,
    depth: str = "quick",
    customers: int = 2,
    target: Target | None = None,
    of_old: Target | None = None,
    stop_at: Grade | None = None,
    seed: int | None = None,
) -> Session:
    """Compare two clients, and return the result.

    `target` is the target of the second client, by default that of the embedded reference.
    """
    chosen = settings(depth, seed)
    first = of_old or target_of(default_reference(), EMBEDDED_URL)
    old_side, new_side = (
        Side(client, replace(side, customers=side.customers[:customers]), chosen)
        for client, side in ((old, first), (new, target or first))
    )
    session = Session(old_side, new_side, stop_at)
    session.run()
    return session


def kinds_of(session: Session, grade: Grade = Grade.COSMETIC) -> dict[str, DifferenceKind]:
    """Return the kinds of this grade and of graver ones, by their ids."""
    kinds = session.tally.kinds(str, str, {})
    return {kind.id: kind for kind in kinds if kind.grade.rank <= grade.rank}
