"""The entries of a HAR file, one at a time, so that a file of any length is read in little memory.

A HAR is one JSON object: `{"log": {…, "entries": [{…}, …], …}}`. Python's own parser
reads each value. It fails on a part of a text, and then more of the file is read. `har` reads the
meaning of an entry.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from reseller_conformance.offline.inputs import InputError
from reseller_conformance.util.text import WHITE_SPACE

__all__ = ["entries"]

CHUNK_CHARS = 256 * 1024

MAX_VALUE_CHARS = 256 * 1024 * 1024
"""Characters of one value that are read; with a longer one the file is not what it seems."""

_BROKEN_OFF = "the file ends too early"
# Maximum distance between the end of a cut text and the place of the error: `-Infinity`, an escape.
_EDGE = 16
_MAX_INT_DIGITS = 300
"""Digits of a number that is read as one; Python refuses thousands, which JSON allows."""

_STRUCTURE = re.compile(r"""["\[\]{}]""")
_STRING_END = re.compile(r"""(?:[^"\\]|\\.)*+("?)""", re.DOTALL)


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else float("inf")


# Some recorders leave control characters in strings as they are.
_DECODER = json.JSONDecoder(strict=False, parse_int=_int)


def entries(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield each entry of the file.

    Raises InputError, with `name` in it, where it is no HAR, or breaks off: after what came before.
    """
    text = _Text(stream)
    number = 0
    found = False
    try:
        for member in text.members():
            if member != "log":
                text.value()
                continue
            for inner in text.members():
                if inner != "entries":
                    text.value()
                    continue
                found = True
                for entry in text.items():
                    number += 1
                    yield entry
    except _BrokenError as error:
        where = f"after entry {number:,}" if number else "before its first entry"
        raise InputError(
            f"the HAR file cannot be read {where} ({error}); record or export it again: {name}"
        ) from None
    if not found:
        raise InputError(
            f"the file is not a HAR, because it has no log.entries; export it as a HAR: {name}"
        )


class _BrokenError(Exception):
    """The text is no JSON, or none of a HAR's."""


class _Text:
    """A JSON text of which a part is in memory, and a place in it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._whole = False

    def members(self) -> Iterator[str]:
        """Yield the names of an object, the place being at each one's value."""
        for name in self._listed("{", "}"):
            if not isinstance(name, str):
                raise _BrokenError(f"a name was expected, not {name!r:.40}")
            self._take(":")
            yield name

    def items(self) -> Iterator[Any]:
        """Yield the values of an array."""
        return self._listed("[", "]")

    def _listed(self, opening: str, closing: str) -> Iterator[Any]:
        self._take(opening)
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield self.value()
            if self._next() == closing:
                self._at += 1
                return
            self._take(",")

    def value(self) -> Any:
        """Read the next value, whole."""
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                # of a number at the end of the text there may be more: `0` and then `.5`
                whole = not isinstance(value, (int, float)) or end < len(self._text) - _EDGE
                if whole or not self._more():
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                begun = error.msg.startswith("Unterminated string")
                near = error.pos >= len(self._text) - _EDGE
                if not (begun or near) or not self._more():
                    broken_off = self._whole and (begun or near)
                    raise _BrokenError(_BROKEN_OFF if broken_off else error.msg) from None
            except RecursionError:
                return self._skip()

    def _skip(self) -> None:
        """Pass over an object or an array that is too deep to be read, as far as its end."""
        depth = 0
        while True:
            found = _STRUCTURE.search(self._text, self._at)
            if found is None:
                self._at = len(self._text)
                if not self._more():
                    raise _BrokenError(_BROKEN_OFF)
                continue
            self._at = found.end()
            if found[0] == '"':
                self._skip_string()
            else:
                depth += 1 if found[0] in "[{" else -1
            if depth == 0:
                return

    def _skip_string(self) -> None:
        while True:
            end = _STRING_END.match(self._text, self._at)
            if end is not None and end[1]:
                self._at = end.end()
                return
            if not self._more():
                raise _BrokenError(_BROKEN_OFF)

    def _take(self, expected: str) -> None:
        found = self._next()
        if found != expected:
            raise _BrokenError(f"{expected} was expected, not {found!r}" if found else _BROKEN_OFF)
        self._at += 1

    def _next(self) -> str:
        """Move to the next character that is no white space, and return it; none at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in WHITE_SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        """Read as much again as there is, so that a long value is not read too often."""
        if self._whole:
            return False
        kept = self._text[self._at :]
        if len(kept) > MAX_VALUE_CHARS:
            raise _BrokenError(f"a value is longer than {MAX_VALUE_CHARS:,} characters")
        try:
            data = self._stream.read(max(CHUNK_CHARS, len(kept)))
            self._whole = not data
            self._text, self._at = kept + self._decoder.decode(data, final=not data), 0
        except UnicodeDecodeError:
            raise _BrokenError("it is not UTF-8") from None
        return True
