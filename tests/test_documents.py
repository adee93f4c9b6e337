"""The schemas of both languages, and the reader, on documents and bodies that Hypothesis makes.

`--hypothesis-profile=thorough` tries 5,000 of each instead of 100.
"""

from __future__ import annotations

import json
import re
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import FRACTIONS, TEXTS, Document, Is, as_json, documents
from interop.validators import LIBRARIES
from interop.verdicts import VERDICTS
from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import parse
from reseller_conformance.checks.second_opinion import Disagreement
from reseller_conformance.checks.second_opinion import second_opinion as second_opinion_on
from reseller_conformance.contract import FIELDS, Format
from reseller_conformance.envelope import Envelope, ErrorList, Overview, read_envelope
from reseller_conformance.exchange import Exchange
from reseller_conformance.requirements import ERRORS_NO_EMPTY_TEXT
from reseller_conformance.schemas import SchemaKind, json_errors, xml_errors

pytest.importorskip("lxml", reason="each of these needs libxml2: install lxml")

KINDS: tuple[SchemaKind, ...] = get_args(SchemaKind)

# --- What both formats can express ----------------------------------------------------------------


def what_it_is(envelope: Envelope) -> Is:
    match envelope:
        case Overview(problems=problems):
            return Is.ADDED_OVERVIEW if problems else Is.OVERVIEW
        case ErrorList(problems=problems):
            return Is.ADDED_ERRORS if problems else Is.ERRORS
    return Is.NEITHER


def said_by_the_package(document: Document) -> set[str]:
    parsed, root = json.loads(document.json), ET.fromstring(document.xml)
    in_json = " ".join(kind for kind in KINDS if not json_errors(parsed, kind))
    in_xml = " ".join(kind for kind in KINDS if not xml_errors(root, kind))
    return {in_json or "none", in_xml or "none"}


@given(documents())
@settings(deadline=None)
def test_both_languages_and_the_reader_give_a_document_one_verdict(document: Document) -> None:
    schemas = document.is_ if document.is_ in VERDICTS else "neither"
    assert LIBRARIES["jsonschema"](document.json) == VERDICTS[schemas]
    assert LIBRARIES["xmlschema"](document.xml) == VERDICTS[schemas]
    assert LIBRARIES["lxml"](document.xml) == VERDICTS[schemas]
    assert said_by_the_package(document) == {VERDICTS[schemas]}
    assert second_opinion(document.json, Format.JSON) == ()
    assert second_opinion(document.xml, Format.XML) == ()
    from_json = read_envelope(document.json, Format.JSON)
    from_xml = read_envelope(document.xml, Format.XML)
    assert what_it_is(from_json) == what_it_is(from_xml) == document.is_
    if document.is_ in (Is.OVERVIEW, Is.ERRORS):
        assert from_json == from_xml


def second_opinion(body: bytes, format: Format) -> tuple[Disagreement, ...] | None:
    return second_opinion_on(parse(Exchange(Case(format), url="", status=200, body=body)))


# --- What each can express alone ------------------------------------------------------------------


def as_read(body: bytes, format: Format) -> str:
    """Return the verdict of the reader on a body, in the words of the schemas."""
    envelope = read_envelope(body, format)
    # No schema checks that an error text is empty.
    if any(problem.requirement is not ERRORS_NO_EMPTY_TEXT for problem in envelope.problems):
        return VERDICTS["neither"]
    return VERDICTS["overview" if isinstance(envelope, Overview) else "errors"]


@st.composite
def damaged(draw: st.DrawFn, bodies: st.SearchStrategy[bytes], odd: list[bytes]) -> bytes:
    """A body, unchanged or with something cut out, doubled or inserted."""
    body = draw(bodies)
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
        end = draw(st.sampled_from([start, start, start + 1, end]))
        middle = draw(st.sampled_from(odd) | st.just(body[start:end] * 2))
        body = body[:start] + middle + body[end:]
    return body


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    FRACTIONS,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def json_bodies(draw: st.DrawFn) -> bytes:
    """A document with any values of JSON in it, written in any way."""
    tree = as_json(draw(documents()).members)
    for name in draw(st.lists(st.sampled_from(sorted(tree)), max_size=2) if tree else st.just([])):
        tree[name] = draw(ANYTHING | st.lists(ANYTHING, min_size=1, max_size=3))
    if draw(st.integers(0, 9)) == 9:
        tree = draw(ANYTHING | st.just([tree]))
    ascii_only, indent = draw(st.booleans()), draw(st.sampled_from([None, 0, 2]))
    return json.dumps(tree, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")


ODD_JSON = [b'"', b",", b"{}", b"[1]", b"0", b"-", b".5", b"e9", b"\\u0065", b" ", b"\n", b"null"]
ODD_JSON += [b"\xc3", b"\xa0", b"\xef\xbb\xbf", b"\0", b"\\ud800", b'"message": "error",', b"//"]


def beyond_json_schema(body: bytes) -> bool:
    """Return whether a body contains what no JSON schema can check. schemas/README.md lists it."""
    found = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend("repeated" for _ in pairs[len(dict(pairs)) :])
        return dict(pairs)

    def number(text: str) -> float:
        if not re.fullmatch("-?[1-9][0-9]*|0", text) and float(text) % 1 == 0:
            found.append(text)
        return float(text)

    try:
        tree = json.loads(body, object_pairs_hook=members, parse_float=number, parse_int=number)
        json.dumps(tree, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        found.append("a lone surrogate")
    except ValueError:
        pass  # not JSON: the validator refuses it too
    return bool(found)


@given(damaged(json_bodies(), ODD_JSON))
@settings(deadline=None)
def test_the_reader_takes_of_json_what_the_schemas_take(body: bytes) -> None:
    said = LIBRARIES["jsonschema"](body)
    if said.startswith("unparsed"):
        said = VERDICTS["neither"]
    if not beyond_json_schema(body):
        assert as_read(body, Format.JSON) == said
    assert not second_opinion(body, Format.JSON)


SNIPPETS = ["<!-- 5 -->", "<?a b?>", "<![CDATA[]]>", "<![CDATA[5]]>", " ", "\n\t", "&#32;", "&#13;"]
SNIPPETS += ["5", "x", "&lt;", "\u00a0", "&#160;", "&#xFEFF;", "<x/>", "<requests/>", "<errors/>"]
SNIPPETS += ["<error>x</error>", "<message>error</message>", "<overview/>"]
ATTRIBUTES = ["id='1'", "xmlns=''", "xmlns='urn:x'", "xmlns:x='urn:x'", "x:y='1'", "xml:lang='en'"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"]


@st.composite
def xml_bodies(draw: st.DrawFn) -> bytes:
    """A document with arbitrary XML between its characters, in any encoding."""
    text = draw(documents()).xml.decode()
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
        outside = [match.end() for match in re.finditer(r"<[^<>]*>|[^<>](?=[^<>]*(?:<|\Z))", text)]
        tags = [match.end() for match in re.finditer(r"<[a-z_]+", text)]
        if draw(st.booleans()):
            at, put = draw(st.sampled_from(outside)), draw(st.sampled_from(SNIPPETS))
        else:
            at, put = draw(st.sampled_from(tags)), f" {draw(st.sampled_from(ATTRIBUTES))}"
        text = text[:at] + put + text[at:]
    encoding = draw(st.sampled_from(ENCODINGS))
    name = encoding.removesuffix("-sig")
    head = draw(st.sampled_from(["", f'<?xml version="1.0" encoding="{name}"?>\n']))
    if not head and encoding in ("iso-8859-1", "us-ascii"):
        encoding = "us-ascii"
    return f"{head}{text}".encode(encoding, "xmlcharrefreplace")


ODD_XML = [b"<", b">", b"&", b"&amp;", b"]]>", b"<!--", b"/", b'"', b" ", b"\n", b"5", b"\0"]
ODD_XML += [b"\xc3", b"\xa0", b"\xef\xbb\xbf", b"<result>", b"</result>", b"&#0;", b"<?xml?>"]


@given(damaged(xml_bodies(), ODD_XML))
@settings(deadline=None)
def test_the_reader_takes_of_xml_what_the_schemas_take(body: bytes) -> None:
    assert not second_opinion(body, Format.XML)
    said, by_expat = LIBRARIES["lxml"](body), LIBRARIES["xmlschema"](body)
    if said.startswith("unparsed") is not by_expat.startswith("unparsed"):
        return  # some documents are well-formed for one parser only
    if said.startswith("unparsed"):
        said = VERDICTS["neither"]
    assert as_read(body, Format.XML) == said


# --- Size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits, takes", [(1_000_000, "overview"), (1_000_001, "neither")])
def test_the_reader_has_a_longest_count_and_the_schemas_have_none(digits: int, takes: str) -> None:
    fields = {field.name: field.example for field in FIELDS} | {"requests": "9" * digits}
    document = Document(fields, Is.OVERVIEW, in_overview=True)
    assert LIBRARIES["jsonschema"](document.json) == VERDICTS["overview"]
    assert LIBRARIES["xmlschema"](document.xml) == VERDICTS["overview"]
    assert as_read(document.json, Format.JSON) == VERDICTS[takes]
    assert as_read(document.xml, Format.XML) == VERDICTS[takes]


@pytest.mark.parametrize("texts, takes", [(9_997, "errors"), (9_998, "neither")])
def test_the_reader_of_xml_has_bounds_and_the_schemas_have_none(texts: int, takes: str) -> None:
    document = Document({"message": "error", "errors": ["no such user"] * texts}, Is.ERRORS)
    assert LIBRARIES["xmlschema"](document.xml) == VERDICTS["errors"]
    assert as_read(document.xml, Format.XML) == VERDICTS[takes]
    assert as_read(document.json, Format.JSON) == VERDICTS["errors"]
