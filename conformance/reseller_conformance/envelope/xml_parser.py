"""Parse text into a tree of elements with expat, within bounds, and report where it breaks.

No DOCTYPE is processed, and nothing is fetched: parsing stops at a DOCTYPE. The text is already
decoded, so the encoding of the XML declaration has no effect here.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from reseller_conformance.envelope.model import Problem
from reseller_conformance.envelope.tree import ATTRIBUTE, Scope
from reseller_conformance.requirements import READABLE_NO_DOCTYPE, READABLE_SYNTAX, Requirement
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import BYTE_ORDER_MARK, excerpt, named

__all__ = [
    "MAX_ATTRIBUTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "Element",
    "Tree",
    "levels",
    "parse",
    "with_line_ends_of_1_0",
]

MAX_DEPTH, MAX_ELEMENTS, MAX_ATTRIBUTES = 50, 10_000, 100
"""Maximum number of levels, of elements, and of attributes of one element.

All are far above the needs of an envelope.
"""

_EXPECTED = "one well-formed XML document"

_VERSIONS = ("1.0", "1.1")
"""Valid versions in an XML declaration. expat accepts any version, libxml2 and Java do not."""

_VERSION_1_1 = re.compile(r"""<\?xml\s+version\s*=\s*(["'])1\.1\1""")
_BETWEEN_TAGS = re.compile(r"(?<=>)[ \t\r\n\x85\u2028]+(?=<|\Z)")
_NEW_LINE_ENDS = {0x85: " ", 0x2028: " "}

_SEPARATOR = "\1"
"""Expat puts this between namespace and name. No document can contain it."""


@dataclass(slots=True, eq=False)
class Element:
    """An element by its local name. An attribute is represented as an element too."""

    name: str
    attributes: list[tuple[str, Element]] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in the element, without the text of its children."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Tree:
    """The result of parsing.

    `whole` is True if the end was reached, `closed` if the root was closed.
    """

    root: Element | None
    whole: bool
    closed: bool
    problems: tuple[Problem, ...] = ()

    @property
    def well_formed(self) -> bool:
        """True if the part that was read is well-formed XML.

        A DOCTYPE or a namespace is allowed.
        """
        return all(problem.requirement is READABLE_NO_DOCTYPE for problem in self.problems)


class _StopError(Exception):
    """Stops parsing before the end."""


class _Builder:
    """Expat's handlers, and the tree that they build."""

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
        """Close an element, and add it to its parent."""
        element = self.open.pop()
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element

    def characters(self, text: str) -> None:
        """Add text to the current element."""
        self.open[-1].pieces.append(text)

    def doctype(self, name: str, *_: object) -> None:
        """Stop at a DOCTYPE. No envelope needs one."""
        self.note(READABLE_NO_DOCTYPE, "no DOCTYPE", f"a DOCTYPE: {excerpt(name)}")
        raise _StopError

    def declaration(self, version: str, *_: object) -> None:
        """Report a version that other readers reject."""
        if version not in _VERSIONS:
            expected = "an XML declaration with version 1.0 or 1.1"
            self.note(READABLE_SYNTAX, expected, f"version {excerpt(version)}")

    def instruction(self, target: str, _: str) -> None:
        """Record a colon in the name, which Namespaces in XML forbids."""
        self.has_colons |= ":" in target

    def note_namespace(self, name: str, pairs: list[tuple[str, str]]) -> None:
        """Report the first element in a namespace."""
        # Its children are in the same namespace, for the same reason.
        default = dict(pairs).get("xmlns")
        if ":" in name or default:
            got = f"<{named(name)}>" + (f" in {excerpt(default)}" if default else "")
            self.note(READABLE_NO_DOCTYPE, "elements in no namespace", got)
        self.has_colons |= any(":" in key for key, _ in pairs)

    def note(self, requirement: Requirement, expected: str, got: str) -> None:
        """Record the first problem of a requirement. Later ones usually have the same cause."""
        if requirement not in self.problems:
            where = _position(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)
            self.problems[requirement] = Problem(requirement, where, expected, got)

    def stop(self, bound: str) -> NoReturn:
        """Stop parsing beyond a bound. No envelope reaches it."""
        self.problems.pop(READABLE_SYNTAX, None)
        self.note(READABLE_SYNTAX, _EXPECTED, f"more than {bound}, more than any envelope needs")
        raise _StopError

    def unfinished(self) -> Element | None:
        """Return the root, with the elements that were complete when parsing stopped."""
        while len(self.open) > 1:
            element = self.open.pop()
            if element.children:
                self.open[-1].children.append(element)
        return self.open[0] if self.open else None


def parse(text: str) -> Tree:
    """Parse a text as one XML document."""
    text = with_line_ends_of_1_0(text)
    # Expat removes an initial U+FEFF as a byte order mark. The real mark is already gone, so add
    # one. Expat takes initial NULs for UTF-16, so replace them by another forbidden character.
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
        # The syntax error replaces an earlier problem of this requirement, such as an undeclared
        # prefix.
        builder.problems[READABLE_SYNTAX] = Problem(READABLE_SYNTAX, where, _EXPECTED, got)
    except _StopError:
        pass  # The builder has recorded the reason.
    if whole and builder.has_colons and READABLE_NO_DOCTYPE not in builder.problems:
        builder.problems |= _namespace_problem(data, text)
    problems = tuple(builder.problems.values())
    closed = builder.root is not None
    return Tree(builder.root or builder.unfinished(), whole, closed, problems)


def with_line_ends_of_1_0(text: str) -> str:
    """Replace the line ends between tags that only XML 1.1 has (XML 1.1, 2.11).

    A space replaces each, so that no place in the text moves. Expat reads any version as 1.0.
    """
    if not _VERSION_1_1.match(text):
        return text
    return _BETWEEN_TAGS.sub(lambda space: space[0].translate(_NEW_LINE_ENDS), text)


def _namespace_problem(data: bytes, text: str) -> dict[Requirement, Problem]:
    """Parse a document again with namespaces, and return the first error.

    Expat checks prefixes and their namespaces only if namespaces are enabled.
    """
    try:
        expat.ParserCreate("utf-8", _SEPARATOR).Parse(data, True)
    except expat.ExpatError as error:
        where = _position(error.lineno, error.offset)
        got = f"{expat.ErrorString(error.code)}: {excerpt(_line(text, error.lineno, error.offset))}"
        problem = Problem(READABLE_SYNTAX, where, "namespaces as XML has them", got)
        return {READABLE_SYNTAX: problem}
    return {}


def _position(line: int, offset: int) -> Place:
    return Place.at(line, offset + 1)


def _line(text: str, number: int, offset: int) -> str:
    """Return the rest of the line at a position. Expat counts only `\\n` as a line end."""
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    return text[start + offset :].partition("\n")[0]


def levels(root: Element) -> Iterator[Scope[Element]]:
    """Yield the elements of a tree, the outermost first. Attributes form a scope of their own."""
    queue: deque[tuple[Scope[Element] | None, int, Element]] = deque([(None, 0, root)])
    while queue:
        above, number, element = queue.popleft()
        members = [(child.name, child) for child in element.children]
        level = Scope(above, element.name, element, members, "/", number)
        yield level
        if element.attributes:
            yield Scope(level, "@*", element.attributes, element.attributes, ATTRIBUTE)
        met: Counter[str] = Counter()
        for name, child in members:
            met[name] += 1
            if child.children or child.attributes:
                queue.append((level, met[name] if met[name] > 1 else 0, child))
