"""Threads that send calls, in the order in which they are given.

They are daemon threads: one that waits for a socket must not keep the process alive.
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
"""Cases to send one after the other. An empty list ends a thread."""


class Workers:
    """Up to a limit, one thread for each piece of work."""

    def __init__(self, send: Callable[[Work], None], most: int) -> None:
        """Call `send` in at most this many threads."""
        self._send = send
        self._most = most
        self._waiting: SimpleQueue[Work] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> Workers:
        """Return the workers, which wait for work."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the threads end when all work is done."""
        for _thread in self._threads:
            self._waiting.put([])

    def give(self, work: Work) -> None:
        """Add work. It is done after all earlier work."""
        self._waiting.put(work)
        if len(self._threads) < self._most:
            thread = Thread(target=self._run, name="sending", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take_back(self) -> list[Work]:
        """Remove and return the work that no thread has begun."""
        taken: list[Work] = []
        while True:
            try:
                taken.append(self._waiting.get_nowait())
            except Empty:
                return taken

    def _run(self) -> None:
        while work := self._waiting.get():
            self._send(work)
