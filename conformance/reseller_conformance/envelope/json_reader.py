"""Read a JSON body into its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from reseller_conformance.contract import Kind
from reseller_conformance.envelope import scalars
from reseller_conformance.envelope.classify import classify
from reseller_conformance.envelope.dialect import MAX_NAMES, BadValue, Dialect, ErrorItems
from reseller_conformance.envelope.encoding import json_reading
from reseller_conformance.envelope.heuristics import content_kind
from reseller_conformance.envelope.json_parser import (
    SURROGATE,
    Constant,
    Json,
    Members,
    Numeral,
    flaws,
    levels,
    parse,
)
from reseller_conformance.envelope.model import Envelope, FieldValue
from reseller_conformance.envelope.problems import OtherFormat, Problems
from reseller_conformance.requirements import ERRORS_LIST, Requirement
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import excerpt, named, shortened

__all__ = ["read_json"]


class _Json(Dialect[Json]):
    """How JSON writes values."""

    overview_at: ClassVar[str] = ""
    errors_at: ClassVar[str] = ""
    expected: ClassVar[Mapping[Kind, str]] = {
        Kind.COUNT: "a count: a number, or a string, of digits alone",
        Kind.DATE: "a day that exists, as a string YYYY-MM-DD",
        Kind.TEXT: "a string",
    }
    listed: ClassVar[str] = "a list of one string or more"
    lone_error: ClassVar[Requirement] = ERRORS_LIST

    def describe(self, value: Json) -> str:
        """Describe a value in JSON's terms."""
        match value:
            case Members(pairs):
                names = ", ".join(named(name) for name, _ in pairs[:MAX_NAMES])
                more = ", …" if len(pairs) > MAX_NAMES else ""
                return f"an object with {shortened(names + more)}" if pairs else "an empty object"
            case list():
                return f"a list of {len(value)}" if value else "an empty list"
            case Numeral(text) | Constant(text):
                return f"the number {shortened(text)}"
            case str():
                return f"the string {excerpt(value)}"
            case _:
                return "null" if value is None else str(value).lower()

    def field(self, kind: Kind, value: Json) -> FieldValue | BadValue | None:
        """Read a count from a number or a string, and other kinds from a string."""
        if kind is Kind.COUNT and isinstance(value, Numeral):
            read: FieldValue | None = scalars.count(value.text)
        else:
            text = self.text(value)
            if not isinstance(text, str):
                return text
            read = scalars.of_kind(kind, text)
        return BadValue(self.describe(value)) if read is None else read

    def text(self, value: Json) -> str | BadValue | None:
        """Read a string."""
        if isinstance(value, Constant):
            return None
        if not isinstance(value, str):
            return BadValue(self.describe(value))
        if SURROGATE.search(value) or (self.lost and self.lost in value):
            return None
        return value

    def entries(self, value: Json) -> ErrorItems[Json] | BadValue:
        """Read a list with at least one item."""
        if isinstance(value, list) and value:
            return ErrorItems(value)
        return BadValue(self.describe(value))

    def item(self, where: Place, number: int) -> Place:
        """Return the place of an item of the list."""
        return Place(f"{where}[{number - 1}]", names=where.names)


def read_json(body: bytes) -> Envelope | OtherFormat:
    """Read a body as JSON."""
    reading = json_reading(body)
    text = reading.text
    parsed = parse(text)
    if parsed.nothing and text.lstrip()[:1] not in ("", "{", "[", '"'):
        return OtherFormat(content_kind(text), text)
    problems = Problems(*filter(None, (reading.problem, parsed.problem)))
    for flaw in flaws(text, parsed.value):
        problems.keep(flaw)
    dialect = _Json(reading.lossy)
    return classify(parsed.value, levels(parsed.value), dialect, text, problems)
