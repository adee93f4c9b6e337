"""Reading in general: any bytes, exchanged formats, charsets, and texts for people."""

import json
import time
from datetime import date
from encodings.aliases import aliases

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reseller_conformance.contract import FIELDS, Format
from reseller_conformance.envelope import (
    EnvelopeKind,
    ErrorList,
    Overview,
    Unreadable,
    alternative_decodings,
    charset_problem,
    excerpt,
    read_envelope,
)
from reseller_conformance.requirements import Level
from reseller_conformance.util.text import named

EXAMPLES = {field.name: field.example for field in FIELDS}


def as_json(**changes):
    return json.dumps(EXAMPLES | changes, ensure_ascii=False)


def as_xml(declared="", **changes):
    fields = "".join(f"<{name}>{text}</{name}>" for name, text in (EXAMPLES | changes).items())
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{head}<result><overview>{fields}</overview></result>"


JSON_ERROR = '{"message": "error", "errors": ["x"]}'
XML_ERROR = "<result><message>error</message><errors><error>x</error></errors></result>"


def reported(envelope):
    return [(problem.requirement.id, problem.where) for problem in envelope.problems]


# --- One function ------------------------------------------------------------------------------


def test_both_formats_read_to_the_same_overview():
    from_json = read_envelope(as_json().encode(), Format.JSON)
    from_xml = read_envelope(as_xml().encode(), Format.XML)
    assert isinstance(from_json, Overview)
    assert from_json == from_xml


def test_both_formats_read_to_the_same_errors():
    assert read_envelope(JSON_ERROR.encode(), Format.JSON) == ErrorList(("x",))
    assert read_envelope(XML_ERROR.encode(), Format.XML) == ErrorList(("x",))


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t "])
def test_an_empty_body_is_one_problem(body, format):
    envelope = read_envelope(body, format)
    assert reported(envelope) == [("readable.syntax", "body")]
    assert envelope.kind is EnvelopeKind.UNKNOWN


def test_an_empty_body_is_called_so():
    assert read_envelope(b"", Format.XML).problems[0].got == "an empty body"


@pytest.mark.parametrize(
    "format, body, looks",
    [
        (Format.JSON, as_xml(), EnvelopeKind.OVERVIEW),
        (Format.JSON, as_xml("ISO-8859-1"), EnvelopeKind.OVERVIEW),
        (Format.JSON, XML_ERROR, EnvelopeKind.ERRORS),
        (Format.XML, as_json(), EnvelopeKind.OVERVIEW),
        (Format.XML, f"[{as_json()}]", EnvelopeKind.OVERVIEW),
        (Format.XML, JSON_ERROR, EnvelopeKind.ERRORS),
    ],
)
def test_the_other_format_is_read_for_what_it_says(format, body, looks):
    envelope = read_envelope(body.encode(), format)
    assert reported(envelope) == [("readable.format", "body")]
    assert envelope.kind is looks
    assert bool(envelope.values) is (looks is EnvelopeKind.OVERVIEW)
    assert envelope.errors == (("x",) if looks is EnvelopeKind.ERRORS else ())


def test_the_header_tells_how_to_read_the_other_format():
    body = as_xml(package="é").encode("latin-1")
    envelope = read_envelope(body, Format.JSON, "text/xml; charset=iso-8859-1")
    assert envelope.values["package"] == "é"


def test_messages_of_a_wrong_error_envelope_in_the_other_format_are_kept():
    body = XML_ERROR.replace("error</m", "Error</m").encode()
    assert read_envelope(body, Format.JSON).errors == ("x",)


@pytest.mark.parametrize("format", Format)
def test_nothing_but_a_mark_is_no_other_format(format):
    envelope = read_envelope(b"\xef\xbb\xbf", format, "text/plain; charset=iso-8859-1")
    assert "readable.syntax" in [requirement for requirement, _ in reported(envelope)]
    assert "readable.format" not in [requirement for requirement, _ in reported(envelope)]


# --- Any bytes ---------------------------------------------------------------------------------

BODIES = [
    as_json().encode(),
    as_xml("ISO-8859-1").encode(),
    JSON_ERROR.encode(),
    XML_ERROR.encode(),
]
CONTENT_TYPES = (
    st.none() | st.text() | st.sampled_from(sorted(aliases)).map("a/b;charset={}".format)
)


@st.composite
def damaged(draw):
    """Cut, double or overwrite parts of a valid body."""
    body = draw(st.sampled_from(BODIES))
    for _ in range(draw(st.integers(1, 3))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
        middle = draw(st.binary(max_size=4) | st.just(body[start:end] * 2) | st.just(b""))
        body = body[:start] + middle + body[end:]
    return body.decode("latin-1").encode(draw(st.sampled_from(["latin-1", "utf-8", "utf-16"])))


@given(st.binary() | damaged(), st.sampled_from(Format), CONTENT_TYPES)
@example(b"\xef\xbb\xbf", Format.JSON, None)
@example(b"\xff\xfe", Format.XML, None)
@example(b"\xff\xfe\0\0", Format.XML, None)
@example(b"\xfe\xff\0", Format.XML, "text/xml; charset=utf-16")
@example(b"<", Format.XML, None)
def test_no_bytes_and_no_header_raise(body, format, content_type):
    envelope = read_envelope(body, format, content_type)
    musts = [p for p in envelope.problems if p.requirement.level is Level.MUST]
    assert bool(musts) is isinstance(envelope, Unreadable)
    for problem in (*envelope.problems, charset_problem(body, format, content_type)):
        if problem is not None:
            assert format in problem.requirement.formats
            f"{problem.where}{problem.expected}{problem.got}{problem.hint}".encode()
            assert len(problem.got) < 400
    alternative_decodings(body)


@pytest.mark.parametrize("name", sorted(aliases))
def test_every_codec_that_python_has_may_be_named(name):
    body = as_xml(name).encode()
    for content_type in (None, f"text/xml; charset={name}"):
        envelope = read_envelope(body, Format.XML, content_type)
        # XML's own names of encodings begin with a letter.
        wrong = "readable.encoding" if name[0].isalpha() else "readable.syntax"
        assert [requirement for requirement, _ in reported(envelope)] in ([], [wrong])
        charset_problem(body, Format.XML, content_type)
        charset_problem(body, Format.JSON, content_type)


MIB = 1 << 20
HEAVY = {
    "digits": (Format.JSON, b'{"requests":' + b"7" * MIB + b"}"),
    "digits in XML": (Format.XML, as_xml(requests="7" * 999_999).encode()),
    "empty objects": (Format.JSON, b"[" + b"{}," * (MIB // 3) + b"{}]"),
    "nesting": (Format.JSON, b"[" * MIB),
    "nesting in text": (Format.JSON, b"x" + b'{"a":' * (MIB // 5)),
    "quotes": (Format.JSON, b'"' * MIB),
    "backslashes": (Format.JSON, b'{"' + b"\\" * MIB),
    "repeated names": (Format.JSON, b"{" + b",".join([b'"requests":[]'] * (MIB // 14)) + b"}"),
    "wrong errors": (Format.JSON, b'{"errors":[' + b"3," * (MIB // 8) + b"3]}"),
    "spaces": (Format.JSON, b"{" + b" " * MIB),
    "long names": (
        Format.JSON,
        b'{"%s":{"%s":[' % (b"a" * 9999, b"b" * 9999) + b'{"x":{}},' * (MIB // 20) + b"0]}}",
    ),
    "elements": (Format.XML, b"<r>" + b"<a/>" * (MIB // 4)),
    "attributes": (Format.XML, b"<r " + b" ".join(b'a%d=""' % n for n in range(MIB // 10)) + b"/>"),
    "namespaces": (
        Format.XML,
        b"<r " + b" ".join(b'xmlns:a%d="u"' % n for n in range(MIB // 17)) + b"/>",
    ),
    "comments": (Format.XML, b"<!---->" * (MIB // 7)),
    "declarations": (Format.XML, b"<?xml " * (MIB // 6)),
    "lines": (Format.XML, b"<r>" + b"\n" * MIB),
    "pieces": (Format.XML, b"<r>" + b"x&amp;" * (MIB // 6) + b"</r>"),
    "zeros": (Format.XML, b"\0" * MIB),
    "high bytes": (Format.JSON, b"\xff" * MIB),
}


@pytest.mark.parametrize("format, body", HEAVY.values(), ids=HEAVY)
def test_a_heavy_body_is_read_in_bounded_time(format, body):
    began = time.monotonic()
    envelope = read_envelope(body, format)
    # A second or less here; the margin is for a busy machine.
    assert time.monotonic() - began < 20
    assert len(str(envelope.problems)) < 50_000


# --- The charset of Content-Type ---------------------------------------------------------------

XML = "application/xml; charset="
JSON = "application/json; charset="
E_JSON, E_XML = as_json(package="é"), as_xml(package="é")
CONTRADICTED = {
    "JSON, Latin-1": (E_JSON.encode(), JSON + "iso-8859-1"),
    "JSON, ASCII": (E_JSON.encode(), JSON + "us-ascii"),
    "JSON, UTF-16": (as_json().encode(), JSON + "utf-16"),
    "JSON, unknown": (as_json().encode(), JSON + "no-such"),
    "JSON, single quotes": (as_json().encode(), JSON + "'utf-8'"),
    "JSON, behind another parameter": (
        E_JSON.encode(),
        'application/json; profile="http://x;charset=utf-8"; v=1;charset=iso-8859-1',
    ),
    "JSON, spaces around the sign": (E_JSON.encode(), "application/json ; charset = iso-8859-1"),
    "JSON, behind a quote without an end": (
        E_JSON.encode(),
        'application/json; v="1; charset=iso-8859-1',
    ),
    "JSON, UTF-7": (as_json().encode(), JSON + "utf-7"),
    "XML, declared otherwise": (as_xml("UTF-8", package="é").encode(), XML + "iso-8859-1"),
    "XML, fails to decode": (as_xml("ISO-8859-1", package="é").encode("latin-1"), XML + "utf-8"),
    "XML, fails without a declaration": (E_XML.encode(), XML + "us-ascii"),
    "XML, marked otherwise": (b"\xef\xbb\xbf" + E_XML.encode(), XML + "iso-8859-1"),
    "XML, UTF-16": (as_xml("UTF-8").encode(), XML + "utf-16"),
    "XML, UTF-16 marked": (as_xml().encode("utf-16"), XML + "utf-8"),
    "XML, EBCDIC": (as_xml("UTF-8").encode(), XML + "cp037"),
    "XML, undeclared UTF-8": (E_XML.encode(), XML + "iso-8859-1"),
    "XML, controls instead of quotes": (
        as_xml("windows-1252", package="’").encode("windows-1252"),
        XML + "iso-8859-1",
    ),
    "XML, the first control instead of a sign": (
        as_xml("windows-1252", package="€").encode("windows-1252"),
        XML + "iso-8859-1",
    ),
    "XML, the last control instead of a letter": (
        as_xml("windows-1252", package="Ÿ").encode("windows-1252"),
        XML + "iso-8859-1",
    ),
    "XML, unknown": (as_xml().encode(), XML + "no-such"),
    "XML, base64": (as_xml().encode(), XML + "base64"),
}
AGREEING = {
    "JSON, UTF-8": (E_JSON.encode(), JSON + "UTF-8"),
    "JSON, utf8": (E_JSON.encode(), JSON + "utf8"),
    "JSON, quoted in part": (E_JSON.encode(), JSON + r'"utf\-8"'),
    "JSON, Latin-1 in Latin-1": (E_JSON.encode("latin-1"), JSON + "iso-8859-1"),
    "XML, UTF-8 with a control, declared otherwise": (
        as_xml("ISO-8859-1", package="\x85").encode(),
        XML + "utf-8",
    ),
    "JSON, quoted": (E_JSON.encode(), JSON + '"utf-8"'),
    "JSON, among others": (E_JSON.encode(), 'application/json; v="a;charset"; Charset=utf-8; q=1'),
    "JSON, within another parameter": (
        E_JSON.encode(),
        r'application/json; profile="http://x;charset=latin1;\";charset=cp037" ;Charset="UTF-8"',
    ),
    "JSON, within another parameter alone": (
        E_JSON.encode(),
        'application/json;profile="http://x;charset=latin1"',
    ),
    "JSON, two of them": (E_JSON.encode(), JSON + "utf-8; charset=iso-8859-1"),
    "JSON, ASCII alone under Latin-1": (as_json().encode(), JSON + "iso-8859-1"),
    "JSON, none": (E_JSON.encode(), "application/json"),
    "JSON, empty": (E_JSON.encode(), JSON),
    "JSON, no header": (E_JSON.encode(), None),
    "JSON, nonsense": (E_JSON.encode(), ";;=;charset"),
    "JSON, neither is UTF-8": (E_JSON.encode("latin-1"), JSON + "utf-8"),
    "empty body": (b"", XML + "utf-16"),
    "XML, as declared": (as_xml("ISO-8859-1", package="é").encode("latin-1"), XML + "latin1"),
    "XML, overrules an invalid declaration": (
        as_xml("ISO-8859-1", package="é").encode(),
        XML + "utf-8",
    ),
    "XML, overrules Latin-1": (
        as_xml("ISO-8859-1", package="’").encode("windows-1252"),
        XML + "windows-1252",
    ),
    "XML, no byte shows which": (
        as_xml("ISO-8859-1", package="é").encode("latin-1"),
        XML + "iso-8859-2",
    ),
    "XML, none declared": (E_XML.encode("latin-1"), XML + "iso-8859-1"),
    "XML, ASCII alone": (as_xml("UTF-8").encode(), XML + "iso-8859-1"),
    "XML, marked UTF-16": (E_XML.encode("utf-16"), XML + "utf-16"),
    "XML, marked UTF-16, its order": (E_XML.encode("utf-16"), XML + "utf-16le"),
    "XML, UTF-16 unmarked": (E_XML.encode("utf-16-le"), XML + "utf-16le"),
    "XML, marked UTF-8": (b"\xef\xbb\xbf" + E_XML.encode(), XML + "utf-8"),
    "XML, makes up for the declaration": (
        as_xml("UTF-8", package="é").encode("latin-1"),
        XML + "latin1",
    ),
    "XML, broken": (b"<result>\xe9", XML + "utf-8"),
}


def format_of(content_type, body):
    return Format.XML if "xml" in (content_type or "") or b"<" in body else Format.JSON


@pytest.mark.parametrize("body, content_type", CONTRADICTED.values(), ids=CONTRADICTED)
def test_a_charset_that_contradicts_the_body_is_told(body, content_type):
    problem = charset_problem(body, format_of(content_type, body), content_type)
    assert (problem.requirement.id, problem.where) == ("http.charset", "Content-Type")
    assert "charset '" in problem.got or 'charset "' in problem.got


@pytest.mark.parametrize("body, content_type", AGREEING.values(), ids=AGREEING)
def test_a_charset_that_agrees_or_says_nothing_is_no_problem(body, content_type):
    assert charset_problem(body, format_of(content_type, body), content_type) is None


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_the_right_charset_is_never_a_problem(text):
    body = as_json(package=text).encode()
    assert charset_problem(body, Format.JSON, JSON + "utf-8") is None


# --- Bytes of another encoding than the declared one -------------------------------------------


def test_utf8_declared_as_latin1_is_recognised():
    body = as_xml("ISO-8859-1", package="Größe").encode("utf-8")
    assert read_envelope(body, Format.XML).package == "GrÃ¶Ã\x9fe"
    assert alternative_decodings(body)["utf-8"] == "Größe"


def test_windows_1252_declared_as_latin1_is_recognised():
    body = as_xml("ISO-8859-1", package="l’été").encode("windows-1252")
    assert alternative_decodings(body) == {"windows-1252": "l’été"}


@pytest.mark.parametrize(
    "body",
    [
        as_xml("ISO-8859-1").encode(),
        as_xml("UTF-8", package="é").encode("utf-16"),
        b"",
        b"\xff",
        b"<result>\xe9</result>",
        b"<a>",
        as_json(package="é").encode(),
    ],
)
def test_where_no_other_encoding_makes_another_name_there_is_nothing_to_tell(body):
    assert alternative_decodings(body) == {}


# --- Words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, words",
    [
        ("Silver", "'Silver'"),
        ("a\n\x1b\u202e", r"'a\n\x1b\u202e'"),
        ("\ud800", r"'\ud800'"),
        ("x" * 78, "'" + "x" * 78 + "'"),
        ("x" * 100, "'" + "x" * 77 + "…'"),
        (100, "100"),
        (10**79, "1" + "0" * 79),
        (10**80, "1" + "0" * 78 + "…"),
        pytest.param(2**1999, str(2**1999)[:79] + "…", id="2000 bits"),
        pytest.param(10**5000, "a number of about 5000 digits", id="5001 digits"),
        (date(2010, 8, 30), "2010-08-30"),
        (None, "None"),
    ],
)
def test_an_excerpt_is_short_and_harmless(value, words):
    assert excerpt(value) == words


@given(st.text() | st.integers() | st.dates())
def test_an_excerpt_is_never_longer_than_asked(value):
    assert len(excerpt(value)) <= 80
    excerpt(value).encode()


def test_an_excerpt_may_be_shorter():
    assert excerpt(10**40, 40) == "1" + "0" * 38 + "…"


@pytest.mark.parametrize(
    "name, words",
    [("x" * 40, "x" * 40), ("x" * 41, "'" + "x" * 37 + "…'"), (" x", "' x'"), ("", "''")],
)
def test_a_name_is_shown_as_it_is_unless_it_is_odd(name, words):
    assert named(name) == words


def test_an_overview_knows_its_values_by_name():
    overview = read_envelope(as_json(reputation=7).encode(), Format.JSON)
    assert list(overview.values) == [field.name for field in FIELDS]
    assert overview.values["reputation"] == overview.reputation == 7
