"""Ways to write the same JSON: kinds of numbers, order, space, escapes, additional members."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from reseller_conformance.contract import FIELDS, Kind
from reseller_conformance.reference import Reference, Response
from variants.registry import composed
from variants.shops import ACCENTED

__all__: list[str] = []

COUNTS = tuple(field.name for field in FIELDS if field.kind is Kind.COUNT)


def as_integers(values: Mapping[str, str], names: tuple[str, ...] = COUNTS) -> dict[str, object]:
    """Return the values with these counts as integers."""
    return {name: int(value) if name in names else value for name, value in values.items()}


class _Written(Reference):
    """The reference, with a change of its JSON text."""

    def send_json(self, status: int, document: object) -> Response:
        return Response(status, "application/json", self.write(document).encode())

    def write(self, document: object) -> str:
        return json.dumps(document)


@composed("every count is a JSON integer")
class CountsAsIntegers(Reference):
    def json_overview(self, values: Mapping[str, str]) -> object:
        return as_integers(values)


@composed("counts as in the example of the API docs: all strings except credits_remain")
class CountsAsThePageHasThem(Reference):
    def json_overview(self, values: Mapping[str, str]) -> object:
        return as_integers(values, ("credits_remain",))


@composed("each count is sometimes a string, sometimes an integer, in a random order")
class CountsAndOrderAtRandom(Reference):
    def json_overview(self, values: Mapping[str, str]) -> object:
        names = tuple(name for name in COUNTS if random.random() < 0.5)
        members = list(as_integers(values, names).items())
        random.shuffle(members)
        return dict(members)

    def json_errors(self, errors: Sequence[str]) -> object:
        members: list[tuple[str, object]] = [("message", "error"), ("errors", list(errors))]
        random.shuffle(members)
        return dict(members)


@composed("compact JSON without a newline at its end", shop=ACCENTED)
class CompactJson(_Written):
    def write(self, document: object) -> str:
        return json.dumps(document, separators=(",", ":"))


@composed("all of JSON's white space, before and after it too")
class AiryJson(_Written):
    def write(self, document: object) -> str:
        text = json.dumps(document, indent="\t", separators=(" \t,\r\n ", "\r\n:\t "))
        return f"\r\n \t{text}\r\n\r\n\t "


@composed("every character of every string is an escape, those of names too", shop=ACCENTED)
class EverythingEscaped(_Written):
    def write(self, document: object) -> str:
        if isinstance(document, dict):
            members = (f"{self.write(key)}:{self.write(value)}" for key, value in document.items())
            return f"{{{','.join(members)}}}"
        if isinstance(document, list):
            return f"[{','.join(map(self.write, document))}]"
        return f'"{self.escape(str(document))}"'

    def escape(self, text: str) -> str:
        units = text.encode("utf-16-be")
        codes = (units[place : place + 2].hex() for place in range(0, len(units), 2))
        return "".join(
            f"\\u{code.upper() if place % 2 else code}" for place, code in enumerate(codes)
        )


@composed("the solidus is escaped, as PHP's json_encode does, and characters beyond ASCII")
class EscapedAsPhpDoes(_Written):
    def write(self, document: object) -> str:
        return json.dumps(document).replace("/", "\\/")


@composed(
    "undocumented members: numbers with exponents, null, nested objects and arrays",
    should=("success.no-extras", "errors.no-extras"),
)
class MoreJsonMembers(Reference):
    EXTRA: tuple[tuple[str, object], ...] = (
        ("status", None),
        ("success", True),
        ("took", 1.5e-3),
        ("username", "somebody"),
        ("links", {"self": "/", "message": "none", "errors": [], "requested": -1}),
        ("", [[], {}]),
    )

    def json_overview(self, values: Mapping[str, str]) -> object:
        return {**dict(self.EXTRA), **values}

    def json_errors(self, errors: Sequence[str]) -> object:
        return {"message": "error", "errors": list(errors), **dict(self.EXTRA)}


@composed(
    "JSON announced as text/javascript, as old code did, with a charset in capitals",
    shop=ACCENTED,
)
class JsonAsJavascript(Reference):
    def send_json(self, status: int, document: object) -> Response:
        body = json.dumps(document, ensure_ascii=False).encode()
        return Response(status, 'Text/JavaScript; Charset="UTF-8"', body)


@composed("JSON with a profile in quotes that looks like a charset", shop=ACCENTED)
class JsonOfAProfile(Reference):
    def send_json(self, status: int, document: object) -> Response:
        body = json.dumps(document, ensure_ascii=False).encode()
        profile = 'profile="https://api.example/reseller;charset=latin1"'
        return Response(status, f'Application/JSON ;{profile} ; Charset="UTF-8"', body)


@composed(
    "JSON in ASCII with escapes, whose header says ISO-8859-1: no contradiction", shop=ACCENTED
)
class AsciiJsonCalledLatin(Reference):
    def send_json(self, status: int, document: object) -> Response:
        body = json.dumps(document).encode("ascii")
        return Response(status, "application/json; charset=iso-8859-1", body)


@composed(
    "both formats announced as text/html, the default of PHP",
    should=("http.content-type",),
)
class EverythingIsHtml(Reference):
    def send_json(self, status: int, document: object) -> Response:
        return Response(status, "text/html; charset=UTF-8", json.dumps(document).encode())

    def send_xml(self, status: int, root: ET.Element) -> Response:
        response = super().send_xml(status, root)
        return Response(status, "text/html", response.body)


@composed(
    "errors announced as application/problem+json, successes as vendor types",
    should=("http.content-type",),
)
class VendorTypes(Reference):
    def send_json(self, status: int, document: object) -> Response:
        kind = "application/vnd.shop.v2+json" if status == 200 else "application/problem+json"
        return Response(status, kind, json.dumps(document).encode())
