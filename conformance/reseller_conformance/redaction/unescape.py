"""Bytes as their last reader would have them: every escape undone, however often it was made.

A value may come back percent-encoded, as a character reference, as a JSON or Python escape, in
UTF-16, or in several of these at once. Undoing all of them finds it whatever the mixture, and
`traced` says where it stood. Other ways of reading the same text are left to `views`; what is
looked for, and what becomes of it, to `secret`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.entities import html5

__all__ = ["Span", "Unescaped", "folded", "undone", "unescape", "unescape_with_offsets"]

Span = tuple[int, int, bytes]
"""Where something stands, from and to, and what a reader has in its place."""

MAX_PASSES = 8
"""How many escapes inside escapes are undone: a bound for bodies made to be costly."""

_HEX = rb"[0-9A-Fa-f]"
# Each alternative starts with a literal byte, for then `re` finds the next candidate at C speed.
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
# A wrapped value that is written as a JSON string has such a line break in it.
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}

# A byte that is no UTF-8 is Latin-1: Python writes é as \xe9 in text, as \xc3\xa9 in bytes.
_CHARACTER = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_LONE = re.compile(rb"(?P<whole>" + _CHARACTER + rb")|(?P<lone>[\x80-\xff])")
# The same in runs: a megabyte of noise, byte by byte, takes a hundred times its size.
_LONES = re.compile(
    rb"(?P<whole>" + _CHARACTER + rb"+)|(?P<lone>(?:(?!" + _CHARACTER + rb")[\x80-\xff])+)"
)


@dataclass(frozen=True, slots=True)
class Unescaped:
    """Unescaped bytes, and for each of them where its escape starts and ends in the original."""

    plain: bytes
    starts: array[int]
    ends: array[int]

    @classmethod
    def of(cls, data: bytes) -> Unescaped:
        """Return bytes that stand where they stand."""
        return cls(data, array("I", range(len(data))), array("I", range(1, len(data) + 1)))

    def replaced(self, spans: Iterable[Span]) -> Unescaped:
        """Return the same with something else at each of these places."""
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
        """Return these parts alone, in this order, each with something more behind it."""
        plain, starts, ends = bytearray(), array("I"), array("I")
        for begin, end, more in spans:
            plain += self.plain[begin:end] + more
            starts += self.starts[begin:end] + array("I", [0]) * len(more)
            ends += self.ends[begin:end] + array("I", [0]) * len(more)
        return Unescaped(bytes(plain), starts, ends)

    def undone(self) -> Unescaped:
        """Return the same with every escape undone that is in it."""
        inner = _undone(Unescaped.of(self.plain))
        starts = array("I", (self.starts[at] for at in inner.starts))
        ends = array("I", (self.ends[at - 1] for at in inner.ends))
        return Unescaped(inner.plain, starts, ends)

    def folded(self) -> Unescaped:
        """Return the same as `folded` would have it."""
        return Unescaped(folded(self.plain), self.starts, self.ends)


def unescape(data: bytes) -> bytes:
    """Undo every escape, put ASCII letters in lower case, and read `+` as a space.

    Text in UTF-16 loses its zero bytes, so that ASCII in it is found too; Latin-1 becomes UTF-8.
    """
    return folded(undone(data))


def undone(data: bytes) -> bytes:
    """Do the same, and leave letters and `+` as they are."""
    data = data.replace(b"\0", b"")  # at once: each by itself takes a hundred times its size
    for _ in range(MAX_PASSES):
        before, data = data, _ESCAPE.sub(_meaning, data)
        if data == before:
            break
    return data if data.isascii() else _LONES.sub(_as_utf8, data)


def folded(data: bytes) -> bytes:
    """Put ASCII letters in lower case, and read `+` as a space."""
    return data.lower().replace(b"+", b" ")


def unescape_with_offsets(data: bytes) -> Unescaped:
    """Do the same as `undone`, and remember where each byte came from."""
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
    """Return the bytes that one escape stands for: UTF-8 where it names a character."""
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
