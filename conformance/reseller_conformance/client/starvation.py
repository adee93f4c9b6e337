"""Does the target answer fewer connections at once than are open? Then the others starve.

A server with one thread that keeps connections alive answers the first, and leaves the rest
waiting. Such a call is sent again with fewer calls in flight. Only where it is answered then was
the number of calls to blame.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Lock

from reseller_conformance.client.http.transport import Reply
from reseller_conformance.exchange import Transport

__all__ = ["Starvation"]

TRIALS = 2
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

    def learn(self, reply: Reply) -> None:
        """Take in a reply."""
        if reply.connection is None or reply.status is None:
            return
        with self._lock:
            number = next(self._numbers)
            first, _ = self._spans.get(reply.connection, (number, number))
            self._spans[reply.connection] = first, number
            self._latest = max(self._latest, reply.began + reply.seconds)

    def unanswered(self, reply: Reply, timeout: float) -> bool:
        """Say whether the time limit ran out before anything came, on a connection we know."""
        if reply.problem is None or reply.status is not None or reply.connection is None:
            return False
        late = reply.problem.kind is Transport.UNREACHABLE and reply.seconds >= timeout
        return late or reply.problem.kind is Transport.TIMEOUT

    def suspected(self, reply: Reply, in_flight: int) -> int:
        """Return how many calls may be in flight where this one may have starved, and else 0.

        It may have where its own connection was never answered while another one was. Once it is
        known that calls starve, all that were sent before may have.
        """
        with self._lock:
            if reply.connection in self._spans or self._failed >= TRIALS:
                return 0
            if not self._found and self._latest < reply.began:
                return 0
            served = self._served()
        return served if served < in_flight else 0

    def tried(self, fewer: int, *, answered: bool) -> None:
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
