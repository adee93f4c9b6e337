"""Standard output and standard error that never end a command, even if they are closed.

A reader that has left, a full disk or a closed stream would raise within any `print`, in `click`
and `rich` too. The streams are wrapped once, so that the command decides its exit code by itself.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

import click

__all__ = ["GuardedStream", "echo_json", "guarded_output"]


class GuardedStream:
    """A text stream that drops what it cannot write. `problem` is the first error."""

    def __init__(self, stream: TextIO | None) -> None:
        """Wrap this stream. It is None if it is closed."""
        self.problem: Exception | None = None if stream else OSError("it is closed")
        self._stream = stream or io.StringIO()

    def write(self, text: str) -> int:
        """Write the text, with escapes for what the encoding lacks, or drop it."""
        try:
            return self._stream.write(text) if self.problem is None else len(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding
            return self.write(text.encode(encoding, "backslashreplace").decode(encoding))
        except (OSError, ValueError) as error:
            self._discard_output(error)
            return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        try:
            if self.problem is None:
                self._stream.flush()
        except (OSError, ValueError) as error:
            self._discard_output(error)

    @property
    def reason(self) -> str:
        """Why output was lost. Empty if none was, or if its reader has left."""
        if self.problem is None or isinstance(self.problem, BrokenPipeError):
            return ""
        return str(getattr(self.problem, "strerror", None) or self.problem).lower()

    def _discard_output(self, error: Exception) -> None:
        """Write to the null device from now on: otherwise Python would raise again at exit."""
        self.problem = error
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def close_for_good(self) -> None:
        """Write to the null device again: pytest may have restored the stream."""
        if self.problem is not None:
            self._discard_output(self.problem)

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the stream."""
        return getattr(self._stream, name)


def echo_json(text: str) -> None:
    """Print JSON, in ASCII if the encoding of standard output lacks a character."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found[0])[1:-1], text)
    click.echo(text)


@contextmanager
def guarded_output() -> Iterator[GuardedStream]:
    """Guard both standard streams in this block, and yield standard output."""
    if sys.stderr is None:
        # pytest needs its descriptor, and a file of the run must not get it
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
        vars(sys)["__stderr__"] = sys.stderr
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
