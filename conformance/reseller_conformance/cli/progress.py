"""Shows the progress of a run, and each violation as soon as it is known.

A terminal shows a bar, a log a line now and then. Both have file descriptors of their own, because
pytest captures the standard ones while an item runs.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from reseller_conformance.reports.progress import Progress

__all__ = ["Watch", "watch_on"]

EVERY = 30.0
"""Seconds between two lines in a log."""

REFRESH = 0.5
"""Seconds between two updates of a bar."""

TICK_SECONDS = 0.25
"""Maximum time in seconds until a new violation is announced."""


class Display(Protocol):
    """Shows progress every `every` seconds."""

    every: float

    def show(self, progress: Progress) -> None:
        """Show the progress."""

    def announce(self, line: str) -> None:
        """Show a line that remains."""

    def close(self) -> None:
        """Remove what would be between the lines of the report."""


class Watch:
    """Shows the progress in a thread of its own."""

    def __init__(self, display: Display) -> None:
        """Show nothing before `start`."""
        self._display = display
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, progress: Callable[[], Progress]) -> None:
        """Show this progress from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, args=(progress,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self._display.close()

    def _look(self, progress: Callable[[], Progress]) -> None:
        announced, shown, over = 0, time.monotonic(), False
        while not over:
            over = self._over.wait(min(TICK_SECONDS, self._display.every))
            try:
                now = progress()
                for violation in now.violations[announced:]:
                    self._display.announce(str(violation))
                announced = len(now.violations)
                if not over and time.monotonic() - shown >= self._display.every:
                    shown = time.monotonic()
                    self._display.show(now)
            except Exception:  # a progress bar must not fail a run
                return


def watch_on(out: TextIO | None, err: TextIO | None) -> Watch | None:
    """Return a bar if one of these streams is a terminal, or else lines on `err`."""
    for stream in (out, err):
        if stream is not None and stream.isatty() and (own := _own(stream)):
            return Watch(_Bar(own))
    own = _own(err) if err is not None else None
    return Watch(_Lines(own)) if own else None


def _own(stream: TextIO) -> TextIO | None:
    try:
        return os.fdopen(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors="replace")
    except (OSError, ValueError):  # closed, or not a file
        return None


class _Lines:
    """A line for each update, in a log."""

    every = EVERY

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def show(self, progress: Progress) -> None:
        self.announce(str(progress))

    def announce(self, line: str) -> None:
        print(line, file=self._file, flush=True)

    def close(self) -> None:
        with suppress(OSError):  # the reader has left
            self._file.close()


class _Bar:
    """A bar, which disappears when it is closed."""

    every = REFRESH

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._bar = RichProgress(
            BarColumn(bar_width=20),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(file=file, highlight=False),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=None)

    def show(self, progress: Progress) -> None:
        rate = f", {progress.rate:.1f}/s" if progress.rate else ""
        self._bar.update(
            self._task,
            total=max(progress.total, 1),
            completed=progress.done,
            description=f"{progress}{rate}",
        )
        self._bar.start()

    def announce(self, line: str) -> None:
        self._bar.console.print(line, markup=False, soft_wrap=True)

    def close(self) -> None:
        self._bar.stop()
        self._file.close()
