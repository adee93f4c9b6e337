"""A text that looks like an attack, and what a firewall sends for it. Without a server."""

from dataclasses import replace

import pytest

from made_responses import ERROR, RIGHT, WRONG, broken, overview, response_to, texts_of
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import Text
from reseller_conformance.checks.firewall import (
    is_firewall_response,
    is_no_envelope,
    is_stopped,
    none_stopped,
)
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.exchange import TransportErrorKind, TransportProblem

PAGE = b"<html><body>Request blocked</body></html>"
XML = Case(Format.XML)
ATTACKS = [f"{number}' OR 1=1 --" for number in range(1, 8)]
HINT = "something in front of the implementation seems to stop texts that look like an attack"


def sent_with(*texts: str) -> Case:
    first, *more = texts
    return replace(RIGHT, user=Text(first), extra=tuple(("note", text) for text in more))


def stopped(*texts: str, status: int | None = 403, body: bytes = PAGE) -> Response:
    return response_to(sent_with(*texts), status, body)


# --- Whose response is it? ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "is_the_firewalls"),
    [
        (response_to(status=400, body=PAGE), True),
        (response_to(status=499, body=b"no"), True),
        (response_to(status=403, body=b""), True),
        (response_to(status=403, body=b'{"message": "Forbidden"}'), True),
        (response_to(status=200, body=PAGE), True),
        (response_to(status=299, body=PAGE), True),
        (response_to(status=200, body=PAGE + b"\xff"), True),
        (response_to(status=200, body=b"\xa9 no page"), False),
        (response_to(status=200, body=b""), False),
        (response_to(status=300, body=PAGE), False),
        (response_to(status=302, body=PAGE), False),
        (response_to(status=399, body=PAGE), False),
        (response_to(status=500, body=PAGE), False),
        # a saved body without its status
        (response_to(status=None, body=PAGE), False),
        (response_to(status=403, body=ERROR), False),
        (overview(), False),
        (broken(TransportErrorKind.DROPPED), True),
        (broken(TransportErrorKind.TIMEOUT), False),
        (broken(TransportErrorKind.INCOMPLETE, 403), False),
    ],
)
def test_a_firewall_sends_a_refusal_or_a_page_or_nothing(
    response: Response, is_the_firewalls: bool
) -> None:
    assert is_firewall_response(response) is is_the_firewalls


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PAGE, True),
        (b"", True),
        (b'{"message": "Forbidden"}', True),
        (ERROR, False),
        (b'{"error": "Forbidden"}', True),
        # the implementation's own: the message, the text or broken JSON
        (b'{"message": "error"}', False),
        (b'{"message": "error", "errors": []}', False),
        (b'{"message": "Error", "errors": ["no"]}', False),
        (b'{"message": "error", "errors": ["no"', False),
        (b'{"message": "Forbidden", }', False),
    ],
)
def test_json_of_another_service_is_no_envelope(body: bytes, expected: bool) -> None:
    assert is_no_envelope(response_to(status=403, body=body)) is expected


def test_xml_of_another_service_is_no_envelope() -> None:
    denied = b"<Error><Code>AccessDenied</Code><Message>Denied</Message></Error>"
    assert is_no_envelope(response_to(status=403, body=denied))
    assert is_no_envelope(response_to(XML, 403, denied, "text/xml"))
    own = b"<result><message>error</message><errors/></result>"
    assert not is_no_envelope(response_to(XML, 403, own, "text/xml"))


def test_an_overview_is_an_envelope_whatever_is_wrong_with_it() -> None:
    assert not is_no_envelope(overview())
    assert not is_no_envelope(overview(requests="many"))


def test_only_a_text_that_looks_like_an_attack_is_stopped() -> None:
    assert is_stopped(stopped(ATTACKS[0]))
    assert is_stopped(stopped("ada%00"))  # the core rule set of OWASP decodes twice
    assert not is_stopped(stopped("100%25"))
    operator = replace(RIGHT, extra=(("user[$ne]", "nobody"),))
    assert is_stopped(response_to(operator, 403, PAGE))
    array = replace(RIGHT, extra=(("user[]", "nobody"),))
    assert not is_stopped(response_to(array, 403, PAGE))
    assert not is_stopped(stopped("O'Brien"))
    assert not is_stopped(response_to(sent_with(ATTACKS[0]), 403, ERROR))


# --- The violation --------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_is_stopped() -> None:
    other = response_to(WRONG, 403, PAGE)
    passed = response_to(sent_with(ATTACKS[0]), 400, ERROR)
    assert not any(none_stopped([]))
    assert not any(none_stopped([other, passed]))


def test_all_texts_that_are_stopped_are_one_violation() -> None:
    passed = response_to(sent_with("passed' OR 1=1 --"), 400, ERROR)
    longer = stopped(ATTACKS[0], "../..")
    responses = [passed, longer, stopped(ATTACKS[1]), stopped(ATTACKS[1])]
    [found] = none_stopped(responses)
    assert found.response is responses[2]
    actual = f'HTTP 403 with no envelope, but an HTML page: {PAGE.decode()!r}, for "1\' OR 1=1 --"'
    assert texts_of([found]) == [
        (
            "request",
            "an error envelope for any text",
            f"{actual}, '../..', \"2' OR 1=1 --\"",
            HINT,
        )
    ]


def test_a_violation_shows_five_texts_and_counts_the_rest() -> None:
    [five] = none_stopped([stopped(text) for text in ATTACKS[:5]])
    assert five.actual.endswith('"5\' OR 1=1 --"')
    [seven] = none_stopped([stopped(text) for text in ATTACKS])
    assert seven.actual == f"{five.actual} and 2 more"


def test_a_long_text_is_shortened() -> None:
    [found] = none_stopped([stopped("<script>" + "x" * 90)])
    assert found.actual.endswith(f", for '<script>{'x' * 21}…'")


def test_the_response_that_most_texts_get_is_the_actual_one() -> None:
    empty = stopped(ATTACKS[0], body=b"")
    others = [stopped(text, status=406, body=b"") for text in ATTACKS[1:3]]
    [found] = none_stopped([empty, *others])
    assert found.actual.startswith("HTTP 406 without a body, for")


def test_a_text_after_which_the_connection_is_dropped_is_stopped() -> None:
    problem = TransportProblem(TransportErrorKind.DROPPED, "the connection was closed")
    [found] = none_stopped([response_to(sent_with("../.."), None, b"", problem=problem)])
    assert found.actual == "dropped: the connection was closed, for '../..'"
