"""Which refusals are doubted: those in the form of a firewall's page, at the time of a ban."""

from __future__ import annotations

from typing import cast

import pytest

from made_responses import response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.suite.doubtful_refusals import DoubtfulRefusals
from reseller_conformance.suite.target_session import TargetSession

PAGE = b"<html><body>Request blocked</body></html>"
ATTACK = Case(Format.JSON, user=State.INJECTION)
NEAR_MISS = Case(Format.JSON, user=State.PREFIX)


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
