"""How far the reading of files has come, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

__all__ = ["show_progress"]


class _Reading(Progress):
    """Reads the progress whenever it is drawn, so that the reader need not report it."""

    def __init__(self, total: int | None, done: Callable[[], int], responses: Callable[[], int]):
        self._counts = done, responses
        self._reading: TaskID | None = None  # it is drawn once before there is anything to draw
        columns = (
            TextColumn("{task.fields[responses]:,} responses judged"),
            BarColumn(),
            DownloadColumn(),
            TimeElapsedColumn(),
        )
        super().__init__(*columns, console=Console(highlight=False), transient=True)
        self._reading = self.add_task("", total=total, responses=0)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Draw what has been read so far."""
        if self._reading is not None:
            done, responses = self._counts
            self.update(self._reading, completed=done(), responses=responses())
        return super().get_renderables()


def show_progress(
    total: int | None, done: Callable[[], int], responses: Callable[[], int]
) -> AbstractContextManager[object]:
    """Show the bytes that are read, and the responses judged, until the end of the block."""
    return _Reading(total, done, responses) if sys.stdout.isatty() else nullcontext()
