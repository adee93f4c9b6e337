"""Undo every escape in a text, including escapes of escapes.

A value may come back percent-encoded, as a character reference, as a JSON or Python escape, or in
UTF-16. These may also be nested. Undoing all of them finds the value in any mixture.
`unescape_with_offsets` also returns where each byte was.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.entities import html5

__all__ = ["Span", "Unescaped", "folded", "undone", "unescape", "unescape_with_offsets"]

Span = tuple[int, int, bytes]
"""Start and end of a part of the text, and the bytes that replace it."""

MAX_PASSES = 8
"""Maximum depth of nested escapes that are undone. It bounds the cost of a hostile body."""

_HEX = rb"[0-9A-Fa-f]"
# Each alternative starts with a literal byte, so that `re` skips quickly to the next candidate.
_ESCAPE = re.compile(
    rb"%(?:25)*(?P<percent>H{2})"
    rb"|%(?:25)*u(?P<old>H{4})"
    rb"|&#0*(?P<decimal>[0-9]{1,7});?"
    rb"|&#[xX]0*(?P<hexadecimal>H{1,6});?"
    rb"|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31});"
    rb"|\\\\*u(?P<high>[Dd][89ABab]H{2})\\+u(?P<low>[Dd][C-Fc-f]H{2})"
    rb"|\\\\*u(?P<unit>H{4})"
    rb"|\\\\*u\{0*(?P<braced>H{1,6})\}"
    rb"|\\\\*U(?P<long>H{8})"
    rb"|\\\\*x(?P<byte>H{2})"
    rb"|\\\\*(?P<itself>[^\\\x00])"
    rb"|\\\\*\Z"
    rb"|\x00\x00*".replace(b"H", _HEX),
    re.DOTALL,
)
_NULS = re.compile(rb"\x00+")
_BYTES = ("percent", "byte")
# A wrapped value in a JSON string contains its line breaks as these escapes.
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}

# Bytes that are not UTF-8 are read as Latin-1. Python writes é as \xe9 in str, \xc3\xa9 in bytes.
_CHARACTER = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_LONE = re.compile(rb"(?P<whole>" + _CHARACTER + rb")|(?P<lone>[\x80-\xff])")
# The same pattern for runs of bytes. Matching noise byte by byte needs a hundred times its size.
_LONES = re.compile(
    rb"(?P<whole>" + _CHARACTER + rb"+)|(?P<lone>(?:(?!" + _CHARACTER + rb")[\x80-\xff])+)"
)


@dataclass(frozen=True, slots=True)
class Unescaped:
    """Unescaped bytes, with the start and end of each byte's escape in the original."""

    plain: bytes
    starts: array[int]
    ends: array[int]

    @classmethod
    def of(cls, data: bytes) -> Unescaped:
        """Return the bytes with their own positions: nothing has been unescaped."""
        return cls(data, array("I", range(len(data))), array("I", range(1, len(data) + 1)))

    def replaced(self, spans: Iterable[Span]) -> Unescaped:
        """Return a copy with each of these parts replaced."""
        plain, starts, ends = bytearray(), array("I"), array("I")
        done = 0
        for begin, end, instead in spans:
            plain += self.plain[done:begin] + instead
            starts += self.starts[done:begin] + self.starts[begin : begin + 1] * len(instead)
            ends += self.ends[done:begin] + self.ends[end - 1 : end] * len(instead)
            done = end
        rest = slice(done, None)
        plain += self.plain[rest]
        return Unescaped(bytes(plain), starts + self.starts[rest], ends + self.ends[rest])

    def picked(self, spans: Iterable[Span]) -> Unescaped:
        """Return only these parts, in this order, each followed by its replacement bytes."""
        plain, starts, ends = bytearray(), array("I"), array("I")
        for begin, end, more in spans:
            plain += self.plain[begin:end] + more
            starts += self.starts[begin:end] + array("I", [0]) * len(more)
            ends += self.ends[begin:end] + array("I", [0]) * len(more)
        return Unescaped(bytes(plain), starts, ends)

    def undone(self) -> Unescaped:
        """Return a copy with every escape undone."""
        inner = _undone(Unescaped.of(self.plain))
        starts = array("I", (self.starts[at] for at in inner.starts))
        ends = array("I", (self.ends[at - 1] for at in inner.ends))
        return Unescaped(inner.plain, starts, ends)

    def folded(self) -> Unescaped:
        """Return a copy as the function `folded` returns it."""
        return Unescaped(folded(self.plain), self.starts, self.ends)


def unescape(data: bytes) -> bytes:
    """Undo every escape, lower ASCII letters, and read `+` as a space.

    UTF-16 loses its zero bytes, so that ASCII in it is found. Latin-1 becomes UTF-8.
    """
    return folded(undone(data))


def undone(data: bytes) -> bytes:
    """Undo every escape. Letter case and `+` stay."""
    # Remove all at once: one by one needs a hundred times their size.
    data = data.replace(b"\0", b"")
    for _ in range(MAX_PASSES):
        before, data = data, _ESCAPE.sub(_meaning, data)
        if data == before:
            break
    return data if data.isascii() else _LONES.sub(_as_utf8, data)


def folded(data: bytes) -> bytes:
    """Lower ASCII letters, and read `+` as a space."""
    return data.lower().replace(b"+", b" ")


def unescape_with_offsets(data: bytes) -> Unescaped:
    """Undo every escape as `undone` does, and keep the original position of each byte."""
    return _undone(Unescaped.of(data))


def _undone(trace: Unescaped) -> Unescaped:
    trace = trace.replaced(_spans(trace, _NULS, _meaning))
    for _ in range(MAX_PASSES):
        before, trace = trace, trace.replaced(_spans(trace, _ESCAPE, _meaning))
        if trace.plain == before.plain:
            break
    if not trace.plain.isascii():
        trace = trace.replaced(_spans(trace, _LONE, _as_utf8))
    return trace


def _spans(
    trace: Unescaped, pattern: re.Pattern[bytes], meaning_of: Callable[[re.Match[bytes]], bytes]
) -> Iterable[Span]:
    return ((*match.span(), meaning_of(match)) for match in pattern.finditer(trace.plain))


def _meaning(match: re.Match[bytes]) -> bytes:
    """Return the bytes that an escape represents. A character is returned in UTF-8."""
    kind = match.lastgroup
    if kind is None:
        return b""
    written = match[kind]
    if kind == "itself":
        return _CONTROLS.get(written, written)
    if kind == "name":
        return html5.get(f"{written.decode()};", match[0].decode()).encode()
    if kind in _BYTES:
        return bytes.fromhex(written.decode())
    if kind == "low":
        pair = bytes.fromhex((match["high"] + written).decode())
        return pair.decode("utf-16-be").encode()
    code = int(written, 10 if kind == "decimal" else 16)
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b"?"


def _as_utf8(match: re.Match[bytes]) -> bytes:
    return match[0] if match["whole"] else match[0].decode("latin-1").encode()
