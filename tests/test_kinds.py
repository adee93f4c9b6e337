"""The place and the kind of a violation: the same from run to run, and no coarser than that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_responses import overview
from reseller_conformance.cases.case import Case
from reseller_conformance.checks import consistency, values
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.findings.kinds import kind_of, place_of


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("billing_start_date", "billing_start_date"),
        ("result/overview/billing_start_date", "billing_start_date"),
        ("data.credits_used", "credits_used"),
        ("errors[3]", "errors[N]"),
        ("result/errors/error[2]/@code", "result/errors/error[N]/@code"),
        ("line 3, column 14", "line N, column N"),
        ("byte 17", "byte N"),
        ("Content-Type", "Content-Type"),
        ("task missing", "task missing"),
        ("user", "user"),
        ("task missing and user empty", "task and user"),
        ("api_user and api_key wrong and user", "api_user and api_key and user"),
        ("salt and pepper", "salt and pepper"),
        ("\ud800", "?"),
        ("", "body"),
        ("*", "'*'"),
    ],
)
def test_a_place_is_a_field_or_a_member_without_numbers(where: str, place: str) -> None:
    assert place_of(where) == place


DATE = "a day that exists, as a string YYYY-MM-DD"


@pytest.mark.parametrize(
    ("where", "expected", "got", "kind"),
    [
        ("billing_start_date", DATE, "the string '29/09/2010'", "the string"),
        ("billing_start_date", DATE, "'29/09/2010'", "a text"),
        ("billing_start_date", DATE, "''", "an empty text"),
        ("billing_start_date", DATE, "null", "null"),
        ("credits_used", "a count", "the number 5.5", "the number"),
        ("credits_used", "a count", "the number -1e400", "the number"),
        ("credits_used", "a count", "an object with a, b", "an object"),
        ("credits_used", "a count", "a list of 3", "a list"),
        ("credits_used", "a count", "an empty list", "an empty list"),
        ("package", "package once", "3 of that name", "N of that name"),
        ("status", "4xx with an error envelope", "200", "2xx"),
        ("status", "a response within the retries", "503 3 times, Retry-After: 5", "5xx"),
        ("body", "an envelope", "200 with an empty body", "N with an empty body"),
        ("Content-Type", "application/json", "text/html; charset=utf-8", "text/html"),
        ("answer", "an HTTP response", "connection reset", ""),
        ("id", "nothing undocumented", "the number 7", ""),
        ("task missing", "an error envelope", "an overview: package=Silver", "an overview"),
        ("requests", "as in JSON: requests=7", "requests=9", ""),
    ],
)
def test_a_kind_says_what_came_without_its_value(
    where: str, expected: str, got: str, kind: str
) -> None:
    assert kind_of(where, expected, got) == kind


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_place_and_a_kind_that_a_file_can_hold(
    where: str, expected: str, got: str
) -> None:
    for made in (place_of(where, expected), kind_of(where, expected, got)):
        assert made.encode("utf-8").decode() == made
        assert not any(character in "0123456789" for character in made)


# --- As the checks say it -------------------------------------------------------------------------


def keys(departures: list[Violation]) -> set[tuple[str, str]]:
    return {
        (place_of(d.where, d.expected), kind_of(d.where, d.expected, d.actual)) for d in departures
    }


def test_another_customers_overview_is_one_kind_whichever_fields_show_it() -> None:
    ours = overview()
    found = []
    for other in ({"package": "Gold"}, {"package": "Gold", "credits_allowed": 1}):
        found += list(consistency.own_account(Bracketed(ours, overview(**other), ours)))
    assert [departure.where for departure in found] == ["package", "package, credits_allowed"]
    assert keys(found) == {("overview", "")}


def test_counts_that_differ_from_run_to_run_are_one_kind_and_each_field_its_own() -> None:
    ours = overview()
    found = []
    for other in ({"requests": 9}, {"requests": 123456}, {"credits_used": 5}):
        xml = overview(Case(Format.XML), **other)
        found += list(consistency.formats(Bracketed(ours, xml, ours)))
    assert keys(found) == {("requests", ""), ("credits_used", "")}


@given(st.integers(101, 10**9))
def test_a_value_that_is_too_large_has_no_value_in_its_key(much: int) -> None:
    assert keys(list(values.reputation(overview(reputation=much)))) == {("reputation", "")}
