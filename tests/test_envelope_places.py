"""Where a problem is: what reports mark in the body, and the words for marks and declarations."""

import pytest

from made_responses import overview
from reseller_conformance.cases.case import Case
from reseller_conformance.contract import Format
from reseller_conformance.envelope import read_envelope
from reseller_conformance.envelope.encoding import declared_name
from reseller_conformance.envelope.xml_parser import MAX_DEPTH
from reseller_conformance.util.place import Place

JSON = overview().exchange.body
XML = overview(Case(Format.XML)).exchange.body


def errors_of(inner: str) -> bytes:
    return f"<result><message>error</message><errors>{inner}</errors></result>".encode()


def problems(body: bytes):
    return read_envelope(body, Format.JSON if body[:1] in b"{" else Format.XML, None).problems


def parts(where: str) -> tuple[object, ...]:
    """Return all that a place holds. A plain text is a place of which no more is known."""
    place = where if isinstance(where, Place) else Place(where)
    return (str(place), *(getattr(place, name) for name in Place.__slots__))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (JSON.replace(b"Silver", b"Silv\xe4r"), Place("byte 57", byte=57)),
        (XML.replace(b"Silver", b"Silv\xe4r"), Place("byte 83", byte=83)),
        (
            XML.replace(b"<result>", b'<result id="1">'),
            Place("result/@id", names=("id",), holder="result"),
        ),
        (
            XML.replace(b"<package>", b'<package id="1">'),
            Place("result/overview/package/@id", names=("id",), holder="package"),
        ),
        (
            errors_of('<error>no</error><error code="1">no</error>'),
            Place("result/errors/error[2]/@code", names=("code",), number=2, holder="error"),
        ),
        (
            errors_of("<error>no</error><error><b/></error>"),
            Place("result/errors/error[2]", names=("error",), number=2),
        ),
        (
            errors_of("<error>no</error><error> </error>"),
            Place("result/errors/error[2]", names=("error",), number=2),
        ),
        (
            b'{"message": "error", "errors": ["no", 5]}',
            Place("errors[1]", names=("errors",)),
        ),
        (b'{"overview": [' + JSON + b"]}", Place("overview[0]", names=("overview",))),
        (b'{"overview": ' + JSON + b"}", Place("overview", names=("overview",))),
        (
            JSON[:-1] + b', "message": "no", "errors": []}',
            Place("message, errors", names=("message", "errors")),
        ),
    ],
    ids=[
        "a byte of JSON",
        "a byte of XML",
        "an attribute of the root",
        "an attribute of a field",
        "an attribute of one of two elements",
        "an element in one of two errors",
        "one of two texts",
        "an item of a list",
        "an object in a list",
        "an object in an object",
        "two members",
    ],
)
def test_a_problem_has_the_place_that_reports_mark(body, place):
    [problem] = problems(body)
    assert parts(problem.where) == parts(place)


KNOWN = "an encoding that the document marks or declares, and that readers know"


@pytest.mark.parametrize(
    ("body", "expected", "got"),
    [
        (
            b'<?xml version="2.0"?>' + XML,
            "an XML declaration with version 1.0 or 1.1",
            "version '2.0'",
        ),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="no-such"?>' + XML,
            KNOWN,
            "an encoding not known: 'no-such'",
        ),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?>' + XML,
            KNOWN,
            "UTF-8 by its mark, declared as 'ISO-8859-1'",
        ),
    ],
    ids=["version", "unknown encoding below a mark", "another encoding below a mark"],
)
def test_a_declaration_that_readers_reject_is_shown(body, expected, got):
    [problem] = problems(body)
    assert (problem.expected, problem.got) == (expected, got)


def test_a_colon_in_an_instruction_is_a_problem_wherever_it_is():
    colon, plain = b"<?a:b c?>", b"<?d e?>"
    for body in (colon + XML, colon + XML + plain, XML + plain + colon):
        [problem] = problems(body)
        assert problem.expected == "namespaces as XML has them"


def test_of_an_element_in_a_namespace_and_a_colon_in_an_instruction_one_is_reported():
    prefixed = XML.replace(b"package>", b"x:package>")
    [problem] = problems(b"<?a:b c?>" + prefixed)
    assert problem.expected == "elements in no namespace"


def test_beyond_a_bound_nothing_else_of_the_syntax_is_reported():
    [problem, *_] = problems(b'<?xml version="2.0"?>' + b"<a>" * 10_000)
    assert problem.got == f"more than {MAX_DEPTH} levels of nesting, more than any envelope needs"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_declared_name_is_read_in_any_encoding_of_the_document(encoding):
    declared = "<?xml version='1.0' encoding='Latin-1'?><result/>"
    assert declared_name(declared.encode(encoding)) == "Latin-1"
    assert declared_name("<result/>".encode(encoding)) is None
