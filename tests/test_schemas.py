"""The schema files: each rule in both languages, and the files as files."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from xmlschema import XMLSchema10

from documents import NESTED, as_json, as_xml
from reseller_conformance.contract import FIELDS, Kind
from reseller_conformance.schemas import (
    SchemaKind,
    json_errors,
    schema_folder,
    schema_path,
    schema_text,
    xml_errors,
)

try:
    from lxml import etree as libxml2
except ImportError:  # the suite does without; only the second opinion on the XSDs is missing
    libxml2 = None

KINDS: tuple[SchemaKind, ...] = ("overview", "errors")
COUNTS = [field.name for field in FIELDS if field.kind is Kind.COUNT]
DATES = [field.name for field in FIELDS if field.kind is Kind.DATE]
EXAMPLES = {field.name: field.example for field in FIELDS}
XML_SPACE = " \t\r\n"

# --- Documents -----------------------------------------------------------------------------------


def overview(**changes: object) -> dict[str, object]:
    return {"overview": {**EXAMPLES, **changes}}


def errors(*texts: object, **changes: object) -> dict[str, object]:
    return {"message": "error", "errors": list(texts), **changes}


# --- Every reader of the schemas that is at hand --------------------------------------------------


def json_schema(kind: str) -> dict[str, Any]:
    schema = json.loads(schema_text(f"json/{kind}.schema.json"))
    assert isinstance(schema, dict)
    return schema


REGISTRY = Registry().with_resources(
    [(s["$id"], Resource.from_contents(s)) for s in map(json_schema, KINDS)]
)
PLAIN_JSON = {
    kind: Draft202012Validator(json_schema(kind), registry=REGISTRY) for kind in (*KINDS, "answer")
}
PLAIN_XML = {
    kind: XMLSchema10(schema_text(f"xml/{kind}.xsd"), allow="none") for kind in (*KINDS, "answer")
}


def with_libxml2(kind: str) -> Callable[[Element], bool]:
    with schema_path(f"xml/{kind}.xsd") as path:
        schema = libxml2.XMLSchema(libxml2.parse(path))
    return lambda element: bool(schema.validate(libxml2.fromstring(ET.tostring(element))))


LIBXML2 = {kind: with_libxml2(kind) for kind in (*KINDS, "answer")} if libxml2 is not None else {}


def json_verdicts(document: object, kind: SchemaKind) -> Iterator[tuple[str, bool]]:
    yield "json_errors", not json_errors(document, kind)
    yield f"{kind}.schema.json", PLAIN_JSON[kind].is_valid(document)
    yield "answer.schema.json", PLAIN_JSON["answer"].is_valid(document)


def xml_verdicts(root: Element, kind: SchemaKind) -> Iterator[tuple[str, bool]]:
    yield "xml_errors", not xml_errors(root, kind)
    yield f"{kind}.xsd", PLAIN_XML[kind].is_valid(root)
    yield "answer.xsd", PLAIN_XML["answer"].is_valid(root)
    for name in (kind, "answer") if LIBXML2 else ():
        yield f"libxml2, {name}.xsd", LIBXML2[name](root)


def dissenters(verdicts: Iterable[tuple[str, bool]], *, valid: bool) -> list[str]:
    return [name for name, verdict in verdicts if verdict is not valid]


def require(document: dict[str, Any], *, valid: bool) -> None:
    """Require one verdict of every reader in both languages."""
    kind: SchemaKind = "overview" if "overview" in document else "errors"
    verdicts = [
        *json_verdicts(as_json(document.get("overview", document)), kind),
        *xml_verdicts(as_xml(document), kind),
    ]
    assert dissenters(verdicts, valid=valid) == []


# --- Rule by rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_each_envelope_validates(kind: SchemaKind) -> None:
    examples = schema_folder().joinpath("examples")
    document = json.loads(examples.joinpath(f"{kind}.json").read_text("utf-8"))
    root = ET.fromstring(examples.joinpath(f"{kind}.xml").read_bytes())
    assert dissenters(json_verdicts(document, kind), valid=True) == []
    assert dissenters(xml_verdicts(root, kind), valid=True) == []


def test_the_xml_example_is_that_of_the_page() -> None:
    root = ET.fromstring(schema_folder().joinpath("examples", "overview.xml").read_bytes())
    assert [(field.tag, field.text) for field in root[0]] == list(EXAMPLES.items())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_each_schema_takes_its_own_envelope_only(kind: SchemaKind, other: SchemaKind) -> None:
    document = overview() if kind == "overview" else errors("no such user")
    assert (not json_errors(as_json(document.get("overview", document)), other)) is (kind == other)
    assert (not xml_errors(as_xml(document), other)) is (kind == other)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize(
    "text", ["0", "7", "100", "18446744073709551616", pytest.param("9" * 5_000, id="5000 digits")]
)
def test_a_count_is_of_any_size(name: str, text: str) -> None:
    require(overview(**{name: text}), valid=True)


@pytest.mark.parametrize("number", [0, 7, 2**64, pytest.param(10**5_000, id="5001 digits")])
def test_a_count_may_be_a_number_in_json(number: int) -> None:
    verdicts = json_verdicts({**EXAMPLES, "requests": number}, "overview")
    assert dissenters(verdicts, valid=True) == []


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize(
    "text",
    [
        *["", "-1", "-0", "+5", "05", "00", "5.0", "1e3", "1,000", "1_000", "1 2", "0x1F", "many"],
        *["½", "١٢", "５", "\u00a05", "5\u00a0", "\u20285", "5\u3000", "\ufeff5"],
    ],
)
def test_a_count_is_ascii_digits_only(name: str, text: str) -> None:
    require(overview(**{name: text}), valid=False)


@pytest.mark.parametrize(
    "number",
    [-1, pytest.param(-(10**5_000), id="huge"), 0.5, 5.0, 1e300, float("inf"), True, None],
)
def test_a_number_that_is_no_count_is_refused_in_json(number: object) -> None:
    (line,) = map(str, json_errors({**EXAMPLES, "credits_used": number}, "overview"))
    assert line.startswith("$.credits_used: expected a count")


DATE_IN_JSON = Draft202012Validator(
    {"$ref": "urn:reseller-conformance:overview#/$defs/date"}, registry=REGISTRY
)
DATE_IN_XML = PLAIN_XML["overview"].types["date"]


def every_day(year: int) -> Iterator[tuple[str, bool]]:
    for month in range(14):
        days = monthrange(year, month)[1] if year and 1 <= month <= 12 else 0
        for day in range(33):
            yield f"{year:04}-{month:02}-{day:02}", 1 <= day <= days


@pytest.mark.parametrize(
    "year", [0, 1, 4, 100, 400, *range(1896, 1905), 1999, 2000, 2001, 2100, 9996, 9999]
)
def test_a_date_is_a_day_that_exists(year: int) -> None:
    for text, exists in every_day(year):
        assert DATE_IN_JSON.is_valid(text) is exists, text
        assert DATE_IN_XML.is_valid(text) is exists, text


def test_29_february_follows_the_calendar_in_every_year() -> None:
    for year in range(1, 10_000):
        exists = monthrange(year, 2)[1] == 29
        assert DATE_IN_JSON.is_valid(f"{year:04}-02-29") is exists, year
        assert DATE_IN_XML.is_valid(f"{year:04}-02-29") is exists, year


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("text", ["0001-01-01", "2000-02-29", "2010-08-30", "9999-12-31"])
def test_a_date_has_a_year_from_1_to_9999(name: str, text: str) -> None:
    require(overview(**{name: text}), valid=True)


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "text",
    [
        *["", "0000-01-01", "0000-02-29", "12010-01-01", "-2010-01-01", "2010-02-30", "1900-02-29"],
        *["2010-08-30Z", "2010-08-30+05:00", "2010-08-30T00:00:00", "2010-8-30", "20100830"],
        *["2010-W35-1", "2010-242", "30.08.2010", "2010/08/30", "2010 -08-30", "2010‐08‐30"],
        *["today", "٢٠١٠-٠٨-٣٠", "2010-08-30\u00a0", "\u00a02010-08-30"],
    ],
)
def test_a_date_has_one_form(name: str, text: str) -> None:
    require(overview(**{name: text}), valid=False)


@pytest.mark.parametrize("name", [*COUNTS, *DATES])
@pytest.mark.parametrize("pattern", [" {}", "{} ", "{}\n", "\t{}", "{}\r\n", "\n   {}\n   "])
def test_white_space_around_a_count_or_date_is_for_xml_alone(name: str, pattern: str) -> None:
    changed = {**EXAMPLES, name: pattern.format(EXAMPLES[name])}
    root = as_xml({"overview": changed})
    assert dissenters(json_verdicts(changed, "overview"), valid=False) == []
    assert dissenters(xml_verdicts(root, "overview"), valid=True) == []


@pytest.mark.parametrize("text", ["", " ", "Silver", "  Gold\n", "<&>\"'", "Größe", "銀", "😀"])
def test_package_and_error_texts_are_any_text(text: str) -> None:
    require(overview(package=text), valid=True)
    require(errors(text, "and more"), valid=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_field_may_be_missing(name: str) -> None:
    document = overview()
    document["overview"] = {key: text for key, text in EXAMPLES.items() if key != name}
    require(document, valid=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_field_holds_another(name: str) -> None:
    require(overview(**{name: NESTED}), valid=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_field_is_null(name: str) -> None:
    assert json_errors({**EXAMPLES, name: None}, "overview")


@pytest.mark.parametrize("name", ["status", "Package", "message", "errors"])
def test_an_overview_is_closed(name: str) -> None:
    require(overview(**{name: "error"}), valid=False)


def test_the_order_of_fields_is_free() -> None:
    require({"overview": dict(reversed(EXAMPLES.items()))}, valid=True)
    require({"errors": ["no such user"], "message": "error"}, valid=True)


@pytest.mark.parametrize("message", ["", "Error", "ERROR", "success", " error", "error\n", NESTED])
def test_message_is_exactly_error(message: object) -> None:
    require(errors("no such user", message=message), valid=False)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(errors(), id="no error"),
        pytest.param(errors("one", NESTED), id="an error that holds another"),
        pytest.param(errors(errors="one"), id="errors as one text"),
        pytest.param({"message": "error"}, id="no errors"),
        pytest.param({"errors": ["one"]}, id="no message"),
        pytest.param(errors("one", code="404"), id="an undocumented member"),
        pytest.param(errors("one", requests="1"), id="a field of an account"),
        pytest.param({}, id="nothing"),
    ],
)
def test_an_error_envelope_is_a_message_and_one_error_or_more(document: dict[str, Any]) -> None:
    require(document, valid=False)


@pytest.mark.parametrize("document", [None, True, 3, "error", [], [{}]])
@pytest.mark.parametrize("kind", KINDS)
def test_a_json_answer_is_an_object(document: object, kind: SchemaKind) -> None:
    assert json_errors(document, kind)


PAGE = ET.tostring(as_xml(overview()), encoding="unicode")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<overview>", "<overview id='1'>"),
        ("<result>", "<result version='2'>"),
        ("<result>", "<result xmlns='urn:example'>"),
        ("result>", "response>"),
        ("<overview>", "<overview>text"),
        ("</overview>", "</overview><overview/>"),
        ("<package>", "<package/><package>"),
        ("<package>", "<package lang='en'>"),
        ("overview>", "data>"),
    ],
)
def test_an_xml_answer_is_closed_and_plain(old: str, new: str) -> None:
    root = ET.fromstring(PAGE.replace(old, new))
    assert dissenters(xml_verdicts(root, "overview"), valid=False) == []


@pytest.mark.parametrize("space", ["\u00a0", "\u0085", "\u2003", " \u3000\n"])
@pytest.mark.parametrize("tag", ["result", "overview"])
def test_only_xml_white_space_stands_between_elements(space: str, tag: str) -> None:
    root = ET.fromstring(PAGE.replace(f"</{tag}>", f"{space}</{tag}>"))
    (line,) = map(str, xml_errors(root, "overview"))
    assert line == f"{tag}: {space.strip(XML_SPACE)!r} between its elements"
    if LIBXML2:
        assert not LIBXML2["overview"](root)


@pytest.mark.parametrize(
    "attribute", ["noNamespaceSchemaLocation='http://127.0.0.1:9/'", "type='nobody'", "nil='true'"]
)
def test_attributes_that_every_xsd_lets_pass_are_departures(attribute: str) -> None:
    instance = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
    root = ET.fromstring(PAGE.replace("<package>", f"<package {instance} xsi:{attribute}>"))
    (line,) = map(str, xml_errors(root, "overview"))
    assert line.startswith("package: '{http://www.w3.org/2001/XMLSchema-instance}")


# --- The files as files ---------------------------------------------------------------------------

XS = "{http://www.w3.org/2001/XMLSchema}"


def bare_types(kind: str) -> dict[str, str]:
    """Return the named types of an XSD as canonical XML, without what is only for people."""
    root = ET.fromstring(schema_text(f"xml/{kind}.xsd"))
    for parent in root.iter():
        for note in parent.findall(f"{XS}annotation"):
            parent.remove(note)
    return {
        child.attrib["name"]: ET.canonicalize(ET.tostring(child), strip_text=True)
        for child in root
        if child.tag != f"{XS}element"
    }


def test_answer_xsd_has_the_very_types_of_the_other_two() -> None:
    assert bare_types("answer") == {**bare_types("overview"), **bare_types("errors")}


def test_each_field_is_explained_in_both_languages() -> None:
    properties = json_schema("overview")["properties"]
    elements = ET.fromstring(schema_text("xml/overview.xsd")).find(f"{XS}complexType/{XS}all")
    assert elements is not None
    notes = {e.attrib["name"]: e.findtext(f"{XS}annotation/{XS}documentation") for e in elements}
    assert list(properties) == list(notes) == json_schema("overview")["required"] == list(EXAMPLES)
    for name, prop in properties.items():
        assert prop["title"]
        assert prop["examples"]
        assert notes[name] == f"{prop['description']} Example: {EXAMPLES[name]}"


@pytest.mark.parametrize("kind", [*KINDS, "answer"])
def test_each_json_schema_is_a_right_schema_with_an_id_of_its_own(kind: str) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:reseller-conformance:{kind}"
