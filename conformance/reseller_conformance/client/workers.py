"""Threads that send calls: work in, in the order in which it is given, and nothing more.

They are daemons, for one that waits on a socket must not keep the process.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread

from reseller_conformance.cases.case import Case
from reseller_conformance.exchange import Exchange

__all__ = ["Job", "Work", "Workers"]

Job = Future[Exchange]
Work = list[tuple[Case, Job]]
"""Cases to send one after the other; without any it says that there will be no more."""


class Workers:
    """As many threads as there is work for, up to a limit."""

    def __init__(self, send: Callable[[Work], None], most: int) -> None:
        """Have at most so many threads `send` what they are given."""
        self._send = send
        self._most = most
        self._waiting: SimpleQueue[Work] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> Workers:
        """Return the workers, who wait for work."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the threads end when all work is done."""
        for _thread in self._threads:
            self._waiting.put([])

    def give(self, work: Work) -> None:
        """Have this done after all that was given before."""
        self._waiting.put(work)
        if len(self._threads) < self._most:
            thread = Thread(target=self._run, name="asking", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take_back(self) -> list[Work]:
        """Return what no thread has begun, which is not done then."""
        taken: list[Work] = []
        while True:
            try:
                taken.append(self._waiting.get_nowait())
            except Empty:
                return taken

    def _run(self) -> None:
        while work := self._waiting.get():
            self._send(work)
