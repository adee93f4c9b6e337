"""The part of a response that is shown as evidence: cut so that the wrong place is in it.

A finding names the place in the words of its reader: a field, a path, a line, a byte. Which part
of an excerpt is then marked is left to the reports.
"""

from __future__ import annotations

import re
from ast import literal_eval
from itertools import islice

__all__ = ["CUT", "excerpt", "place_of", "quoted"]

CUT = "…"
"""Stands at the beginning of an excerpt that is not the beginning of the response."""

MAX_ELEMENTS_COUNTED = 10_000
"""Elements of one name that are counted to find a later one."""

_POSITION = re.compile(r"line ([0-9]+), column ([0-9]+)")
_BYTE = re.compile(r"byte ([0-9]+)")
_NAME = re.compile(r"@?([\w:.-]+)(?:\[([0-9]+)\])?")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def excerpt(text: str, where: str, got: str, most: int) -> str:
    """Return at most so many characters of the text, with the place of a finding among them."""
    place = place_of(text, where, got)
    if place < most - most // 4:
        return text[:most]
    start = min(place - most // 4, len(text) - most + len(CUT))
    return CUT + text[start : start + most - len(CUT)]


def quoted(got: str) -> str:
    """Return the last text that a finding quotes, as Python writes it."""
    quotes = _QUOTED.findall(got)
    try:
        return str(literal_eval(quotes[-1])) if quotes else ""
    except (SyntaxError, ValueError):
        return ""


def place_of(text: str, where: str, got: str = "") -> int:
    """Return where in the text the wrong place begins; 0 where that cannot be told."""
    whole = not text.startswith(CUT)
    if whole and (match := _POSITION.fullmatch(where)):
        return _at(text, int(match[1]) - 1) + int(match[2]) - 1
    if whole and (match := _BYTE.fullmatch(where)):
        return int(match[1]) - 1
    first = where.partition(", ")[0].rpartition("/")[2]
    if (match := _NAME.fullmatch(first)) and (found := _named(text, match[1], match[2])) >= 0:
        return found
    said = quoted(got)
    return max(text.find(said), 0) if said else 0


def _at(text: str, line: int) -> int:
    """Return where this line begins, counted from 0."""
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
        if start == 0:
            return 0
    return start


def _named(text: str, name: str, number: str | None) -> int:
    """Return where a member or an element of this name begins, the so many-th where one is told."""
    form = re.compile(rf'"{re.escape(name)}"|<(?:[\w.-]+:)?{re.escape(name)}(?=[\s/>])')
    wanted = min(int(number or 1), MAX_ELEMENTS_COUNTED)
    places = [match.start() for match in islice(form.finditer(text), wanted)]
    return places[-1] if places else -1
