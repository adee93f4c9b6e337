"""Decides when the next call may go: by the rate, the calls in flight, and pauses.

It works like TCP: slow start, then additive increase, and multiplicative decrease. `retry_policy`
says which responses require a pause, and how long it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import NamedTuple

__all__ = ["StoppedError", "Throttle"]

RESPONSES_TO_GROW = 20
"""Number of responses, after a pause, that allow one more call in flight."""

RATE_MARGIN = 1.05
"""Intervals between calls are longer than the rate by this factor.

The network moves calls closer together, and a gateway may allow exactly this rate.
"""


class StoppedError(Exception):
    """The throttle was stopped: no more calls may be made."""


class _Place(NamedTuple):
    """A place in the queue. The lower one goes first."""

    tries_negated: int
    due: float


class Throttle:
    """Lets calls go one by one, and retries before new calls.

    After a pause one call goes first. Each response allows one more, up to half as many as before.
    From there the number grows slowly. So a gateway that counts calls rejects one call at a time,
    and not many that would use up their retries together. A call's last retry goes alone, for a
    gateway that counts connections.
    """

    def __init__(self, rate: float | None, concurrency: int) -> None:
        """Allow `rate` calls a second, evenly spaced (None: any), and `concurrency` in flight."""
        self._changed = Condition()
        self._interval = RATE_MARGIN / rate if rate else 0.0
        self._next_slot = 0.0
        self._max_window = self._slow_start_threshold = self._window = concurrency
        self._in_flight = 0
        self._one_is_alone = False
        self._responses = 0
        self._waiting: list[_Place] = []
        self._paused_until = 0.0
        self._last_backoff = 0.0
        self._stopped = False

    @contextmanager
    def slot(self, tries: int = 0, due: float = 0.0, *, alone: bool = False) -> Iterator[None]:
        """Wait for a place in flight, and hold it.

        A retry gives the number of attempts before it: the more there were, the sooner it goes. It
        is `due` at this time of `time.monotonic`. If it is `alone`, no other call is in flight.
        Raises StoppedError after a stop.
        """
        with self._changed:
            self._wait(_Place(-tries, due), alone)
            self._in_flight += 1
            self._one_is_alone = alone
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._one_is_alone = False
                self._grow()
                self._changed.notify_all()

    def pause(self, seconds: float, since: float) -> None:
        """Let no call go for `seconds`, because of a call that began at `since`.

        Of the calls that were in flight together, only the first halves the threshold.
        """
        with self._changed:
            now = time.monotonic()
            self._paused_until = max(self._paused_until, now + seconds)
            self._responses = 0
            self._window = 1
            if since >= self._last_backoff:
                self._slow_start_threshold = max(1, self._slow_start_threshold // 2)
                self._last_backoff = now
            self._changed.notify_all()

    def limit(self, most: int) -> int:
        """Set the maximum number of calls in flight, and return the one before."""
        with self._changed:
            before, self._max_window = self._max_window, most
            self._slow_start_threshold = self._window = most
            self._changed.notify_all()
        return before

    @property
    def most(self) -> int:
        """The maximum number of calls in flight."""
        return self._max_window

    @property
    def window(self) -> int:
        """The number of calls that may be in flight now."""
        return self._window

    def stop(self) -> None:
        """Let no further call go. Each waiting call raises StoppedError."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wait(self, place: _Place, alone: bool) -> None:
        self._waiting.append(place)
        try:
            while (seconds := self._to_wait(place, alone)) != 0:
                self._changed.wait(seconds)
        finally:
            self._waiting.remove(place)
            self._changed.notify_all()

    def _to_wait(self, place: _Place, alone: bool) -> float | None:
        """Return the seconds to wait: 0 if the call may go, None until another call moves."""
        if self._stopped:
            raise StoppedError
        now = time.monotonic()
        earliest = max(self._paused_until, place.due)
        if earliest > now:
            return earliest - now
        if self._in_flight >= (1 if alone or self._one_is_alone else self._window):
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
        self._responses += 1
        if self._window < self._slow_start_threshold:
            self._window += 1
        elif self._responses >= RESPONSES_TO_GROW and self._slow_start_threshold < self._max_window:
            self._responses = 0
            self._slow_start_threshold += 1
