"""The part of a response that is shown as evidence, and the places of the violation in it.

A place says what to look for: names, a position, a text. It is looked for in the body alone, which
may be broken: what is not found is not marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from reseller_conformance.contract import FIELD_NAMES
from reseller_conformance.util.place import Place

__all__ = ["CUT", "Excerpt", "Span", "cut", "excerpt", "joined", "place_of"]

CUT = "…"
"""Begins an excerpt that is not the beginning of the response."""

MAX_ELEMENTS_COUNTED = 10_000
"""Elements of one name that are counted to find a later one."""

Span = tuple[int, int]
"""The first character of a part, and the one after its last."""

_BEGIN = r'"{name}"|<(?:[\w.-]+:)?{name}(?=[\s/>])'
# An object or a list may hold others, these no more: evidence is rarely deeper.
_MEMBER = (
    r"\"{name}\"\s*:\s*"
    r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s,{{}}\[\]\"]+"
    r"|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}|\[(?:[^\[\]]|\[[^\[\]]*\])*\])?"
)
_ELEMENT = r"<(?:[\w.-]+:)?{name}(?=[\s/>])(?:[^>]*/>|.*?</(?:[\w.-]+:)?{name}\s*>|[^>]*>)"
_ATTRIBUTE = r"(?<=\s){name}\s*=\s*(?:\"[^\"]*\"|'[^']*')"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a body. `start` is its first character's place in the body, from 0 on.

    `marks` are the places of the violation, counted in `text`.
    """

    text: str
    start: int = 0
    marks: tuple[Span, ...] = ()


def excerpt(body: str, where: str, most: int) -> Excerpt:
    """Return at most `most` characters of a body, with the place of a violation among them."""
    begin = place_of(body, where)
    shown, start = cut(body, max(begin, 0), most)
    offset = start - len(CUT) if start else 0
    found = _marks(shown, _place(where), begin - offset) if begin >= 0 else []
    return Excerpt(shown, start, tuple(joined(found)))


def cut(text: str, at: int, most: int) -> tuple[str, int]:
    """Return at most `most` characters of a text around a place, and where they begin in it."""
    if at < most - most // 4:
        return text[:most], 0
    start = min(at - most // 4, len(text) - most + len(CUT))
    return CUT + text[start : start + most - len(CUT)], start


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that touch as one, without empty ones."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif end > start:
            apart.append((start, end))
    return apart


def _place(where: str) -> Place:
    """Return the place. A plain string is the name of a field, or nothing in the body."""
    if isinstance(where, Place):
        return where
    return Place(where, names=(where,) if where in FIELD_NAMES else ())


# --- Where it begins in the body -----------------------------------------------------------------


def place_of(body: str, where: str) -> int:
    """Return where in the body a place begins; -1 if it is not found."""
    place = _place(where)
    if place.line:
        return _line(body, place.line - 1) + place.column - 1
    if place.byte:
        lost = body.find("\ufffd")
        return lost if lost >= 0 else min(place.byte - 1, len(body))
    name = place.holder or next(iter(place.names), "")
    begin = _named(body, name, place.number) if name else -1
    return body.find(place.text) if begin < 0 and place.text else begin


def _line(text: str, line: int) -> int:
    """Return where this line begins, counted from 0."""
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
        if start == 0:
            return 0
    return start


def _named(text: str, name: str, number: int) -> int:
    """Return where a member or an element of this name begins; the numbered one, if it has one."""
    form = re.compile(_BEGIN.format(name=re.escape(name)))
    wanted = min(number or 1, MAX_ELEMENTS_COUNTED)
    places = [match.start() for match in islice(form.finditer(text), wanted)]
    return places[-1] if places else -1


# --- What is marked in the excerpt ---------------------------------------------------------------


def _marks(shown: str, place: Place, begin: int) -> list[Span]:
    """Return what to mark in an excerpt in which the place begins there."""
    if place.line:
        return _position(shown, place, begin)
    if place.byte:
        return [match.span() for match in re.finditer("\ufffd+", shown)][:1]
    if place.holder:
        holders = _chosen(shown, place.holder, place.number, begin)
        return [one for of in holders for one in _attribute(shown, place.names[0], of)]
    spans = [one for name in place.names for one in _chosen(shown, name, place.number, begin)]
    if not spans and place.text and shown.startswith(place.text, begin):
        return [(begin, begin + len(place.text))]
    return spans


def _position(shown: str, place: Place, begin: int) -> list[Span]:
    """Return the text at a position, or the rest of its line."""
    if not 0 <= begin <= len(shown):
        return []
    if place.text and shown.startswith(place.text, begin):
        return [(begin, begin + len(place.text))]
    line = shown[begin:].partition("\n")[0]
    return [(begin, begin + max(len(line.rstrip()), 1))] if begin < len(shown) else []


def _chosen(shown: str, name: str, number: int, begin: int) -> list[Span]:
    """Return the members and elements of this name; only the one at `begin` if it is numbered."""
    forms = (form.format(name=re.escape(name)) for form in (_MEMBER, _ELEMENT))
    spans = [one.span() for form in forms for one in re.finditer(form, shown, re.DOTALL)]
    return [span for span in spans if not number or span[0] == begin]


def _attribute(shown: str, name: str, holder: Span) -> Iterator[Span]:
    """Yield the attribute of this name in the tag of an element."""
    start, end = holder
    tag_end = shown.find(">", start, end)
    form = re.compile(_ATTRIBUTE.format(name=re.escape(name)))
    yield from (one.span() for one in form.finditer(shown, start, end if tag_end < 0 else tag_end))
