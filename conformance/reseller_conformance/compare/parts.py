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
    `leading` is what stands before the document: byte order mark and declaration.
    `squeezed` is the text without white space and declaration.
    """

    types: dict[str, str]
    leading: str
    squeezed: str

    @property
    def names(self) -> list[str]:
        """The paths of all names, in order."""
        return list(self.types)


def parts_of(exchange: Exchange) -> Parts:
    """Read the body of an exchange."""
    body = exchange.body
    if exchange.case.format is Format.JSON:
        text = json_reading(body).text
        pairs = _json(json_parser.parse(text).value)
        leading = "\ufeff" if body.startswith(b"\xef\xbb\xbf") else ""
    else:
        text = next(candidate_decodings(body, exchange.header("Content-Type"))).text
        root = xml_parser.parse(text).root
        pairs = _xml(root) if root is not None else iter(())
        found = _DECLARATION.match(text)
        leading = found[0].strip() if found else ""
    squeezed = "".join(_DECLARATION.sub("", text, 1).split())
    return Parts(dict(islice(pairs, MAX_NAMES)), leading, squeezed)


def _json(value: json_parser.Json, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case json_parser.Members(pairs):
            for name, member in pairs:
                place = f"{path}/{name}" if path else name
                yield place, _type(member)
                yield from _json(member, place)
        case list():
            for member in value[:1]:
                yield f"{path}[]", _type(member)
                yield from _json(member, f"{path}[]")


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


def _xml(element: xml_parser.Element, path: str = "") -> Iterator[tuple[str, str]]:
    place = f"{path}/{element.name}" if path else element.name
    yield place, ""
    for name, _ in element.attributes:
        yield f"{place}/@{name}", ""
    for child in element.children:
        yield from _xml(child, place)
