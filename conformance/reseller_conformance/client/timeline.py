"""The attempts of a run over time, and the slowest response in each step.

When there are too many steps, pairs of steps are merged into steps of twice the length. So steps of
several processes fit into each other and can be merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

__all__ = ["Timeline", "TimelineBuilder", "merge"]

STEP_SECONDS = 0.125
"""Length of the shortest step, in seconds."""

MAX_STEPS = 64
"""Maximum number of steps. It bounds memory, and a plot has no room for more."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Attempts that began in each step of `step` seconds, and the slowest response in each step."""

    step: float = STEP_SECONDS
    tries: tuple[int, ...] = ()
    slowest: tuple[float, ...] = ()

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Timeline:
        """Return the timeline of another process, which sent it as `asdict` writes it."""
        return cls(entry["step"], tuple(entry["tries"]), tuple(entry["slowest"]))

    def widened(self, step: float) -> Timeline:
        """Return the timeline with longer steps: the current length times a power of two."""
        size = round(step / self.step)
        starts = range(0, len(self.tries), size)
        return Timeline(
            step,
            tuple(sum(self.tries[start : start + size]) for start in starts),
            tuple(max(self.slowest[start : start + size]) for start in starts),
        )


class TimelineBuilder:
    """Builds a timeline. All times are of one clock, which need not start at zero."""

    def __init__(self) -> None:
        """Start with an empty timeline."""
        self._start: float | None = None
        self._step = STEP_SECONDS
        self._tries: list[int] = []
        self._slowest: list[float] = []

    def began(self, now: float) -> None:
        """Count an attempt."""
        place = self._place(now)
        self._tries[place] += 1

    def responded(self, now: float, seconds: float) -> None:
        """Record the duration of a response that arrived now."""
        place = self._place(now)
        self._slowest[place] = max(self._slowest[place], seconds)

    @property
    def timeline(self) -> Timeline:
        """The timeline so far."""
        return Timeline(self._step, tuple(self._tries), tuple(self._slowest))

    def _place(self, now: float) -> int:
        if self._start is None:
            self._start = now
        since = max(now - self._start, 0.0)
        while (place := int(since / self._step)) >= MAX_STEPS:
            wider = self.timeline.widened(2 * self._step)
            self._step = wider.step
            self._tries, self._slowest = list(wider.tries), list(wider.slowest)
        missing = place + 1 - len(self._tries)
        self._tries += [0] * missing
        self._slowest += [0.0] * missing
        return place


def merge(timelines: Sequence[Timeline]) -> Timeline:
    """Merge timelines that ran at the same time."""
    step = max((timeline.step for timeline in timelines), default=STEP_SECONDS)
    rows = [timeline.widened(step) for timeline in timelines]
    return Timeline(
        step,
        tuple(map(sum, zip_longest(*(row.tries for row in rows), fillvalue=0))),
        tuple(map(max, zip_longest(*(row.slowest for row in rows), fillvalue=0.0))),
    )
