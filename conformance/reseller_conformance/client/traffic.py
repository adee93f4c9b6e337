"""What a run has cost its target: counted by `client`, told in reports."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from threading import Lock

from reseller_conformance.client.timeline import Timeline, TimelineBuilder

__all__ = ["Bucket", "Latency", "Traffic", "TrafficRecorder"]

BOUNDS = (*(digit * 10.0**power for power in range(-4, 2) for digit in (1, 2, 5)), 100.0)
"""Seconds at which the buckets of a histogram end: three to a power of ten."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many answers took so long at most, and longer than the bucket before; None: longer."""

    up_to: float | None
    answers: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from a request to its whole answer; None where no answer came.

    Every histogram has the same buckets, so that those of several processes can be added.
    """

    median: float | None = None
    p95: float | None = None
    max: float | None = None
    histogram: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls made, tries beyond the first of each, seconds spent asking, bytes of decoded bodies.

    `notes` say what was done otherwise than the operator said, and why.
    """

    calls: int = 0
    retries: int = 0
    seconds: float = 0.0
    bytes: int = 0
    latency: Latency = Latency()
    timeline: Timeline = field(default_factory=Timeline)
    notes: tuple[str, ...] = ()


class TrafficRecorder:
    """Counts traffic, from several threads at once."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._lock = Lock()
        self._calls = 0
        self._retries = 0
        self._reserved = 0
        self._bytes = 0
        self._latencies = array("d")
        self._course = TimelineBuilder()
        self._asking = 0
        self._since = 0.0
        self._seconds = 0.0

    def reserve(self, most: int | None) -> bool:
        """Keep room for one try, and say whether there was room; `most` is the request budget.

        A try waits for the rate only once it has room, so that a spent budget costs no time.
        """
        with self._lock:
            if most is not None and self._calls + self._retries + self._reserved >= most:
                return False
            self._reserved += 1
            return True

    def begin(self, again: bool) -> None:
        """Count a try that has room, as it is sent."""
        with self._lock:
            self._reserved -= 1
            if again:
                self._retries += 1
            else:
                self._calls += 1
            self._course.began(time.monotonic())

    def end(self, seconds: float | None, size: int) -> None:
        """Count the answer to a try, or only its bytes where it did not come whole."""
        with self._lock:
            self._bytes += size
            if seconds is not None:
                self._latencies.append(seconds)
                self._course.answered(time.monotonic(), seconds)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Measure the time in which anybody asks."""
        with self._lock:
            if self._asking == 0:
                self._since = time.monotonic()
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1
                if self._asking == 0:
                    self._seconds += time.monotonic() - self._since

    @property
    def traffic(self) -> Traffic:
        """What has been counted so far."""
        with self._lock:
            under_way = time.monotonic() - self._since if self._asking else 0.0
            latencies = sorted(self._latencies)
            seconds = self._seconds + under_way
            return Traffic(
                self._calls,
                self._retries,
                seconds,
                self._bytes,
                _latency(latencies),
                self._course.timeline,
            )


def _latency(ascending: list[float]) -> Latency:
    if not ascending:
        return Latency()
    # the nearest rank: a time that was measured, however few there are
    rank = -(-len(ascending) * 95 // 100)
    return Latency(median(ascending), ascending[rank - 1], ascending[-1], _histogram(ascending))


def _histogram(ascending: list[float]) -> tuple[Bucket, ...]:
    upto = [0, *(bisect_right(ascending, bound) for bound in BOUNDS), len(ascending)]
    counts = [after - before for before, after in pairwise(upto)]
    return tuple(map(Bucket, (*BOUNDS, None), counts))
