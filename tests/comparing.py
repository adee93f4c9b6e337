"""Compares two targets in the process: for hundreds of pairs in a row."""

from __future__ import annotations

from typing import Any

from judging import Direct, Late, target_of
from reseller_conformance.cases.plan import Depth
from reseller_conformance.client.target import Target
from reseller_conformance.compare.model import DifferenceKind, Grade
from reseller_conformance.compare.session import Calls, Session
from reseller_conformance.config.options import DEFAULT_SEED
from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference
from reseller_conformance.reference.mock import EMBEDDED_URL

__all__ = ["compared", "direct", "kinds_of"]


class Stoppable(Direct):
    """A client in the process."""

    def stop(self) -> None:
        """Do nothing: each call ends before the next."""


def direct(reference: Reference, target: Target | None = None) -> Stoppable:
    """Return a client of this reference, for its own first reseller where no target is given."""
    return Stoppable(reference, target or target_of(reference, EMBEDDED_URL))


def compared(
    old: Stoppable | Late, new: Any, depth: str = "quick", customers: int = 2, **more: Any
) -> Session:
    """Compare, and return what came of it."""
    calls = Calls(Depth(depth), tuple(Format), customers, DEFAULT_SEED, 8)
    session = Session(old, new, calls, **more)
    session.run()
    return session


def kinds_of(session: Session, grade: Grade = Grade.COSMETIC) -> dict[str, DifferenceKind]:
    """Return the kinds of this grade, and of graver ones, by their ids."""
    kinds = session.tally.kinds(str, str, {})
    return {kind.id: kind for kind in kinds if kind.grade.rank <= grade.rank}
