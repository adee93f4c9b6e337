"""Parse text into a JSON tree, strictly as in RFC 8259, and report where it breaks.

Repeated names are kept, and numbers stay as written. No text causes recursion deeper than
`MAX_DEPTH`.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias

from reseller_conformance.envelope.model import Problem
from reseller_conformance.envelope.problems import MAX_PROBLEMS
from reseller_conformance.envelope.tree import MAX_SCOPES, Scope, index_names
from reseller_conformance.requirements import READABLE_SYNTAX
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import WHITE_SPACE, excerpt

__all__ = [
    "MAX_DEPTH",
    "SURROGATE",
    "Constant",
    "Json",
    "Members",
    "Numeral",
    "Parsed",
    "flaws",
    "levels",
    "parse",
]

MAX_DEPTH = 100
"""Maximum nesting of a JSON text, in levels. The envelopes need two."""

_EXPECTED = "one JSON text (RFC 8259)"
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_OBJECT = re.compile(r'\{\s*+["}]')
_TRIES = 5
SURROGATE = re.compile("[\ud800-\udfff]")
"""A lone surrogate: half of a character, which no encoding can contain."""

# Text that json.loads accepts although it is not JSON. It is rare, so search for it first.
_SUSPECT = re.compile(r"NaN|Infinity|\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as written. 5.0 and 1e2 are not counts."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """NaN, Infinity or -Infinity. Python reads them, but JSON does not have them."""

    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """An object: its names and values in order, including repeated names."""

    pairs: list[tuple[str, Json]]


Json: TypeAlias = "Members | list[Json] | Numeral | Constant | str | bool | None"


_decoder = partial(
    json.JSONDecoder,
    object_pairs_hook=Members,
    parse_int=Numeral,
    parse_float=Numeral,
    parse_constant=Constant,
)
_STRICT, _LOOSE = _decoder(strict=True), _decoder(strict=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The result of parsing a text.

    `value` is the whole text or a part that could be separated. `nothing` is True if there is no
    JSON.
    """

    value: Json = None
    nothing: bool = False
    problem: Problem | None = None


class _TooDeepError(Exception):
    pass


def parse(text: str) -> Parsed:
    """Parse a text as one JSON text, or as much of it as can be read."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    try:
        value, end = _decode(_STRICT, text, start)
    except _TooDeepError:
        got = f"more than {MAX_DEPTH} levels of nesting, more than any envelope needs"
        return Parsed(None, True, Problem(READABLE_SYNTAX, "body", _EXPECTED, got))
    except json.JSONDecodeError as error:
        return _broken(text, start, error)
    rest = text[end:].strip(WHITE_SPACE)
    if not rest:
        return Parsed(value)
    got = f"something after it: {excerpt(rest)}"
    problem = Problem(READABLE_SYNTAX, _position(text, end), _EXPECTED, got)
    # "404 page not found" is plain text, not the number 404 followed by something.
    return Parsed(value, not isinstance(value, (Members, list, str)), problem)


def _decode(decoder: json.JSONDecoder, text: str, start: int) -> tuple[Json, int]:
    if text.count("{") + text.count("[") > MAX_DEPTH and _nested(text, start) > MAX_DEPTH:
        raise _TooDeepError
    value: Json
    value, end = decoder.raw_decode(text, start)
    return value, end


def _nested(text: str, start: int) -> int:
    deepest = depth = 0
    for token in _TOKENS.finditer(text, start):
        if token[0] in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in ("]", "}"):
            depth -= 1
    return deepest


def _broken(text: str, start: int, error: json.JSONDecodeError) -> Parsed:
    at = Problem(READABLE_SYNTAX, _position(text, error.pos), _EXPECTED, _words(text, error))
    try:
        value, end = _decode(_LOOSE, text, start)
        if not text[end:].strip():
            return Parsed(value, problem=at)
    except (_TooDeepError, json.JSONDecodeError):
        pass
    if not text.startswith(("{", "[", '"'), start):
        for match in _within(text):
            got = f"something before it: {excerpt(text[: match[1]].strip(WHITE_SPACE))}"
            problem = Problem(READABLE_SYNTAX, _position(text, start), _EXPECTED, got)
            return Parsed(match[0], problem=problem)
    return Parsed(None, True, at)


def _within(text: str) -> Iterator[tuple[Json, int]]:
    """Find an envelope within other text, for example in a JSONP call or after a warning."""
    page = text.lstrip().startswith("<")
    if page and not text.rstrip().endswith(("}", "]")):
        return
    for tried, match in enumerate(_OBJECT.finditer(text)):
        if tried == _TRIES:
            return
        try:
            value, _ = _decode(_STRICT, text, match.start())
        except (_TooDeepError, json.JSONDecodeError):
            continue
        if any(sight.fields or sight.error_member_count for sight in index_names(levels(value))):
            yield value, match.start()


def _words(text: str, error: json.JSONDecodeError) -> str:
    """Describe a syntax error. Python's own messages differ between versions."""
    here, before = text[error.pos :], text[: error.pos].rstrip()
    if not here or error.msg.startswith("Unterminated"):
        return f"a text that ends too early: {excerpt(text[-30:])}"
    if error.msg.startswith("Invalid control character"):
        return f"a control character that is not escaped: {excerpt(here[0])}"
    if here[0] == "'":
        return f"single quotes: {excerpt(here)}"
    if (before.endswith(",") and here[0] in "}]") or error.msg.startswith("Illegal trailing"):
        return f"a comma with nothing after it: {excerpt(here)}"
    return f"something else: {excerpt(here)}"


def _position(text: str, at: int) -> Place:
    before = text[:at]
    return Place.at(before.count("\n") + 1, at - before.rfind("\n"))


def levels(root: Json) -> Iterator[Scope[Json]]:
    """Yield the objects and lists of a tree, the outermost first."""
    queue: deque[tuple[Scope[Json] | None, str, Json]] = deque([(None, "", root)])
    while queue:
        above, step, value = queue.popleft()
        if isinstance(value, Members):
            level = Scope(above, step, value, value.pairs)
            held = value.pairs
        elif isinstance(value, list):
            level = Scope(above, step, value, (), joint="")
            # Skip the rest of a long list: naming each item would take longer than parsing.
            held = [(f"[{index}]", item) for index, item in enumerate(value[:MAX_SCOPES])]
        else:
            return
        yield level
        queue.extend(
            (level, name, item) for name, item in held if isinstance(item, (Members, list))
        )


def flaws(text: str, root: Json) -> Iterator[Problem]:
    """Yield what Python accepts although JSON forbids it: NaN, Infinity and lone surrogates."""
    if _SUSPECT.search(text):
        yield from islice(_flaws(root), MAX_PROBLEMS)


def _flaws(root: Json) -> Iterator[Problem]:
    if got := _flaw(root):
        yield Problem(READABLE_SYNTAX, "body", _EXPECTED, got)
    for level in levels(root):
        members: Iterable[tuple[str, Json]] = level.members
        if isinstance(level.value, list):
            members = ((f"[{index}]", item) for index, item in enumerate(level.value))
        for name, item in members:
            for got in filter(None, (_flaw(name), _flaw(item))):
                yield Problem(READABLE_SYNTAX, level.place(name), _EXPECTED, got)


def _flaw(item: Json) -> str:
    if isinstance(item, Constant):
        return f"{item.text}, which JSON does not have"
    if isinstance(item, str) and SURROGATE.search(item):
        return f"a lone surrogate: {excerpt(item)}"
    return ""
