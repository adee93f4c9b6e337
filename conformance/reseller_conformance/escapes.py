"""Bytes as their last reader would have them: every escape undone, however often it was made.

A value may come back percent-encoded, as a character reference, as a JSON or Python escape, in
UTF-16, or in several of these at once. Undoing all of them finds it whatever the mixture, and
`traced` says where it stood. What is looked for, and what becomes of it, is left to `secret`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5

__all__ = ["Traced", "traced", "unescaped"]

PASSES = 8
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

# A byte that is no UTF-8 is Latin-1: Python writes é as \xe9 in text, as \xc3\xa9 in bytes.
_CHARACTER = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_LONE = re.compile(rb"(?P<whole>" + _CHARACTER + rb")|(?P<lone>[\x80-\xff])")
# The same in runs: a megabyte of noise, byte by byte, takes a hundred times its size.
_LONES = re.compile(
    rb"(?P<whole>" + _CHARACTER + rb"+)|(?P<lone>(?:(?!" + _CHARACTER + rb")[\x80-\xff])+)"
)


@dataclass(frozen=True, slots=True)
class Traced:
    """Unescaped bytes, and for each of them where its escape starts and ends in the original."""

    plain: bytes
    starts: array[int]
    ends: array[int]


def unescaped(data: bytes) -> bytes:
    """Undo every escape, put ASCII letters in lower case, and read `+` as a space.

    Text in UTF-16 loses its zero bytes, so that ASCII in it is found too; Latin-1 becomes UTF-8.
    """
    data = data.replace(b"\0", b"")  # at once: each by itself takes a hundred times its size
    for _ in range(PASSES):
        before, data = data, _ESCAPE.sub(_meaning, data)
        if data == before:
            break
    return _folded(data if data.isascii() else _LONES.sub(_as_utf8, data))


def traced(data: bytes) -> Traced:
    """Do the same as `unescaped`, and remember where each byte came from."""
    starts = array("I", range(len(data)))
    ends = array("I", range(1, len(data) + 1))
    trace = _traced_once(Traced(data, starts, ends), _NULS, _meaning)
    for _ in range(PASSES):
        before, trace = trace, _traced_once(trace, _ESCAPE, _meaning)
        if trace.plain == before.plain:
            break
    if not trace.plain.isascii():
        trace = _traced_once(trace, _LONE, _as_utf8)
    return Traced(_folded(trace.plain), trace.starts, trace.ends)


def _traced_once(
    trace: Traced, pattern: re.Pattern[bytes], meaning_of: Callable[[re.Match[bytes]], bytes]
) -> Traced:
    plain, starts, ends = bytearray(), array("I"), array("I")
    done = 0
    for match in pattern.finditer(trace.plain):
        begin, end = match.span()
        meaning = meaning_of(match)
        plain += trace.plain[done:begin] + meaning
        starts += trace.starts[done:begin] + trace.starts[begin : begin + 1] * len(meaning)
        ends += trace.ends[done:begin] + trace.ends[end - 1 : end] * len(meaning)
        done = end
    return Traced(
        bytes(plain + trace.plain[done:]), starts + trace.starts[done:], ends + trace.ends[done:]
    )


def _meaning(match: re.Match[bytes]) -> bytes:
    """Return the bytes that one escape stands for: UTF-8 where it names a character."""
    kind = match.lastgroup
    if kind is None:
        return b""
    written = match[kind]
    if kind == "itself":
        return written
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


def _folded(data: bytes) -> bytes:
    return data.lower().replace(b"+", b" ")
