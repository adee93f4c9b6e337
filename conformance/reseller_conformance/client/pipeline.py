"""A long row of calls. Each response is yielded as soon as it is complete.

The row may be halted: calls in flight end, and waiting ones are taken back. It can continue later.
While it is halted, none of its calls is in flight.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Container, Generator, Iterable, Sequence
from queue import SimpleQueue

from reseller_conformance.cases.case import Case
from reseller_conformance.client.workers import Job, Work, Workers
from reseller_conformance.exchange import Exchange

__all__ = ["Pipeline"]


class Pipeline:
    """Sequences of cases that are being sent.

    `begin` makes the jobs of a sequence: the new ones, and those of all its cases. `cancel` drops
    jobs that were not begun, and `abort` ends all others without a response.
    """

    def __init__(
        self,
        sequences: Iterable[Sequence[Case]],
        workers: Workers,
        begin: Callable[[Sequence[Case]], tuple[Work, list[Job]]],
        cancel: Callable[[Work], None],
        abort: Callable[[], None],
        look_ahead: int,
    ) -> None:
        """Send these. `look_ahead` is the most calls that may wait for a thread."""
        self._sequences = iter(sequences)
        self._returned: deque[Sequence[Case]] = deque()
        self._workers = workers
        self._begin, self._cancel, self._abort = begin, cancel, abort
        self._look_ahead = look_ahead

    def exchanges(self, is_halted: Callable[[], bool] = lambda: False) -> Generator[Exchange]:
        """Yield each exchange as it ends, until all are sent or `is_halted` returns True."""
        ended: SimpleQueue[Job] = SimpleQueue()
        pending = 0
        # a case in two sequences has one job, and both wait for it
        waits: Counter[Job] = Counter()
        try:
            while not is_halted() and (sequence := self._next()) is not None:
                new, jobs = self._begin(sequence)
                for job in jobs:
                    job.add_done_callback(ended.put)
                pending += len(jobs)
                waits.update(jobs)
                if new:
                    self._workers.give(new)
                while pending and (pending >= self._look_ahead or not ended.empty()):
                    pending -= 1
                    yield ended.get().result()
            if is_halted():
                pending -= sum(waits[job] for job in self._take_back(waits))
            while pending:
                pending -= 1
                yield ended.get().result()
        except BaseException:
            self._abort()
            raise

    def _next(self) -> Sequence[Case] | None:
        if self._returned:
            return self._returned.popleft()
        return next(self._sequences, None)

    def _take_back(self, jobs: Container[Job]) -> list[Job]:
        """Keep the work that was not begun for the next time, and return its jobs."""
        taken = self._workers.take_back(jobs)
        for work in taken:
            self._cancel(work)
            self._returned.append([case for case, _ in work])
        return [job for work in taken for _, job in work]
