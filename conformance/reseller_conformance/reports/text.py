"""Text from any source, made safe for display: without control characters, and cut.

`terminal_page` has the colours and the layout.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

__all__ = ["counted", "json_text", "one_line", "pieces", "shortened", "visible"]

COMMAND, COMMAND_WRITTEN, JSON_COMMAND = "##[", r"##\x5b", r"##\u005b"
"""The old form of a workflow command, which the runner finds within a line as well."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str, encoding: str = "utf-8") -> str:
    r"""Return the text with what would act on a terminal written out, as `\x1b`.

    That is every control character, the line and paragraph separators, and the marks that turn
    the direction of writing; what begins a command of GitHub's runner anywhere in a line; and
    whatever the encoding cannot hold.
    """
    written = "".join(_written(character) if _acts(character) else character for character in text)
    written = written.replace(COMMAND, COMMAND_WRITTEN)
    return written.encode(encoding, "backslashreplace").decode(encoding)


def pieces(text: str, keep: str = "") -> Iterator[tuple[str, bool]]:
    r"""Yield the text in parts, and with each whether it is written out, as `\u200b`.

    That is what `visible` writes out, but for the characters to keep, and what shows as nothing.
    """

    def odd(character: str) -> bool:
        return character not in keep and (_acts(character) or _is_unseen(character))

    for is_odd, group in groupby(text, odd):
        part = "".join(group)
        yield ("".join(map(_written, part)) if is_odd else part, is_odd)


def json_text(value: object) -> str:
    """Return JSON for a terminal or a program: nothing in it acts on either, or on the runner."""
    return json.dumps(value, indent=2).replace(COMMAND, JSON_COMMAND)


def one_line(text: str) -> str:
    """Return the text with each break and the space around it as one space."""
    return re.sub(r"[ \t]*[\r\n]+[ \t\r\n]*", " ", text.strip("\r\n"))


def shortened(text: str, most: int) -> str:
    """Return the text, cut after `most` characters, with the number that is left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]} [{counted(len(text) - most, 'more character')}]"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return `1 call`, `1,200 calls`; other plurals are given."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _acts(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _is_unseen(character: str) -> bool:
    """Format characters, as zero-width spaces and tags are, and what is no character."""
    return unicodedata.category(character) in ("Cf", "Cs", "Cn")


def _written(character: str) -> str:
    return repr(character)[1:-1] if character.isascii() else _escaped(ord(character))


def _escaped(code: int) -> str:
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
