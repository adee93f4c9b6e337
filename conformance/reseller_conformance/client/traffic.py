"""Count the traffic of a run, for the reports."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from threading import Lock
from typing import Any

from reseller_conformance.client.timeline import Timeline, TimelineBuilder, merge

__all__ = ["Bucket", "Latency", "Traffic", "TrafficRecorder", "sum_traffic"]

BOUNDS = (*(digit * 10.0**power for power in range(-4, 2) for digit in (1, 2, 5)), 100.0)
"""Upper bounds of the histogram's buckets, in seconds: three for each power of ten."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Number of responses within one bucket of the histogram.

    `up_to` is its upper bound in seconds.

    None means that there is no bound.
    """

    up_to: float | None
    answers: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from a request to its complete response. None if there was no response.

    All histograms have the same buckets, so that several processes can be added up. The histogram
    is None if the times were not counted in buckets.
    """

    median: float | None = None
    p95: float | None = None
    max: float | None = None
    histogram: tuple[Bucket, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """The traffic of a run: calls, retries, seconds of sending, and bytes of decoded bodies.

    `notes` say where the client did not follow the operator's options, and why.
    """

    calls: int = 0
    retries: int = 0
    seconds: float = 0.0
    bytes: int = 0
    latency: Latency = Latency()
    timeline: Timeline | None = field(default_factory=Timeline)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Traffic:
        """Return the traffic of another process, which sent it as `asdict` writes it."""
        latency = entry["latency"]
        buckets = tuple(Bucket(**bucket) for bucket in latency["histogram"] or ())
        return cls(
            **{
                **entry,
                "latency": Latency(**{**latency, "histogram": buckets}),
                "timeline": Timeline.from_dict(entry["timeline"]),
                "notes": tuple(entry["notes"]),
            }
        )


def sum_traffic(parts: Sequence[Traffic]) -> Traffic:
    """Add up the traffic of clients that were at work at the same time."""
    return Traffic(
        calls=sum(part.calls for part in parts),
        retries=sum(part.retries for part in parts),
        seconds=max(part.seconds for part in parts),
        bytes=sum(part.bytes for part in parts),
        latency=_sum_latency([part.latency for part in parts]),
        timeline=merge([part.timeline for part in parts if part.timeline]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _sum_latency(parts: Sequence[Latency]) -> Latency:
    """Return the largest of each figure, and the histograms added up."""
    histograms = [part.histogram for part in parts if part.histogram]
    return Latency(
        median=_largest(part.median for part in parts),
        p95=_largest(part.p95 for part in parts),
        max=_largest(part.max for part in parts),
        histogram=tuple(
            Bucket(same[0].up_to, sum(bucket.answers for bucket in same))
            for same in zip(*histograms, strict=True)
        ),
    )


def _largest(figures: Iterable[float | None]) -> float | None:
    return max((figure for figure in figures if figure is not None), default=None)


class TrafficRecorder:
    """Counts traffic from several threads."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._lock = Lock()
        self._calls = 0
        self._retries = 0
        self._reserved = 0
        self._bytes = 0
        self._latencies = array("d")
        self._timeline = TimelineBuilder()
        self._senders = 0
        self._since = 0.0
        self._seconds = 0.0

    def reserve(self, most: int | None) -> bool:
        """Reserve one attempt of the request budget, and return True if the budget allows it.

        `most` is the budget, or None. An attempt waits for the rate only after this, so that an
        exhausted budget costs no time.
        """
        with self._lock:
            if most is not None and self._calls + self._retries + self._reserved >= most:
                return False
            self._reserved += 1
            return True

    def begin(self, again: bool) -> None:
        """Count a reserved attempt as it is sent. `again` is True for a retry."""
        with self._lock:
            self._reserved -= 1
            if again:
                self._retries += 1
            else:
                self._calls += 1
            self._timeline.began(time.monotonic())

    def end(self, seconds: float | None, size: int) -> None:
        """Count the response to an attempt. `seconds` is None if it was incomplete."""
        with self._lock:
            self._bytes += size
            if seconds is not None:
                self._latencies.append(seconds)
                self._timeline.responded(time.monotonic(), seconds)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Measure the time during which at least one caller sends."""
        with self._lock:
            if self._senders == 0:
                self._since = time.monotonic()
            self._senders += 1
        try:
            yield
        finally:
            with self._lock:
                self._senders -= 1
                if self._senders == 0:
                    self._seconds += time.monotonic() - self._since

    @property
    def traffic(self) -> Traffic:
        """The traffic so far."""
        with self._lock:
            under_way = time.monotonic() - self._since if self._senders else 0.0
            latencies = sorted(self._latencies)
            seconds = self._seconds + under_way
            return Traffic(
                self._calls,
                self._retries,
                seconds,
                self._bytes,
                _latency(latencies),
                self._timeline.timeline,
            )


def _latency(ascending: list[float]) -> Latency:
    if not ascending:
        return Latency()
    # The nearest rank is always a measured time, even among few.
    rank = -(-len(ascending) * 95 // 100)
    return Latency(median(ascending), ascending[rank - 1], ascending[-1], _histogram(ascending))


def _histogram(ascending: list[float]) -> tuple[Bucket, ...]:
    upto = [0, *(bisect_right(ascending, bound) for bound in BOUNDS), len(ascending)]
    counts = [after - before for before, after in pairwise(upto)]
    return tuple(map(Bucket, (*BOUNDS, None), counts))
