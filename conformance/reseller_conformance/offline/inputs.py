"""Open files or stdin, and recognize their kind by the name or the first bytes."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from reseller_conformance.contract import Format
from reseller_conformance.offline.bodies import MARKS, likely_format

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "STDIN",
    "Input",
    "InputError",
    "InputKind",
    "check_readable",
    "format_of",
    "input_kind",
    "is_pipe",
    "opened",
    "spooled",
]

STDIN = "-"
HEAD_BYTES = 4096

IN_MEMORY = 64 * 1024 * 1024
"""Bytes of a recording from a pipe that are kept in memory: it is read twice."""

_HAR = re.compile(rb'\{\s*"log"\s*:\s*\{')


class InputError(ValueError):
    """Something cannot be judged; the message says why, in one line that ends in its name."""


class InputKind(StrEnum):
    """What a file holds: one body, one on each line, or recorded calls."""

    BODY = "body"
    NDJSON = "ndjson"
    HAR = "har"


_SUFFIXES = {".har": InputKind.HAR, ".ndjson": InputKind.NDJSON, ".jsonl": InputKind.NDJSON}


class _Following(io.RawIOBase):
    """What follows in a stream of which the head has been read, the head first."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream
        self.done = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read what there is."""
        room = memoryview(buffer).cast("B")
        data = self._head[: len(room)] or self._stream.read(len(room))
        self._head = self._head[len(room) :]
        room[: len(data)] = data
        self.done += len(data)
        return len(data)


@dataclass(frozen=True, slots=True)
class Input:
    """An open file: its name for people, its first bytes, and a stream of all of it."""

    name: str
    head: bytes
    stream: BinaryIO
    following: _Following

    @property
    def done(self) -> int:
        """How many bytes have been read."""
        return self.following.done


def check_readable(names: Sequence[str]) -> int | None:
    """Return the bytes of all these files; None where stdin or a pipe is among them.

    Raises InputError where one of them cannot be read: before any is judged.
    """
    if names.count(STDIN) > 1:
        raise InputError(f"stdin can be read only once: {STDIN}")
    if STDIN in names and sys.stdin is None:
        raise InputError(f"stdin is closed: {STDIN}")
    total: int | None = 0
    for name in names:
        # a pipe that is opened and closed again is broken for who writes to it
        if is_pipe(name):
            total = None
            continue
        with _readable(name) as stream:
            size = stream.seek(0, io.SEEK_END) if stream.seekable() else None
        total = None if total is None or size is None else total + size
    return total


@contextmanager
def opened(name: str) -> Iterator[Input]:
    """Open one file, or stdin."""
    with nullcontext(sys.stdin.buffer) if name == STDIN else _readable(name) as stream:
        try:
            head = stream.read(HEAD_BYTES)
        except OSError as error:
            raise InputError(f"the file cannot be read ({error.strerror}): {name}") from None
        following = _Following(head, stream)
        shown = "stdin" if name == STDIN else name
        yield Input(shown, head, io.BufferedReader(following), following)


@contextmanager
def spooled(given: Input) -> Iterator[Input]:
    """Keep what can be read only once, in memory or else in a file without a name."""
    with SpooledTemporaryFile(IN_MEMORY) as kept:
        copyfileobj(given.stream, kept)
        kept.seek(0)
        yield replace(given, stream=cast("BinaryIO", kept))


def input_kind(given: Input, kind: InputKind | None) -> InputKind:
    """Say what it holds: what the operator says, else what its name or its first bytes do."""
    if kind is not None:
        return kind
    named = _SUFFIXES.get(Path(given.name).suffix.lower())
    if named is not None:
        return named
    return InputKind.HAR if _HAR.match(MARKS.sub(b"", given.head).lstrip()) else InputKind.BODY


def format_of(given: Input, named: Format | None, content_type: str | None) -> Format:
    """Return the format that a body must be in, as the operator, its name or its start says.

    Raises InputError where nothing does.
    """
    suffix = Path(given.name).suffix.lower().removeprefix(".")
    if named or suffix in tuple(Format):
        return named or Format(suffix)
    likely = likely_format(given.head, content_type)
    if likely is None:
        what = "looks like neither JSON nor XML" if given.head.strip() else "is empty"
        raise InputError(f"the body {what}; name its format with --format: {given.name}")
    return likely


def is_pipe(name: str) -> bool:
    """Return True if this can be read only once."""
    try:
        return name == STDIN or Path(name).is_fifo()
    except ValueError:
        return False


def _readable(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"the file cannot be read ({why}): {name}") from None
