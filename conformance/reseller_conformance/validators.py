"""The schema files: where they lie, and what they say of a document.

Each schema is compiled once a process, when it is first asked for. Bytes are left to the envelope
reader: what comes here is a document that it has parsed, and whose size and depth it has bounded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
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
    from xmlschema import XMLSchema10, XMLSchemaValidationError

__all__ = ["SchemaKind", "json_errors", "schema_folder", "schema_path", "schema_text", "xml_errors"]

SchemaKind = Literal["overview", "errors"]
"""Which of the two envelopes a document should be."""

_MOST_LINES = 50
_LONGEST_LINE = 300
# str() of an int refuses more than 4,300 decimal digits, which take a little over 14,284 bits.
_MOST_BITS = 14_000

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


# --- What they say ---------------------------------------------------------------------------


def json_errors(document: object, kind: SchemaKind) -> list[str]:
    """Return a line, 50 at most, for each departure of a parsed JSON document from its schema.

    A JSON schema takes 5.0 for an integer; here it is not one, as no count is written so.
    """
    return _bounded(map(_json_line, _json_validator(kind).iter_errors(_presentable(document))))


def xml_errors(root: Element, kind: SchemaKind) -> list[str]:
    """Return a line, 50 at most, for each departure of a parsed XML document from its schema.

    An XSD lets attributes like `xsi:type` pass; here they are departures, as every namespace is.
    """
    return _bounded(_xml_lines(root, _xml_schema(kind)))


def _xml_lines(root: Element, schema: XMLSchema10) -> Iterator[str]:
    namespaced = list(islice(_namespaced(root), _MOST_LINES))
    yield from namespaced
    # xsi:type would send xmlschema looking for the type, and what it does not find is a KeyError.
    if not namespaced:
        yield from map(_xml_line, schema.iter_errors(root))
        yield from _odd_spaces(root)


def _namespaced(root: Element) -> Iterator[str]:
    # Every XSD lets xsi:type, xsi:nil and the two schema locations pass; the page knows none.
    for element in root.iter():
        for name in (element.tag, *element.attrib):
            if name.startswith("{"):
                yield f"{element.tag}: {name!r} is in a namespace"


def _odd_spaces(root: Element) -> Iterator[str]:
    # xmlschema strips all that Python takes for white space; XML 1.0, 2.3 knows four characters.
    for parent in root.iter():
        between = "".join((parent.text or "", *(child.tail or "" for child in parent)))
        odd = between.strip(" \t\r\n")
        if len(parent) and odd and odd.isspace():
            yield f"{parent.tag}: {odd!r} between its elements"


def _json_line(error: ValidationError) -> str:
    path = error.absolute_path
    kind = _KINDS.get(str(path[0])) if path else None
    # The schema's own message would show the whole calendar.
    what = error.message if kind is None else _is_not(error.instance, kind)
    return f"{error.json_path}: {what}"


def _xml_line(error: XMLSchemaValidationError) -> str:
    from xmlschema.validators import XsdPatternFacets

    what = error.reason or error.message
    if error.elem is not None and isinstance(error.validator, XsdPatternFacets):
        what = _is_not(error.elem.text or "", _KINDS[error.elem.tag])
    return f"{error.path}: {what}"


def _is_not(value: object, kind: Kind) -> str:
    return f"expected {_EXPECTED[kind]}; got {value!r}"


def _bounded(lines: Iterable[str]) -> list[str]:
    # A set in order: one wrong value departs from several rules, and is told once.
    shown = dict.fromkeys(islice(lines, _MOST_LINES))
    return [f"{line[:_LONGEST_LINE]}…" if len(line) > _LONGEST_LINE else line for line in shown]


# --- What keeps messages small ---------------------------------------------------------------


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
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return _Huge(value)
    return value


# --- Compiled once ---------------------------------------------------------------------------

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

    from jsonschema import Draft202012Validator, validators

    extend: Callable[..., type[Validator]] = validators.extend
    strict = extend(
        Draft202012Validator,
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    )
    return strict(json.loads(schema_text(f"json/{_known(kind)}.schema.json")))


@cache
def _build_xml(kind: SchemaKind) -> XMLSchema10:
    from xmlschema import XMLSchema10

    # A schema built from text that may open nothing: no answer can make it fetch a file.
    return XMLSchema10(schema_text(f"xml/{_known(kind)}.xsd"), allow="none")


def _is_integer(_checker: object, instance: object) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


def _known(kind: str) -> str:
    if kind not in get_args(SchemaKind):
        raise ValueError(f"no schema of kind {kind!r}: {' or '.join(get_args(SchemaKind))}")
    return kind
