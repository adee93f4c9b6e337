"""Record the traceback and the output of an application for each call.

`server` runs the application. The client looks up the record of a response, and redacts it.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from reseller_conformance.app_server.tracebacks import last_frames

__all__ = ["Call", "CallLog", "Tee", "keep"]

LATE = 0.5
"""Time that a look-up waits for a call to end after its response has arrived, in seconds."""

MAX_PIECES, MAX_PIECE_CHARS = 200, 10_000
"""Maximum number of output pieces kept of one call, and maximum length of one piece."""

_CALL: ContextVar[Call | None] = ContextVar("reseller_call", default=None)


@dataclass(eq=False, slots=True)
class Call:
    """One call, as the application sees it. `errors` is what it writes to `wsgi.errors`."""

    method: str
    query: str
    began: float = field(default_factory=time.monotonic)
    ended: Event = field(default_factory=Event)
    traceback: str = ""
    output: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_PIECES))
    errors: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_PIECES))

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Record everything within this scope as part of this call."""
        before = _CALL.set(self)
        try:
            yield
        except BaseException as error:
            self.traceback = last_frames(error)
            raise
        finally:
            _CALL.reset(before)


class CallLog:
    """Keeps what an application writes and raises in each call, until it is looked up.

    `output` adds what it prints and logs to its tracebacks.
    """

    def __init__(self, *, output: bool = False) -> None:
        """Start with an empty log."""
        self.output = output
        self._calls: dict[tuple[str, str], list[Call]] = {}
        self._lock = Lock()

    def output_of(self, method: str, url: str, began: float, ended: float, *, failed: bool) -> str:
        """Return the record of the call that was made to this URL between these times.

        `failed` is True for a 5xx response. The traceback is returned only then, or if all output
        is kept. The text is not redacted. A call can be looked up once.
        """
        call = self._taken((method, url.partition("?")[2]), began, ended)
        if call is None or not (failed or self.output):
            return ""
        call.ended.wait(LATE)
        printed = "".join(call.output) if self.output else ""
        error = call.traceback or ("".join(call.errors) if failed else "")
        return "\n".join(part.strip("\n") for part in (printed, error) if part.strip())

    def begin(self, method: str, query: str) -> Call:
        """Record the start of a call."""
        call = Call(method, query)
        with self._lock:
            self._calls.setdefault((method, query), []).append(call)
        if self.output:
            _tee()
        return call

    def end(self, call: Call) -> None:
        """Record the end of a call. A call without output or traceback is removed."""
        call.ended.set()
        if not (call.traceback or call.output or call.errors):
            self._taken((call.method, call.query), call.began, call.began)

    def _taken(self, key: tuple[str, str], began: float, ended: float) -> Call | None:
        with self._lock:
            made = self._calls.get(key, [])
            call = next((call for call in made if began <= call.began <= ended), None)
            if call is not None:
                made.remove(call)
            if not made:
                self._calls.pop(key, None)
        return call

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record what the application logs and prints, within this scope."""
        handler = _Handler(self)
        root = logging.getLogger()
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)
            _untee()


# --- What it logs --------------------------------------------------------------------------------


class _Handler(logging.Handler):
    """Records log records, and the exceptions that frameworks log with a 500 response."""

    def __init__(self, log: CallLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Add the log record to the current call."""
        call = _CALL.get()
        if call is None:
            return
        if record.exc_info and record.exc_info[1]:
            call.traceback = last_frames(record.exc_info[1])
        if self._log.output:
            # The arguments may not fit the message, which is the application's fault.
            with suppress(Exception):
                keep(call.output, f"{record.levelname} {record.name}: {record.getMessage()}\n")


# --- What it prints ------------------------------------------------------------------------------


def keep(pieces: deque[str], text: str) -> None:
    """Keep a piece of output. Of a long piece keep the length: half a key could not be redacted."""
    long = f"[{len(text):,} characters]\n"
    pieces.append(text if len(text) <= MAX_PIECE_CHARS else long)


class Tee:
    """A stream that also records what is written to it during a call."""

    def __init__(self, stream: Any, pieces: Callable[[Call], deque[str]]) -> None:
        """Write to `stream`, and record the text in the pieces of the current call."""
        self.stream = stream
        self._pieces = pieces

    def write(self, text: str) -> Any:
        """Write and record the text."""
        call = _CALL.get()
        if call is not None:
            keep(self._pieces(call), text)
        return self.stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write and record the lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the stream."""
        return getattr(self.stream, name)


def _tee() -> None:
    """Wrap stdout and stderr in a Tee. pytest replaces them for each phase of a test."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Tee):
            setattr(sys, name, Tee(stream, lambda call: call.output))


def _untee() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, Tee):
            setattr(sys, name, stream.stream)
