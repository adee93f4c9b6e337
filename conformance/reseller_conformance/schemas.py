"""The schema files: find them, and validate a document with them.

Each schema is compiled once in a process, on first use. The caller must parse the document and
bound its size and depth, because neither library bounds them.
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
from reseller_conformance.util.text import MAX_INTEGER_BITS, WHITE_SPACE, shortened

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
"""The envelope that a document should be. `answer` accepts both."""

Aspect = Literal["value", "missing", "addition"]
"""What a schema rejects: a value, something missing, or something undocumented."""

MAX_ERRORS = 50
"""Maximum number of errors returned for one document."""

_MAX_LINE_CHARS = 300

_EXPECTED = {
    Kind.COUNT: "a count: a non-negative decimal integer in ASCII digits",
    Kind.DATE: "a date: a day that exists, as YYYY-MM-DD",
    Kind.TEXT: "text",
}
_KINDS = {field.name: field.kind for field in FIELDS}


# --- Find the files --------------------------------------------------------------------------


def schema_folder() -> Traversable:
    """Return the folder of the schema files, in the installed package or in the source tree.

    Raises FileNotFoundError if it is in neither place.
    """
    packaged = files("reseller_conformance").joinpath("schemas")
    # In an editable install the files are at the top of the source tree, not in the package.
    in_tree = Path(__file__).resolve().parents[2] / "schemas"
    for folder in (packaged, in_tree):
        if folder.joinpath("json", "overview.schema.json").is_file():
            return folder
    raise FileNotFoundError(
        f"the schema files are missing: looked in {packaged} and {in_tree}; "
        "is reseller-conformance installed completely?"
    )


def schema_text(name: str) -> str:
    """Return the text of a schema file, such as `json/overview.schema.json` or `xml/errors.xsd`."""
    return schema_folder().joinpath(*name.split("/")).read_text(encoding="utf-8")


def schema_path(name: str) -> AbstractContextManager[Path]:
    """Provide a schema file as a real file while the context is open."""
    return as_file(schema_folder().joinpath(*name.split("/")))


def schema_file(format: str, kind: SchemaKind) -> str:
    """Return the name of a schema file, for `schema_text`.

    Raises ValueError for an unknown kind.
    """
    if kind not in get_args(SchemaKind):
        raise ValueError(f"no schema of kind {kind!r}: {', '.join(get_args(SchemaKind))}")
    return f"json/{kind}.schema.json" if format == "json" else f"xml/{kind}.xsd"


# --- Validate a document ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One error that a schema finds in a document.

    `place` is its path in the document, and `names` are the names on that path. `rule` is the
    schema's rule: the path of a keyword in a JSON Schema, or a type or an element in an XSD.
    """

    place: str
    names: tuple[str, ...]
    rule: str
    message: str
    aspect: Aspect = "value"

    def __str__(self) -> str:
        """Return the place and the error in one line."""
        line = f"{self.place}: {self.message}"
        return f"{line[:_MAX_LINE_CHARS]}…" if len(line) > _MAX_LINE_CHARS else line


def json_errors(document: object, kind: SchemaKind) -> list[SchemaError]:
    """Validate a parsed JSON document, and return at most MAX_ERRORS errors.

    JSON Schema accepts 5.0 as an integer. This function does not, because a count is never written
    with a fraction.
    """
    file = schema_file("json", kind)
    errors = _json_validator(kind).iter_errors(_presentable(document))
    return _bounded(_json_error(error, file) for error in errors)


def xml_errors(root: Element, kind: SchemaKind) -> list[SchemaError]:
    """Validate a parsed XML document, and return at most MAX_ERRORS errors.

    An XSD accepts attributes like `xsi:type`. This function rejects them, as it does all
    namespaces.
    """
    return _bounded(_xml_errors(root, _xml_schema(kind), schema_file("xml", kind)))


def _xml_errors(root: Element, schema: XMLSchema10, file: str) -> Iterator[SchemaError]:
    namespaced = list(islice(_namespaced(root, file), MAX_ERRORS))
    yield from namespaced
    # xmlschema raises KeyError if xsi:type names an unknown type.
    if not namespaced:
        yield from (_xml_error(error, file) for error in schema.iter_errors(root))
        yield from _odd_spaces(root, file)


def _namespaced(root: Element, file: str) -> Iterator[SchemaError]:
    # Every XSD accepts xsi:type, xsi:nil and two schema locations. The API docs have no namespace.
    for element in root.iter():
        for name in (element.tag, *element.attrib):
            if name.startswith("{"):
                message = f"{name!r} is in a namespace"
                yield SchemaError(element.tag, (), f"{file} (no namespace)", message)


def _odd_spaces(root: Element, file: str) -> Iterator[SchemaError]:
    # xmlschema strips everything that Python calls white space. XML 1.0 (2.3) has four characters.
    for parent in root.iter():
        between = "".join((parent.text or "", *(child.tail or "" for child in parent)))
        odd = between.strip(WHITE_SPACE)
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
        # The schema's own message would contain the regular expression of a date.
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
    """Return the innermost type or element with a name. Facets and groups have none."""
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
    # An error that several rules report is returned once.
    found: dict[str, SchemaError] = {}
    for error in errors:
        found.setdefault(str(error), error)
        if len(found) == MAX_ERRORS:
            break
    return list(found.values())


# --- Keep messages small ---------------------------------------------------------------------


class _Fraction(float):
    """A number with a fraction. JSON Schema would accept 5.0 as an integer."""

    def is_integer(self) -> bool:
        """Return False for every value."""
        return False


class _Huge(int):
    """An integer with more digits than Python prints."""

    def __repr__(self) -> str:
        return f"<{shortened(self)}>"


def _presentable(value: object, depth: int = 0) -> Any:
    """Return an equivalent document that jsonschema can print in its messages.

    In an envelope, the third level has no objects and no lists. So their contents are dropped
    there: the schema rejects them anyway.
    """
    if isinstance(value, dict):
        items = value.items() if depth < 2 else ()
        return {key: _presentable(item, depth + 1) for key, item in items}
    if isinstance(value, list):
        return [_presentable(item, depth + 1) for item in value] if depth < 2 else []
    if isinstance(value, float):
        return _Fraction(value)
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        return _Huge(value)
    return value


# --- Compile once ----------------------------------------------------------------------------

_ENVELOPES: tuple[SchemaKind, ...] = ("overview", "errors")


def compile_schemas(formats: Iterable[str]) -> None:
    """Compile the schemas of these formats now, so that later measurements do not include it."""
    for kind in _ENVELOPES:
        for format in formats:
            (_json_validator if format == "json" else _xml_schema)(kind)


_BUILDING = threading.Lock()


def _json_validator(kind: SchemaKind) -> Validator:
    with _BUILDING:  # `cache` alone would let two threads compile the same schema.
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

    # `allow="none"` stops a document from making the schema fetch a file.
    return XMLSchema10(schema_text(schema_file("xml", kind)), allow="none")
