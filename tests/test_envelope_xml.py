"""XML bodies: which are readable, which are not, and the requirement of each violation."""

from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reseller_conformance.contract import FIELDS, Format, Kind
from reseller_conformance.envelope import (
    EnvelopeKind,
    ErrorList,
    Overview,
    Unreadable,
    read_envelope,
)
from reseller_conformance.envelope.encoding import codec_of, is_registered

NAMES = [field.name for field in FIELDS]
EXAMPLES = {field.name: field.example for field in FIELDS}
VALUES = {
    field.name: {Kind.COUNT: int, Kind.DATE: date.fromisoformat, Kind.TEXT: str}[field.kind](
        field.example
    )
    for field in FIELDS
}
AT = "result/overview"


def fields(without=(), **raw):
    members = {name: text for name, text in EXAMPLES.items() if name not in without} | raw
    return "".join(f"<{name}>{text}</{name}>" for name, text in members.items())


def overview(*more, beside="", without=(), **raw):
    """Write an overview: elements by the XML within them, `more` after them."""
    inner = fields(without, **raw) + "".join(more)
    return f"<result><overview>{inner}</overview>{beside}</result>"


def errors(inner="<errors><error>x</error></errors>", message="<message>error</message>"):
    return f"<result>{message}{inner}</result>"


def declared(encoding):
    return f'<?xml version="1.0" encoding="{encoding}"?>\n'


def read(body, content_type=None):
    body = body.encode() if isinstance(body, str) else body
    return read_envelope(body, Format.XML, content_type)


def reported(envelope):
    return [(problem.requirement.id, problem.where) for problem in envelope.problems]


OVERVIEWS = {
    "as on the page": declared("ISO-8859-1") + "\n" + overview(),
    "without a declaration": overview(),
    "declaration in single quotes": "<?xml version='1.0' encoding='utf-8' ?>" + overview(),
    "standalone": '<?xml version="1.0" standalone="yes"?>' + overview(),
    "XML 1.1": '<?xml version="1.1"?>' + overview(),
    "white space around it": overview() + " \r\n\t",
    "white space between": overview().replace("><", ">\n\t <"),
    "white space around counts and dates": overview(
        requests=" \n50000\t", billing_end_date="\r\n2010-09-29 "
    ),
    "comments": "<!-- a -->" + overview(requests="500<!-- and -->00") + "<!-- b -->",
    "processing instructions": '<?xml-stylesheet href="a"?>' + overview() + "<?end?>",
    "CDATA": overview(package="<![CDATA[Silver]]> Package", requests="<![CDATA[50000]]>"),
    "character references": overview(package="S&#105;l&#x76;er Package", requests="&#53;0000"),
    "white space in tags": overview().replace("<requests>", "<requests \n>"),
    "an unused prefix": overview().replace("<result>", '<result xmlns:xsi="urn:x">'),
    "another order": "<result><overview>"
    + "".join(f"<{name}>{EXAMPLES[name]}</{name}>" for name in reversed(NAMES))
    + "</overview></result>",
}


@pytest.mark.parametrize("body", OVERVIEWS.values(), ids=OVERVIEWS)
def test_a_documented_overview_reads(body):
    envelope = read(body)
    assert isinstance(envelope, Overview)
    assert envelope.problems == ()
    assert envelope.values == VALUES


@pytest.mark.parametrize(
    "written, text",
    [
        ("", ""),
        (" Silver ", " Silver "),
        ("a&lt;b&gt;&amp;&quot;&apos;", "a<b>&\"'"),
        ("<![CDATA[<b>]]>", "<b>"),
        (f"<![CDATA[{declared('UTF-16')}]]>", declared("UTF-16")),
        ("a\r\nb", "a\nb"),
        ("a&#13;b", "a\rb"),
        ("&#x1F600;日本", "\U0001f600日本"),
        ("&#xA0;", "\u00a0"),
        ("\ufffd", "\ufffd"),
        ("\ufeff", "\ufeff"),
    ],
)
def test_package_is_text_as_it_stands(written, text):
    assert read(overview(package=written)).package == text


def test_a_package_may_be_an_empty_element():
    assert read(overview("<package/>", without=["package"])).package == ""


@pytest.mark.parametrize("digits", ["0", "7", "18446744073709551616", "9" * 5000])
def test_a_count_may_have_any_size(digits):
    assert read(overview(credits_used=digits)).credits_used % 10**15 == int(digits[-15:])


NO_COUNTS = {
    "empty": "",
    "white space": " \n ",
    "minus": "-5",
    "plus": "+5",
    "minus zero": "-0",
    "leading zero": "05",
    "fraction": "5.0",
    "exponent": "1e2",
    "separator": "1,000",
    "inner space": "1 000",
    "underscore": "1_000",
    "arabic digits": "٣",
    "no-break space": "&#xA0;5",
    "ideographic space": "&#x3000;5",
    "next line": "5&#x85;",
    "word": "null",
    "child": "<value>5</value>",
    "child beside text": "5<br/>",
    "quoted": '"5"',
}


@pytest.mark.parametrize("inner", NO_COUNTS.values(), ids=NO_COUNTS)
def test_what_is_no_count_is_that_one_problem(inner):
    envelope = read(overview(credits_used=inner))
    assert reported(envelope) == [("success.counts", f"{AT}/credits_used")]
    assert envelope.kind is EnvelopeKind.OVERVIEW
    assert envelope.values == {key: VALUES[key] for key in NAMES if key != "credits_used"}


NO_DATES = ["", "2010-02-30", "0000-01-01", "2010-08-30Z", "2010-08-30+05:00", "12010-08-30", "x"]


@pytest.mark.parametrize("inner", [*NO_DATES, "<day>2010-08-30</day>", "2010-08-30T00:00:00"])
def test_what_is_no_date_is_that_one_problem(inner):
    body = overview(billing_end_date=inner)
    assert reported(read(body)) == [("success.dates", f"{AT}/billing_end_date")]


def test_a_package_holds_text_alone():
    body = overview(package="<name>Silver</name>")
    assert reported(read(body)) == [("success.package", f"{AT}/package")]


ATTRIBUTES = " ".join(f'{name}="{text}"' for name, text in EXAMPLES.items())
BILLING = [name for name in NAMES if name.startswith("billing")]
SHAPES = {
    "another root": (overview().replace("result", "response"), "response/overview"),
    "root in capitals": (overview().replace("result", "Result"), "Result/overview"),
    "no overview": (f"<result>{fields()}</result>", "result"),
    "overview renamed": (overview().replace("overview", "account"), "result/account"),
    "overview alone": (f"<overview>{fields()}</overview>", "overview"),
    "wrapped": (f"<response>{overview()}</response>", "response/result/overview"),
    "wrapped within": (
        f"<result><data><overview>{fields()}</overview></data></result>",
        "result/data/overview",
    ),
    "text in overview": (overview("text"), AT),
    "text in result": (overview(beside="text"), "result"),
    "no-break space in overview": (overview("\u00a0"), AT),
    "CDATA in overview": (overview("<![CDATA[x]]>"), AT),
    "attributes": (f"<result><overview {ATTRIBUTES}/></result>", f"{AT}/@*"),
    "attributes of the root": (f"<result {ATTRIBUTES}/>", "result/@*"),
    "some of them deeper": (
        overview(
            f"<cycle>{fields([n for n in NAMES if n not in BILLING])}</cycle>", without=BILLING
        ),
        f"{AT}/cycle",
    ),
    "some of them beside": (
        overview(beside=fields([n for n in NAMES if n not in BILLING]), without=BILLING),
        "result",
    ),
    "one of them an attribute": (
        overview(without=["requests"]).replace("<overview>", '<overview requests="50000">'),
        f"{AT}/@*",
    ),
    "split over two": (
        overview(
            beside=f"<overview>{fields([n for n in NAMES if n not in BILLING])}</overview>",
            without=BILLING,
        ),
        f"{AT}[2]",
    ),
    "overview twice": (overview(beside=f"<overview>{fields()}</overview>"), AT),
    "overview twice, empty": (overview(beside="<overview/>"), AT),
}


@pytest.mark.parametrize("body, where", SHAPES.values(), ids=SHAPES)
def test_fields_in_another_place_are_one_problem_and_read_all_the_same(body, where):
    envelope = read(body)
    assert reported(envelope) == [("success.shape", where)]
    assert (envelope.kind, envelope.values) == (EnvelopeKind.OVERVIEW, VALUES)


OVERVIEW_PROBLEMS = {
    "field missing": (overview(without=["requests"]), [("success.fields", "requests")]),
    "field misspelt": (
        overview("<CreditsUsed>1</CreditsUsed>", without=["credits_used"]),
        [("success.fields", "credits_used")],
    ),
    "field twice": (
        overview("<requests>50000</requests>"),
        [("success.no-duplicates", f"{AT}/requests")],
    ),
    "addition": (overview("<plan>x</plan>"), [("success.no-extras", f"{AT}/plan")]),
    "addition beside": (
        overview(beside="<status>ok</status>"),
        [("success.no-extras", "result/status")],
    ),
    "attribute of the root": (
        overview().replace("<result>", '<result version="1">'),
        [("success.no-extras", "result/@version")],
    ),
    "attribute of overview": (
        overview().replace("<overview>", '<overview id="1">'),
        [("success.no-extras", f"{AT}/@id")],
    ),
    "attribute of a field": (
        overview().replace("<requests>", '<requests type="integer">'),
        [("success.no-extras", f"{AT}/requests/@type")],
    ),
    "attribute of two colons": (
        overview().replace("<result>", '<result xmlns:x="urn:x" x:y:z="">'),
        [("readable.syntax", "line 1, column 28"), ("success.no-extras", "result/@x:y:z")],
    ),
    "a field around, too": (
        overview(beside="<requests>1</requests>"),
        [("success.no-extras", "result/requests")],
    ),
    "attribute instead of a field, and another": (
        overview(without=["requests"])
        .replace("<overview>", '<overview requests="50000">')
        .replace("<package>", '<package type="x">'),
        [("success.shape", f"{AT}/@*"), ("success.no-extras", f"{AT}/package/@type")],
    ),
    "attributes, one of them invalid": (
        f"<result><overview {ATTRIBUTES}/></result>".replace('"50000"', '"x"', 1),
        [("success.shape", f"{AT}/@*"), ("success.counts", f"{AT}/@requests")],
    ),
    "nil": (
        overview('<requests xsi:nil="true"/>', without=["requests"]).replace(
            "<result>", '<result xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        ),
        [
            ("success.counts", f"{AT}/requests"),
            ("success.no-extras", f"{AT}/requests/@xsi:nil"),
        ],
    ),
    "xml:lang": (
        overview().replace("<package>", '<package xml:lang="en">'),
        [("success.no-extras", f"{AT}/package/@xml:lang")],
    ),
    "message in result": (
        overview(beside="<message>success</message>"),
        [("success.no-error-members", "result/message")],
    ),
    "message in overview": (
        overview("<message>success</message>"),
        [("success.no-error-members", f"{AT}/message")],
    ),
    "both in result": (
        overview(beside="<message/><errors/>"),
        [("success.no-error-members", "result/message, result/errors")],
    ),
    "wrapped and invalid": (
        f"<response>{fields(['package'], requests='x')}</response>",
        [
            ("success.shape", "response"),
            ("success.counts", "response/requests"),
            ("success.fields", "package"),
        ],
    ),
}


@pytest.mark.parametrize("body, problems", OVERVIEW_PROBLEMS.values(), ids=OVERVIEW_PROBLEMS)
def test_every_problem_of_an_overview_is_told(body, problems):
    envelope = read(body)
    assert reported(envelope) == problems
    assert isinstance(envelope, Overview) or envelope.kind is EnvelopeKind.OVERVIEW


@pytest.mark.parametrize(
    "inner, texts",
    [
        ("<error>one</error><error>zwei &amp; é</error>", ("one", "zwei & é")),
        ("\n <error> a </error>\n", (" a ",)),
        ("<error><![CDATA[<b>]]></error>", ("<b>",)),
    ],
)
def test_errors_read(inner, texts):
    assert read(errors(f"<errors>{inner}</errors>")) == ErrorList(texts)


LIST = "<errors><error>x</error></errors>"
ERROR_PROBLEMS = {
    "message missing": (errors(message=""), [("errors.message", "result/message")]),
    "message empty": (errors(message="<message/>"), [("errors.message", "result/message")]),
    "message in capitals": (
        errors(message="<message>Error</message>"),
        [("errors.message", "result/message")],
    ),
    "message with white space": (
        errors(message="<message>\nerror</message>"),
        [("errors.message", "result/message")],
    ),
    "message with a child": (
        errors(message="<message><text>error</text></message>"),
        [("errors.message", "result/message")],
    ),
    "message twice": (
        errors(message="<message>error</message>" * 2),
        [("errors.message", "result/message")],
    ),
    "message an attribute": (
        errors(message="").replace("<result>", '<result message="error">'),
        [("errors.message", "result/message"), ("errors.no-extras", "result/@message")],
    ),
    "both attributes": (
        '<result message="error" errors="x"/>',
        [("errors.shape", "result/@*"), ("errors.list", "result/@errors")],
    ),
    "errors missing": (errors(""), [("errors.list", "result/errors")]),
    "errors empty": (errors("<errors/>"), [("errors.list", "result/errors")]),
    "errors a text": (errors("<errors>x</errors>"), [("errors.list", "result/errors")]),
    "other names in errors": (
        errors("<errors><item>x</item></errors>"),
        [("errors.list", "result/errors")],
    ),
    "error in capitals": (
        errors("<errors><Error>x</Error></errors>"),
        [("errors.list", "result/errors")],
    ),
    "error in result": (errors("<error>x</error>"), [("errors.shape", "result/errors")]),
    "two errors in result": (errors("<error>x</error>" * 2), [("errors.shape", "result/errors")]),
    "errors twice": (errors(LIST * 2), [("errors.shape", "result/errors")]),
    "another root": (
        errors().replace("result", "response"),
        [("errors.shape", "response")],
    ),
    "wrapped": (f"<response>{errors()}</response>", [("errors.shape", "response/result")]),
    "in overview": (
        f"<result><overview><message>error</message>{LIST}</overview></result>",
        [("errors.shape", "result/overview")],
    ),
    "text in result": (errors(LIST + "x"), [("errors.shape", "result")]),
    "text in errors": (
        errors("<errors>x<error>y</error></errors>"),
        [("errors.shape", "result/errors")],
    ),
    "child in an error": (
        errors("<errors><error>x</error><error><text>y</text></error></errors>"),
        [("errors.list", "result/errors/error[2]")],
    ),
    "empty texts": (
        errors("<errors><error/><error> &#xA0;</error><error>x</error></errors>"),
        [
            ("errors.no-empty-text", "result/errors/error[1]"),
            ("errors.no-empty-text", "result/errors/error[2]"),
        ],
    ),
    "addition": (errors(LIST + "<code>1</code>"), [("errors.no-extras", "result/code")]),
    "addition in errors": (
        errors("<errors><error>x</error><count>1</count></errors>"),
        [("errors.no-extras", "result/errors")],
    ),
    "attributes": (
        errors('<errors n="1"><error code="5">x</error></errors>'),
        [
            ("errors.no-extras", "result/errors/@n"),
            ("errors.no-extras", "result/errors/error[1]/@code"),
        ],
    ),
    "empty overview": (errors(LIST + "<overview/>"), [("errors.no-extras", "result/overview")]),
    "overview beside": (
        errors(LIST + f"<overview>{fields()}</overview>"),
        [("errors.no-account-fields", ", ".join(NAMES))],
    ),
    "fields as attributes beside": (
        errors().replace("<result>", f"<result {ATTRIBUTES}>"),
        [("errors.no-account-fields", ", ".join(NAMES))],
    ),
    "fields as attributes beside, and another": (
        errors('<errors><error code="5">x</error></errors>').replace(
            "<result>", f"<result {ATTRIBUTES}>"
        ),
        [
            ("errors.no-account-fields", ", ".join(NAMES)),
            ("errors.no-extras", "result/errors/error[1]/@code"),
        ],
    ),
    "a field beside": (
        errors(LIST + "<package>Silver</package>"),
        [("errors.no-account-fields", "package")],
    ),
}


@pytest.mark.parametrize("body, problems", ERROR_PROBLEMS.values(), ids=ERROR_PROBLEMS)
def test_every_problem_of_an_error_envelope_is_told(body, problems):
    envelope = read(body)
    assert reported(envelope) == problems
    assert isinstance(envelope, ErrorList) or envelope.kind is EnvelopeKind.ERRORS


def test_messages_of_a_wrong_error_envelope_are_kept():
    assert read(errors("<error>x</error><error>y</error>")).errors == ("x", "y")


MANY_ATTRIBUTES = " ".join(f'a{n}="1"' for n in range(101))
SYNTAX = {
    "half of it": (overview()[: len(overview()) // 2], EnvelopeKind.OVERVIEW),
    "half of it, and an error": (overview()[:120] + errors(), EnvelopeKind.ERRORS),
    "line end before a break": ("\n<result><a></result>", EnvelopeKind.UNKNOWN),
    "end missing": (overview().removesuffix("</result>"), EnvelopeKind.OVERVIEW),
    "mismatched end tag": (overview().replace("</requests>", "</request>"), EnvelopeKind.OVERVIEW),
    "text after it": (overview() + "x", EnvelopeKind.OVERVIEW),
    "two roots": (overview() * 2, EnvelopeKind.OVERVIEW),
    "two roots of errors": (errors() + "<result/>", EnvelopeKind.ERRORS),
    "line end before the declaration": (
        "\n" + declared("UTF-8") + overview(),
        EnvelopeKind.OVERVIEW,
    ),
    "notice before it": ("Notice: x\n" + declared("UTF-8") + overview(), EnvelopeKind.OVERVIEW),
    "notice in HTML before it": ("<br /><b>Notice</b>: x\n" + overview(), EnvelopeKind.OVERVIEW),
    "two declarations": (declared("UTF-8") * 2 + overview(), EnvelopeKind.OVERVIEW),
    "broken declaration": ('<?xml encoding="UTF-8"?>' + overview(), EnvelopeKind.OVERVIEW),
    "two marks": (b"\xef\xbb\xbf" * 2 + overview().encode(), EnvelopeKind.OVERVIEW),
    "ampersand": (overview(package="R&D"), EnvelopeKind.OVERVIEW),
    "unknown entity": (overview(package="&eacute;"), EnvelopeKind.OVERVIEW),
    "less-than": (overview(package="a < b"), EnvelopeKind.OVERVIEW),
    "control character": (overview(package="a\x01b"), EnvelopeKind.OVERVIEW),
    "NUL": (overview() + "\0", EnvelopeKind.OVERVIEW),
    "reference to a control character": (overview(package="&#1;"), EnvelopeKind.OVERVIEW),
    "reference to a surrogate": (
        errors("<errors><error>&#xD800;</error></errors>"),
        EnvelopeKind.ERRORS,
    ),
    "noncharacter": (overview(package="\ufffe"), EnvelopeKind.OVERVIEW),
    "attribute without quotes": (
        overview().replace("<result>", "<result a=1>"),
        EnvelopeKind.OVERVIEW,
    ),
    "attribute twice": (
        overview().replace("<result>", '<result a="" a="">'),
        EnvelopeKind.OVERVIEW,
    ),
    "prefix not declared": (
        overview().replace("<overview>", '<overview xml:lang="en" x:a="">'),
        EnvelopeKind.OVERVIEW,
    ),
    "too deep": ("<a>" * 51 + "</a>" * 51, EnvelopeKind.UNKNOWN),
    "very deep": ("<a>" * 100_000, EnvelopeKind.UNKNOWN),
    "too many elements": (overview("<a/>" * 10_000), EnvelopeKind.OVERVIEW),
    "too many attributes": (
        overview().replace("<result>", f"<result {MANY_ATTRIBUTES}>"),
        EnvelopeKind.OVERVIEW,
    ),
    "tag without end": ("<result", EnvelopeKind.UNKNOWN),
    "comment without end": (overview() + "<!--", EnvelopeKind.OVERVIEW),
    "only a declaration": (declared("UTF-8"), EnvelopeKind.UNKNOWN),
    "only a comment": ("<!-- nothing -->", EnvelopeKind.UNKNOWN),
}


@pytest.mark.parametrize("body, looks", SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_one_well_formed_document_is_one_problem_and_recognised(body, looks):
    envelope = read(body)
    musts = [
        requirement for requirement, _ in reported(envelope) if requirement != "success.no-extras"
    ]
    assert musts == ["readable.syntax"]
    assert envelope.kind is looks


@pytest.mark.parametrize(
    "text", ["text after it", "two roots", "line end before the declaration", "notice before it"]
)
def test_values_of_a_document_within_other_text_are_read(text):
    assert read(SYNTAX[text][0]).values == VALUES


def test_problems_of_a_document_within_other_text_are_told_too():
    envelope = read("Notice: x\n" + overview(without=["package"]))
    assert [where for where, _ in reported(envelope)] == ["readable.syntax", "success.fields"]


def test_bytes_that_do_not_decode_before_a_break_are_told_too():
    body = encoded("UTF-8", "é", "latin-1").removesuffix(b"result>")
    envelope = read(body)
    assert [wrong for wrong, _ in reported(envelope)] == ["readable.encoding", "readable.syntax"]
    assert set(NAMES) - set(envelope.values) == {"package"}


def test_values_before_a_break_are_read_and_the_broken_one_is_not():
    envelope = read(overview(package="R&D"))
    assert envelope.values == {"reputation": 100, "requests": 50000}


@pytest.mark.parametrize(
    "body, where",
    [
        ("<result>\n <a></b>\n</result>", "line 2, column 7"),
        ("<result>éé&x;</result>", "line 1, column 11"),
        ("Notice\n" + overview(), "line 1, column 1"),
        ('<a x:b="">' * 51, "line 1, column 501"),
        (declared("8859-1") + overview(), "line 1, column 31"),
        ("<result>\n" + "<a>" * 50, "line 2, column 148"),
    ],
)
def test_broken_syntax_has_a_place(body, where):
    assert reported(read(body))[0] == ("readable.syntax", where)


TEN = "&a{0};" * 10
BILLION = "".join(f"<!ENTITY a{n} '{TEN.format(n - 1)}'>" for n in range(1, 13))
PLAIN = {
    "DOCTYPE": "<!DOCTYPE result>" + overview(),
    "DOCTYPE after the declaration": declared("UTF-8") + "<!DOCTYPE result []>" + overview(),
    "DOCTYPE with a system id": '<!DOCTYPE result SYSTEM "file:///etc/passwd">' + overview(),
    "external entity": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + overview(package="&x;"),
    "billion laughs": f'<!DOCTYPE r [<!ENTITY a0 "lol">{BILLION}]>' + overview(package="&a12;"),
    "DOCTYPE and broken": "<!DOCTYPE result>" + overview()[:-5],
    "namespace": overview().replace("<result>", '<result xmlns="urn:x">'),
    "namespace of overview": overview().replace("<overview>", '<overview xmlns="urn:x">'),
    "prefix": overview()
    .replace("<result>", '<n:result xmlns:n="urn:x">')
    .replace("</result>", "</n:result>"),
    "prefix everywhere": overview()
    .replace("<", "<n:")
    .replace("<n:/", "</n:")
    .replace("<n:result>", '<n:result xmlns:n="urn:x">'),
    "prefix not declared": overview().replace("requests>", "n:requests>"),
    "two colons": overview().replace("requests>", "n:m:requests>"),
}


@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN)
def test_what_is_not_plain_is_one_problem_and_recognised(body):
    envelope = read(body)
    assert [requirement for requirement, _ in reported(envelope)] == ["readable.no-doctype"]
    assert envelope.kind is EnvelopeKind.OVERVIEW
    assert envelope.values == ({} if "DOCTYPE" in body else VALUES)


def test_a_namespace_that_is_undeclared_again_is_none():
    assert isinstance(read(overview().replace("<result>", '<result xmlns="">')), Overview)


def test_errors_in_a_namespace_are_read_on():
    envelope = read(errors("<errors/>").replace("<result>", '<result xmlns="urn:x">'))
    assert [requirement for requirement, _ in reported(envelope)] == [
        "readable.no-doctype",
        "errors.list",
    ]


OTHER_FORMATS = {
    "HTML": ("<!DOCTYPE html>\n<html><body>Too many requests</body></html>", EnvelopeKind.UNKNOWN),
    "HTML, a message in it": ('<html><p class="message">no</p></html>', EnvelopeKind.UNKNOWN),
    "HTML that shows fields": (
        f"<html><table>{''.join(f'<td>{n}</td>' for n in NAMES)}</table></html>",
        EnvelopeKind.OVERVIEW,
    ),
    "XHTML": (
        declared("UTF-8") + "<!-- x --><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><html/>",
        EnvelopeKind.UNKNOWN,
    ),
    "JSON": ('{"message": "error", "errors": ["x"]}', EnvelopeKind.ERRORS),
    "JSON list": ("[1]", EnvelopeKind.UNKNOWN),
    "JSON, broken": ('{"message": "error", ', EnvelopeKind.ERRORS),
    "plain text": ("Forbidden", EnvelopeKind.UNKNOWN),
    "text with a bracket": ("user <b> not found", EnvelopeKind.UNKNOWN),
    "text before two documents": ("x" + overview() * 2, EnvelopeKind.OVERVIEW),
    "binary": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", EnvelopeKind.UNKNOWN),
    "NUL": (b"\0" * 100, EnvelopeKind.UNKNOWN),
}


@pytest.mark.parametrize("body, looks", OTHER_FORMATS.values(), ids=OTHER_FORMATS)
def test_another_format_is_that_one_problem(body, looks):
    envelope = read(body)
    assert reported(envelope) == [("readable.format", "body")]
    assert envelope.kind is looks


NEITHER = {
    "empty result": ("<result/>", EnvelopeKind.UNKNOWN),
    "text": ("<response>ok</response>", EnvelopeKind.UNKNOWN),
    "success": ("<result><message>success</message></result>", EnvelopeKind.UNKNOWN),
    "other names": ("<response><status>ok</status></response>", EnvelopeKind.UNKNOWN),
    "error element": ("<result><error>x</error></result>", EnvelopeKind.ERRORS),
    "S3": ("<Error><Code>AccessDenied</Code><Message>no</Message></Error>", EnvelopeKind.ERRORS),
    "errors alone": ("<errors><error>x</error></errors>", EnvelopeKind.ERRORS),
    "one field": (
        "<result><overview><package>x</package></overview></result>",
        EnvelopeKind.OVERVIEW,
    ),
    "a field as root": ("<credits_used>5</credits_used>", EnvelopeKind.OVERVIEW),
    "names as attributes": (
        '<result><field name="credits_used">5</field></result>',
        EnvelopeKind.OVERVIEW,
    ),
}


@pytest.mark.parametrize("body, looks", NEITHER.values(), ids=NEITHER)
def test_xml_that_is_neither_envelope_is_that_one_problem(body, looks):
    envelope = read(body)
    assert reported(envelope) == [("readable.envelope", "body")]
    assert envelope.kind is looks


# --- Encodings -------------------------------------------------------------------------------


def encoded(encoding, text, python=None, mark=b""):
    body = declared(encoding) if encoding else ""
    return mark + (body + overview(package=text)).encode(python or encoding)


ENCODED = {
    "UTF-8": (encoded("UTF-8", "é日"), "é日"),
    "none declared": (encoded("", "é日", "utf-8"), "é日"),
    "UTF-8 with a mark": (encoded("", "é日", "utf-8", b"\xef\xbb\xbf"), "é日"),
    "UTF-8 with a mark, declared": (encoded("UTF-8", "é", mark=b"\xef\xbb\xbf"), "é"),
    "a mark of the declared family": (encoded("UTF-16LE", "é", mark=b"\xff\xfe"), "é"),
    "ISO-8859-1": (encoded("ISO-8859-1", "é"), "é"),
    "ISO-8859-1, C1": (encoded("ISO-8859-1", "\x92"), "\x92"),
    "another case": (encoded("iso-8859-1", "é"), "é"),
    "ISO-8859-15": (encoded("ISO-8859-15", "€"), "€"),
    "windows-1252": (encoded("windows-1252", "’"), "’"),
    "KOI8-R": (encoded("KOI8-R", "Серебро"), "Серебро"),
    "US-ASCII": (encoded("US-ASCII", "&#233;"), "é"),
    "Shift_JIS": (encoded("Shift_JIS", "日本ソ"), "日本ソ"),
    "EUC-JP": (encoded("EUC-JP", "日本"), "日本"),
    "ISO-2022-JP": (encoded("ISO-2022-JP", "日本"), "日本"),
    "Windows-31J": (encoded("Windows-31J", "①", "cp932"), "①"),
    "windows-874": (encoded("windows-874", "เงิน", "cp874"), "เงิน"),
    "GBK": (encoded("GBK", "银"), "银"),
    "GB18030": (encoded("GB18030", "\U0001f600"), "\U0001f600"),
    "Big5": (encoded("Big5", "銀"), "銀"),
    "EUC-KR": (encoded("EUC-KR", "은"), "은"),
    "UTF-16 with a mark": (encoded("", "é", "utf-16"), "é"),
    "UTF-16 with a mark, declared": (encoded("UTF-16", "é"), "é"),
    "UTF-16BE with a mark": (encoded("UTF-16", "é", "utf-16-be", b"\xfe\xff"), "é"),
    "UTF-16LE declared": (encoded("UTF-16LE", "é"), "é"),
    "UTF-16 declared without a mark": (encoded("UTF-16", "é", "utf-16-be"), "é"),
    "UTF-32 declared": (encoded("UTF-32", "é"), "é"),
    "EBCDIC": (encoded("IBM037", "é", "cp037"), "é"),
}


@pytest.mark.parametrize("body, text", ENCODED.values(), ids=ENCODED)
def test_the_encoding_that_a_document_names_is_read(body, text):
    envelope = read(body)
    assert reported(envelope) == []
    assert envelope.package == text


UNDECODED = {
    "Latin-1, none declared": encoded("", "é", "latin-1"),
    "Latin-1 as UTF-8": encoded("UTF-8", "é", "latin-1"),
    "not in the encoding": encoded("US-ASCII", "é", "utf-8"),
    "broken Shift_JIS": encoded("Shift_JIS", "x", "ascii").replace(b">x<", b">\x81\xff<"),
    "surrogates in UTF-8": encoded("UTF-8", "x").replace(b">x<", b">\xed\xa0\x80<"),
    "half a UTF-16": encoded("UTF-16", "é").replace(b"\xe9\0", b"\0\xd8"),
    "unknown": encoded("no-such-charset", "x", "ascii"),
    "unknown, in UTF-16": encoded("no-such-charset", "x", "utf-16-le"),
    "unknown, and not UTF-8": encoded("no-such-charset", "é", "latin-1"),
    "UTF-16 without a mark": encoded("", "x", "utf-16-le"),
    "UTF-16BE without a mark": encoded("", "x", "utf-16-be"),
    "UTF-16 declared as UTF-8": encoded("UTF-8", "x", "utf-16-le"),
    "UTF-16 declared in other bytes": encoded("UTF-16", "x", "ascii"),
    "EBCDIC declared in other bytes": encoded("IBM037", "x", "ascii"),
    "UTF-32 with a mark alone": encoded("", "x", "utf-32"),
}
UNDECODED |= {
    f"{mark} by its mark, declared as {name}": encoded(name, "x", codec, bom)
    for mark, codec, bom in (
        ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
        ("UTF-16LE", "utf-16-le", b"\xff\xfe"),
        ("UTF-16BE", "utf-16-be", b"\xfe\xff"),
    )
    for name in ("ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-8", "no-such")
    if codec_of(name) not in (codec, codec[:-3])
}
PYTHON_ONLY = [
    "utf-7", "UTF7", "idna", "punycode", "unicode_escape", "unicode-escape", "raw_unicode_escape",
    "undefined", "mbcs", "oem", "rot13", "rot_13", "base64", "hex", "zlib", "bz2", "uu", "quopri",
    "charmap", "utf_8_sig", "palmos", "aliases",
    "utf_8", "u8", "utf", "UTF_8", "cp65001", "latin-1", "latin_1", "latin", "iso_8859_15",
    "iso8859", "mac-roman", "mac_roman", "mac-cyrillic", "maclatin2", "windows_1252", "us_ascii",
    "shiftjis", "s_jis", "ujis", "u_jis", "tis_620", "koi8-r_", "hkscs", "thai", "ruscii",
]  # fmt: skip
UNDECODED |= {name: encoded(name, "x", "ascii") for name in PYTHON_ONLY}


@pytest.mark.parametrize("body", UNDECODED.values(), ids=UNDECODED)
def test_what_does_not_decode_is_one_problem_and_read_all_the_same(body):
    envelope = read(body)
    assert [requirement for requirement, _ in reported(envelope)] == ["readable.encoding"]
    assert envelope.kind is EnvelopeKind.OVERVIEW
    assert set(NAMES) - set(envelope.values) <= {"package"}
    assert envelope.values.get("package", "x") == "x"


@pytest.mark.parametrize("name", ["latin-1", "latin_1", "mac-roman", "windows_1252"])
def test_a_name_that_only_python_knows_is_read_by_it(name):
    envelope = read(encoded(name, "é"))
    assert reported(envelope) == [("readable.encoding", "body")]
    assert envelope.problems[0].got == f"an encoding not known: '{name}'"
    assert envelope.values["package"] == "é"


KNOWN = [
    "UTF-8", "utf8", "Utf-8", "US-ASCII", "ascii", "ANSI_X3.4-1968", "ISO-8859-1", "iso_8859-1",
    "ISO8859-1", "ISO8859_1", "latin1", "l1", "ISO_8859-1:1987", "CP819", "IBM819", "csISOLatin1",
    "iso-ir-100", "ISO-8859-15", "Latin-9", "windows-1252", "Cp1252", "x-cp1252", "windows-31j",
    "Shift_JIS", "shift-jis", "sjis", "x-sjis", "EUC-JP", "EUC_JP", "eucjp", "GB2312", "GBK",
    "gb18030", "Big5", "Big5-HKSCS", "EUC-KR", "ks_c_5601-1987", "KOI8-R", "KOI8_R", "koi8-u",
    "TIS-620", "macintosh", "MacRoman", "MacCyrillic", "x-mac-roman", "x-mac-cyrillic", "IBM850",
    "cp850", "IBM437", "cp866", "hebrew", "greek", "arabic", "cyrillic",
]  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_name_that_other_readers_know_is_known(name):
    assert codec_of(name)


NOT_REGISTERED = {
    "utf8", "ISO8859-1", "ISO8859_1", "Cp1252", "x-cp1252", "shift-jis", "sjis", "x-sjis", "EUC_JP",
    "eucjp", "KOI8_R", "MacRoman", "MacCyrillic", "x-mac-roman", "x-mac-cyrillic",
}  # fmt: skip


@pytest.mark.parametrize("name", [*KNOWN, "UTF-16BE", "UTF-16", "windows-1258", "l10", "IBM037"])
def test_names_of_databases_and_languages_are_not_registered(name):
    assert is_registered(name) is (name not in NOT_REGISTERED)


def test_a_name_that_no_reader_knows_has_another_requirement():
    assert is_registered("utf_8")
    assert is_registered("no-such-charset")


def test_bytes_that_do_not_decode_have_a_place():
    assert reported(read(b"<result>\xe9</result>"))[0] == ("readable.encoding", "byte 9")


VERSIONS = ["1.2", "1.9", "1.00", "2.0", "0.9", "1", "01.0", "x", ""]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_other_readers_refuse_is_that_one_problem(version):
    envelope = read(f'<?xml version="{version}"?>\n{overview()}')
    [problem] = envelope.problems
    assert (problem.requirement.id, problem.got) == ("readable.syntax", f"version {version!r}")
    assert set(envelope.values) == set(NAMES)


@pytest.mark.parametrize("quote", "'\"")
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_versions_1_0_and_1_1_are_fine(version, quote):
    assert reported(read(f"<?xml version={quote}{version}{quote}?>\n{overview()}")) == []


NEXT_LINE, LINE_SEPARATOR = "\x85", "\u2028"


def with_line_ends(version: str, end: str) -> str:
    """Write a document with this line end around every element."""
    lines = overview().replace("><", f">{end}\t<").strip()
    return f'<?xml version="{version}"?>{end}<!-- as\nIBM does -->\n{end}{lines}{end}'


@pytest.mark.parametrize("end", [NEXT_LINE, LINE_SEPARATOR, f"\r{NEXT_LINE}"])
def test_xml_1_1_has_more_line_ends(end):
    assert reported(read(with_line_ends("1.1", end))) == []
    assert {name for name, _ in reported(read(with_line_ends("1.0", end)))} == {"readable.syntax"}


def test_line_ends_of_xml_1_1_move_no_place():
    broken = with_line_ends("1.1", NEXT_LINE).replace("</overview>", "")
    line = broken.split("\n")[2]
    place = f"line 3, column {line.index('</result>') + 3}"
    assert ("readable.syntax", place) in reported(read(broken))


@pytest.mark.parametrize("text", [f"a{NEXT_LINE}b", f"a{LINE_SEPARATOR}b"])
def test_a_value_is_read_as_it_is_written_in_both_versions(text):
    for version in ("1.0", "1.1"):
        envelope = read(f'<?xml version="{version}"?>{overview(package=text)}')
        assert envelope.values["package"] == text


XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
BAD_NAMESPACES = [
    'xmlns:xml="urn:x"',
    'xmlns:xmlns="urn:x"',
    'xmlns:xmlns="http://www.w3.org/2000/xmlns/"',
    f'xmlns:x="{XML_NAMESPACE}"',
    'xmlns:x="http://www.w3.org/2000/xmlns/"',
    'xmlns:x=""',
    'xmlns:="urn:x"',
    'xmlns:x="urn:x" xmlns:y="urn:x" x:a="" y:a=""',
    'x:a=""',
]


@pytest.mark.parametrize("attributes", BAD_NAMESPACES)
def test_a_namespace_that_other_readers_refuse_is_bad_syntax(attributes):
    envelope = read(overview().replace("<result>", f"<result {attributes}>"))
    assert reported(envelope)[0][0] == "readable.syntax"
    assert set(envelope.values) == set(NAMES)


@pytest.mark.parametrize(
    "attributes", [f'xmlns:xml="{XML_NAMESPACE}"', 'xmlns:x="urn:x"', 'xmlns:x="a b"', 'xmlns=""']
)
def test_a_namespace_that_nothing_is_in_is_fine(attributes):
    assert reported(read(overview().replace("<result>", f"<result {attributes}>"))) == []


def test_an_instruction_has_no_colon_in_its_name():
    assert reported(read(f"<?a:b c?>{overview()}")) == [("readable.syntax", "line 1, column 4")]
    assert reported(read(f"<?a b:c?>{overview()}")) == []


XML = "application/xml; charset="
BY_HEADER = {
    "header alone": (encoded("", "é", "latin-1"), XML + "iso-8859-1", "é"),
    "header over declaration": (encoded("ISO-8859-1", "é", "utf-8"), XML + "utf-8", "é"),
    "header over declaration, garbled": (encoded("UTF-8", "é"), XML + "iso-8859-1", "Ã©"),
    "header in quotes": (encoded("", "é", "latin-1"), XML + '"ISO-8859-1"', "é"),
    "mark over header": (encoded("", "é", "utf-8", b"\xef\xbb\xbf"), XML + "iso-8859-1", "é"),
    "UTF-16 by header": (encoded("", "é", "utf-16-le"), XML + "utf-16le", "é"),
    "UTF-16 by header, without byte order": (encoded("", "é", "utf-16-le"), XML + "utf-16", "é"),
    "UTF-16 by header, the other order": (encoded("", "é", "utf-16-be"), XML + "utf-16", "é"),
    "UTF-32 by header, without byte order": (encoded("", "é", "utf-32-le"), XML + "utf-32", "é"),
    "UTF-32 by header, the other order": (encoded("", "é", "utf-32-be"), XML + "utf-32", "é"),
    "header fails, declaration reads": (encoded("ISO-8859-1", "é"), XML + "utf-8", "é"),
    "header fails, UTF-8 reads": (encoded("", "é", "utf-8"), XML + "us-ascii", "é"),
    "header makes no XML": (encoded("UTF-8", "é"), XML + "utf-16", "é"),
    "header makes no XML, EBCDIC": (encoded("UTF-8", "é"), XML + "cp037", "é"),
    "unknown in header": (encoded("UTF-8", "é"), XML + "no-such", "é"),
    "UTF-7 in header": (encoded("UTF-8", "é"), XML + "utf-7", "é"),
    "no charset": (encoded("ISO-8859-1", "é"), "text/xml", "é"),
}


@pytest.mark.parametrize("body, content_type, text", BY_HEADER.values(), ids=BY_HEADER)
def test_the_header_rules_as_far_as_it_reads(body, content_type, text):
    envelope = read(body, content_type)
    assert reported(envelope) == []
    assert envelope.package == text


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "us-ascii"])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", ["", "UTF-8"])
def test_no_header_of_another_family_makes_up_for_utf16_that_nobody_declares(said, order, charset):
    envelope = read(encoded(said, "x", order), XML + charset)
    assert reported(envelope) == [("readable.encoding", "body")]
    assert envelope.values["package"] == "x"


def test_the_encoding_is_declared_whatever_the_root():
    body = encoded("ISO-8859-1", "é").replace(b"result>", b"response>")
    envelope = read(body)
    assert reported(envelope) == [("success.shape", "response/overview")]
    assert envelope.values["package"] == "é"


def test_no_header_makes_up_for_an_encoding_that_nobody_knows():
    envelope = read(encoded("utf-7", "é", "utf-8"), XML + "utf-8")
    assert reported(envelope) == [("readable.encoding", "body")]
    assert envelope.values["package"] == "é"


def test_an_error_under_a_wrong_header_is_told_of_what_reads():
    for charset in ("utf-8", "utf-16", "cp037", "koi8-r"):
        envelope = read(declared("ISO-8859-1").encode() + b"<result>\xe9", XML + charset)
        assert reported(envelope) == [("readable.syntax", "line 2, column 10")]


@pytest.mark.parametrize("charset", ["utf-16", "cp037"])
def test_what_looks_like_xml_is_told_of_before_what_a_header_makes_of_it(charset):
    envelope = read(b"\n<result>\xe9", XML + charset)
    assert reported(envelope)[0] == ("readable.encoding", "byte 10")


@pytest.mark.parametrize("body", [b'{"a": "\xe9"}  ', b'["\xe9"] '])
def test_what_looks_like_json_is_called_so_whatever_a_header_makes_of_it(body):
    (problem,) = read(body, XML + "cp037").problems
    assert problem.got.startswith("JSON: ")


def test_a_hundred_attributes_are_read():
    attributes = " ".join(f'a{n}="1"' for n in range(100))
    envelope = read(overview().replace("<result>", f"<result {attributes}>"))
    assert {requirement for requirement, _ in reported(envelope)} == {"success.no-extras"}


# --- Properties ------------------------------------------------------------------------------

XML_TEXT = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\ufffe\uffff",
        include_characters="\n\t",
    )
)
ACCOUNT = st.fixed_dictionaries(
    {
        field.name: {
            Kind.COUNT: st.integers(0, 10**30),
            Kind.DATE: st.dates(),
            Kind.TEXT: XML_TEXT,
        }[field.kind]
        for field in FIELDS
    }
)
SPACE = st.text(" \t\r\n", max_size=3)
NOTHING = st.sampled_from(["", "<!-- - -->", "<?x y?>", "<![CDATA[]]>"])
ENCODING = st.sampled_from(
    ["", "UTF-8", "ISO-8859-1", "windows-1252", "US-ASCII", "UTF-16", "Shift_JIS", "GB18030"]
)


@st.composite
def written(draw, values):
    """Write an overview in some order, encoding, white space and ways to write a character."""
    encoding = draw(ENCODING)
    # Python writes a yen sign and an overline as characters that it does not read back
    assume(encoding != "Shift_JIS" or not set(values["package"]) & set("\N{YEN SIGN}\N{OVERLINE}"))

    def text(value, kind):
        plain = value.isoformat() if isinstance(value, date) else str(value)
        if draw(st.booleans()):
            return "".join(f"&#{ord(letter)};" for letter in plain)
        inner = escape(plain) + draw(NOTHING)
        return inner if kind is Kind.TEXT else draw(SPACE) + inner + draw(SPACE)

    body = ""
    for field in draw(st.permutations(FIELDS)):
        inner = text(values[field.name], field.kind)
        body += f"{draw(SPACE)}<{field.name}>{inner}</{field.name}{draw(SPACE)}>"
    body = f"<result>{draw(SPACE)}<overview>{body}</overview>{draw(SPACE)}</result>{draw(SPACE)}"
    head = declared(encoding) if encoding else ""
    return (head + body).encode(encoding or "utf-8", "xmlcharrefreplace")


@given(st.data(), ACCOUNT)
def test_an_overview_reads_back_however_it_is_written(data, account):
    envelope = read(data.draw(written(account)))
    assert isinstance(envelope, Overview), envelope.problems
    assert envelope.problems == ()
    assert envelope.values == account


@given(st.sets(st.sampled_from(NAMES), max_size=7))
def test_exactly_the_fields_left_out_are_told(without):
    envelope = read(overview(without=without))
    assert {where for _, where in reported(envelope)} == without
    assert all(requirement == "success.fields" for requirement, _ in reported(envelope))


@given(st.lists(XML_TEXT, min_size=1))
def test_errors_read_back(texts):
    body = errors(f"<errors>{''.join(f'<error>{escape(text)}</error>' for text in texts)}</errors>")
    assert read(body).errors == tuple(texts)


NAME = st.sampled_from(["result", "overview", "message", "errors", "error", "x", "n:x", *NAMES])


def element(inner):
    return st.builds(
        lambda name, attribute, parts: f"<{name}{attribute}>{''.join(parts)}</{name}>",
        NAME,
        NAME.map(' {}=""'.format) | st.just("") | st.just(' xmlns="urn:x"'),
        st.lists(inner, max_size=5),
    )


@given(element(st.recursive(st.sampled_from(["", " ", "error", "5"]), element, max_leaves=30)))
def test_any_document_is_judged(body):
    envelope = read(body)
    assert envelope.problems or not isinstance(envelope, Unreadable)
