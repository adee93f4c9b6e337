"""A second opinion on each body: whether its schema file judges its form as the reader does.

What the reader finds is reported. Where a schema file contradicts it, one of the two is wrong. That
is a fault of the suite, so it is never reported as a violation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.etree import ElementTree

from reseller_conformance import requirements as r
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import FIELDS, Format
from reseller_conformance.envelope import EnvelopeKind, Problem, Unreadable, looks_of
from reseller_conformance.envelope.encoding import candidate_decodings
from reseller_conformance.envelope.reader import read_envelope
from reseller_conformance.envelope.xml_parser import with_line_ends_of_1_0
from reseller_conformance.requirements import Requirement
from reseller_conformance.schemas import (
    MAX_ERRORS,
    SchemaError,
    SchemaKind,
    json_errors,
    schema_file,
    xml_errors,
)
from reseller_conformance.util.body_cache import BodyCache
from reseller_conformance.util.place import Place

__all__ = [
    "BEYOND_SCHEMAS",
    "MAX_BODY_BYTES",
    "RULES",
    "Beyond",
    "Disagreement",
    "disputed",
    "second_opinion",
]

MAX_BODY_BYTES = 24 * 1024
"""Bytes of the longest body that is validated: far more than an envelope needs."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One requirement on which the schema file and the reader contradict each other, and how."""

    requirement: Requirement
    format: Format
    reason: str


# --- What no schema can judge ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beyond:
    """Something that no schema can judge, and the requirements that it may violate.

    If `whole`, a body that shows it is not validated; otherwise the schema judges the rest of it.
    """

    what: str
    reason: str
    requirements: tuple[Requirement, ...] = ()
    formats: tuple[Format, ...] = tuple(Format)
    whole: bool = True


_UNPARSED = Beyond(
    "another format, bytes that do not decode, broken syntax",
    "A schema judges a parsed document, and there is none.",
    (r.READABLE_FORMAT, r.READABLE_ENCODING, r.READABLE_SYNTAX),
)
_LARGE = Beyond(
    f"a body of more than {MAX_BODY_BYTES:,} bytes",
    "No envelope needs them, and validators take long over hostile documents.",
)
_REPEATED = Beyond(
    "a name that is repeated in an object",
    "JSON parsers keep one of the values, so the schema never sees the others.",
    (r.SUCCESS_NO_DUPLICATES, r.ERRORS_MESSAGE, r.ERRORS_SHAPE),
    (Format.JSON,),
)
_DOCTYPE = Beyond(
    "a DOCTYPE",
    "It is an instruction to the parser, and no part of the document.",
    (r.READABLE_NO_DOCTYPE,),
    (Format.XML,),
)
_EMPTY_TEXT = Beyond(
    "an error text that is empty",
    "The schemas accept any text, because the API docs do not forbid an empty one.",
    (r.ERRORS_NO_EMPTY_TEXT,),
    whole=False,
)

BEYOND_SCHEMAS = (_UNPARSED, _LARGE, _REPEATED, _DOCTYPE, _EMPTY_TEXT)
"""Where reader and schema may differ; a difference in anything else is a disagreement."""

# --- Which rule of a schema says what a requirement says -------------------------------------

RULES: Mapping[Requirement, tuple[str, str]] = {
    r.READABLE_NO_DOCTYPE: ("#", " (element result)"),
    r.READABLE_ENVELOPE: ("#/oneOf", " (element result)"),
    r.SUCCESS_SHAPE: ("#/properties", " (element result)"),
    r.SUCCESS_FIELDS: ("#/required", " (type overview)"),
    r.SUCCESS_NO_DUPLICATES: ("#/properties", " (type overview)"),
    r.SUCCESS_COUNTS: ("#/$defs/count", " (type count)"),
    r.SUCCESS_DATES: ("#/$defs/date", " (type date)"),
    r.SUCCESS_PACKAGE: ("#/properties/package", " (element package)"),
    r.SUCCESS_NO_ERROR_MEMBERS: ("#/additionalProperties", " (type overview)"),
    r.SUCCESS_NO_EXTRAS: ("#/additionalProperties", " (type overview)"),
    r.ERRORS_SHAPE: ("#/properties", " (element result)"),
    r.ERRORS_MESSAGE: ("#/properties/message", " (type message)"),
    r.ERRORS_LIST: ("#/properties/errors", " (type errors)"),
    r.ERRORS_NO_ACCOUNT_FIELDS: ("#/additionalProperties", " (element result)"),
    r.ERRORS_NO_EXTRAS: ("#/additionalProperties", " (element result)"),
}
"""For each requirement of form its rule in a JSON Schema and in an XSD, as a suffix of the file."""

_OF_FIELD = {field.name: r.OF_KIND[field.kind] for field in FIELDS}
_OF_VALUES = {*r.OF_KIND.values(), r.ERRORS_MESSAGE, r.ERRORS_LIST}
_SCHEMAS: dict[EnvelopeKind, SchemaKind] = {
    EnvelopeKind.OVERVIEW: "overview",
    EnvelopeKind.ERRORS: "errors",
    EnvelopeKind.UNKNOWN: "answer",
}

_MAX_REASON_CHARS = 300

_MAX_LONG_BODIES = 128
"""Most long bodies whose opinions are cached. Requirements ask for them again and again."""


# --- The opinion -----------------------------------------------------------------------------


def second_opinion(response: Response) -> tuple[Disagreement, ...] | None:
    """Return the disagreements about the form of this response; None where no schema can judge it.

    Only responses whose form is judged get an opinion: an outage page is no envelope.
    """
    if not response.is_readable:
        return None
    exchange, format = response.exchange, response.case.format
    # The header has no say in how JSON is decoded.
    content_type = exchange.header("Content-Type") if format is Format.XML else None
    return _remembered(exchange.body, format, content_type)


def disputed(response: Response) -> frozenset[Requirement]:
    """Return the requirements of form on which this response proves nothing."""
    return frozenset(one.requirement for one in second_opinion(response) or ())


def _opinion(
    body: bytes, format: Format, content_type: str | None
) -> tuple[Disagreement, ...] | None:
    if len(body) > MAX_BODY_BYTES:  # to read it again takes long
        return None
    envelope = read_envelope(body, format, content_type)
    met = [p for p in envelope.problems if p.requirement not in _EMPTY_TEXT.requirements]
    if any(p.requirement in _UNPARSED.requirements for p in met):
        return None
    document = (_json if format is Format.JSON else _xml)(body, content_type)
    if document is _NO_DOCUMENT:
        return None
    errors_in = partial(json_errors if format is Format.JSON else xml_errors, document)
    kind = _SCHEMAS[looks_of(envelope)]
    errors = errors_in(kind)
    # What is neither envelope must not be valid as the other one either.
    if errors and isinstance(envelope, Unreadable) and not errors_in("answer"):
        errors, kind = [], "answer"
    found: dict[Requirement, Disagreement] = {}
    for one in _compared(met, errors, format, kind, looks_of(envelope)):
        found.setdefault(one.requirement, one)
    return tuple(found.values())


# A decorator would hide the function from the mutation tests.
_remembered = BodyCache(_opinion, long_bodies=_MAX_LONG_BODIES)


def _compared(
    met: Sequence[Problem],
    errors: Sequence[SchemaError],
    format: Format,
    kind: SchemaKind,
    looks: EnvelopeKind,
) -> Iterator[Disagreement]:
    """Compare what the reader found with what the schema refuses."""
    by_reader = {_key(p.requirement, _names(p.where)): p for p in met}
    by_schema = {_key(_concerned(e, looks), e.names[-1:]): e for e in errors}
    # After a wrapper or a missing field, the other errors of a validator mean little. Only errors
    # of values are compared one by one.
    values = all(requirement in _OF_VALUES for requirement, _ in (*by_reader, *by_schema))
    if met and errors and not (values and len(errors) < MAX_ERRORS):
        return
    for key, error in by_schema.items():
        if key not in by_reader:
            yield _refused(key[0], format, error)
    for key, problem in by_reader.items():
        if key not in by_schema:
            yield _accepted(problem, format, kind)


Key = tuple[Requirement, str]
"""A requirement, and the field where it is one of the ten."""


def _key(requirement: Requirement, names: Sequence[str]) -> Key:
    return requirement, next((name for name in names if name in _OF_FIELD), "")


def _names(where: str) -> tuple[str, ...]:
    """Return the names at a place. A plain string is itself the name of a field."""
    return where.names if isinstance(where, Place) else (where,)


def _concerned(error: SchemaError, looks: EnvelopeKind) -> Requirement:
    """Return the requirement that says what the schema says here."""
    name = error.names[-1] if error.names else ""
    if looks is EnvelopeKind.ERRORS:
        if error.aspect == "addition":
            return r.ERRORS_NO_EXTRAS
        if name in ("errors", "error"):
            return r.ERRORS_LIST
        return r.ERRORS_MESSAGE if name == "message" else r.ERRORS_SHAPE
    if error.aspect == "addition":
        return r.SUCCESS_NO_EXTRAS
    if name in _OF_FIELD:
        return _OF_FIELD[name]
    return r.SUCCESS_FIELDS if error.aspect == "missing" else r.SUCCESS_SHAPE


def _refused(requirement: Requirement, format: Format, error: SchemaError) -> Disagreement:
    text = f"{error.rule} refuses {error.place} ({error.message}); the reader finds it valid"
    return _disagreement(requirement, format, text)


def _accepted(problem: Problem, format: Format, kind: SchemaKind) -> Disagreement:
    reported_by = r.READABLE_ENVELOPE if kind == "answer" else problem.requirement
    rule = RULES[reported_by][format is Format.XML]
    text = (
        f"{schema_file(format, kind)}{rule} accepts {problem.where}; the reader finds it invalid: "
        f"expected {problem.expected}, actual {problem.got}"
    )
    return _disagreement(problem.requirement, format, text)


def _disagreement(requirement: Requirement, format: Format, text: str) -> Disagreement:
    reason = f"schema and reader disagree, a fault of the suite: {text}"
    return Disagreement(requirement, format, reason[:_MAX_REASON_CHARS])


# --- The document ----------------------------------------------------------------------------


_NO_DOCUMENT = object()


def _json(body: bytes, _: str | None) -> Any:
    """Parse a JSON body as most programs do; `_NO_DOCUMENT` where a name is repeated."""
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        repeated.extend(name for name, _ in pairs[len(found) :])
        return found

    document = json.loads(body.decode(), object_pairs_hook=members, parse_int=_number)
    return _NO_DOCUMENT if repeated else document


def _number(text: str) -> float:
    """Read an integer as it is written: -0 is no count, and Python refuses to read 5,000 digits."""
    return -0.0 if text == "-0" else int(text[:4000])


def _xml(body: bytes, content_type: str | None) -> Any:
    """Parse an XML body in the encoding that rules it; `_NO_DOCUMENT` where it has a DOCTYPE."""
    for reading in candidate_decodings(body, content_type):
        if "<!DOCTYPE" in reading.text:
            return _NO_DOCUMENT
        parser = ElementTree.XMLParser(encoding="utf-8")
        try:
            return ElementTree.fromstring(with_line_ends_of_1_0(reading.text).encode(), parser)
        except ElementTree.ParseError:
            continue  # the reader takes the next reading as well
    return _NO_DOCUMENT
