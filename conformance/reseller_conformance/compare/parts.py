"""What of a body a parser passes on, and what only its bytes hold, in both formats alike.

The envelope is read by `envelope`. This module reads names, types and order beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reseller_conformance.contract import Format
from reseller_conformance.envelope import json_parser, xml_parser
from reseller_conformance.envelope.encoding import candidate_decodings, json_reading
from reseller_conformance.exchange import Exchange

__all__ = ["Parts", "parts_of"]

MAX_NAMES = 500
"""Names of one body that are compared."""

_DECLARATION = re.compile(r"\ufeff?\s*<\?xml.*?\?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parts:
    """A body, decoded.

    `types` maps the path of each name to its JSON type, in the order of the body. XML has none.
    `texts` maps the path of each value that is no list or object to its text.
    `leading` is what comes before the document: byte order mark and declaration.
    `squeezed` is the text without white space and declaration.
    """

    types: dict[str, str]
    texts: dict[str, str]
    leading: str
    squeezed: str


def parts_of(exchange: Exchange) -> Parts:
    """Read the body of an exchange."""
    body = exchange.body
    if exchange.case.format is Format.JSON:
        text = json_reading(body).text
        found = _json(json_parser.parse(text).value)
        leading = "\ufeff" if body.startswith(b"\xef\xbb\xbf") else ""
    else:
        text = next(candidate_decodings(body, exchange.header("Content-Type"))).text
        root = xml_parser.parse(text).root
        found = _xml(root) if root is not None else iter(())
        declaration = _DECLARATION.match(text)
        leading = declaration[0].strip() if declaration else ""
    squeezed = "".join(_DECLARATION.sub("", text, 1).split())
    named = list(islice(found, MAX_NAMES))
    types = {path: kind for path, kind, _ in named}
    texts = {path: value for path, _, value in named if value is not None}
    return Parts(types, texts, leading, squeezed)


Named = tuple[str, str, str | None]
"""A path, the JSON type, and the text of a value that is no list or object."""


def _json(value: json_parser.Json, path: str = "") -> Iterator[Named]:
    match value:
        case json_parser.Members(pairs):
            for name, member in pairs:
                place = f"{path}/{name}" if path else name
                yield place, _type(member), _text(member)
                yield from _json(member, place)
        case list():
            for member in value[:1]:
                yield f"{path}[]", _type(member), None
                yield from _json(member, f"{path}[]")


def _text(value: json_parser.Json) -> str | None:
    match value:
        case json_parser.Members() | list():
            return None
        case json_parser.Numeral() | json_parser.Constant():
            return value.text
        case _:
            return str(value)


def _type(value: json_parser.Json) -> str:
    match value:
        case json_parser.Members():
            return "an object"
        case json_parser.Numeral() | json_parser.Constant():
            return "a number"
        case list():
            return "a list"
        case str():
            return "a string"
        case None:
            return "null"
        case _:
            return "a boolean"


def _xml(element: xml_parser.Element, path: str = "") -> Iterator[Named]:
    place = f"{path}/{element.name}" if path else element.name
    yield place, "", None if element.children else element.text
    for name, attribute in element.attributes:
        yield f"{place}/@{name}", "", attribute.text
    for child in element.children:
        yield from _xml(child, place)
