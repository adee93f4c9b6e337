"""The ways to read one text: as it is, without line breaks, without markup, and more.

A value may be wrapped at column 76, hyphenated, or split by a comment. It is then not one piece in
the body, but its reader sees one piece. Each view is the body as one kind of reader sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from reseller_conformance.redaction.unescape import (
    Span,
    Unescaped,
    folded,
    undone,
    unescape_with_offsets,
)

__all__ = ["View", "codecs_of", "joined_views", "seen", "traced_view", "transcoded", "views"]


class View(StrEnum):
    """One way to read a text. In all but RAW, all escapes are undone."""

    RAW = "raw"
    """As it is written. It finds a value that looks like an escape: `%00`, or one that ends in a
    backslash."""
    PLAIN = "plain"
    JOINED = "joined"
    """Without line breaks, the white space around them, and invisible characters."""
    COLLAPSED = "collapsed"
    """Each run of white space as one space. It finds a value that was wrapped at a space."""
    HEXADECIMAL = "hexadecimal"
    """Without the separators between pairs of digits: `6b:33:79`."""
    DECIMAL = "decimal"
    """Lists of bytes as numbers, as Java, Go and Node write them: `[107, 51, 121]`."""
    QUOTED_PRINTABLE = "quoted-printable"
    """Quoted-printable, as in mail: `=6B=33=79` (RFC 2045, 6.7)."""
    UNMARKED = "unmarked"
    """Without comments, processing instructions, CDATA markers and HTML line breaks."""
    DIRECT = "direct"
    """The text of each element without the text of its children."""
    UNESCAPED = "unescaped"
    """As UNMARKED, but for markup that is itself escaped."""


# In UTF-8: soft hyphen, zero-width characters, direction marks, variation selectors and others.
_UNSEEN = (
    rb"\xc2\xad|\xcd\x8f|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf"
)
_BREAK = rb"(?:[\r\n\x0b\x0c]|\xc2\x85|\xe2\x80[\xa8\xa9])"
# The lookbehind starts a match only at the first space of a run, which keeps the time linear.
_BREAKS = re.compile(
    rb"(?:[ \t](?<![ \t]{2})[ \t]*)?" + _BREAK + rb"(?:" + _BREAK + rb"|[ \t])*|" + _UNSEEN
)
# A faster pattern for ASCII without spaces before a break, as in most bodies.
_PLAIN_BREAKS = re.compile(rb"[\r\n\x0b\x0c][ \t\r\n\x0b\x0c]*")
_SPACES_BEFORE = re.compile(rb"[\r\n\x0b\x0c](?<=[ \t].)", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n\x0b\x0c]+")
# Separate pairs only. The four digits of a year, or a word, are not pairs.
_BETWEEN_PAIRS = re.compile(
    rb"[\s:,;._-](?<=[0-9A-Fa-f]{2}.)(?<![0-9A-WYZa-wyz][0-9A-Fa-f]{2}.)"
    rb"[\s:,;._-]*(?:0[xX])?(?=[0-9A-Fa-f]{2}(?![0-9A-Za-z]))",
    re.DOTALL,
)
# Four bytes or more; Java's have a sign. Each alternative starts with a byte of its own, and looks
# behind it, so that `re` skips quickly to the next candidate.
_NUMBERS = re.compile(
    rb"(?:-(?<![0-9.]-)[0-9]|[0-9](?<![0-9.][0-9]))[0-9]{0,2}"
    rb"(?:[\s,;]+-?[0-9]{1,3}(?![0-9.])){3,}"
)
_NUMBER = re.compile(rb"(-?[0-9]{1,3})[\s,;]*")
_QUOTED = re.compile(rb"=(?:(?P<byte>[0-9A-Fa-f]{2})|[ \t]*\r?\n)")
_MARKUP = re.compile(rb"<!--|<\?|<!\[CDATA\[|\]\]>|<[wW]?[bB][rR]\s{0,9}/?>")
_CDATA = b"<![CDATA["
_END_OF = {b"<!--": b"-->", b"<?": b"?>"}
# A possessive group would need no bound for the memory, but Python before 3.11.5 matches it wrongly
# where a part of it fails (python/cpython#106052).
_TOKEN = re.compile(
    rb"<!--|<\?|<!\[CDATA\[|<(?P<close>/?)[A-Za-z_:\x80-\xff]"
    rb"""(?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+'|/(?!>)){0,1000}(?P<empty>/?)>"""
)
# Text after an element. No envelope has mixed content.
_MIXED = re.compile(rb"(?:</[^<>]*|/)>\s*[^<>\s]")
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# `<` and the next character of an XML document. All EBCDIC variants agree on letters and digits.
_EBCDIC = re.compile(rb"[\x40\x15\x25\x0d]*\x4c[\x5a\x6f\x81-\xa9]")
_EBCDIC_CODECS = ("cp500", "cp037")


def _quoted(data: bytes) -> Iterator[Span]:
    for match in _QUOTED.finditer(data):
        yield (*match.span(), bytes.fromhex((match["byte"] or b"").decode()))


def _numbers(data: bytes) -> Iterator[Span]:
    for run in _NUMBERS.finditer(data):
        for match in _NUMBER.finditer(data, *run.span()):
            if -128 <= (number := int(match[1])) <= 255:
                yield (*match.span(), bytes([number % 256]))


def _markup(data: bytes) -> Iterator[Span]:
    """Yield the parts that an XML reader drops. A missing terminator is searched only once."""
    endless: set[bytes] = set()
    done = 0
    for match in _MARKUP.finditer(data):
        start, end = match.span()
        if start < done or match[0] in endless:
            continue
        closing = _END_OF.get(match[0])
        if closing is not None:
            found = data.find(closing, end)
            if found < 0:
                endless.add(match[0])
                continue
            end = found + len(closing)
        yield start, end, b""
        done = end


# --- Encodings in which ASCII is something else --------------------------------------------------


def codecs_of(data: bytes) -> list[str | None]:
    """Return the possible encodings of these bytes. None means an encoding that includes ASCII."""
    found: list[str | None] = [None]
    if b"\0" in data:
        found += [codec for codec in _WIDE if _decodes(data, codec)]
    if _EBCDIC.match(data):
        found += _EBCDIC_CODECS
    return found


def transcoded(data: bytes, codec: str | None) -> bytes:
    """Return the bytes in UTF-8. They are unchanged if the encoding includes ASCII."""
    return data if codec is None else data.decode(codec).encode()


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeError:
        return False
    return True


# --- One view made of another --------------------------------------------------------------------


def views(data: bytes, *, spaced: bool = False, raw: bool = False) -> Iterator[tuple[View, bytes]]:
    """Yield the plain view, and each other view that differs.

    `spaced` adds COLLAPSED, and `raw` adds RAW at the end.
    """
    plain = undone(data)
    joined = _joined(plain)
    yield from _with_breaks(plain, joined, spaced)
    pairs = _BETWEEN_PAIRS.sub(b"", plain)
    if pairs != plain:
        yield View.HEXADECIMAL, folded(pairs)
    if _NUMBERS.search(plain):
        yield View.DECIMAL, folded(_replaced(plain, _numbers(plain)))
    if _QUOTED.search(plain):
        quoted = undone(_replaced(plain, _quoted(plain)))
        yield View.QUOTED_PRINTABLE, folded(_joined(quoted))
    if b"<" in data:
        unmarked = _replaced(data, _markup(data))
        if unmarked != data:
            yield View.UNMARKED, seen(unmarked)
        if _CDATA in data or _MIXED.search(unmarked):
            texts = _direct(data)
            yield View.DIRECT, seen(b"".join(data[a:b] + more for a, b, more in texts))
    if plain.count(b"<") != data.count(b"<"):
        yield View.UNESCAPED, folded(_joined(_replaced(plain, _markup(plain))))
    if raw and data != plain:
        yield View.RAW, folded(data)


def joined_views(data: bytes) -> Iterator[tuple[View, bytes]]:
    """Yield the views of a value to search for. Its markup and digit pairs belong to the value."""
    plain = undone(data)
    yield from _with_breaks(plain, _joined(plain), spaced=True)


def seen(data: bytes) -> bytes:
    """Return the text as a reader sees it: without escapes and invisible characters."""
    return folded(_joined(undone(data)))


def _with_breaks(plain: bytes, joined: bytes, spaced: bool) -> Iterator[tuple[View, bytes]]:
    yield View.PLAIN, folded(plain)
    if joined != plain:
        yield View.JOINED, folded(joined)
    if spaced:
        yield View.COLLAPSED, folded(_SPACE.sub(b" ", plain))


def traced_view(data: bytes, view: View) -> Unescaped:
    """Return one view of a text with the original position of each byte."""
    if view is View.RAW:
        return Unescaped.of(data).folded()
    if view is View.UNMARKED:
        read = Unescaped.of(data).replaced(_markup(data)).undone()
    elif view is View.DIRECT:
        read = Unescaped.of(data).picked(_direct(data)).undone()
    else:
        return _traced(unescape_with_offsets(data), view).folded()
    return _traced(read, View.JOINED).folded()


def _traced(plain: Unescaped, view: View) -> Unescaped:
    match view:
        case View.PLAIN:
            return plain
        case View.JOINED:
            return plain.replaced(_matches(_BREAKS, plain.plain))
        case View.HEXADECIMAL:
            return plain.replaced(_matches(_BETWEEN_PAIRS, plain.plain))
        case View.DECIMAL:
            return plain.replaced(_numbers(plain.plain))
        case View.COLLAPSED:
            return plain.replaced(_matches(_SPACE, plain.plain, b" "))
        case View.QUOTED_PRINTABLE:
            return _traced(plain.replaced(_quoted(plain.plain)).undone(), View.JOINED)
        case View.UNESCAPED:
            return _traced(plain.replaced(_markup(plain.plain)), View.JOINED)
        case _:
            raise ValueError(f"no view of a plain text: {view}")


def _matches(pattern: re.Pattern[bytes], data: bytes, instead: bytes = b"") -> Iterator[Span]:
    return ((*match.span(), instead) for match in pattern.finditer(data))


def _joined(data: bytes) -> bytes:
    easy = data.isascii() and not _SPACES_BEFORE.search(data)
    return (_PLAIN_BREAKS if easy else _BREAKS).sub(b"", data)


def _replaced(data: bytes, spans: Iterable[Span]) -> bytes:
    kept: list[bytes] = []
    done = 0
    for start, end, instead in spans:
        kept += (data[done:start], instead)
        done = end
    return b"".join([*kept, data[done:]])


def _direct(data: bytes) -> list[Span]:
    """Return the text of each element, piece by piece, with a separator after the last piece."""
    open_elements: list[list[Span]] = [[]]
    pieces: list[Span] = []
    endless: set[bytes] = set()
    done = at = 0
    while (match := _TOKEN.search(data, at)) is not None:
        at = match.end()
        if match["close"] is None:  # A comment, a processing instruction or CDATA.
            closing = _END_OF.get(match[0], b"]]>")
            end = -1 if closing in endless else data.find(closing, at)
            if end < 0:
                endless.add(closing)
                continue
            open_elements[-1].append((done, match.start(), b""))
            if match[0] == _CDATA:
                open_elements[-1].append((at, end, b""))
            done = at = end + len(closing)
            continue
        open_elements[-1].append((done, match.start(), b""))
        done = at
        if match["close"]:
            pieces += _ended(open_elements.pop())
            open_elements = open_elements or [[]]
        elif not match["empty"]:
            open_elements.append([])
    open_elements[-1].append((done, len(data), b""))
    for texts in open_elements:
        pieces += _ended(texts)
    return pieces


def _ended(texts: list[Span]) -> list[Span]:
    """End the last piece of an element in a byte that no value contains."""
    return [*texts[:-1], (*texts[-1][:2], b"\x1f")] if texts else []
