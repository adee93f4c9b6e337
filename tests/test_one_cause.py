"""A race, and a server that fails now and then, are each reported by one requirement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count

import pytest

from faults import FAULTS
from judging import Direct, Judged, judge, settings, target_of
from reseller_conformance.contract import Format
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reference import (
    Account,
    Reference,
    Refusal,
    Request,
    Response,
    default_reference,
)
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import ISOLATION_CONCURRENCY, REJECTS_USER_FOREIGN
from test_matrix import at_level_should, client_of

PAGE = b"<h1>Service Unavailable</h1>"
ALONE = "what failed passes when it is called alone: see "


class FailsNowAndThen(Reference):
    """The reference behind a gateway that fails each so many-th call, perhaps the first one too."""

    def __init__(self, status: int, number: int, first: int = 1) -> None:
        super().__init__(default_reference().accounts)
        self.status, self.number, self.calls = status, number, count(first)

    def respond(self, request: Request) -> Response:
        if next(self.calls) % self.number == 0:
            return Response(self.status, "text/html", PAGE)
        return super().respond(request)


class FailsForSomeTexts(FailsNowAndThen):
    """Fails for a text too, whenever it is sent."""

    def respond(self, request: Request) -> Response:
        if b"user=%27&" in request.query + b"&":
            return Response(self.status, "text/html", PAGE)
        return super().respond(request)


class FailsFrom(FailsNowAndThen):
    """Fails from this call on."""

    def respond(self, request: Request) -> Response:
        if next(self.calls) >= self.number:
            return Response(self.status, "text/html", PAGE)
        return Reference.respond(self, request)


def judged(made: Reference, selected: Collection[str] | None = None) -> list[Judged]:
    target = target_of(made, EMBEDDED_URL)
    return judge(target, settings("quick"), Direct(made, target), selected=selected)


def failed(outcomes: Sequence[Judged]) -> set[str]:
    return {one.requirement.id for one in outcomes if one.outcome is Outcome.FAILED}


def pointed(outcomes: Sequence[Judged]) -> set[str]:
    return {one.reason.removeprefix(ALONE) for one in outcomes if one.reason.startswith(ALONE)}


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (502, "http.delivered"),
        (503, "http.delivered"),
        (504, "http.delivered"),
        (500, "http.server-error"),
    ],
)
@pytest.mark.parametrize("number", [3, 7, 20])
def test_a_server_that_fails_now_and_then_is_one_finding(status: int, cause: str, number: int):
    outcomes = judged(FailsNowAndThen(status, number))
    assert failed(outcomes) == pointed(outcomes) == {cause}


def test_no_header_field_is_the_cause_of_a_crash_now_and_then():
    with client_of(FAULTS["success_crash_each_20th"], 0) as (target, client, _):
        outcomes = judge(target, at_level_should("standard", None), client)
    assert failed(outcomes) == {"http.server-error"}


@pytest.mark.parametrize("number", [3, 50])
def test_the_first_call_may_fail_and_the_others_are_tested(number: int):
    outcomes = judged(FailsNowAndThen(503, number, first=number))
    assert failed(outcomes) == {"http.delivered"}
    untested = [one for one in outcomes if one.outcome is Outcome.NOT_TESTED]
    # one call in three fails, so that few calls of each client are left to compare
    others = [one for one in untested if one.requirement.topic != "clients"]
    assert all("see http.delivered" in one.reason for one in others)


def test_what_fails_alone_too_is_found_by_its_name():
    assert failed(judged(FailsForSomeTexts(503, 20))) == {"http.delivered", "request.special-text"}


def test_nothing_points_to_a_cause_that_is_not_tested():
    outcomes = judged(FailsNowAndThen(503, 7), {"request.special-text", "request.order"})
    assert "request.special-text" in failed(outcomes)
    assert not pointed(outcomes)


@pytest.mark.parametrize("what", ["account", "error", "count"])
def test_a_race_is_one_finding(what: str):
    with client_of(FAULTS[f"mixed_up_{what}"], 0) as (target, client, mocking):
        outcomes = judge(target, settings("quick"), client, mocking)
    assert failed(outcomes) == pointed(outcomes) == {ISOLATION_CONCURRENCY.id}
    formats = {one.format for one in outcomes if one.outcome is Outcome.FAILED}
    assert formats == set(Format)


def test_a_server_that_fails_from_some_call_on_passes_little():
    outcomes = judged(FailsFrom(503, 100))
    assert failed(outcomes) == {"http.delivered"}
    passed = {one.requirement.id for one in outcomes if one.outcome is Outcome.PASSED}
    assert {"success.returned", "success.fields"} <= passed
    assert passed.isdisjoint({"rejects.user-unknown", "request.special-text", "clients.accept"})
    lost = [one.reason for one in outcomes if one.reason.startswith("most calls got no response")]
    assert lost
    assert all(reason.endswith("see http.delivered") for reason in lost)


class ShowsAnother(Reference):
    """Shows the account of another customer now and then, and at first to one of the customers."""

    def __init__(self, at_first: int | None) -> None:
        super().__init__(default_reference().accounts)
        self.at_first, self.calls = at_first, Counter()

    def overview(self, account: Account) -> Mapping[str, str]:
        customers = default_reference().accounts.resellers[0].customers
        who = [one.user for one in customers].index(account.user)
        self.calls[who] += 1
        # the first call in each format is one of the first two
        mistaken = self.calls[who] % 11 == 0 or (who == self.at_first and self.calls[who] <= 2)
        return super().overview(customers[1 - who] if mistaken and who < 2 else account)


@pytest.mark.parametrize("at_first", [None, 0, 1])
def test_the_account_of_another_customer_is_no_value_that_goes_back(at_first: int | None):
    violated = failed(judged(ShowsAnother(at_first)))
    assert violated
    assert violated <= {"isolation.customers", "isolation.concurrency"}


class WrongNowAndThen(Reference):
    """Each so many-th valid call gets an error, or the account of another customer."""

    def __init__(self, number: int, *, shows_another: bool) -> None:
        super().__init__(default_reference().accounts)
        self.number, self.shows_another, self.calls = number, shows_another, count(1)

    def look_up(self, parameters: Sequence[tuple[str, str]]) -> Account | Refusal:
        found = super().look_up(parameters)
        if isinstance(found, Refusal) or next(self.calls) % self.number:
            return found
        customers = default_reference().accounts.resellers[0].customers
        others = [one for one in customers if one.user != found.user]
        return others[0] if self.shows_another else Refusal(400, ("The database is busy.",))


@pytest.mark.parametrize("shows_another", [True, False])
@pytest.mark.parametrize("number", [7, 11, 23, 50])
def test_valid_calls_that_go_wrong_now_and_then_are_about_isolation(
    number: int, shows_another: bool
):
    outcomes = judged(WrongNowAndThen(number, shows_another=shows_another))
    isolation = {"isolation.customers", "isolation.concurrency", "isolation.sequence"}
    assert failed(outcomes) & isolation
    assert failed(outcomes) <= {*isolation, "success.returned"}
    assert pointed(outcomes) <= failed(outcomes)


@pytest.mark.parametrize("shows_another", [True, False])
def test_a_rare_mistake_among_concurrent_calls_is_one_finding(shows_another: bool):
    outcomes = judged(WrongNowAndThen(100, shows_another=shows_another))
    assert failed(outcomes) == pointed(outcomes) == {"isolation.concurrency"}


@pytest.mark.parametrize("depth", ["smoke", "quick"])
def test_a_foreign_customer_whose_name_is_like_an_own_one_is_the_reason(depth: str) -> None:
    reference = default_reference()
    target = target_of(reference, EMBEDDED_URL)
    alike = replace(target, foreign=f" {target.customers[1].upper()}")
    found = judge(alike, settings(depth), Direct(reference, alike))
    foreign = [one for one in found if one.requirement is REJECTS_USER_FOREIGN]
    assert {(one.outcome, one.reason) for one in foreign} == {
        (
            Outcome.NOT_TESTED,
            "the name of the foreign customer is too similar to your customer "
            f"{target.customers[1]!r}: readers of names may take them for one. Name another one "
            "with --foreign-user",
        )
    }
    assert [one for one in found if "too similar" in one.reason] == foreign
