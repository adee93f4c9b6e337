"""What a response must not depend on: how the client writes the request. Without a server."""

from dataclasses import replace

import pytest

from made_responses import ERROR, RIGHT, WRONG, broken, overview, response_to, texts_of
from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.profiles import VERSION, Change, own_with
from reseller_conformance.checks import clients
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.exchange import TransportErrorKind, TransportProblem
from reseller_conformance.requirements import Requirement

DROPPED, INCOMPLETE = TransportErrorKind.DROPPED, TransportErrorKind.INCOMPLETE
PAGE = b"<html/>"
STRICT = Change("Accept", "application/xml")
OLD = Change(VERSION, "1.0")


def written(change: Change, case: Case = RIGHT) -> Case:
    return replace(case, profile=own_with(change))


def with_header(response: Response, name: str, value: str) -> Response:
    exchange = response.exchange
    return replace(response, exchange=replace(exchange, headers=((name, value),)))


def coded(coding: str, offered: str | None, kind: TransportErrorKind | None = None) -> Response:
    """Return a response in this content coding to a client that offers others."""
    problem = TransportProblem(kind, "it does not decode") if kind else None
    case = written(Change("Accept-Encoding", offered))
    return with_header(response_to(case, problem=problem), "content-encoding", coding)


def between(response: Response, control: Response | None = None) -> Bracketed:
    control = control or overview()
    return Bracketed(control, response, control)


# --- Is the response the same? --------------------------------------------------------------------

REFUSED = ("answer", "the customer's overview", "an error: no", "")
BROKEN = response_to(status=403, body=PAGE)
LATIN = "application/json; charset=ISO-8859-1"

DIFFERENCES = {
    "an overview that is the same": (between(overview(written(STRICT))), []),
    "a page": (between(BROKEN), [("body", "one JSON text", "an HTML page: '<html/>'", "")]),
    "an error": (between(response_to(status=403)), [REFUSED]),
    "an error, as the control call gets": (between(response_to(), response_to()), []),
    "another account, with wrong digits too": (
        between(overview(requests="05", package="Gold")),
        [
            (
                "requests",
                "a count: a number, or a string, of digits alone",
                "the string '05'",
                "",
            )
        ],
    ),
    "another account": (
        between(overview(package="Gold")),
        [("package", "this customer's: package=Silver", "package=Gold", "")],
    ),
    "an invalid call that gets an error": (between(response_to(WRONG), response_to(WRONG)), []),
    "an invalid call that gets an overview": (
        between(overview(WRONG), response_to(WRONG)),
        [
            (
                "task missing",
                "an error envelope",
                "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
                "",
            )
        ],
    ),
    "another charset": (
        between(
            with_header(overview(package="Größe"), "Content-Type", LATIN), overview(package="Größe")
        ),
        [
            (
                "Content-Type",
                "UTF-8, which JSON is in",
                "charset 'ISO-8859-1', by which it would be another text",
                "",
            )
        ],
    ),
    "a limit of rate": (between(response_to(status=429, body=PAGE)), []),
    "a coding that only the client can undo": (between(coded("br", "br", INCOMPLETE)), []),
    "no response": (
        between(broken(DROPPED)),
        [("answer", "an HTTP response", "why", "")],
    ),
}


@pytest.mark.parametrize(("group", "found"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_response_is_compared_with_that_to_the_suites_own_request(
    group: Bracketed, found: list[tuple[str, str, str, str]]
) -> None:
    assert texts_of(clients.difference(group)) == found


def test_a_charset_that_the_control_call_has_too_is_no_difference() -> None:
    response = with_header(overview(package="Größe"), "Content-Type", LATIN)
    assert not any(clients.difference(between(response, response)))


def test_a_finding_names_the_field_that_makes_the_difference() -> None:
    [found] = clients.difference(between(BROKEN), place="Accept", hint="as curl too")
    assert (found.where, found.hint) == ("Accept", "as curl too")
    assert found.response is BROKEN


def test_what_plain_calls_violate_too_is_no_difference() -> None:
    group = between(overview(requests="0700"))
    assert any(clients.difference(group))
    assert not any(clients.difference(group, [r.SUCCESS_COUNTS]))


def test_what_the_control_call_after_it_violates_too_is_no_difference() -> None:
    padded = overview(requests="0700")
    assert not any(clients.difference(Bracketed(overview(), padded, padded)))
    assert any(clients.difference(Bracketed(padded, padded, overview())))
    # what plain calls violate anyhow stays excused
    undated = overview(requests="0700", billing_end_date="31.12.2010")
    assert any(clients.difference(Bracketed(overview(), undated, padded)))
    assert not any(clients.difference(Bracketed(overview(), undated, padded), [r.SUCCESS_DATES]))


def test_another_account_is_a_difference_although_its_form_is_excused() -> None:
    group = between(overview(requests="0700", package="Gold"))
    [found] = clients.difference(group, [r.SUCCESS_COUNTS])
    assert found.where == "package"


# --- Which requirement is it? ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "requirements"),
    [
        ("Accept", "application/xml", (r.CLIENTS_ACCEPT, r.CLIENTS_ACCEPT_OTHER)),
        ("Accept", "text/html, */*;q=0.8", (r.CLIENTS_ACCEPT,)),
        ("Accept", None, (r.CLIENTS_ACCEPT,)),
        (VERSION, "1.0", (r.CLIENTS_CONNECTION, r.CLIENTS_HTTP_VERSION)),
        ("Connection", "close", (r.CLIENTS_CONNECTION,)),
        ("Connection", "Close", (r.CLIENTS_CONNECTION,)),
        ("Connection", "keep-alive", (r.CLIENTS_SAME_RESPONSE,)),
        ("Connection", None, (r.CLIENTS_SAME_RESPONSE,)),
        ("X-Close", "close", (r.CLIENTS_SAME_RESPONSE,)),
        ("User-Agent", None, (r.CLIENTS_NO_USER_AGENT,)),
        ("User-Agent", "Mozilla/5.0 X", (r.CLIENTS_BROWSER,)),
        ("User-Agent", "Ruby", (r.CLIENTS_USER_AGENT,)),
        ("Sec-Fetch-Mode", "navigate", (r.CLIENTS_BROWSER,)),
        # Node sends this one too
        ("Sec-Fetch-Mode", "cors", (r.CLIENTS_SAME_RESPONSE,)),
        # no client sends it
        ("X-Requested-With", "XMLHttpRequest", (r.CLIENTS_SAME_RESPONSE,)),
        # of the profiles only the browser sends them, and any client may
        ("Accept-Language", "en-US,en;q=0.5", (r.CLIENTS_LANGUAGE,)),
        ("Accept-Encoding", "gzip, deflate, br, zstd", (r.CLIENTS_SAME_RESPONSE,)),
        ("Accept-Charset", "utf-8", (r.CLIENTS_LANGUAGE, r.CLIENTS_BROWSER)),
        ("Accept-Encoding", "identity", (r.CLIENTS_IDENTITY,)),
        ("X-Encoding", "identity", (r.CLIENTS_SAME_RESPONSE,)),
    ],
)
def test_a_change_of_the_request_concerns_the_requirements_of_its_field(
    field: str, value: str | None, requirements: tuple[Requirement, ...]
) -> None:
    change = Change(field, value)
    assert clients.concerned(change) == requirements
    if len(requirements) == 1:
        assert (clients.violated([change], between(BROKEN)),) == requirements


ACCEPT, OTHER = r.CLIENTS_ACCEPT, r.CLIENTS_ACCEPT_OTHER
WHOLE, VERSION_REFUSED = r.CLIENTS_CONNECTION, r.CLIENTS_HTTP_VERSION


@pytest.mark.parametrize(
    ("case", "control", "status", "requirement"),
    [
        (RIGHT, 200, 406, OTHER),
        (RIGHT, 200, 400, OTHER),
        (RIGHT, 200, 399, ACCEPT),
        (RIGHT, 200, 500, ACCEPT),
        (RIGHT, 200, 200, ACCEPT),
        (RIGHT, 200, None, ACCEPT),
        # one of several customers may be refused anyhow
        (RIGHT, 406, 406, OTHER),
        (WRONG, 400, 406, OTHER),
        # the error itself, in another format
        (WRONG, 400, 400, ACCEPT),
    ],
)
def test_a_refusal_of_what_a_client_accepts_is_less_than_another_response(
    case: Case, control: int, status: int | None, requirement: Requirement
) -> None:
    response = response_to(written(STRICT, case), status, PAGE)
    group = between(response, response_to(case, control))
    assert clients.violated([STRICT], group) is requirement


@pytest.mark.parametrize(
    ("status", "problem", "requirement"),
    [
        (505, None, VERSION_REFUSED),
        (426, None, VERSION_REFUSED),
        (400, None, VERSION_REFUSED),
        (399, None, WHOLE),
        (500, None, WHOLE),
        (200, None, WHOLE),
        (None, None, WHOLE),
        (None, DROPPED, VERSION_REFUSED),
        (None, TransportErrorKind.TIMEOUT, WHOLE),
        (426, INCOMPLETE, WHOLE),
        (200, DROPPED, WHOLE),
    ],
)
def test_a_refusal_of_http_1_0_is_less_than_a_part_of_a_response(
    status: int | None, problem: TransportErrorKind | None, requirement: Requirement
) -> None:
    response = response_to(
        written(OLD), status, PAGE, problem=problem and TransportProblem(problem, "it failed")
    )
    assert clients.violated([OLD], between(response)) is requirement


@pytest.mark.parametrize(
    ("case", "status", "body", "requirement"),
    [
        (WRONG, 400, ERROR[:20], WHOLE),
        (WRONG, 400, b"", WHOLE),
        (WRONG, 400, PAGE, VERSION_REFUSED),
        (WRONG, 426, ERROR[:20], VERSION_REFUSED),
        (RIGHT, 400, ERROR[:20], VERSION_REFUSED),
    ],
)
def test_the_beginning_of_the_error_that_is_due_refuses_no_version(
    case: Case, status: int, body: bytes, requirement: Requirement
) -> None:
    group = between(response_to(written(OLD, case), status, body), response_to(case, 400))
    assert clients.violated([OLD], group) is requirement


def test_a_difference_that_needs_something_lenient_is_lenient() -> None:
    refused = between(response_to(status=403))
    accept, agent = Change("Accept", None), Change("User-Agent", None)
    browser = Change("User-Agent", "Mozilla/5.0")
    assert clients.violated([accept, agent, browser], refused) is r.CLIENTS_NO_USER_AGENT
    assert clients.violated([accept, browser, agent], refused) is r.CLIENTS_BROWSER
    assert clients.violated([accept, accept], refused) is r.CLIENTS_SAME_RESPONSE


def test_the_order_and_the_letter_case_of_fields_are_no_change() -> None:
    assert clients.violated([], between(response_to(status=403))) is r.CLIENTS_SAME_RESPONSE


def test_an_invalid_call_that_a_browser_gets_accepted_is_a_must():
    let_in = overview(replace(RIGHT, api_key=State.MISSING))
    group = Bracketed(response_to(status=403), let_in, response_to(status=403))
    browser = Change("Upgrade-Insecure-Requests", "1")
    assert clients.violated([browser], group) is r.CLIENTS_SAME_RESPONSE
    assert clients.violated([browser], between(BROKEN)) is r.CLIENTS_BROWSER


# --- What is required of one response -------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "actual"),
    [("gzip", "gzip"), ("GZIP", "gzip"), ("gzip, br", "br, gzip"), ("identity", ""), ("", "")],
)
def test_a_content_coding_that_nobody_offered_is_a_violation(used: str, actual: str) -> None:
    found = texts_of(clients.coding(coded(used, "identity")))
    expected = ("Content-Encoding", "no content coding", actual, "")
    assert found == ([expected] if actual else [])


def test_a_response_without_a_content_coding_has_none() -> None:
    assert not any(clients.coding(overview(written(Change("Accept-Encoding", None)))))


def test_a_coding_that_does_not_decode_is_the_matter_of_another_requirement() -> None:
    assert not any(clients.coding(coded("gzip", None, INCOMPLETE)))


def test_a_coding_that_the_suite_cannot_decode_is_not_offered_by_naming_none() -> None:
    assert any(clients.coding(coded("br", None, INCOMPLETE)))


@pytest.mark.parametrize(
    ("offered", "used", "undecodable"),
    [
        ("gzip, deflate, br", "br", True),
        ("gzip, deflate, BR", "br", True),
        ("gzip, deflate, br", "Br", True),
        ("gzip, deflate, br", "gzip, br", True),
        ("gzip, br, deflate", "br", True),
        ("gzip, zstd;q=0.5", "zstd", True),
        ("gzip;q=1.0,br;q=0.6", "br", True),
        (None, "br", True),
        ("gzip, deflate", "br", False),
        ("gzip, br", "br, zstd", False),
        ("identity", "br", False),
        # the suite can decode these, so the body is at fault
        ("gzip", "gzip", False),
        ("x-gzip", "x-gzip", False),
        ("deflate", "deflate", False),
        ("br", "identity", False),
        ("br", "", False),
    ],
)
def test_a_coding_that_only_its_client_can_undo_shows_nothing(
    offered: str | None, used: str, undecodable: bool
) -> None:
    assert clients.has_undecodable_coding(coded(used, offered, INCOMPLETE)) is undecodable


def test_a_body_that_is_decoded_or_did_not_come_shows_what_it_shows() -> None:
    assert not clients.has_undecodable_coding(coded("br", "br"))
    assert not clients.has_undecodable_coding(coded("br", "br", DROPPED))


def test_the_suites_own_request_offers_only_what_the_suite_can_undo() -> None:
    response = coded("br", "br", INCOMPLETE)
    own = replace(response, exchange=replace(response.exchange, case=RIGHT))
    assert not clients.has_undecodable_coding(own)


def test_chunks_are_a_violation_in_http_1_0() -> None:
    response = with_header(overview(written(OLD)), "transfer-encoding", "Chunked")
    assert texts_of(clients.no_chunks(response)) == [
        ("Transfer-Encoding", "no chunks in HTTP/1.0", "Chunked", "")
    ]
    [long] = clients.no_chunks(with_header(response, "Transfer-Encoding", "chunked, " * 99))
    assert long.actual == ("chunked, " * 99)[:40]


def test_a_response_without_chunks_is_none_of_them() -> None:
    response = overview(written(OLD))
    assert not any(clients.no_chunks(response))
    assert not any(clients.no_chunks(with_header(response, "Transfer-Encoding", "identity")))


def test_chunks_that_break_off_are_the_matter_of_another_requirement() -> None:
    response = with_header(broken(INCOMPLETE, 200), "Transfer-Encoding", "chunked")
    assert not any(clients.no_chunks(response))


@pytest.mark.parametrize(
    ("check", "response"),
    [
        (clients.coding, coded("gzip", "identity")),
        (clients.no_chunks, with_header(overview(), "Transfer-Encoding", "chunked")),
        (clients.head_error, response_to(status=500)),
    ],
)
def test_a_violation_holds_the_response_that_shows_it(check, response: Response) -> None:
    assert [found.response for found in check(response)] == [response]


# --- A cookie, and HEAD ---------------------------------------------------------------------------


def test_a_cookie_changes_nothing_of_a_valid_call() -> None:
    assert not any(clients.no_credential(between(overview())))
    [(where, expected, actual, _)] = texts_of(clients.no_credential(between(response_to())))
    assert (where, expected, actual) == ("Cookie", *REFUSED[1:3])


def test_what_plain_calls_violate_is_not_the_cookies() -> None:
    group = between(overview(requests="0700"))
    assert any(clients.no_credential(group))
    assert not any(clients.no_credential(group, [r.SUCCESS_COUNTS]))


def test_a_cookie_lets_no_invalid_call_in() -> None:
    refused = response_to(WRONG)
    assert not any(clients.no_credential(between(refused, refused)))
    [found] = clients.no_credential(between(overview(WRONG), refused))
    assert (found.where, found.expected) == ("Cookie", "an error envelope")
    assert found.actual.startswith("an overview: package=Silver")
    assert found.response.case is WRONG


def test_an_invalid_call_that_is_let_in_without_the_cookie_too_is_not_the_cookies() -> None:
    assert not any(clients.no_credential(between(overview(WRONG), overview(WRONG))))


@pytest.mark.parametrize(
    ("status", "violated"),
    [(500, True), (501, True), (505, True), (499, False), (405, False), (200, False)],
)
def test_head_gets_no_5xx(status: int, violated: bool) -> None:
    expected = ("status", "a response to HEAD, no 5xx", str(status), "")
    assert texts_of(clients.head_error(response_to(status=status))) == [expected] * violated


@pytest.mark.parametrize("status", [502, 503, 504, None])
def test_what_a_gateway_sends_to_head_is_no_violation(status: int | None) -> None:
    assert not any(clients.head_error(response_to(status=status)))
