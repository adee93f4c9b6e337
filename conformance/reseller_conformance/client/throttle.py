"""When the next call may go: calls a second, calls in flight, and a pause for all alike.

It knows nothing of what is called. Which answers ask for a pause, and how long, is left to
`retrying`; who waits here, to `client`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import NamedTuple

__all__ = ["StoppedError", "Throttle"]

RESPONSES_TO_GROW = 20
"""How many answers it takes, after a pause, to let one more call be in flight."""

RATE_MARGIN = 1.05
"""Intervals between calls are longer than the rate by this factor.

The network moves calls closer together, and a gateway may allow exactly this rate.
"""


class StoppedError(Exception):
    """No more calls are to be made."""


class _Place(NamedTuple):
    """A place in the queue: the lower goes first."""

    tries_negated: int
    due: float


class Throttle:
    """Lets calls go one by one, those that are tried again before new ones.

    After a pause one call goes ahead, and with each answer one more, up to half as many as before;
    from there the number grows back slowly. A gateway that counts calls thus turns away one call
    at a time, not a crowd that would spend all its tries at once.
    """

    def __init__(self, rate: float | None, concurrency: int) -> None:
        """Allow so many calls a second, evenly spaced (None: any), and so many in flight."""
        self._changed = Condition()
        self._interval = RATE_MARGIN / rate if rate else 0.0
        self._next_slot = 0.0
        self._max_window = self._slow_start_threshold = self._window = concurrency
        self._in_flight = 0
        self._answers = 0
        self._waiting: list[_Place] = []
        self._paused_until = 0.0
        self._last_backoff = 0.0
        self._stopped = False

    @contextmanager
    def slot(self, tries: int = 0, due: float = 0.0) -> Iterator[None]:
        """Wait for a place in flight, and hold it.

        A call that is tried again says how often it has been tried, for the nearer it is to its
        last try the sooner it goes, and when it is `due`, on the clock of `time.monotonic`. Raises
        StoppedError where no more calls are to be made.
        """
        with self._changed:
            self._wait(_Place(-tries, due))
            self._in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._grow()
                self._changed.notify_all()

    def pause(self, seconds: float, since: float) -> None:
        """Let nobody go for so long, because of a call that began at `since`.

        Of all calls that were in flight together only the first halves the flight.
        """
        with self._changed:
            now = time.monotonic()
            self._paused_until = max(self._paused_until, now + seconds)
            self._answers = 0
            self._window = 1
            if since >= self._last_backoff:
                self._slow_start_threshold = max(1, self._slow_start_threshold // 2)
                self._last_backoff = now
            self._changed.notify_all()

    def limit(self, most: int) -> int:
        """Let so many be in flight at the most, and return how many it was before."""
        with self._changed:
            before, self._max_window = self._max_window, most
            self._slow_start_threshold = self._window = most
            self._changed.notify_all()
        return before

    @property
    def most(self) -> int:
        """How many calls may be in flight where nothing asks for a pause."""
        return self._max_window

    @property
    def window(self) -> int:
        """How many calls may be in flight now."""
        return self._window

    def stop(self) -> None:
        """Let nobody go any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wait(self, place: _Place) -> None:
        self._waiting.append(place)
        try:
            while (seconds := self._to_wait(place)) != 0:
                self._changed.wait(seconds)
        finally:
            self._waiting.remove(place)
            self._changed.notify_all()

    def _to_wait(self, place: _Place) -> float | None:
        """Return 0 when the call may go, None when another has to move first."""
        if self._stopped:
            raise StoppedError
        now = time.monotonic()
        earliest = max(self._paused_until, place.due)
        if earliest > now:
            return earliest - now
        if self._in_flight >= self._window:
            return None
        if any(other < place and other.due <= now for other in self._waiting):
            return None
        if self._next_slot > now:
            return self._next_slot - now
        self._next_slot = now + self._interval  # a late call is not made up for by a burst
        return 0

    def _grow(self) -> None:
        if time.monotonic() < self._paused_until:
            return
        self._answers += 1
        if self._window < self._slow_start_threshold:
            self._window += 1
        elif self._answers >= RESPONSES_TO_GROW and self._slow_start_threshold < self._max_window:
            self._answers = 0
            self._slow_start_threshold += 1
