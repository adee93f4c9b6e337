"""Read an XML body into its envelope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from reseller_conformance.contract import ERROR, Kind
from reseller_conformance.envelope import scalars
from reseller_conformance.envelope.classify import classify
from reseller_conformance.envelope.dialect import MAX_NAMES, BadValue, Dialect, ErrorItems
from reseller_conformance.envelope.encoding import DecodedBody, candidate_decodings
from reseller_conformance.envelope.heuristics import content_kind, is_html
from reseller_conformance.envelope.model import Envelope, FieldValue, Problem
from reseller_conformance.envelope.problems import OtherFormat, Problems, salvage
from reseller_conformance.envelope.xml_parser import Element, Tree, levels, parse
from reseller_conformance.requirements import ERRORS_SHAPE, READABLE_SYNTAX, Requirement
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import WHITE_SPACE, excerpt, named, shortened

__all__ = ["read_xml"]


class _Xml(Dialect[Element]):
    """How XML writes values."""

    overview_at: ClassVar[str] = "result/overview"
    errors_at: ClassVar[str] = "result"
    expected: ClassVar[Mapping[Kind, str]] = {
        Kind.COUNT: "a count: digits alone",
        Kind.DATE: "a day that exists, YYYY-MM-DD",
        Kind.TEXT: "text alone",
    }
    listed: ClassVar[str] = "errors with one error element or more"
    lone_error: ClassVar[Requirement] = ERRORS_SHAPE

    def describe(self, value: Element) -> str:
        """Describe the content of an element or an attribute."""
        if value.children:
            names = ", ".join(f"<{named(child.name)}>" for child in value.children[:MAX_NAMES])
            more = ", …" if len(value.children) > MAX_NAMES else ""
            return f"<{named(value.name)}> with {shortened(names + more)}"
        return f"{named(value.name)}: {excerpt(value.text)}"

    def field(self, kind: Kind, value: Element) -> FieldValue | BadValue | None:
        """Read a value. As in XSD, white space around counts and dates is ignored."""
        text = self.text(value)
        if not isinstance(text, str):
            return text
        read = scalars.of_kind(kind, text if kind is Kind.TEXT else text.strip(WHITE_SPACE))
        return BadValue(excerpt(text)) if read is None else read

    def text(self, value: Element) -> str | BadValue | None:
        """Read an element that contains only text."""
        if value.children:
            return BadValue(self.describe(value))
        text = value.text
        return None if self.lost and self.lost in text else text

    def entries(self, value: Element) -> ErrorItems[Element] | BadValue:
        """Read the `error` elements. There must be at least one."""
        errors = [child for child in value.children if child.name == ERROR]
        if not errors:
            return BadValue(self.describe(value))
        others = [child.name for child in value.children if child.name != ERROR]
        return ErrorItems(errors, others)

    def item(self, where: Place, number: int) -> Place:
        """Return the place of an `error` element."""
        return Place(f"{where}/{ERROR}[{number}]", names=(ERROR,), number=number)

    def attributes(self, value: object) -> Sequence[tuple[str, Element]]:
        """Return the attributes of an element."""
        return value.attributes if isinstance(value, Element) else ()

    def stray(self, value: object) -> str:
        """Return the text between elements without white space."""
        if isinstance(value, Element) and value.children:
            return value.text.strip(WHITE_SPACE)
        return ""


def read_xml(body: bytes, content_type: str | None) -> Envelope | OtherFormat:
    """Read a body as XML, in the encoding that applies to it."""
    reading, tree = _best(body, content_type)
    text = reading.text
    broken: Problem | None = None
    if not tree.well_formed and not tree.closed and (rest := _after_something(text)):
        before, inner = rest
        got = f"something before it: {excerpt(before.strip() or before)}"
        broken = Problem(READABLE_SYNTAX, Place.at(1, 1), "one well-formed XML document", got)
        if before.startswith("<?xml"):  # Expat describes an error in a declaration more precisely.
            broken = next(p for p in tree.problems if p.requirement is READABLE_SYNTAX)
        tree = inner
    elif is_html(text) or text.lstrip()[:1] not in ("", "<"):
        return OtherFormat(content_kind(text), text)
    problems = Problems(*filter(None, (reading.problem, broken, *tree.problems)))
    if tree.root is None:
        return salvage(problems, None, text)
    dialect = _Xml(reading.lossy)
    if tree.closed:
        return classify(tree.root, levels(tree.root), dialect, text, problems)
    begun = classify(tree.root, levels(tree.root), dialect, text, Problems(*problems.all))
    return salvage(problems, begun, text)


def _best(body: bytes, content_type: str | None) -> tuple[DecodedBody, Tree]:
    """Return the first decoding that is well-formed XML, or else the most similar to it."""
    tried: list[tuple[DecodedBody, Tree]] = []
    for reading in candidate_decodings(body, content_type):
        tree = parse(reading.text)
        if not reading.lossy and tree.well_formed:
            return reading, tree
        tried.append((reading, tree))
    return min(tried, key=_distance)


def _distance(tried: tuple[DecodedBody, Tree]) -> tuple[bool, bool]:
    reading, _ = tried
    return not reading.text.lstrip().startswith(("<", "{", "[")), reading.lossy


def _after_something(text: str) -> tuple[str, Tree] | None:
    """Find a document after other text: a warning, a line end, or another declaration."""
    for begin in ("<?xml", "<result"):
        at = text.find(begin, 1)
        if at > 0 and (tree := parse(text[at:])).whole:
            return text[:at], tree
    return None
