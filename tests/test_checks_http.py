"""What the checks of HTTP say of headers and bodies: the place, what is expected, and what came."""

from dataclasses import replace

import pytest

from made_responses import RIGHT, WRONG, broken, overview, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.checks import http
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import is_lost
from reseller_conformance.contract import Format
from reseller_conformance.exchange import BROKEN_HEADERS, TransportErrorKind, TransportProblem


def headed(*fields: tuple[str, str]) -> Response:
    """Make a response with these header lines."""
    return parse(replace(response_to().exchange, headers=fields))


def found(check, response) -> list[tuple[str, str]]:
    return [(violation.where, violation.actual) for violation in check(response)]


def test_headers_that_contradict_each_other_are_all_shown():
    contradictory = headed(("Content-Type", "application/json"), ("CONTENT-TYPE", "text/html"))
    shown = "application/json, then text/html"
    assert list(http.complete(contradictory)) == [
        Violation(contradictory, "Content-Type", "one Content-Type", shown)
    ]


def test_long_headers_that_contradict_each_other_are_cut():
    long = headed(("Content-Type", "text/html"), ("Content-Type", "text/plain; " + "x" * 120))
    assert found(http.complete, long) == [
        ("Content-Type", f"text/html, then text/plain; {'x' * 92}")
    ]


XML = overview(Case(Format.XML)).exchange.body


def encoded(content_type: str, declared: str = "", case: Case = RIGHT) -> Response:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>'.encode() if declared else b""
    body = declaration + XML if case.format is Format.XML else overview().exchange.body
    return response_to(case, 200, body, content_type)


REGISTERED = "a name that IANA registers, such as UTF-8, ISO-8859-1 or windows-1252"


@pytest.mark.parametrize(
    ("content_type", "declared", "where", "name"),
    [
        ("text/xml; charset=utf8", "", "Content-Type", "utf8"),
        ("text/xml", "UTF8", "body", "UTF8"),
        ("text/xml; charset=utf-8", "utf8", "body", "utf8"),
        ("text/xml; charset=UTF8", "utf-8", "Content-Type", "UTF8"),
    ],
)
def test_an_encoding_by_a_name_that_is_not_registered_is_reported_where_it_is(
    content_type, declared, where, name
):
    response = encoded(content_type, declared, Case(Format.XML))
    actual = f"an encoding called '{name}'"
    assert list(http.encoding_name(response)) == [Violation(response, where, REGISTERED, actual)]


def test_an_unregistered_name_in_json_is_that_of_the_header():
    response = encoded("application/json; charset=utf8")
    assert found(http.encoding_name, response) == [("Content-Type", "an encoding called 'utf8'")]


@pytest.mark.parametrize(
    ("content_type", "declared"),
    [
        ("text/xml", ""),
        ("text/xml; charset=utf-8", "UTF-8"),
        ("text/xml; charset=no-such-encoding", ""),
    ],
)
def test_a_registered_a_missing_or_an_unknown_encoding_has_no_unregistered_name(
    content_type, declared
):
    assert not found(http.encoding_name, encoded(content_type, declared, Case(Format.XML)))


def test_a_declaration_in_a_text_of_json_names_no_encoding():
    body = b'{"message": "error", "errors": ["<?xml version=\'1.0\' encoding=\'utf8\'?>"]}'
    assert not found(http.encoding_name, response_to(WRONG, 403, body))


def test_the_encoding_of_a_body_in_another_format_has_one_cause():
    html = response_to(body=b"<html>", content_type="text/html; charset=utf8")
    assert not found(http.encoding_name, html)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Injected", "1"),
        ("x-injected", ""),
        ("Set-Cookie", "injected=1"),
        ("set-cookie", " injected=1; Path=/"),
    ],
)
def test_a_header_that_the_request_wrote_is_reported(name, value):
    written = headed(("Content-Type", "application/json"), (name, value))
    assert list(http.injected(written)) == [
        Violation(written, name, "no header that the request wrote", f"{name}: {value}")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Set-Cookie", "sid=injected=1"),
        ("Set-Cookie", "sid=1"),
        ("X-Request", "injected=1"),
        ("X-Echo", "X-Injected: 1"),
    ],
)
def test_a_header_that_the_server_wrote_is_no_injection(name, value):
    assert not found(http.injected, headed((name, value)))


@pytest.mark.parametrize("detail", sorted(BROKEN_HEADERS))
def test_a_line_that_breaks_the_headers_is_reported_as_an_injection(detail):
    problem = TransportProblem(TransportErrorKind.DROPPED, detail)
    written = response_to(WRONG, 403, problem=problem)
    assert list(http.injected(written)) == [
        Violation(written, "headers", "no header line from the request", detail)
    ]


def test_a_connection_that_breaks_is_no_injection():
    assert not found(http.injected, broken(TransportErrorKind.DROPPED))


@pytest.mark.parametrize(
    ("response", "lost"),
    [
        (broken(TransportErrorKind.DROPPED), True),
        (broken(TransportErrorKind.TIMEOUT), True),
        (broken(TransportErrorKind.NOT_SENT), False),
        (response_to(), False),
        (response_to(WRONG, 403), False),
    ],
)
def test_a_call_without_a_response_is_lost(response, lost):
    assert is_lost(response) is lost


@pytest.mark.parametrize(
    ("response", "reported"),
    [
        (response_to(WRONG, 500), [("status", "500")]),
        (response_to(WRONG, 400, b""), [("body", "400 with an empty body")]),
        (response_to(WRONG, 500, b""), [("status", "500")]),
        (response_to(WRONG, 400, b"<html>Bad Request</html>", "text/html"), []),
        (response_to(WRONG, 302, b""), []),
    ],
    ids=["5xx", "no body", "5xx without a body", "a page with 400", "a redirect"],
)
def test_a_malformed_request_gets_any_body_but_no_failure(response, reported):
    assert found(http.survives, response) == reported
