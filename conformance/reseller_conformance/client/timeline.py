"""When a run asked, and how slowly it was answered: a row of steps, few however long it takes.

Where the row grows too long, each two of its steps become one of twice the length. Rows of several
processes have steps that fit into each other, so they can be laid together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

__all__ = ["Timeline", "TimelineBuilder", "merge"]

STEP_SECONDS = 0.125
"""Seconds of the shortest step."""

MAX_STEPS = 64
"""Steps that are kept: a plot has room for no more, and memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Tries begun in each step of so many seconds, and the slowest answer that came in it."""

    step: float = STEP_SECONDS
    tries: tuple[int, ...] = ()
    slowest: tuple[float, ...] = ()

    def widened(self, step: float) -> Timeline:
        """Return the same in steps of this length, a power of two times that of its own."""
        size = round(step / self.step)
        starts = range(0, len(self.tries), size)
        return Timeline(
            step,
            tuple(sum(self.tries[start : start + size]) for start in starts),
            tuple(max(self.slowest[start : start + size]) for start in starts),
        )


class TimelineBuilder:
    """A timeline in the making; times are those of one clock, which need not start at zero."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._start: float | None = None
        self._step = STEP_SECONDS
        self._tries: list[int] = []
        self._slowest: list[float] = []

    def began(self, now: float) -> None:
        """Count a try."""
        place = self._place(now)
        self._tries[place] += 1

    def answered(self, now: float, seconds: float) -> None:
        """Note how long an answer took that has just come."""
        place = self._place(now)
        self._slowest[place] = max(self._slowest[place], seconds)

    @property
    def timeline(self) -> Timeline:
        """What has been noted so far."""
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
    """Add up what several asked at the same time."""
    step = max((timeline.step for timeline in timelines), default=STEP_SECONDS)
    rows = [timeline.widened(step) for timeline in timelines]
    return Timeline(
        step,
        tuple(map(sum, zip_longest(*(row.tries for row in rows), fillvalue=0))),
        tuple(map(max, zip_longest(*(row.slowest for row in rows), fillvalue=0.0))),
    )
