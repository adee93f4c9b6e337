"""The schema files: where they lie, and what they refuse in a document.

Each schema is compiled once a process, when it is first used. A document must be parsed already,
and its size and depth bounded, because neither library bounds them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from xml.etree.ElementTree import Element

from reseller_conformance.contract import FIELDS, Kind

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator
    from referencing import Registry
    from xmlschema import XMLSchema10, XMLSchemaValidationError

__all__ = [
    "MAX_ERRORS",
    "SchemaError",
    "SchemaKind",
    "compile_schemas",
    "json_errors",
    "schema_file",
    "schema_folder",
    "schema_path",
    "schema_text",
    "xml_errors",
]

SchemaKind = Literal["overview", "errors", "answer"]
"""Which of the two envelopes a document should be; `answer` is either of them."""

Aspect = Literal["value", "missing", "addition"]
"""What a schema refuses: a value, the absence of something, or something undocumented."""

MAX_ERRORS = 50
"""Errors of one document that are returned."""

_MAX_LINE_CHARS = 300
# str() of an int refuses more than 4,300 decimal digits, which take a little over 14,284 bits.
_MAX_INTEGER_BITS = 14_000

_EXPECTED = {
    Kind.COUNT: "a count: a non-negative decimal integer in ASCII digits",
    Kind.DATE: "a date: a day that exists, as YYYY-MM-DD",
    Kind.TEXT: "text",
}
_KINDS = {field.name: field.kind for field in FIELDS}


# --- The files -------------------------------------------------------------------------------


def schema_folder() -> Traversable:
    """Return the folder of the schema files, within the installed package or the source tree."""
    packaged = files("reseller_conformance").joinpath("schemas")
    # An editable install, or none: the files lie at the top of the tree, not in the package.
    in_tree = Path(__file__).resolve().parents[2] / "schemas"
    for folder in (packaged, in_tree):
        if folder.joinpath("json", "overview.schema.json").is_file():
            return folder
    raise FileNotFoundError(
        f"the schema files are missing: looked in {packaged} and {in_tree}; "
        "is reseller-conformance installed as a whole?"
    )


def schema_text(name: str) -> str:
    """Return the text of a schema file: `json/overview.schema.json`, `xml/errors.xsd`."""
    return schema_folder().joinpath(*name.split("/")).read_text(encoding="utf-8")


def schema_path(name: str) -> AbstractContextManager[Path]:
    """Hold a schema file as a real file while the context is open, for what needs a path."""
    return as_file(schema_folder().joinpath(*name.split("/")))


def schema_file(format: str, kind: SchemaKind) -> str:
    """Return the name of a schema file in the folder, for `schema_text`."""
    if kind not in get_args(SchemaKind):
        raise ValueError(f"no schema of kind {kind!r}: {', '.join(get_args(SchemaKind))}")
    return f"json/{kind}.schema.json" if format == "json" else f"xml/{kind}.xsd"


# --- What they refuse ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One thing that a schema refuses in a document.

    `place` is its path in the document, and `names` are the names on that path. `rule` is the rule
    that refuses it: the path of a keyword in a JSON Schema, a type or an element in an XSD.
    """

    place: str
    names: tuple[str, ...]
    rule: str
    message: str
    aspect: Aspect = "value"

    def __str__(self) -> str:
        """Return a line: the place and what is wrong there."""
        line = f"{self.place}: {self.message}"
        return f"{line[:_MAX_LINE_CHARS]}…" if len(line) > _MAX_LINE_CHARS else line


def json_errors(document: object, kind: SchemaKind) -> list[SchemaError]:
    """Return what the schema of this kind refuses in a parsed JSON document, 50 errors at most.

    A JSON Schema accepts 5.0 as an integer; here it is refused, because no count is written so.
    """
    file = schema_file("json", kind)
    errors = _json_validator(kind).iter_errors(_presentable(document))
    return _bounded(_json_error(error, file) for error in errors)


def xml_errors(root: Element, kind: SchemaKind) -> list[SchemaError]:
    """Return what the schema of this kind refuses in a parsed XML document, 50 errors at most.

    An XSD accepts attributes like `xsi:type`; here they are refused, as every namespace is.
    """
    return _bounded(_xml_errors(root, _xml_schema(kind), schema_file("xml", kind)))


def _xml_errors(root: Element, schema: XMLSchema10, file: str) -> Iterator[SchemaError]:
    namespaced = list(islice(_namespaced(root, file), MAX_ERRORS))
    yield from namespaced
    # xmlschema looks up the type that xsi:type names, and raises KeyError where there is none.
    if not namespaced:
        yield from (_xml_error(error, file) for error in schema.iter_errors(root))
        yield from _odd_spaces(root, file)


def _namespaced(root: Element, file: str) -> Iterator[SchemaError]:
    # Every XSD accepts xsi:type, xsi:nil and the two schema locations; the page knows none.
    for element in root.iter():
        for name in (element.tag, *element.attrib):
            if name.startswith("{"):
                message = f"{name!r} is in a namespace"
                yield SchemaError(element.tag, (), f"{file} (no namespace)", message)


def _odd_spaces(root: Element, file: str) -> Iterator[SchemaError]:
    # xmlschema strips all that Python takes for white space; XML 1.0, 2.3 knows four characters.
    for parent in root.iter():
        between = "".join((parent.text or "", *(child.tail or "" for child in parent)))
        odd = between.strip(" \t\r\n")
        if len(parent) and odd and odd.isspace():
            rule, message = f"{file} (elements only)", f"{odd!r} between its elements"
            yield SchemaError(parent.tag, (parent.tag,), rule, message)


_ASPECTS: Mapping[str, Aspect] = {"required": "missing", "additionalProperties": "addition"}


def _json_error(error: ValidationError, file: str) -> SchemaError:
    path = error.absolute_path
    kind = _KINDS.get(str(path[0])) if path else None
    return SchemaError(
        place=error.json_path,
        names=tuple(step for step in path if isinstance(step, str)),
        rule=f"{file}#/{'/'.join(map(str, error.absolute_schema_path))}",
        # The schema's own message would show the whole calendar.
        message=error.message if kind is None else _is_not(error.instance, kind),
        aspect=_ASPECTS.get(str(error.validator), "value"),
    )


def _xml_error(error: XMLSchemaValidationError, file: str) -> SchemaError:
    from xmlschema.validators import XsdPatternFacets

    message = error.reason or error.message
    element = error.elem
    if element is not None and isinstance(error.validator, XsdPatternFacets):
        kind = _KINDS.get(element.tag)
        message = _is_not(element.text or "", kind) if kind else message
    place = error.path or ""
    names = tuple(step.partition("[")[0] for step in place.split("/") if step)
    return SchemaError(place, names, f"{file} ({_xsd_rule(error)})", message, _xsd_aspect(error))


def _xsd_rule(error: XMLSchemaValidationError) -> str:
    """Name the innermost type or element that has a name: a facet or a group has none."""
    part: Any = error.validator
    while part is not None:
        if name := getattr(part, "name", None):
            return f"{'element' if hasattr(part, 'type') else 'type'} {name}"
        part = getattr(part, "parent", None)
    return "its elements"


def _xsd_aspect(error: XMLSchemaValidationError) -> Aspect:
    from xmlschema import XMLSchemaChildrenValidationError
    from xmlschema.validators import XsdAttributeGroup

    if isinstance(error.validator, XsdAttributeGroup):
        return "addition"
    if isinstance(error, XMLSchemaChildrenValidationError):
        return "missing" if error.invalid_child is None else "addition"
    return "value"


def _is_not(value: object, kind: Kind) -> str:
    return f"expected {_EXPECTED[kind]}; got {value!r}"


def _bounded(errors: Iterable[SchemaError]) -> list[SchemaError]:
    # A value that several rules refuse is one error.
    found: dict[str, SchemaError] = {}
    for error in errors:
        found.setdefault(str(error), error)
        if len(found) == MAX_ERRORS:
            break
    return list(found.values())


# --- What keeps messages small ---------------------------------------------------------------


class _Fraction(float):
    """A number that is not written as an integer: JSON Schema takes 5.0 for one."""

    def is_integer(self) -> bool:
        """Say no, whatever the value."""
        return False


class _Huge(int):
    """An integer with more digits than Python agrees to print."""

    def __repr__(self) -> str:
        return f"{'-' if self < 0 else ''}<integer of {self.bit_length()} bits>"


def _presentable(value: object, depth: int = 0) -> Any:
    """Return what the schema judges alike, and jsonschema can print in a message.

    No envelope has an object or a list in its third level: any content of such is as wrong as none.
    """
    if isinstance(value, dict):
        items = value.items() if depth < 2 else ()
        return {key: _presentable(item, depth + 1) for key, item in items}
    if isinstance(value, list):
        return [_presentable(item, depth + 1) for item in value] if depth < 2 else []
    if isinstance(value, float):
        return _Fraction(value)
    if isinstance(value, int) and value.bit_length() > _MAX_INTEGER_BITS:
        return _Huge(value)
    return value


# --- Compiled once ---------------------------------------------------------------------------

_ENVELOPES: tuple[SchemaKind, ...] = ("overview", "errors")


def compile_schemas(formats: Iterable[str]) -> None:
    """Compile the schemas of these formats now: what is measured later is not held up by it."""
    for kind in _ENVELOPES:
        for format in formats:
            (_json_validator if format == "json" else _xml_schema)(kind)


_BUILDING = threading.Lock()


def _json_validator(kind: SchemaKind) -> Validator:
    with _BUILDING:  # `cache` alone lets two threads compile the same schema
        return _build_json(kind)


def _xml_schema(kind: SchemaKind) -> XMLSchema10:
    with _BUILDING:
        return _build_xml(kind)


@cache
def _build_json(kind: SchemaKind) -> Validator:
    import json

    from jsonschema import Draft202012Validator

    schema = json.loads(schema_text(schema_file("json", kind)))
    if kind == "answer":
        return Draft202012Validator(schema, registry=_registry())
    return Draft202012Validator(schema)


def _registry() -> Registry[Any]:
    import json

    from referencing import Registry, Resource

    texts = (schema_text(schema_file("json", kind)) for kind in _ENVELOPES)
    found = [Resource.from_contents(json.loads(text)) for text in texts]
    return Registry().with_resources((resource.id() or "", resource) for resource in found)


@cache
def _build_xml(kind: SchemaKind) -> XMLSchema10:
    from xmlschema import XMLSchema10

    # A schema built from text that may open nothing: no answer can make it fetch a file.
    return XMLSchema10(schema_text(schema_file("xml", kind)), allow="none")
