"""Does the target answer fewer connections at once than are open? Then the others starve.

A server with one thread that keeps connections alive answers the first, and leaves the rest
waiting. Such a call is sent again with fewer calls in flight. Only where it is answered then was
the number of calls to blame.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Lock

from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.exchange import TransportErrorKind

__all__ = ["Starvation"]

MAX_FAILED_TRIALS = 2
"""How many trials in a row may fail: each takes the whole time limit where a server hangs."""


class Starvation:
    """How many connections the target was seen to answer at once.

    It answers two at once where a connection is answered, then another, then the first again. A
    trial, for which `trial` is held, sends one call again.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.trial = Lock()
        self._lock = Lock()
        self._numbers = count(1)
        self._spans: dict[int, tuple[int, int]] = {}
        self._latest = 0.0
        self._failed = 0
        self._found = 0

    def record(self, raw: RawResponse) -> None:
        """Take in a reply."""
        if raw.connection is None or raw.status is None:
            return
        with self._lock:
            number = next(self._numbers)
            first, _ = self._spans.get(raw.connection, (number, number))
            self._spans[raw.connection] = first, number
            self._latest = max(self._latest, raw.began + raw.seconds)

    def unanswered(self, raw: RawResponse, timeout: float) -> bool:
        """Say whether the time limit ran out before anything came, on a connection we know."""
        if raw.problem is None or raw.status is not None or raw.connection is None:
            return False
        late = raw.problem.kind is TransportErrorKind.UNREACHABLE and raw.seconds >= timeout
        return late or raw.problem.kind is TransportErrorKind.TIMEOUT

    def fewer_connections(self, raw: RawResponse, in_flight: int) -> int:
        """Return how many calls may be in flight where this one may have starved, and else 0.

        It may have where its own connection was never answered while another one was. Once it is
        known that calls starve, all that were sent before may have.
        """
        with self._lock:
            if raw.connection in self._spans or self._failed >= MAX_FAILED_TRIALS:
                return 0
            if not self._found and self._latest < raw.began:
                return 0
            served = self._served()
        return served if served < in_flight else 0

    def record_trial(self, fewer: int, *, answered: bool) -> None:
        """Take in whether a call was answered with only so many in flight."""
        if answered:
            self._found, self._failed = fewer, 0
        else:
            self._failed += 1

    @property
    def notes(self) -> Iterator[str]:
        """Say that the number of calls was to blame, where it was."""
        if self._found == 1:
            yield (
                "the target answers one connection at a time, so calls were made one after another"
            )
        elif self._found:
            yield (
                f"the target answers {self._found} connections at a time, so no more calls than "
                "that were in flight"
            )

    def _served(self) -> int:
        """Return the most connections that were answered at once, one at least."""
        changes = []
        for first, last in self._spans.values():
            if first < last:
                changes += [(first, 1), (last, -1)]
        most = served = 0
        for _, change in sorted(changes):
            served += change
            most = max(most, served)
        return max(most, 1)
