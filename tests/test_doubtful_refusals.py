"""Which refusals are doubted: those in the form of a firewall's page, at the time of a ban."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from made_responses import ERROR, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.suite.doubtful_refusals import DoubtfulRefusals
from reseller_conformance.suite.target_session import TargetSession

PAGE = b"<html><body>Request blocked</body></html>"
ATTACK = Case(Format.JSON, user=State.INJECTION)
NEAR_MISS = Case(Format.JSON, user=State.PREFIX)
IN_OTHER_ORDER = Case(Format.JSON, order=tuple(reversed(PARAMETERS)))


def refused(case: Case, began: float, seconds: float, status: int = 403) -> Response:
    return response_to(case, status, PAGE, "text/html", began=began, seconds=seconds)


@pytest.mark.parametrize(
    ("responses", "is_doubted"),
    [
        ([refused(ATTACK, 0, 1), refused(NEAR_MISS, 1, 1)], True),
        # the ban is in force before the page arrives that says so
        ([refused(NEAR_MISS, 0, 1), refused(ATTACK, 0.5, 1)], True),
        ([refused(NEAR_MISS, 0, 1), refused(ATTACK, 1.5, 1)], False),
        ([refused(NEAR_MISS, 0, 1, 404), refused(ATTACK, 0.5, 1)], False),
        ([refused(NEAR_MISS, 0, 1)], False),
    ],
    ids=["after it", "during it", "before it", "in another form", "alone"],
)
def test_a_refusal_is_doubted_if_a_firewall_stops_an_attack_in_the_same_form(
    responses: list[Response], is_doubted: bool
) -> None:
    refusals = DoubtfulRefusals(cast("TargetSession", None))  # nothing is sent
    for response in responses:
        refusals.take(response)
    assert refusals.is_pressing is is_doubted


def in_words(text: str, case: Case = IN_OTHER_ORDER, status: int = 403) -> Response:
    return response_to(case, status, f'{{"message": "error", "errors": ["{text}"]}}'.encode())


@pytest.mark.parametrize(
    ("response", "is_doubted"),
    [
        (in_words("Gesperrt für 9 Sekunden."), True),
        (in_words("Gesperrt für 12 Sekunden."), True),
        (in_words("Gesperrt."), False),
        (in_words("Gesperrt für 9 Sekunden.", status=400), False),
        # an error envelope is due to these anyway
        (in_words("Gesperrt für 9 Sekunden.", NEAR_MISS), False),
        (in_words("Gesperrt für 9 Sekunden.", Case(Format.JSON, api_key=State.MISSING)), False),
    ],
    ids=["the same", "another number", "other words", "another status", "invalid", "without a key"],
)
def test_a_valid_call_is_doubted_if_a_known_lock_refuses_in_these_words(
    response: Response, is_doubted: bool
) -> None:
    refusals = DoubtfulRefusals(cast("TargetSession", None))
    refusals.take(response)
    assert not refusals.is_pressing
    refusals.expect([in_words("Gesperrt für 9 Sekunden.", Case(Format.JSON))])
    refusals.take(response)
    assert refusals.is_pressing is is_doubted


class Calls:
    """A session that sends calls again, and gets the same refusal each time."""

    def __init__(self) -> None:
        self.sent: list[Case] = []

    def send_again(self, case: Case) -> list[Response]:
        self.sent.append(case)
        return [refused(case, 9, 1)]


def test_a_refusal_of_an_account_that_is_sent_twice_is_compared_with_a_login_of_the_second() -> (
    None
):
    calls = Calls()
    refusals = DoubtfulRefusals(cast("TargetSession", calls))
    wrong = Case(Format.JSON, api_user=State.UNKNOWN)
    for case in (wrong, replace(wrong, task=State.EMPTY), Case(Format.JSON, api_key=State.EMPTY)):
        refusals.take(response_to(case, 403, ERROR))
    twice = Case(Format.JSON, repeated_parameters=(("api_user", State.UNKNOWN),))
    refusals.take(refused(twice, 3, 1))
    assert twice in [response.case for response in refusals.look_into(4)]
    assert {case.api_user for case in calls.sent} == {State.UNKNOWN}


def test_a_text_like_an_attack_that_gets_429_after_failed_logins_is_compared_with_one_of_them() -> (
    None
):
    calls = Calls()
    refusals = DoubtfulRefusals(cast("TargetSession", calls))
    missing = Case(Format.JSON, api_user=State.MISSING)
    for _ in range(2):
        refusals.take(response_to(missing, 403, ERROR))
    refusals.take(refused(replace(missing, extra=(("api_user[$gt]", ""),)), 3, 1, status=429))
    refusals.look_into(0)
    assert calls.sent == [missing]
