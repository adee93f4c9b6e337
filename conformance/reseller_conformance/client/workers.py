"""Threads that send calls, in the order in which they are given.

They are daemon threads: one that waits for a socket must not keep the process alive. A thread waits
for more work before it ends: a run sends many short rows, and starting a thread takes as long as a
fast call.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from reseller_conformance.cases.case import Case
from reseller_conformance.exchange import Exchange

__all__ = ["Job", "Work", "Workers"]

Job = Future[Exchange]
Work = list[tuple[Case, Job]]
"""Cases to send one after the other."""

MAX_IDLE_SECONDS = 1.0
"""How long a thread waits for work before it ends."""


class Workers:
    """Up to a limit, one thread for each piece of work."""

    def __init__(self, send: Callable[[Work], None], most: int) -> None:
        """Call `send` in at most this many threads."""
        self._send = send
        self._most = most
        self._waiting: SimpleQueue[Work] = SimpleQueue()
        self._threads = 0
        self._lock = Lock()

    def give(self, work: Work) -> None:
        """Add work. It is done after all earlier work."""
        with self._lock:
            self._waiting.put(work)
            if self._threads == self._most:
                return
            self._threads += 1
        Thread(target=self._run, name="sending", daemon=True).start()

    def take_back(self, jobs: Container[Job]) -> list[Work]:
        """Remove and return the work with these jobs that no thread has begun."""
        with self._lock:
            taken: list[Work] = []
            others: list[Work] = []
            while (work := self._next_waiting()) is not None:
                is_own = any(job in jobs for _, job in work)
                (taken if is_own else others).append(work)
            for work in others:
                self._waiting.put(work)
        return taken

    def _run(self) -> None:
        while (work := self._next()) is not None:
            self._send(work)

    def _next(self) -> Work | None:
        """Wait for work. None ends the thread, which counts no more."""
        try:
            return self._waiting.get(timeout=MAX_IDLE_SECONDS)
        except Empty:
            with self._lock:
                work = self._next_waiting()
                self._threads -= work is None
            return work

    def _next_waiting(self) -> Work | None:
        try:
            return self._waiting.get_nowait()
        except Empty:
            return None
