"""Where in an answer the wrong place is, so that a reader need not look for it.

A finding names the place in the words of its reader: a field, a path, a line, a byte. Here it is
looked up again in the excerpt, which may be broken and may be cut: what is not found is not marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reseller_conformance.contract import FIELDS
from reseller_conformance.findings.excerpts import CUT
from reseller_conformance.findings.excerpts import quoted as last_quoted

__all__ = ["marked"]

Span = tuple[int, int]

_PLACE = re.compile(r"line ([0-9]+), column ([0-9]+)")
_SEGMENT = re.compile(r"(?P<name>@?[\w:.-]+)(?:\[(?P<number>[0-9]+)\])?")
_FIELDS = re.compile(r"\b(" + "|".join(field.name for field in FIELDS) + r")=")
# An object or a list may hold others, these no more: evidence is rarely deeper.
_MEMBER = (
    r"\"{name}\"\s*:\s*"
    r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s,{{}}\[\]\"]+"
    r"|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}|\[(?:[^\[\]]|\[[^\[\]]*\])*\])?"
)
_ELEMENT = r"<(?:[\w.-]+:)?{name}(?=[\s/>])(?:[^>]*/>|.*?</(?:[\w.-]+:)?{name}\s*>|[^>]*>)"
_ATTRIBUTE = r"(?<=\s){name}\s*=\s*(?:\"[^\"]*\"|'[^']*')"


def marked(excerpt: str, *places: tuple[str, str]) -> list[tuple[str, bool]]:
    """Return the excerpt in pieces, and with each whether it is a wrong place.

    A place is where it is, and what the finding says of it.
    """
    spans = [span for place in places for span in _spans(excerpt, *place)]
    pieces, done = [], 0
    for start, end in _apart(spans):
        pieces += [(excerpt[done:start], False), (excerpt[start:end], True)]
        done = end
    return [piece for piece in [*pieces, (excerpt[done:], False)] if piece[0]]


def _spans(excerpt: str, where: str, got: str) -> list[Span]:
    return _position(excerpt, where, got) or _paths(excerpt, where) or _told(excerpt, got)


def _position(excerpt: str, where: str, got: str) -> list[Span]:
    """A line and column, as far as the quoted text reaches; a byte that does not decode."""
    if where.startswith("byte "):
        return [match.span() for match in re.finditer("\ufffd+", excerpt)][:1]
    match = _PLACE.fullmatch(where)
    if match is None or excerpt.startswith(CUT):
        return []
    lines = excerpt.split("\n")
    line, column = int(match[1]) - 1, int(match[2]) - 1
    if not 0 <= line < len(lines) or not 0 <= column <= len(lines[line]):
        return []
    start = sum(len(before) + 1 for before in lines[:line]) + column
    quoted = last_quoted(got)
    if quoted and excerpt.startswith(quoted, start):
        return [(start, start + len(quoted))]
    return [(start, start + max(len(lines[line].rstrip()) - column, 1))]


def _paths(excerpt: str, where: str) -> list[Span]:
    """The last name of each path: `result/errors/error[2]/@code`, `package, requests`."""
    found: list[Span] = []
    for path in where.split(", "):
        segments = [_SEGMENT.fullmatch(segment) for segment in path.split("/")]
        if not all(segments):
            continue
        *above, last = [(s["name"], int(s["number"] or 0)) for s in segments if s]
        if last[0].startswith("@") and above:
            for start, end in _chosen(excerpt, *above[-1]):
                tag_end = excerpt.find(">", start, end)
                found += _named(excerpt, last[0], start, end if tag_end < 0 else tag_end)
        else:
            found += _chosen(excerpt, *last)
    return found


def _chosen(excerpt: str, name: str, number: int) -> list[Span]:
    """The element of this number, from 1 on, or all where it says none."""
    spans = list(_named(excerpt, name))
    return spans[number - 1 : number] if 0 < number <= len(spans) else spans


def _named(excerpt: str, name: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    end = len(excerpt) if end is None else end
    for form in (_ATTRIBUTE,) if name.startswith("@") else (_MEMBER, _ELEMENT):
        written = form.format(name=re.escape(name.removeprefix("@")))
        pattern = re.compile(written, re.DOTALL)
        yield from (match.span() for match in pattern.finditer(excerpt, start, end))


def _told(excerpt: str, got: str) -> list[Span]:
    """What the finding says came: the fields that it tells, or the text that it quotes."""
    found: list[Span] = []
    for name in dict.fromkeys(_FIELDS.findall(got)):
        found += _named(excerpt, name)
    quoted = last_quoted(got) or ("***" if "***" in got else "")
    place = excerpt.find(quoted) if quoted and not found else -1
    return found if place < 0 else [(place, place + len(quoted))]


def _apart(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that touch as one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif end > start:
            apart.append((start, end))
    return apart
