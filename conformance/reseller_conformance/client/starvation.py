"""Detect a target that serves fewer connections at once than the client has open.

A server with one thread and keep-alive serves the first connection, and the others wait. A
call without a response is sent again with fewer calls in progress. If it then gets a response, the
number of calls was the cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Lock

from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.exchange import TransportErrorKind

__all__ = ["Starvation"]

MAX_FAILED_TRIALS = 2
"""Maximum number of failed trials in a row. Each takes the whole time limit if a server hangs."""


class Starvation:
    """The number of connections that the target serves at once, as far as observed.

    It serves two at once if it responds on one connection, then on another, then on the first
    again. A trial sends one call again while it holds `trial`.
    """

    def __init__(self) -> None:
        """Start without observations."""
        self.trial = Lock()
        self._lock = Lock()
        self._numbers = count(1)
        self._spans: dict[int, tuple[int, int]] = {}
        self._latest = 0.0
        self._failed = 0
        self._found = 0

    def record(self, raw: RawResponse) -> None:
        """Record the response to an attempt."""
        if raw.connection is None or raw.status is None:
            return
        with self._lock:
            number = next(self._numbers)
            first, _ = self._spans.get(raw.connection, (number, number))
            self._spans[raw.connection] = first, number
            self._latest = max(self._latest, raw.began + raw.seconds)

    def lacks_response(self, raw: RawResponse, timeout: float) -> bool:
        """Return True if the time limit ended before any response, on a known connection."""
        if raw.problem is None or raw.status is not None or raw.connection is None:
            return False
        late = raw.problem.kind is TransportErrorKind.UNREACHABLE and raw.seconds >= timeout
        return late or raw.problem.kind is TransportErrorKind.TIMEOUT

    def fewer_connections(self, raw: RawResponse, in_flight: int) -> int:
        """Return how many calls may be in progress if this call may have starved, or else 0.

        It may have starved if its connection never had a response while another connection had one.
        Once starvation is known, every earlier call may have starved.
        """
        with self._lock:
            if raw.connection in self._spans or self._failed >= MAX_FAILED_TRIALS:
                return 0
            if not self._found and self._latest < raw.began:
                return 0
            served = self._served()
        return served if served < in_flight else 0

    def record_trial(self, fewer: int, *, responded: bool) -> None:
        """Record whether a call got a response with only `fewer` calls in progress."""
        if responded:
            self._found, self._failed = fewer, 0
        else:
            self._failed += 1

    @property
    def notes(self) -> Iterator[str]:
        """The note that the client sent fewer calls at once, if it did."""
        if self._found == 1:
            yield (
                "the target serves one connection at a time, so calls were sent one after another"
            )
        elif self._found:
            yield (
                f"the target serves {self._found} connections at a time, so at most this many "
                "calls were in progress"
            )

    def _served(self) -> int:
        """Return the largest number of connections that were served at once. At least 1."""
        changes = []
        for first, last in self._spans.values():
            if first < last:
                changes += [(first, 1), (last, -1)]
        most = served = 0
        for _, change in sorted(changes):
            served += change
            most = max(most, served)
        return max(most, 1)
