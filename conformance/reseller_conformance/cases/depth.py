"""How much a run sends: the depths to choose from."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Depth"]


class Depth(StrEnum):
    """How many calls a run makes."""

    SMOKE = "smoke"
    """The documented call and the plainest invalid ones: at most 12 calls."""
    QUICK = "quick"
    """Each parameter in each of its states."""
    STANDARD = "standard"
    """Every two kinds of invalid parameters, and 100 examples a property."""
    THOROUGH = "thorough"
    """Every combination, and 1,000 examples a property."""

    @property
    def examples(self) -> int:
        """How many Hypothesis examples each property gets."""
        return {Depth.SMOKE: 0, Depth.QUICK: 5, Depth.STANDARD: 100, Depth.THOROUGH: 1000}[self]
