"""JSON bodies: which are readable, which are not, and the requirement of each violation."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reseller_conformance.contract import FIELDS, Format, Kind
from reseller_conformance.envelope import (
    EnvelopeKind,
    ErrorList,
    Overview,
    Unreadable,
    read_envelope,
)

NAMES = [field.name for field in FIELDS]
RAW = {field.name: json.dumps(field.example) for field in FIELDS}
VALUES = {
    field.name: {Kind.COUNT: int, Kind.DATE: date.fromisoformat, Kind.TEXT: str}[field.kind](
        field.example
    )
    for field in FIELDS
}


def overview(*more, without=(), **raw):
    """Write an overview: members by their JSON text, `more` after them."""
    members = {name: text for name, text in RAW.items() if name not in without} | raw
    written = [f'"{name}": {text}' for name, text in members.items()]
    return "{" + ", ".join([*written, *more]) + "}"


def read(body):
    return read_envelope(body.encode() if isinstance(body, str) else body, Format.JSON)


def reported(envelope):
    return [(problem.requirement.id, problem.where) for problem in envelope.problems]


OVERVIEWS = {
    "as on the page": overview(),
    "all counts as numbers": overview(**{n: VALUES[n].__str__() for n in NAMES if "cred" in n}),
    "white space around it": f" \r\n\t{overview()}\n",
    "escaped names": overview().replace('"requests"', r'"\u0072equests"'),
    "another order": json.dumps({name: json.loads(RAW[name]) for name in reversed(NAMES)}),
}


@pytest.mark.parametrize("body", OVERVIEWS.values(), ids=OVERVIEWS)
def test_a_documented_overview_reads(body):
    envelope = read(body)
    assert isinstance(envelope, Overview)
    assert envelope.problems == ()
    assert envelope.values == VALUES
    assert list(envelope.values) == NAMES


TEXTS = {
    "empty": "",
    "spaces around": " Silver ",
    "Latin": "é",
    "Chinese": "日本",
    "beyond 16 bits": "\U0001f600",
    "quote, backslash, slash": '"\\/',
    "replacement character": "\ufffd",
    "mark": "\ufeff",
    "line end and tab": "a\nb\tc",
    "line separator": "\u2028",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("escaped", [True, False])
def test_any_text_is_a_package(text, escaped):
    assert read(overview(package=json.dumps(text, ensure_ascii=escaped))).package == text


COUNTS = ["0", "7", "18446744073709551616", "1" + "0" * 700]
COUNTS += ["9" * 600, "3" * 1024, "9" * 5000, "8" * 20000]


@pytest.mark.parametrize("digits", COUNTS, ids=lambda digits: f"{len(digits)} digits")
@pytest.mark.parametrize("written", ["{}", '"{}"'])
def test_a_count_may_have_any_size(digits, written):
    used = read(overview(credits_used=written.format(digits))).credits_used
    assert used % 10**15 == int(digits[-15:])
    assert used // 10 ** max(len(digits) - 15, 0) == int(digits[:15])


def test_a_count_may_have_a_million_digits():
    assert read(overview(credits_used="7" * 1_000_000)).credits_used % 100 == 77


def test_a_count_of_a_whole_body_is_refused_in_words_that_can_be_printed():
    envelope = read(overview(credits_used="7" * 1_000_001))
    assert reported(envelope) == [("success.counts", "credits_used")]
    assert len(str(envelope.problems)) < 1000


NO_COUNTS = {
    "null": "null",
    "true": "true",
    "false": "false",
    "float": "5.0",
    "exponent": "1e2",
    "beyond floats": "1e400",
    "minus": "-5",
    "minus zero": "-0",
    "list": "[5]",
    "empty list": "[]",
    "object": '{"value": 5}',
    "empty object": "{}",
    "empty string": '""',
    "string with sign": '"+5"',
    "string with minus": '"-5"',
    "string with minus zero": '"-0"',
    "string with leading zero": '"05"',
    "string of zeros": '"00"',
    "string with spaces": '" 5 "',
    "string with line end": '"12\\n"',
    "string with separator": '"1,000"',
    "string with underscore": '"1_000"',
    "string with fraction": '"5.0"',
    "string with exponent": '"1e2"',
    "arabic digits": '"\u0661\u0662"',
    "superscript": '"²"',
    "fullwidth digits": '"１２"',
    "hexadecimal": '"0x10"',
    "word": '"many"',
    "no-break space": '"\u00a05"',
    "NUL": '"5\\u0000"',
}


@pytest.mark.parametrize("raw", NO_COUNTS.values(), ids=NO_COUNTS)
@pytest.mark.parametrize("name", ["reputation", "credits_overage"])
def test_what_is_no_count_is_that_one_problem(name, raw):
    envelope = read(overview(**{name: raw}))
    assert reported(envelope) == [("success.counts", name)]
    assert envelope.kind is EnvelopeKind.OVERVIEW
    assert envelope.values == {key: value for key, value in VALUES.items() if key != name}


NO_DATES = {
    "null": "null",
    "number": "20100830",
    "empty": '""',
    "no such day": '"2010-02-30"',
    "no leap year": '"2100-02-29"',
    "month 13": '"2010-13-01"',
    "day 0": '"2010-01-00"',
    "year 0": '"0000-01-01"',
    "time": '"2010-08-30T00:00:00"',
    "zone": '"2010-08-30Z"',
    "offset": '"2010-08-30+05:00"',
    "basic": '"20100830"',
    "week": '"2010-W35-1"',
    "american": '"08/30/2010"',
    "one digit": '"2010-8-30"',
    "five digits": '"12010-08-30"',
    "sign": '"-2010-08-30"',
    "space": '" 2010-08-30"',
    "line end": '"2010-08-30\\n"',
    "arabic digits": '"٢٠١٠-٠٨-٣٠"',
    "list": '["2010-08-30"]',
}


@pytest.mark.parametrize("raw", NO_DATES.values(), ids=NO_DATES)
def test_what_is_no_date_is_that_one_problem(raw):
    envelope = read(overview(billing_end_date=raw))
    assert reported(envelope) == [("success.dates", "billing_end_date")]
    assert "billing_end_date" not in envelope.values


@pytest.mark.parametrize("day", ["0001-01-01", "2000-02-29", "9999-12-31"])
def test_the_ends_of_the_calendar_are_dates(day):
    assert read(overview(billing_end_date=f'"{day}"')).billing_end_date == date.fromisoformat(day)


@pytest.mark.parametrize("raw", ["null", "5", "true", "[]", "{}", '["Silver"]'])
def test_a_package_is_a_string(raw):
    assert reported(read(overview(package=raw))) == [("success.package", "package")]


NESTED = ", ".join(f'"{n}": {RAW[n]}' for n in NAMES if n.startswith("billing"))
WITHOUT_BILLING = overview(without=[n for n in NAMES if n.startswith("billing")])
SHAPES = {
    "in an object": (f'{{"overview": {overview()}}}', "overview"),
    "in a list": (f"[{overview()}]", "[0]"),
    "in a list of two": (f"[{overview()}, {overview()}]", "[0]"),
    "two deep": (f'{{"result": {{"overview": {overview()}}}}}', "result.overview"),
    "in a list in an object": (f'{{"data": [{overview()}]}}', "data[0]"),
    "in a list, deeper": (f'{{"a": {{"data": [{overview()}]}}}}', "a.data[0]"),
    "beside a status": (f'{{"status": "ok", "data": {overview()}}}', "data"),
    "some of them": (WITHOUT_BILLING[:-1] + f', "billing": {{{NESTED}}}}}', "billing"),
    "under an unusual name": (f'{{"a\\nb": {overview()}}}', "'a\\nb'"),
}


@pytest.mark.parametrize("body, where", SHAPES.values(), ids=SHAPES)
def test_fields_in_another_place_are_one_problem_and_read_all_the_same(body, where):
    envelope = read(body)
    assert reported(envelope) == [("success.shape", where)]
    assert (envelope.kind, envelope.values) == (EnvelopeKind.OVERVIEW, VALUES)


def test_a_field_at_home_is_taken_before_one_of_that_name_around_it():
    envelope = read(f'{{"requests": 1, "overview": {overview()}}}')
    assert reported(envelope) == [("success.shape", "overview")]
    assert envelope.values == VALUES


def test_fields_in_a_wrapper_are_judged():
    envelope = read(f'{{"overview": {overview(requests="null", without=["package"])}}}')
    assert reported(envelope) == [
        ("success.shape", "overview"),
        ("success.counts", "overview.requests"),
        ("success.fields", "package"),
    ]


@pytest.mark.parametrize("spelt", ["Credits_Used", "creditsUsed", "credits-used", "CREDITS_USED"])
def test_a_field_in_another_spelling_is_missing_with_a_hint(spelt):
    envelope = read(overview(f'"{spelt}": 100000', without=["credits_used"]))
    assert reported(envelope) == [("success.fields", "credits_used")]
    assert envelope.problems[0].hint == f"came as {spelt}"
    assert envelope.values == VALUES


def test_another_spelling_beside_the_right_one_is_an_addition():
    assert reported(read(overview('"Requests": 1'))) == [("success.no-extras", "Requests")]


LAST = '"last": {"message": "error", "errors": ["x"]}'
MISSING = [("success.fields", name) for name in NAMES[3:]]
OVERVIEW_PROBLEMS = {
    "field twice": (overview('"requests": "50000"'), [("success.no-duplicates", "requests")]),
    "field twice, other escape": (
        overview(r'"\u0072equests": "50000"'),
        [("success.no-duplicates", "requests")],
    ),
    "field twice, one of them invalid": (
        overview('"requests": null'),
        [("success.no-duplicates", "requests"), ("success.counts", "requests")],
    ),
    "addition": (overview('"plan": {"a": 1}'), [("success.no-extras", "plan")]),
    "many lists side by side": (
        overview(f'"lists": [{", ".join(["[[]]"] * 101)}]'),
        [("success.no-extras", "lists")],
    ),
    "some in two places": (
        overview('"a": {"requests": 1}', '"b": {"package": ""}', without=["requests", "package"]),
        [("success.shape", "a"), ("success.shape", "b")],
    ),
    "one around the others": (
        f'{{"o": {overview(without=["requests"])}, "requests": 5}}',
        [("success.shape", "o"), ("success.shape", "body")],
    ),
    "envelope of errors within an addition in a wrapper": (
        f'{{"o": {overview(LAST)}}}',
        [("success.shape", "o"), ("success.no-extras", "o.last")],
    ),
    "three fields alone": (overview(without=NAMES[3:]), MISSING),
    "three fields, and an envelope of errors within an addition": (
        overview(LAST, without=NAMES[3:]),
        [*MISSING, ("success.no-extras", "last")],
    ),
    "three fields, and a message": (
        overview('"message": "denied"', without=NAMES[3:]),
        [("success.no-error-members", "message"), *MISSING],
    ),
    "two additions": (
        overview('"a": 1', '"b": 2'),
        [("success.no-extras", "a"), ("success.no-extras", "b")],
    ),
    "message": (overview('"message": "success"'), [("success.no-error-members", "message")]),
    "null message, no errors": (
        overview('"message": null', '"errors": []'),
        [("success.no-error-members", "message, errors")],
    ),
    "message of another spelling": (overview('"Message": ""'), [("success.no-extras", "Message")]),
    "errors beside all ten": (
        overview('"errors": ["x"]'),
        [("success.no-error-members", "errors")],
    ),
    "message beside a wrapper": (
        f'{{"message": "success", "overview": {overview()}}}',
        [("success.shape", "overview"), ("success.no-error-members", "message")],
    ),
    "envelope of errors within an addition": (
        overview('"last": {"message": "error", "errors": ["x"]}'),
        [("success.no-extras", "last")],
    ),
    "several at once": (
        overview('"x": 1', without=["package"], reputation="-1", billing_end_date='"soon"'),
        [
            ("success.counts", "reputation"),
            ("success.fields", "package"),
            ("success.dates", "billing_end_date"),
            ("success.no-extras", "x"),
        ],
    ),
}


@pytest.mark.parametrize("body, problems", OVERVIEW_PROBLEMS.values(), ids=OVERVIEW_PROBLEMS)
def test_every_problem_of_an_overview_is_told(body, problems):
    envelope = read(body)
    assert reported(envelope) == problems
    assert isinstance(envelope, Overview) or envelope.kind is EnvelopeKind.OVERVIEW


def test_additions_alone_leave_an_overview():
    envelope = read(overview('"plan": 1'))
    assert isinstance(envelope, Overview)
    assert envelope.values == VALUES


def test_of_two_different_values_none_is_taken():
    assert "requests" not in read(overview('"requests": 1')).values


def test_errors_read():
    envelope = read('{"errors": ["one", "zwei é"], "message": "error"}')
    assert envelope == ErrorList(("one", "zwei é"))


ERRORS = '"errors": ["x"]'
ERROR_PROBLEMS = {
    "message missing": (f"{{{ERRORS}}}", [("errors.message", "message")]),
    "message null": (f'{{"message": null, {ERRORS}}}', [("errors.message", "message")]),
    "message in capitals": (f'{{"message": "Error", {ERRORS}}}', [("errors.message", "message")]),
    "message with a space": (f'{{"message": "error ", {ERRORS}}}', [("errors.message", "message")]),
    "message a list": (f'{{"message": ["error"], {ERRORS}}}', [("errors.message", "message")]),
    "message a text": (f'{{"message": "no such user", {ERRORS}}}', [("errors.message", "message")]),
    "message twice": (
        f'{{"message": "error", "message": "error", {ERRORS}}}',
        [("errors.message", "message")],
    ),
    "message misspelt": (f'{{"Message": "error", {ERRORS}}}', [("errors.message", "message")]),
    "errors missing": ('{"message": "error"}', [("errors.list", "errors")]),
    "errors null": ('{"message": "error", "errors": null}', [("errors.list", "errors")]),
    "errors empty": ('{"message": "error", "errors": []}', [("errors.list", "errors")]),
    "errors a string": ('{"message": "error", "errors": "x"}', [("errors.list", "errors")]),
    "errors an object": (
        '{"message": "error", "errors": {"user": "x"}}',
        [("errors.list", "errors")],
    ),
    "errors misspelt": ('{"message": "error", "Errors": ["x"]}', [("errors.list", "errors")]),
    "errors misspelt, and invalid": (
        '{"message": "error", "Errors": [5]}',
        [("errors.list", "errors"), ("errors.list", "Errors[0]")],
    ),
    "message success": (f'{{"message": "success", {ERRORS}}}', [("errors.message", "message")]),
    "error instead of errors": ('{"message": "error", "error": "x"}', [("errors.list", "errors")]),
    "errors twice": (
        f'{{"message": "error", {ERRORS}, {ERRORS}}}',
        [("errors.shape", "errors")],
    ),
    "invalid entries": (
        '{"message": "error", "errors": ["x", 5, null, ["y"], {"message": "z"}]}',
        [("errors.list", f"errors[{index}]") for index in (1, 2, 3, 4)],
    ),
    "entries of objects": (
        '{"errors": [{"message": "z", "field": null}]}',
        [("errors.message", "message"), ("errors.list", "errors[0]")],
    ),
    "a field's name in an entry": (
        '{"message": "error", "errors": [{"package": "unknown"}]}',
        [("errors.list", "errors[0]")],
    ),
    "empty texts": (
        '{"message": "error", "errors": ["", " \\n", "x"]}',
        [("errors.no-empty-text", "errors[0]"), ("errors.no-empty-text", "errors[1]")],
    ),
    "addition": (f'{{"message": "error", {ERRORS}, "code": 1}}', [("errors.no-extras", "code")]),
    "wrapped in error": (
        f'{{"error": {{"message": "error", {ERRORS}}}}}',
        [("errors.shape", "error")],
    ),
    "wrapped beside a status": (
        f'{{"status": 400, "result": {{"message": "error", {ERRORS}}}}}',
        [("errors.shape", "result")],
    ),
    "in a list": (f'[{{"message": "error", {ERRORS}}}]', [("errors.shape", "[0]")]),
    "wrapped and invalid": (
        '{"error": {"message": "Error", "errors": []}}',
        [
            ("errors.shape", "error"),
            ("errors.message", "error.message"),
            ("errors.list", "error.errors"),
        ],
    ),
    "one field beside": (
        f'{{"message": "error", {ERRORS}, "package": "Silver"}}',
        [("errors.no-account-fields", "package")],
    ),
    "fields misspelt beside": (
        f'{{"message": "error", {ERRORS}, "Package": "x", "Requests": 1, "code": 5}}',
        [("errors.no-account-fields", "requests, package"), ("errors.no-extras", "code")],
    ),
    "three fields in an addition": (
        f'{{"message": "error", {ERRORS}, "rate": {overview(without=NAMES[3:])}}}',
        [("errors.no-account-fields", "reputation, requests, package")],
    ),
    "ten fields beside": (
        overview('"message": "error"', ERRORS),
        [("errors.no-account-fields", ", ".join(NAMES))],
    ),
    "ten fields beside message alone": (
        overview('"message": "error"'),
        [("errors.list", "errors"), ("errors.no-account-fields", ", ".join(NAMES))],
    ),
    "nine fields beside errors": (
        overview(ERRORS, without=["package"]),
        [
            ("errors.message", "message"),
            ("errors.no-account-fields", ", ".join(n for n in NAMES if n != "package")),
        ],
    ),
    "an overview beside": (
        f'{{"message": "error", {ERRORS}, "overview": {overview()}}}',
        [("errors.no-account-fields", ", ".join(NAMES))],
    ),
    "a message of one's own": (
        '{"message": "Forbidden"}',
        [("errors.message", "message"), ("errors.list", "errors")],
    ),
}


@pytest.mark.parametrize("body, problems", ERROR_PROBLEMS.values(), ids=ERROR_PROBLEMS)
def test_every_problem_of_an_error_envelope_is_told(body, problems):
    envelope = read(body)
    assert reported(envelope) == problems
    assert isinstance(envelope, ErrorList) or envelope.kind is EnvelopeKind.ERRORS


def test_shoulds_alone_leave_an_error_list():
    assert read('{"message": "error", "errors": ["", "x"], "code": 1}').errors == ("", "x")


@pytest.mark.parametrize(
    "body, errors",
    [
        ('{"message": "error", "errors": ["x", 5, "y"]}', ("x", "y")),
        ('{"message": "error", "error": "x"}', ("x",)),
        ('{"message": "error", "Errors": ["x"]}', ("x",)),
        ('{"error": {"message": "error", "errors": ["x"]}}', ("x",)),
    ],
)
def test_messages_of_a_wrong_error_envelope_are_kept(body, errors):
    assert read(body).errors == errors


def test_fields_beside_an_error_are_read():
    assert read(overview('"message": "error"', ERRORS)).values == VALUES


SYNTAX = {
    "comma at the end": (overview()[:-1] + ",}", EnvelopeKind.OVERVIEW),
    "comma at the end of a list": ('{"message": "error", "errors": ["x",]}', EnvelopeKind.ERRORS),
    "single quotes": ("{'message': 'error', 'errors': ['x']}", EnvelopeKind.ERRORS),
    "names without quotes": ("{message: 'error'}", EnvelopeKind.ERRORS),
    "white space before single quotes": (
        "\n {'message': 'error', 'errors': ['x']}",
        EnvelopeKind.ERRORS,
    ),
    "a string without an end": ('"message', EnvelopeKind.ERRORS),
    "three fields and a message, half of it": (
        '{"message": "", "requests": 1, "package": "", "credits_used": ',
        EnvelopeKind.OVERVIEW,
    ),
    "half of it": (overview()[: len(overview()) // 2], EnvelopeKind.OVERVIEW),
    "comment": (overview() + " // done", EnvelopeKind.OVERVIEW),
    "text after it": (overview() + "x", EnvelopeKind.OVERVIEW),
    "two texts": (overview() + overview(), EnvelopeKind.OVERVIEW),
    "NUL after it": (overview() + "\0", EnvelopeKind.OVERVIEW),
    "no-break space before it": ("\u00a0" + overview(), EnvelopeKind.OVERVIEW),
    "form feed after it": (overview() + "\f", EnvelopeKind.OVERVIEW),
    "JSONP": (f"callback({overview()});", EnvelopeKind.OVERVIEW),
    "JSONP of errors": ('cb({"message": "error", "errors": ["x"]})', EnvelopeKind.ERRORS),
    "hijacking guard": (")]}',\n" + overview(), EnvelopeKind.OVERVIEW),
    "endless loop": ("for(;;);" + overview(), EnvelopeKind.OVERVIEW),
    "PHP warning": (
        "<br />\n<b>Warning</b>: x in {a.php}<br />" + overview(),
        EnvelopeKind.OVERVIEW,
    ),
    "PHP notice": ("Notice: Undefined index: user\n" + overview(), EnvelopeKind.OVERVIEW),
    "another object before it": ('x {"a": 1} {"b": {} ' + overview(), EnvelopeKind.OVERVIEW),
    "raw line end in a string": (overview(package='"a\nb"'), EnvelopeKind.OVERVIEW),
    "raw tab in a string": (overview(package='"a\tb"'), EnvelopeKind.OVERVIEW),
    "NaN": (overview(reputation="NaN"), EnvelopeKind.OVERVIEW),
    "minus infinity": (overview(reputation="-Infinity"), EnvelopeKind.OVERVIEW),
    "NaN alone": ("NaN", EnvelopeKind.UNKNOWN),
    "lone surrogate": (overview(package=r'"\ud800"'), EnvelopeKind.OVERVIEW),
    "surrogates in reverse order": (overview(package=r'"\uDE00\uD83D"'), EnvelopeKind.OVERVIEW),
    "lone surrogate in an error": (
        r'{"message": "error", "errors": ["\udfff"]}',
        EnvelopeKind.ERRORS,
    ),
    "leading zero": (overview(reputation="05"), EnvelopeKind.OVERVIEW),
    "plus sign": (overview(reputation="+5"), EnvelopeKind.OVERVIEW),
    "too deep": ("[" * 101 + "]" * 101, EnvelopeKind.UNKNOWN),
    "too deep at last": ("[" * 60 + "[]," * 30 + "[" * 60 + "]" * 120, EnvelopeKind.UNKNOWN),
    "too deep, with fields": ('{"a":' * 101 + overview() + "}" * 101, EnvelopeKind.OVERVIEW),
    "a hundred thousand deep": ("[" * 100_000, EnvelopeKind.UNKNOWN),
    "objects without end": ('{"a":' * 100_000, EnvelopeKind.UNKNOWN),
    "a list and something after it": ("[]x", EnvelopeKind.UNKNOWN),
}


@pytest.mark.parametrize("body, looks", SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_one_json_text_is_one_problem_and_recognised(body, looks):
    envelope = read(body)
    assert [requirement for requirement, _ in reported(envelope)] == ["readable.syntax"]
    assert envelope.kind is looks


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("around", ["{}", "[{}]"])
def test_an_envelope_at_the_end_of_a_page_is_read(around, end):
    body = f"<br /><b>Warning</b>: x<br />{around.format(overview())}{end}"
    assert reported(read(body))[0] == ("readable.syntax", "line 1, column 1")
    assert read(body).values == VALUES


@pytest.mark.parametrize("broken", ["{'a': %s}", "[x, %s]", '"a\n%s', "\n{'a': %s}"])
def test_json_that_breaks_is_not_called_something_before_what_it_holds(broken):
    envelope = read(broken % '{"message": "error", "errors": ["x"]}')
    assert not envelope.problems[0].got.startswith("something before it")


def test_values_are_read_although_a_control_character_is_not_escaped():
    assert read(overview(package='"a\tb"')).values == VALUES | {"package": "a\tb"}


@pytest.mark.parametrize(
    "text", ["two texts", "JSONP", "PHP warning", "text after it", "hijacking guard", "PHP notice"]
)
def test_values_of_an_envelope_within_other_text_are_read(text):
    assert read(SYNTAX[text][0]).values == VALUES


def test_problems_of_an_envelope_within_other_text_are_told_too():
    body = f"cb({overview(without=['package'])})"
    assert [where for where, _ in reported(read(body))] == ["readable.syntax", "success.fields"]


@pytest.mark.parametrize(
    "body, where",
    [
        ('{"message": "error",\n "errors": ["x"],\n}', "line 3, column 1"),
        ("\n{'message': 'error'}", "line 2, column 2"),
        (overview() + " x", f"line 1, column {len(overview()) + 1}"),
        (overview(package=r'"\ud800"'), "package"),
        (overview(r'"\ud800": 1'), "'\\ud800'"),
        (overview('"a": [1, {"b": NaN}]'), "a[1].b"),
        ('{"message": "error", "errors": ["x", "\\ud800"]}', "errors[1]"),
    ],
)
def test_broken_syntax_has_a_place(body, where):
    assert reported(read(body))[0] == ("readable.syntax", where)


def test_a_lone_surrogate_is_neither_a_value_nor_a_second_problem():
    envelope = read(overview(package=r'"\ud800"', requests=r'"\ud800"'))
    assert [requirement for requirement, _ in reported(envelope)] == ["readable.syntax"] * 2
    assert set(NAMES) - set(envelope.values) == {"package", "requests"}
    str(envelope.problems).encode()


def test_a_surrogate_pair_is_a_character():
    assert read(overview(package=r'"\ud83d\ude00"')).package == "\U0001f600"


def test_a_hundred_levels_are_read():
    deep = "[" * 99 + "]" * 99
    assert reported(read(overview(f'"deep": {deep}'))) == [("success.no-extras", "deep")]
    assert reported(read(overview(f'"deep": {deep}, "two": {deep}'))) == [
        ("success.no-extras", "deep"),
        ("success.no-extras", "two"),
    ]


ENCODINGS = {
    "mark": (b"\xef\xbb\xbf" + overview().encode(), VALUES),
    "UTF-16 with a mark": (overview().encode("utf-16"), VALUES),
    "UTF-16 without a mark": (overview().encode("utf-16-le"), VALUES),
    "UTF-16, the other order": (overview().encode("utf-16-be"), VALUES),
    "UTF-32": (overview().encode("utf-32-be"), VALUES),
    "UTF-32 with a mark": (overview().encode("utf-32"), VALUES),
    "Latin-1": (overview(package='"é"').encode("latin-1"), None),
    "half a character": (overview(package='"é"').encode().replace(b"\xc3\xa9", b"\xc3"), None),
    "over-long": (overview(package='"e"').encode().replace(b'"e"', b'"\xc1\xa5"'), None),
    "surrogate": (overview(package='"e"').encode().replace(b'"e"', b'"\xed\xa0\x80"'), None),
}


@pytest.mark.parametrize("body, values", ENCODINGS.values(), ids=ENCODINGS)
def test_another_encoding_than_utf8_is_one_problem_and_read_all_the_same(body, values):
    envelope = read(body)
    assert [requirement for requirement, _ in reported(envelope)] == ["readable.encoding"]
    assert envelope.kind is EnvelopeKind.OVERVIEW
    assert envelope.values == values or "package" not in envelope.values


def test_bytes_that_do_not_decode_have_a_place():
    body = b'{"message": "error", "errors": ["caf\xe9"]}'
    assert reported(read(body)) == [("readable.encoding", "byte 37")]


OTHER_FORMATS = {
    "HTML": ("<!DOCTYPE html>\n<html><body>Too many requests</body></html>", EnvelopeKind.UNKNOWN),
    "HTML without a DOCTYPE": ("\n<html><p>error</p></html>", EnvelopeKind.UNKNOWN),
    "HTML with an envelope in it": (
        f"\n<html><script>x = {overview()}</script></html>\n",
        EnvelopeKind.OVERVIEW,
    ),
    "a quote, and nesting without end": ('x" {"a":' + "[" * 100_000, EnvelopeKind.UNKNOWN),
    "text, and nesting without end": ("x" + "[" * 101, EnvelopeKind.UNKNOWN),
    "three names": ("reputation: 1, requests: 1, package: 1", EnvelopeKind.OVERVIEW),
    "two names": ("reputation: 1, requests: 1", EnvelopeKind.UNKNOWN),
    "one name, spelt in three ways": (
        "credits_used, credits-used, creditsUsed",
        EnvelopeKind.UNKNOWN,
    ),
    "XML": (
        "<?xml version='1.0'?><result><message>error</message>"
        "<errors><error>x</error></errors></result>",
        EnvelopeKind.ERRORS,
    ),
    "XML of other names": ("<Error><Code>5</Code></Error>", EnvelopeKind.ERRORS),
    "plain text": ("404 page not found", EnvelopeKind.UNKNOWN),
    "one word": ("error", EnvelopeKind.UNKNOWN),
    "Python": ("None", EnvelopeKind.UNKNOWN),
    "a date": ("2010-08-30", EnvelopeKind.UNKNOWN),
    "form": ("&".join(f"{name}=1" for name in NAMES), EnvelopeKind.OVERVIEW),
    "YAML": ("\n".join(f"{name}: 1" for name in NAMES), EnvelopeKind.OVERVIEW),
    "PHP": ('a:1:{s:12:"credits_used";i:5;}', EnvelopeKind.OVERVIEW),
    "text with objects": ("x" + '{"a": 1} ' * 9 + overview(), EnvelopeKind.OVERVIEW),
    "text with a broken object": ('x {"credits_used": 1,', EnvelopeKind.OVERVIEW),
    "image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", EnvelopeKind.UNKNOWN),
    "NUL": (b"\0" * 100, EnvelopeKind.UNKNOWN),
}


@pytest.mark.parametrize("body, looks", OTHER_FORMATS.values(), ids=OTHER_FORMATS)
def test_another_format_is_that_one_problem(body, looks):
    envelope = read(body)
    assert reported(envelope) == [("readable.format", "body")]
    assert envelope.kind is looks


NEITHER = {
    "empty object": ("{}", EnvelopeKind.UNKNOWN),
    "empty list": ("[]", EnvelopeKind.UNKNOWN),
    "string": ('"x"', EnvelopeKind.UNKNOWN),
    "empty string": ('""', EnvelopeKind.UNKNOWN),
    "number": ("5", EnvelopeKind.UNKNOWN),
    "null": ("null", EnvelopeKind.UNKNOWN),
    "true": ("true", EnvelopeKind.UNKNOWN),
    "status": ('{"status": "ok"}', EnvelopeKind.UNKNOWN),
    "an overview after more than is looked at": (
        f"[{'{},' * 10_000}{overview()}]",
        EnvelopeKind.OVERVIEW,
    ),
    "an overview below more than is looked at": (
        f"[[{'{},' * 6_000}{{}}], [{'{},' * 6_000}{{}}], [[[{overview()}]]]]",
        EnvelopeKind.OVERVIEW,
    ),
    "the word success": ('{"message": "success"}', EnvelopeKind.UNKNOWN),
    "values without names": ('["100", "50000"]', EnvelopeKind.UNKNOWN),
    "error": ('{"error": "x"}', EnvelopeKind.ERRORS),
    "status error": ('{"status": "error"}', EnvelopeKind.ERRORS),
    "Message": ('{"Message": "Forbidden"}', EnvelopeKind.ERRORS),
    "message deeper": ('{"error": {"message": "x", "code": 5}}', EnvelopeKind.ERRORS),
    "one field": ('{"package": "Silver"}', EnvelopeKind.OVERVIEW),
    "two fields": ('{"credits_used": 1, "credits_remain": 0}', EnvelopeKind.OVERVIEW),
    "a field deeper": ('{"account": {"credits_used": 1}}', EnvelopeKind.OVERVIEW),
    "a field beside success": ('{"message": "success", "requests": 1}', EnvelopeKind.OVERVIEW),
    "names as values": ('[{"name": "credits_used", "value": 1}]', EnvelopeKind.OVERVIEW),
    "JSON within JSON": (json.dumps(overview()), EnvelopeKind.OVERVIEW),
}


@pytest.mark.parametrize("body, looks", NEITHER.values(), ids=NEITHER)
def test_json_that_is_neither_envelope_is_that_one_problem(body, looks):
    envelope = read(body)
    assert reported(envelope) == [("readable.envelope", "body")]
    assert envelope.kind is looks


def test_the_values_of_a_few_fields_are_read():
    assert read('{"credits_used": 1, "package": null}').values == {"credits_used": 1}


def test_many_problems_of_a_kind_are_cut_short_and_counted():
    envelope = read(json.dumps({"message": "error", "errors": [5] * 1000}))
    assert len(envelope.problems) == 20
    assert envelope.problems[-1].hint == "and 980 more like this"


def test_of_many_half_characters_the_first_are_told():
    envelope = read(overview(f'"x": [{", ".join(["NaN"] * 30)}]'))
    syntax = [p for p in envelope.problems if p.requirement.id == "readable.syntax"]
    assert [problem.where for problem in syntax] == [f"x[{n}]" for n in range(20)]
    assert {problem.hint for problem in syntax} == {""}


def test_what_came_is_shown_short_and_without_control_characters():
    body = overview(reputation=json.dumps("\x1b[31m\u202e" + "x" * 500))
    got = read(body).problems[0].got
    assert got.startswith(r"the string '\x1b[31m\u202exxx")
    assert len(got) < 100


# --- Properties ------------------------------------------------------------------------------

COUNT = st.integers(0, 10**30)
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
ACCOUNT = st.fixed_dictionaries(
    {
        field.name: {Kind.COUNT: COUNT, Kind.DATE: st.dates(), Kind.TEXT: TEXT}[field.kind]
        for field in FIELDS
    }
)
SPACE = st.text(" \t\r\n", max_size=3)


@st.composite
def written(draw, values):
    """Write an object in some order, with some white space and some escapes."""

    def string(text):
        escaped = draw(st.booleans())
        return json.dumps(text, ensure_ascii=escaped)

    def value(item):
        if isinstance(item, int):
            return str(item) if draw(st.booleans()) else f'"{item}"'
        return string(item.isoformat() if isinstance(item, date) else item)

    def spaced(text):
        return draw(SPACE) + text + draw(SPACE)

    names = draw(st.permutations(list(values)))
    members = [f"{spaced(string(name))}:{spaced(value(values[name]))}" for name in names]
    return spaced("{" + ",".join(members) + "}")


@given(st.data(), ACCOUNT)
def test_an_overview_reads_back_however_it_is_written(data, account):
    envelope = read(data.draw(written(account)))
    assert isinstance(envelope, Overview)
    assert envelope.values == account


@given(st.sets(st.sampled_from(NAMES), max_size=7))
def test_exactly_the_fields_left_out_are_told(without):
    envelope = read(overview(without=without))
    assert {where for _, where in reported(envelope)} == without
    assert all(requirement == "success.fields" for requirement, _ in reported(envelope))


@given(st.lists(TEXT, min_size=1))
def test_errors_read_back(errors):
    body = json.dumps({"message": "error", "errors": errors}, ensure_ascii=False)
    envelope = read(body)
    assert isinstance(envelope, ErrorList)
    assert envelope.errors == tuple(errors)


JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=3) | st.sampled_from([*NAMES, "message", "errors"]), inner
        )
    ),
    max_leaves=30,
)


@given(JSON_VALUE)
def test_any_json_value_is_judged(value):
    envelope = read(json.dumps(value))
    assert envelope.problems or not isinstance(envelope, Unreadable)
    str(envelope.problems).encode()


def test_a_word_or_two_in_an_addition_to_an_error_is_no_account():
    body = b'{"message": "error", "errors": ["no"], "rate": {"requests": 600, "remaining": 3}}'
    envelope = read_envelope(body, Format.JSON)
    assert [problem.requirement.id for problem in envelope.problems] == ["errors.no-extras"]
    body = body.replace(b'"rate"', b'"overview"')
    assert "errors.no-account-fields" in [
        p.requirement.id for p in read_envelope(body, Format.JSON).problems
    ]
