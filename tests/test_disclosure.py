"""Account data in an error: values that disclose something, and equal values by chance."""

import json
from dataclasses import replace

import pytest

from made_responses import overview, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.disclosure import Disclosure, concerns
from reseller_conformance.contract import Format

STRANGER = Case(Format.JSON, api_key=State.UNKNOWN)
FOREIGN = Case(Format.JSON, user=State.FOREIGN)
NOBODY = Case(Format.JSON, user=State.UNKNOWN)
NAMES = ("lighthouse", "ann")


def error(case, *texts, headers=()):
    body = json.dumps({"message": "error", "errors": [*texts]}).encode()
    made = response_to(case, 403, body)
    exchange = replace(made.exchange, headers=(*made.exchange.headers, *headers))
    return replace(made, exchange=exchange)


def reported(response, *others, names=NAMES, **values) -> list[str]:
    accounts = [overview(**{"package": "Silver Package", **values})]
    check = Disclosure(accounts, [response, *others], names).check
    return [f"{one.where}: {one.actual}" for one in check(response)]


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("No access to Silver Package.", "package: 'silver package'"),
        ("SILVER PACKAGE", "package: 'silver package'"),
        ("until 2010-09-29", "billing_end_date: '2010-09-29'"),
        ("until 29.09.2010", "billing_end_date: '29.09.2010'"),
        ("billed 2010/09/30", "billing_process_date: '2010/09/30'"),
        ("Locked until 29 September 2010.", "billing_end_date: '29 september 2010'"),
        ("Locked until Sep 29, 2010.", "billing_end_date: 'sep 29, 2010'"),
        ("Locked until 29-Sep-2010.", "billing_end_date: '29-sep-2010'"),
        ("Locked until the 29th of September 2010", "billing_end_date: '29th of september 2010'"),
        ("Gesperrt bis 30.8.2010", "billing_start_date: '30.8.2010'"),
        ("until 9/30/2010", "billing_process_date: '9/30/2010'"),
        ("valid=20100930", "billing_process_date: '20100930'"),
    ],
)
def test_a_package_and_a_date_are_told(text, actual):
    assert reported(error(STRANGER, text)) == [f"body: {actual}"]


def test_a_header_tells_too():
    found = error(STRANGER, "no", headers=[("X-Plan", "Silver Package")])
    assert reported(found) == ["header X-Plan: package: 'silver package'"]


def test_a_header_that_is_percent_encoded_tells_too():
    found = error(STRANGER, "no", headers=[("X-Plan", "Silver%20Package")])
    assert reported(found) == ["header X-Plan: package: 'silver package'"]


def test_an_error_without_such_values_tells_nothing():
    assert reported(error(STRANGER, "api_key is wrong: 700 of 1000 requests")) == []


def test_what_errors_about_nobody_hold_too_is_there_by_chance():
    assert reported(error(STRANGER, "no silver package"), error(NOBODY, "no silver package")) == []


def test_a_name_that_was_sent_is_no_disclosure():
    assert reported(error(STRANGER, "no ann-silver"), names=("ann-silver",), package="Silver") == []


def test_a_short_package_is_not_searched_for():
    assert reported(error(STRANGER, "I said no"), package="I") == []


@pytest.mark.parametrize(
    "date",
    ["2009-01-31", "2009/01/31", "31.1.2009", "01/31/2009", "31 january 2009", "jan 31, 2009"],
)
def test_a_date_in_an_error_about_a_foreign_customer_is_told(date):
    assert reported(error(FOREIGN, f"elsewhere since {date}")) == [f"body: a date: '{date}'"]


@pytest.mark.parametrize(
    "version", ["1.2.2009.4", "2009-01/31", "12009-01-31", "1/2009", "1 x 2009"]
)
def test_other_numbers_in_an_error_about_a_foreign_customer_are_no_date(version):
    assert reported(error(FOREIGN, f"build {version}")) == []


@pytest.mark.parametrize("now", ["2026-11-29T00:00:01", "29.11.2026", "November 28, 2026"])
def test_the_time_of_the_response_is_no_date_of_an_account(now):
    headers = [("Date", "Sat, 28 Nov 2026 23:59:59 GMT")]
    assert reported(error(FOREIGN, f"at {now}", headers=headers)) == []


def test_a_date_in_errors_about_nobody_is_no_date_of_an_account():
    assert reported(error(FOREIGN, "build 2009-01-31"), error(NOBODY, "build 2009-01-31")) == []


OTHER = replace(STRANGER, customer=1)


def test_a_word_of_the_package_is_told_if_errors_about_another_customer_lack_it():
    account = error(STRANGER, "The silver plan needs a key.")
    assert reported(account, error(OTHER, "The gold plan needs a key.")) == [
        "body: a word of package: 'silver'"
    ]


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([], id="no other customer was sent"),
        pytest.param([error(OTHER, "no silver without a key")], id="in the same error"),
        pytest.param([error(replace(OTHER, api_key=State.MISSING), "no")], id="another call"),
    ],
)
def test_a_word_that_may_be_in_any_error_is_no_disclosure(others):
    assert reported(error(STRANGER, "no silver without a key"), *others) == []


def test_a_key_with_something_behind_it_is_wrong():
    ending = replace(STRANGER, api_key=State.VALID, around=("", "%00x"))
    assert concerns(replace(ending, order=("task", "user", "api_user", "api_key")))
    assert not concerns(replace(ending, order=("api_user", "api_key", "task", "user")))


def test_a_number_of_eight_digits_in_an_error_about_a_foreign_customer_is_no_date():
    assert reported(error(FOREIGN, "incident 20090131")) == []


def test_the_days_of_cookies_are_those_of_the_response():
    headers = [("Set-Cookie", "s=1; expires=Sun, 31-Jan-2027 00:00:00 GMT")]
    assert reported(error(FOREIGN, "no", headers=headers)) == []


def test_calls_concern_an_account_that_they_may_not_see():
    assert concerns(STRANGER)
    assert concerns(FOREIGN)
    assert concerns(Case(Format.JSON, api_user=State.MISSING))
    assert not concerns(NOBODY)
    assert not concerns(Case(Format.JSON, task=State.MISSING))
