"""A long row of calls, of which each response is handed on as soon as it is there.

The row may be halted: calls in flight end, those that wait are taken back, and later it goes on
where it was. In between, nothing else is in flight.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Sequence
from queue import SimpleQueue

from reseller_conformance.cases.case import Case
from reseller_conformance.client.workers import Job, Work, Workers
from reseller_conformance.exchange import Exchange

__all__ = ["Pipeline"]


class Pipeline:
    """Sequences of cases on their way to the target.

    `begin` makes jobs of a sequence: those to be done, and one for each of its cases. `cancel`
    forgets jobs that were not begun, and `abort` ends all others without a response.
    """

    def __init__(
        self,
        sequences: Iterable[Sequence[Case]],
        workers: Callable[[], Workers],
        begin: Callable[[Sequence[Case]], tuple[Work, list[Job]]],
        cancel: Callable[[Work], None],
        abort: Callable[[], None],
        look_ahead: int,
    ) -> None:
        """Send these; so many calls may wait for a thread that sends them."""
        self._sequences = iter(sequences)
        self._returned: deque[Sequence[Case]] = deque()
        self._workers = workers
        self._begin, self._cancel, self._abort = begin, cancel, abort
        self._look_ahead = look_ahead

    def exchanges(self, is_halted: Callable[[], bool] = lambda: False) -> Generator[Exchange]:
        """Yield each exchange as it ends, until all are sent or `is_halted` says so."""
        ended: SimpleQueue[Job] = SimpleQueue()
        pending = 0
        # a case of two sequences has one job, for which both wait
        waits: Counter[Job] = Counter()
        try:
            with self._workers() as workers:
                while not is_halted() and (sequence := self._next()) is not None:
                    new, jobs = self._begin(sequence)
                    for job in jobs:
                        job.add_done_callback(ended.put)
                    pending += len(jobs)
                    waits.update(jobs)
                    if new:
                        workers.give(new)
                    while pending and (pending >= self._look_ahead or not ended.empty()):
                        pending -= 1
                        yield ended.get().result()
                if is_halted():
                    pending -= sum(waits[job] for job in self._take_back(workers))
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

    def _take_back(self, workers: Workers) -> list[Job]:
        """Keep the work that was not begun for the next time, and return its jobs."""
        taken = workers.take_back()
        for work in taken:
            self._cancel(work)
            self._returned.append([case for case, _ in work])
        return [job for work in taken for _, job in work]
