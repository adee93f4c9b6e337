"""What a person reads of each problem: where, expected, actual, and a hint."""

from json import JSONDecodeError

import pytest

from reseller_conformance.contract import Format
from reseller_conformance.envelope import charset_problem, read_envelope
from reseller_conformance.envelope.json_parser import _words
from test_envelope_json import ERRORS, NAMES
from test_envelope_json import overview as in_json
from test_envelope_xml import LIST, declared, errors
from test_envelope_xml import overview as in_xml

JSON = {
    "nothing": ("", ("body", "one JSON text", "an empty body")),
    "white space alone": (" \n", ("body", "one JSON text", "nothing but white space")),
    "HTML": (
        "<!DOCTYPE html>\n<html>no</html>",
        ("body", "one JSON text", "an HTML page: '<!DOCTYPE html>\\n<html>no</html>'"),
    ),
    "XML": ("<result/>", ("body", "one JSON text", "XML: '<result/>'")),
    "plain text": ("Forbidden", ("body", "one JSON text", "plain text: 'Forbidden'")),
    "control characters": ("\0\1\2", ("body", "one JSON text", "binary data: '\\x00\\x01\\x02'")),
    "something after a number": (
        "404 page not found",
        ("body", "one JSON text", "plain text: '404 page not found'"),
    ),
    "too many levels": (
        "[" * 101,
        (
            "body",
            "one JSON text (RFC 8259)",
            "more than 100 levels of nesting, more than any envelope needs",
        ),
    ),
    "an end missing": (
        '{"message": "error"',
        (
            "line 1, column 20",
            "one JSON text (RFC 8259)",
            'a text that ends too early: \'{"message": "error"\'',
        ),
    ),
    "a string without an end": (
        '{"message": "err',
        (
            "line 1, column 13",
            "one JSON text (RFC 8259)",
            'a text that ends too early: \'{"message": "err\'',
        ),
    ),
    "a raw control character": (
        in_json(package='"a\tb"'),
        (
            "line 1, column 57",
            "one JSON text (RFC 8259)",
            "a control character that is not escaped: '\\t'",
        ),
    ),
    "an end missing, far on": (
        in_json()[:-1],
        (
            f"line 1, column {len(in_json())}",
            "one JSON text (RFC 8259)",
            "a text that ends too early: " + repr(in_json()[-31:-1]),
        ),
    ),
    "NaN alone": (
        "NaN",
        ("body", "one JSON text (RFC 8259)", "NaN, which JSON does not have"),
    ),
    "a name without a value": (
        '{"message" }',
        ("line 1, column 12", "one JSON text (RFC 8259)", "something else: '}'"),
    ),
    "a word after a comma": (
        "[1, X]",
        ("line 1, column 5", "one JSON text (RFC 8259)", "something else: 'X]'"),
    ),
    "a no-break space before it": (
        "\u00a0" + in_json(),
        ("line 1, column 1", "one JSON text (RFC 8259)", r"something before it: '\xa0'"),
    ),
    "neither, an empty name": (
        '{"": 1}',
        ("body", "one of the two envelopes", "an object with ''"),
    ),
    "neither, a long name": (
        '{"' + "x" * 40 + '": 1, "' + "y" * 41 + '": 2}',
        (
            "body",
            "one of the two envelopes",
            "an object with " + f"{'x' * 40}, '{'y' * 37}…'"[:79] + "…",
        ),
    ),
    "ten fields beside an error": (
        in_json('"message": "error"', ERRORS),
        (
            ", ".join(NAMES),
            "no field of an account",
            f"fields of an account: {', '.join(NAMES)[:79]}…",
        ),
    ),
    "single quotes": (
        "{'message': 'error'}",
        ("line 1, column 2", "one JSON text (RFC 8259)", "single quotes: \"'message': 'error'}\""),
    ),
    "no quotes": (
        "{message: 'error'}",
        ("line 1, column 2", "one JSON text (RFC 8259)", "something else: \"message: 'error'}\""),
    ),
    "something after it": (
        in_json() + " x",
        ("line 1, column 285", "one JSON text (RFC 8259)", "something after it: 'x'"),
    ),
    "something before it": (
        "Notice: x\n" + in_json(),
        ("line 1, column 1", "one JSON text (RFC 8259)", "something before it: 'Notice: x'"),
    ),
    "NaN": (
        in_json(reputation="NaN"),
        ("reputation", "one JSON text (RFC 8259)", "NaN, which JSON does not have"),
    ),
    "half a character": (
        in_json(package=r'"\ud800"'),
        ("package", "one JSON text (RFC 8259)", "a lone surrogate: '\\ud800'"),
    ),
    "neither, an object": (
        '{"status": "ok"}',
        ("body", "one of the two envelopes", "an object with status"),
    ),
    "neither, many names": (
        '{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}',
        ("body", "one of the two envelopes", "an object with a, b, c, d, e, …"),
    ),
    "neither, five names": (
        '{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}',
        ("body", "one of the two envelopes", "an object with a, b, c, d, e"),
    ),
    "neither, an empty object": ("{}", ("body", "one of the two envelopes", "an empty object")),
    "neither, a list": ("[1]", ("body", "one of the two envelopes", "a list of 1")),
    "neither, an empty list": ("[]", ("body", "one of the two envelopes", "an empty list")),
    "neither, a string": ('"x"', ("body", "one of the two envelopes", "the string 'x'")),
    "neither, null": ("null", ("body", "one of the two envelopes", "null")),
    "neither, true": ("true", ("body", "one of the two envelopes", "true")),
    "a count": (
        in_json(requests="5.0"),
        ("requests", "a count: a number, or a string, of digits alone", "the number 5.0"),
    ),
    "a date": (
        in_json(billing_end_date='"soon"'),
        ("billing_end_date", "a day that exists, as a string YYYY-MM-DD", "the string 'soon'"),
    ),
    "a package": (in_json(package="5"), ("package", "a string", "the number 5")),
    "a field missing": (
        in_json(without=["requests"]),
        ("requests", "the field requests", "none of that name"),
    ),
    "a field misspelt": (
        in_json('"Requests": 1', without=["requests"]),
        ("requests", "the field requests", "none of that name", "came as Requests"),
    ),
    "a field twice": (
        in_json('"requests": "50000"'),
        ("requests", "requests once", "2 of that name"),
    ),
    "fields in a wrapper": (
        f'{{"overview": {in_json()}}}',
        ("overview", "the ten fields in the one object itself", "the fields in overview"),
    ),
    "some fields elsewhere": (
        in_json('"more": {"requests": 5, "package": ""}', without=["requests", "package"]),
        ("more", "all ten fields in one object", "in more: requests, package"),
    ),
    "an addition": (
        in_json('"plan": {"a": 1}'),
        ("plan", "nothing undocumented", "an object with a"),
    ),
    "a message beside the fields": (
        in_json('"message": "success"', '"errors": []'),
        ("message, errors", "no message and no errors", "beside the fields: message, errors"),
    ),
    "message missing": (f"{{{ERRORS}}}", ("message", "exactly error", "none of that name")),
    "message misspelt": (
        f'{{"Message": "error", {ERRORS}}}',
        ("message", "exactly error", "none of that name", "came as Message"),
    ),
    "message of another case": (
        f'{{"message": "Error", {ERRORS}}}',
        ("message", "exactly error", "the string 'Error'"),
    ),
    "message null": (f'{{"message": null, {ERRORS}}}', ("message", "exactly error", "null")),
    "message twice": (
        f'{{"message": "error", "message": "error", {ERRORS}}}',
        ("message", "message once", "2 of that name"),
    ),
    "errors missing": (
        '{"message": "error"}',
        ("errors", "a list of one string or more", "none of that name"),
    ),
    "errors misspelt": (
        '{"message": "error", "Errors": ["x"]}',
        ("errors", "a list of one string or more", "none of that name", "came as Errors"),
    ),
    "errors a string": (
        '{"message": "error", "errors": "x"}',
        ("errors", "a list of one string or more", "the string 'x'"),
    ),
    "error instead of errors": (
        '{"message": "error", "error": "x"}',
        ("errors", "a list of one string or more", "none of that name", "came as error"),
    ),
    "errors twice": (
        f'{{"message": "error", {ERRORS}, {ERRORS}}}',
        ("errors", "errors once", "2 of that name"),
    ),
    "an error that is no text": (
        '{"message": "error", "errors": ["x", 5]}',
        ("errors[1]", "a text", "the number 5"),
    ),
    "an error that is empty": (
        '{"message": "error", "errors": [" "]}',
        ("errors[0]", "a text that is not empty", "' '"),
    ),
    "an addition to an error": (
        f'{{"message": "error", {ERRORS}, "code": 1}}',
        ("code", "nothing undocumented", "the number 1"),
    ),
    "an error in a wrapper": (
        f'{{"error": {{"message": "error", {ERRORS}}}}}',
        ("error", "message and errors in the one object itself", "both in error"),
    ),
    "fields beside an error": (
        f'{{"message": "error", {ERRORS}, "package": "Silver", "requests": 1}}',
        ("requests, package", "no field of an account", "fields of an account: requests, package"),
    ),
    "UTF-16 with a mark": (
        in_json().encode("utf-16"),
        (
            "body",
            "UTF-8 without a byte order mark",
            "UTF-16-LE, with a byte order mark: b'\\xff\\xfe{\\x00\"\\x00r\\x00e\\x00p\\x00'",
        ),
    ),
    "UTF-16 without a mark": (
        in_json().encode("utf-16-le"),
        (
            "body",
            "UTF-8 without a byte order mark",
            "UTF-16-LE: b'{\\x00\"\\x00r\\x00e\\x00p\\x00u\\x00'",
        ),
    ),
    "Latin-1": (
        b'{"message": "error", "errors": ["caf\xe9"]}',
        ("byte 37", "bytes that decode as UTF-8", "bytes that do not: b'\\xe9\"]}'"),
    ),
}


XML = {
    "nothing": ("", ("body", "one XML document", "an empty body")),
    "white space alone": ("\t", ("body", "one XML document", "nothing but white space")),
    "JSON": ("[1]", ("body", "one XML document", "JSON: '[1]'")),
    "a JSON object": ("\n{}", ("body", "one XML document", "JSON: '{}'")),
    "a control character in twenty": (
        "\1" + "x" * 19,
        ("body", "one XML document", rf"plain text: '\x01{'x' * 19}'"),
    ),
    "a break between lines": (
        "<result>\n<a/>\n <a></b>\n</result>\n",
        ("line 3, column 7", "one well-formed XML document", "mismatched tag: 'b>'"),
    ),
    "too many levels, and a prefix": (
        '<a x:b="">' * 51,
        (
            "line 1, column 501",
            "one well-formed XML document",
            "more than 50 levels of nesting, more than any envelope needs",
        ),
    ),
    "an end missing": (
        "<result>\n<a>x",
        ("line 2, column 5", "one well-formed XML document", "no element found: ''"),
    ),
    "a mismatched end tag": (
        "<result>\n <a></b></result>",
        ("line 2, column 7", "one well-formed XML document", "mismatched tag: 'b></result>'"),
    ),
    "something before it": (
        "Notice: x\n" + in_xml(),
        ("line 1, column 1", "one well-formed XML document", "something before it: 'Notice: x'"),
    ),
    "a line end before it": (
        "\n" + declared("UTF-8") + in_xml(),
        ("line 1, column 1", "one well-formed XML document", "something before it: '\\n'"),
    ),
    "an invalid declaration": (
        declared("8859-1") + in_xml(),
        (
            "line 1, column 31",
            "one well-formed XML document",
            "XML declaration not well-formed: '8859-1\"?>'",
        ),
    ),
    "too many levels": (
        "<a>" * 51,
        (
            "line 1, column 151",
            "one well-formed XML document",
            "more than 50 levels of nesting, more than any envelope needs",
        ),
    ),
    "too many elements": (
        "<a>" + "<b/>" * 10_000,
        (
            "line 1, column 40000",
            "one well-formed XML document",
            "more than 10000 elements, more than any envelope needs",
        ),
    ),
    "too many attributes": (
        "<a " + " ".join(f'a{n}="1"' for n in range(101)) + "/>",
        (
            "line 1, column 1",
            "one well-formed XML document",
            "more than 100 attributes of one element, more than any envelope needs",
        ),
    ),
    "an attribute's prefix": (
        f'<result a:b="1">{LIST}</result>',
        (
            "line 1, column 1",
            "namespaces as XML has them",
            """unbound prefix: '<result a:b="1"><errors><error>x</error></errors></result>'""",
        ),
    ),
    "a DOCTYPE": (
        "<!DOCTYPE result>" + in_xml(),
        ("line 1, column 17", "no DOCTYPE", "a DOCTYPE: 'result'"),
    ),
    "a namespace": (
        in_xml().replace("<result>", '<result xmlns="urn:x">'),
        ("line 1, column 1", "elements in no namespace", "<result> in 'urn:x'"),
    ),
    "an element's prefix": (
        in_xml().replace("requests>", "n:requests>"),
        ("line 1, column 47", "elements in no namespace", "<n:requests>"),
    ),
    "neither, empty": ("<result/>", ("body", "one of the two envelopes", "result: ''")),
    "neither, many children": (
        "<result><a/><b/><c/><d/><e/><f/></result>",
        ("body", "one of the two envelopes", "<result> with <a>, <b>, <c>, <d>, <e>, …"),
    ),
    "neither, five children": (
        "<result><a/><b/><c/><d/><e/></result>",
        ("body", "one of the two envelopes", "<result> with <a>, <b>, <c>, <d>, <e>"),
    ),
    "a count": (
        in_xml(requests="5.0"),
        ("result/overview/requests", "a count: digits alone", "'5.0'"),
    ),
    "a count with a child": (
        in_xml(requests="<value>5</value>"),
        ("result/overview/requests", "a count: digits alone", "<requests> with <value>"),
    ),
    "a date": (
        in_xml(billing_end_date="soon"),
        ("result/overview/billing_end_date", "a day that exists, YYYY-MM-DD", "'soon'"),
    ),
    "a package": (
        in_xml(package="<b>x</b>"),
        ("result/overview/package", "text alone", "<package> with <b>"),
    ),
    "fields elsewhere": (
        in_xml().replace("overview", "account"),
        ("result/account", "the ten fields in result/overview", "the fields in result/account"),
    ),
    "some fields deeper": (
        in_xml("<more><requests>5</requests></more>", without=["requests"]),
        (
            "result/overview/more",
            "all ten fields in result/overview",
            "in result/overview/more: requests",
        ),
    ),
    "text between fields": (
        in_xml("text"),
        ("result/overview", "elements only", "text between them: 'text'"),
    ),
    "overview thrice": (
        in_xml(beside="<overview/><overview/>"),
        ("result/overview", "overview once", "3 of that name"),
    ),
    "an addition": (
        in_xml("<plan>x</plan>"),
        ("result/overview/plan", "nothing undocumented", "plan: 'x'"),
    ),
    "an addition beside it": (
        in_xml(beside="<status>ok</status>"),
        ("result/status", "nothing undocumented", "status: 'ok'"),
    ),
    "an attribute": (
        in_xml().replace("<overview>", '<overview id="1">'),
        ("result/overview/@id", "nothing undocumented", "id: '1'"),
    ),
    "an attribute of a field": (
        in_xml().replace("<requests>", '<requests type="integer">'),
        ("result/overview/requests/@type", "nothing undocumented", "type: 'integer'"),
    ),
    "a message beside the fields": (
        in_xml(beside="<message/><errors/>"),
        (
            "result/message, result/errors",
            "no message and no errors",
            "beside the fields: result/message, result/errors",
        ),
    ),
    "message with a child": (
        errors(message="<message><text>error</text></message>"),
        ("result/message", "exactly error", "<message> with <text>"),
    ),
    "errors a text": (
        errors("<errors>x</errors>"),
        ("result/errors", "errors with one error element or more", "errors: 'x'"),
    ),
    "error instead of errors": (
        errors("<error>x</error>"),
        (
            "result/errors",
            "errors with one error element or more",
            "none of that name",
            "came as error",
        ),
    ),
    "an error in a wrapper": (
        errors().replace("result", "response"),
        ("response", "message and errors in result", "both in response"),
    ),
    "text beside an error": (
        errors(LIST + "x"),
        ("result", "elements only", "text between them: 'x'"),
    ),
    "text in errors": (
        errors("<errors>x<error>y</error></errors>"),
        ("result/errors", "elements only", "text between them: 'x'"),
    ),
    "an error with a child": (
        errors("<errors><error><text>y</text></error></errors>"),
        ("result/errors/error[1]", "a text", "<error> with <text>"),
    ),
    "an error that is empty": (
        errors("<errors><error/></errors>"),
        ("result/errors/error[1]", "a text that is not empty", "''"),
    ),
    "an addition to errors": (
        errors("<errors><error>x</error><count>1</count></errors>"),
        ("result/errors", "nothing undocumented", "<count>"),
    ),
    "an attribute of an error": (
        errors('<errors><error code="1">x</error></errors>'),
        ("result/errors/error[1]/@code", "nothing undocumented", "code: '1'"),
    ),
    "bytes that do not decode": (
        (declared("US-ASCII") + in_xml(package="é")).encode(),
        ("byte 124", "bytes that decode as US-ASCII", "bytes that do not: b'\\xc3\\xa9</package>'"),
    ),
    "UTF-8 that does not decode": (
        in_xml(package="é").encode("latin-1"),
        ("byte 82", "bytes that decode as UTF-8", "bytes that do not: b'\\xe9</package><'"),
    ),
    "an encoding that is unknown": (
        declared("no-such") + in_xml(),
        (
            "body",
            "an encoding that the document marks or declares, and that readers know",
            "an encoding not known: 'no-such'",
        ),
    ),
    "an encoding that is not declared": (
        in_xml().encode("utf-16-le"),
        (
            "body",
            "an encoding that the document marks or declares, and that readers know",
            "UTF-16-LE, neither marked nor declared",
        ),
    ),
    "a mark that is not declared": (
        in_xml().encode("utf-32"),
        (
            "body",
            "an encoding that the document marks or declares, and that readers know",
            "UTF-32-LE, marked but not declared",
        ),
    ),
    "an encoding of other bytes": (
        declared("UTF-16") + in_xml(),
        (
            "body",
            "an encoding that the document marks or declares, and that readers know",
            "bytes of another encoding than 'UTF-16'",
        ),
    ),
}


def words(body, format):
    """Return those of the first problem."""
    body = body.encode() if isinstance(body, str) else body
    problem = read_envelope(body, format).problems[0]
    said = (problem.where, problem.expected, problem.got, problem.hint)
    return said if problem.hint else said[:3]


@pytest.mark.parametrize("body, said", JSON.values(), ids=JSON)
def test_a_problem_of_json_says_what_was_expected_and_what_came(body, said):
    assert words(body, Format.JSON) == said


@pytest.mark.parametrize("body, said", XML.values(), ids=XML)
def test_a_problem_of_xml_says_what_was_expected_and_what_came(body, said):
    assert words(body, Format.XML) == said


@pytest.mark.parametrize(
    "body", ['{"message": "error" , }', '{"message": "error", "errors": ["x",]}']
)
def test_a_comma_at_the_end_is_called_so_wherever_python_takes_it_to_be(body):
    got = read_envelope(body.encode(), Format.JSON).problems[0].got
    assert got.startswith("a comma with nothing after it: ")


def test_a_comma_at_the_end_is_called_so_by_the_words_of_later_pythons_too():
    text = '{"message": "error", }'
    error = JSONDecodeError("Illegal trailing comma before end of object", text, 19)
    assert _words(text, error) == "a comma with nothing after it: ', }'"
    error = JSONDecodeError("Expecting property name enclosed in double quotes", text, 21)
    assert _words(text, error) == "a comma with nothing after it: '}'"


def test_fields_around_the_others_are_told_to_be_there():
    body = f'{{"o": {in_json(without=["requests"])}, "requests": 5}}'
    problem = read_envelope(body.encode(), Format.JSON).problems[1]
    assert (problem.expected, problem.got) == (
        "all ten fields in o",
        "in the outermost object: requests",
    )


CHARSETS = {
    "unknown": (
        in_xml(),
        "no-such",
        "a charset that readers know",
        "charset 'no-such', which readers do not know",
    ),
    "does not decode": (
        in_xml(package="é"),
        "us-ascii",
        "UTF-8, as the body has it",
        "charset 'us-ascii', by which it does not decode",
    ),
    "no XML": (
        in_xml().encode("utf-16"),
        "iso-8859-1",
        "UTF-16-LE, as the body has it",
        "charset 'iso-8859-1', by which it is not XML",
    ),
    "another text": (
        declared("UTF-8") + in_xml(package="é"),
        "iso-8859-1",
        "UTF-8, as the body has it",
        "charset 'iso-8859-1', by which it is another text",
    ),
}


@pytest.mark.parametrize("body, charset, expected, got", CHARSETS.values(), ids=CHARSETS)
def test_a_charset_that_contradicts_says_by_what(body, charset, expected, got):
    body = body.encode() if isinstance(body, str) else body
    problem = charset_problem(body, Format.XML, f"text/xml; charset={charset}")
    assert (problem.where, problem.expected, problem.got) == ("Content-Type", expected, got)
