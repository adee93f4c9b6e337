"""Text to a tree of plain elements, by expat, bounded, and where it breaks.

No DOCTYPE is processed and nothing is fetched: the first sign of a DOCTYPE ends the reading. The
text has been decoded by then, so that no declaration has a say. What the tree means is left to
`xml_reader`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from reseller_conformance.envelope.model import Problem
from reseller_conformance.envelope.tree import ATTRIBUTE, Scope
from reseller_conformance.requirements import READABLE_NO_DOCTYPE, READABLE_SYNTAX, Requirement
from reseller_conformance.util.text import BYTE_ORDER_MARK, excerpt, named

__all__ = ["MAX_ATTRIBUTES", "MAX_DEPTH", "MAX_ELEMENTS", "Element", "Tree", "levels", "parse"]

MAX_DEPTH, MAX_ELEMENTS, MAX_ATTRIBUTES = 50, 10_000, 100
"""Levels, elements, and attributes of one element that are read: far more than an envelope has."""

_EXPECTED = "one well-formed XML document"

_VERSIONS = ("1.0", "1.1")
"""What an XML declaration may say: expat reads any version, libxml2 and Java do not."""

_SEPARATOR = "\1"
"""Expat puts this between namespace and name; no document can hold it."""


@dataclass(slots=True, eq=False)
class Element:
    """An element by its local name; an attribute is told as one, too."""

    name: str
    attributes: list[tuple[str, Element]] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in it, without that of its children."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read: `whole` up to the end, `closed` at least as far as the root goes."""

    root: Element | None
    whole: bool
    closed: bool
    problems: tuple[Problem, ...] = ()

    @property
    def well_formed(self) -> bool:
        """Whether it is XML, as far as was read: plain or not."""
        return all(problem.requirement is READABLE_NO_DOCTYPE for problem in self.problems)


class _StopError(Exception):
    """What ends a reading before its end."""


class _Builder:
    """Expat's handlers, and what they build."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.root: Element | None = None
        self.open: list[Element] = []
        self.elements = 0
        self.has_colons = False
        self.problems: dict[Requirement, Problem] = {}
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.XmlDeclHandler = self.declaration
        parser.ProcessingInstructionHandler = self.instruction

    def start(self, name: str, attributes: list[str]) -> None:
        """Open an element."""
        self.elements += 1
        if len(self.open) >= MAX_DEPTH:
            self.stop(f"{MAX_DEPTH} levels of nesting")
        if self.elements > MAX_ELEMENTS:
            self.stop(f"{MAX_ELEMENTS} elements")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            self.stop(f"{MAX_ATTRIBUTES} attributes of one element")
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        self.note_namespace(name, pairs)
        element = Element(name.rpartition(":")[2] or name)
        for key, value in pairs:
            if key != "xmlns" and not key.startswith("xmlns:"):
                element.attributes.append((key, Element(key, pieces=[value])))
        self.open.append(element)

    def end(self, _name: str) -> None:
        """Close an element: only then does its parent know it."""
        element = self.open.pop()
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element

    def characters(self, text: str) -> None:
        """Take text, wherever it stands."""
        self.open[-1].pieces.append(text)

    def doctype(self, name: str, *_: object) -> None:
        """Refuse: what a DOCTYPE may do is more than any envelope needs."""
        self.note(READABLE_NO_DOCTYPE, "no DOCTYPE", f"a DOCTYPE: {excerpt(name)}")
        raise _StopError

    def declaration(self, version: str, *_: object) -> None:
        """Refuse a version that other readers refuse."""
        if version not in _VERSIONS:
            expected = "an XML declaration with version 1.0 or 1.1"
            self.note(READABLE_SYNTAX, expected, f"version {excerpt(version)}")

    def instruction(self, target: str, _: str) -> None:
        """Note a colon in the name, which namespaces forbid there."""
        self.has_colons |= ":" in target

    def note_namespace(self, name: str, pairs: list[tuple[str, str]]) -> None:
        """Note the first element that is in a namespace."""
        # what stands in it is in that namespace as well, and has the same cause
        default = dict(pairs).get("xmlns")
        if ":" in name or default:
            got = f"<{named(name)}>" + (f" in {excerpt(default)}" if default else "")
            self.note(READABLE_NO_DOCTYPE, "elements in no namespace", got)
        self.has_colons |= any(":" in key for key, _ in pairs)

    def note(self, requirement: Requirement, expected: str, got: str) -> None:
        """Note a problem that does not end the reading, once: the rest have the same cause."""
        if requirement not in self.problems:
            where = _position(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)
            self.problems[requirement] = Problem(requirement, where, expected, got)

    def stop(self, bound: str) -> NoReturn:
        """End the reading: nothing that goes on like this is an envelope."""
        self.problems.pop(READABLE_SYNTAX, None)
        self.note(READABLE_SYNTAX, _EXPECTED, f"more than {bound}, more than any envelope needs")
        raise _StopError

    def unfinished(self) -> Element | None:
        """Return the root, made of those elements that were complete when the reading ended."""
        while len(self.open) > 1:
            element = self.open.pop()
            if element.children:
                self.open[-1].children.append(element)
        return self.open[0] if self.open else None


def parse(text: str) -> Tree:
    """Read a text as one XML document."""
    # Expat takes U+FEFF at the beginning for its own mark; ours is gone, so that this is another.
    # It takes NULs there for UTF-16, whatever it is told; any other control is as wrong.
    marked = f"{BYTE_ORDER_MARK * text.startswith(BYTE_ORDER_MARK)}{text}"
    data = marked.replace("\0", "\1").encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8")
    builder = _Builder(parser)
    whole = False
    try:
        parser.Parse(data, True)
        whole = True
    except expat.ExpatError as error:
        where = _position(error.lineno, error.offset)
        got = f"{expat.ErrorString(error.code)}: {excerpt(_line(text, error.lineno, error.offset))}"
        # The break outweighs what was noted before it: a prefix that was not declared.
        builder.problems[READABLE_SYNTAX] = Problem(READABLE_SYNTAX, where, _EXPECTED, got)
    except _StopError:
        pass  # the builder noted why
    if whole and builder.has_colons and READABLE_NO_DOCTYPE not in builder.problems:
        builder.problems |= _namespace_problem(data, text)
    problems = tuple(builder.problems.values())
    closed = builder.root is not None
    return Tree(builder.root or builder.unfinished(), whole, closed, problems)


def _namespace_problem(data: bytes, text: str) -> dict[Requirement, Problem]:
    """Read a whole document again as Namespaces in XML has it, and return where it breaks.

    Expat checks prefixes, and what they are bound to, only where it is asked to.
    """
    try:
        expat.ParserCreate("utf-8", _SEPARATOR).Parse(data, True)
    except expat.ExpatError as error:
        where = _position(error.lineno, error.offset)
        got = f"{expat.ErrorString(error.code)}: {excerpt(_line(text, error.lineno, error.offset))}"
        problem = Problem(READABLE_SYNTAX, where, "namespaces as XML has them", got)
        return {READABLE_SYNTAX: problem}
    return {}


def _position(line: int, offset: int) -> str:
    return f"line {line}, column {offset + 1}"


def _line(text: str, number: int, offset: int) -> str:
    """Return what stands at a position: expat counts lines as `\\n` has them."""
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    return text[start + offset :].partition("\n")[0]


def levels(root: Element) -> Iterator[Scope[Element]]:
    """Walk the elements of a tree, the outermost first; attributes are a level of their own."""
    queue: deque[tuple[Scope[Element] | None, str, Element]] = deque([(None, root.name, root)])
    while queue:
        above, step, element = queue.popleft()
        members = [(child.name, child) for child in element.children]
        level = Scope(above, step, element, members, "/")
        yield level
        if element.attributes:
            yield Scope(level, "@*", element.attributes, element.attributes, ATTRIBUTE)
        met: Counter[str] = Counter()
        for name, child in members:
            met[name] += 1
            if child.children or child.attributes:
                turn = met[name]
                queue.append((level, f"{name}[{turn}]" if turn > 1 else name, child))
