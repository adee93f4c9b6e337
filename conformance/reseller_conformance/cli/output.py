"""Standard output and standard error that never end a command, even if they are closed.

A reader that has left, a full disk or a closed stream would raise within any `print`, in `click`
and `rich` too. The streams are wrapped once, so that the command decides its exit code by itself.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

__all__ = ["GuardedStream", "guarded_output"]


class GuardedStream:
    """A text stream that drops what it cannot write; `problem` is the first reason."""

    def __init__(self, stream: TextIO | None) -> None:
        """Wrap this stream; Python has None where it is closed."""
        self.problem: Exception | None = None if stream else OSError("it is closed")
        self._stream = stream or io.StringIO()

    def write(self, text: str) -> int:
        """Write the text, or drop it."""
        try:
            return self._stream.write(text) if self.problem is None else len(text)
        except (OSError, ValueError) as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        try:
            if self.problem is None:
                self._stream.flush()
        except (OSError, ValueError) as error:
            self._give_up(error)

    @property
    def reason(self) -> str:
        """Why the output was lost. Empty where it was not, and where its reader had enough."""
        if self.problem is None or isinstance(self.problem, BrokenPipeError):
            return ""
        return str(getattr(self.problem, "strerror", None) or self.problem).lower()

    def _give_up(self, error: Exception) -> None:
        """Send the rest nowhere: Python would raise again when it closes the stream at exit."""
        self.problem = error
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def close_for_good(self) -> None:
        """Send the rest nowhere again: pytest may have restored the stream meanwhile."""
        if self.problem is not None:
            self._give_up(self.problem)

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the stream itself."""
        return getattr(self._stream, name)


@contextmanager
def guarded_output() -> Iterator[GuardedStream]:
    """Guard both standard streams in this block; yield standard output."""
    before = sys.stdout, sys.stderr
    output, errors = GuardedStream(sys.stdout), GuardedStream(sys.stderr)
    sys.stdout, sys.stderr = cast("TextIO", output), cast("TextIO", errors)
    try:
        yield output
    finally:
        for stream in (output, errors):
            stream.close_for_good()
        output.flush()
        errors.flush()
        sys.stdout, sys.stderr = before
