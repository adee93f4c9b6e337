"""Account data in an error: values that disclose something, and equal values by chance."""

import json
import tracemalloc
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from urllib.parse import quote

import pytest

from made_responses import overview, response_to
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks import disclosure
from reseller_conformance.checks.disclosure import Disclosure, concerns
from reseller_conformance.checks.violation import Violation
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


def reported(response, *others, names=NAMES, accounts=(), **values) -> list[str]:
    accounts = accounts or [overview(**{"package": "Silver Package", **values})]
    check = Disclosure(accounts, [response, *others], names).check
    return [f"{one.where}: {one.actual}" for one in check(response)]


def test_a_violation_says_where_the_value_is_and_that_nothing_was_expected():
    found = error(STRANGER, "No access to Silver Package.")
    [violation] = Disclosure([overview(package="Silver Package")], [found], NAMES).check(found)
    expected = "nothing of an account that the call may not see"
    assert violation == Violation(found, "body", expected, "package: 'silver package'")


def test_only_errors_are_searched_and_no_error_with_fields_of_an_account():
    let_in = overview(STRANGER, package="Silver Package")
    assert reported(let_in) == [], "another requirement refuses it"
    body = b'{"message": "error", "errors": ["no"], "package": "Silver Package"}'
    assert reported(response_to(STRANGER, 403, body)) == [], "another requirement names the fields"
    body = b'{"message": "error", "errors": ["no"], "plan": "Silver Package"}'
    assert reported(response_to(STRANGER, 403, body)) == ["body: package: 'silver package'"]


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
        ("Locked until 29-Sep-10.", "billing_end_date: '29-sep-10'"),
        ("Locked until 29 Sep 10", "billing_end_date: '29 sep 10'"),
        ("until 1285718400", "billing_end_date: '1285718400'"),
        ("until 1285718400.000", "billing_end_date: '1285718400'"),
        ("until 1285718400000", "billing_end_date: '1285718400000'"),
    ],
)
def test_a_package_and_a_date_are_told(text, actual):
    assert reported(error(STRANGER, text)) == [f"body: {actual}"]


MIDNIGHT = 1285718400
"""The beginning of 2010-09-29 in UTC, as Unix time."""


@pytest.mark.parametrize("hours", [-13, -2, 0, 5, 8, 10])
def test_the_midnight_of_an_inhabited_zone_is_told(hours):
    written = str(MIDNIGHT + hours * 3600)
    found = error(STRANGER, "no", headers=[("X-Cycle-Ends", written)])
    assert reported(found) == [f"header X-Cycle-Ends: billing_end_date: '{written}'"]


@pytest.mark.parametrize(
    "number",
    [
        "1285718401",
        "1285718460",
        "1285718400.5",
        "1285718400001",
        "12857184000",
        "128571840000",
        "0.1285718400",
        "1285632000",
    ],
)
def test_another_number_is_no_date_of_an_account(number):
    assert reported(error(STRANGER, number), billing_start_date="2010-09-20") == []


def test_a_unix_time_about_a_foreign_customer_may_be_anything():
    assert reported(error(FOREIGN, f"incident {MIDNIGHT - 9 * 86400}")) == []


@pytest.mark.parametrize(
    "text", ["29 Sep 10:15", "29-Sep-1", "29-Sep 10", "1/Sep/10", "29-Sep-101"]
)
def test_a_month_without_a_year_is_no_date_of_an_account(text):
    assert reported(error(STRANGER, text)) == []


def test_a_year_of_two_digits_about_a_foreign_customer_may_be_anything():
    assert reported(error(FOREIGN, "reserved 31-Jan-09")) == []


@pytest.mark.parametrize(("today", "found"), [(28, 0), (30, 0), (27, 1)])
def test_a_unix_time_of_today_is_that_of_the_response(today, found):
    date = f"x, {today} Sep 2010 12:00:00 GMT"
    headers = [("X-Reset", str(MIDNIGHT)), ("Date", date)]
    response = error(STRANGER, "no", headers=headers)
    values = {"billing_start_date": "2010-08-30", "billing_process_date": "2010-08-31"}
    assert len(reported(response, **values)) == found


def test_a_unix_time_in_errors_about_nobody_discloses_none_of_an_account():
    assert reported(error(STRANGER, f"{MIDNIGHT}"), error(NOBODY, f"{MIDNIGHT}")) == []


def test_a_header_tells_too():
    found = error(STRANGER, "no", headers=[("X-Plan", "Silver Package")])
    assert reported(found) == ["header X-Plan: package: 'silver package'"]


def test_a_header_that_is_percent_encoded_tells_too():
    found = error(STRANGER, "no", headers=[("X-Plan", "Silver%20Package")])
    assert reported(found) == ["header X-Plan: package: 'silver package'"]


SESSION = json.dumps({"plan": "Silver Package", "until": "2010-09-29"}).encode()
SIGNED = json.dumps({"_rails": {"message": b64encode(SESSION).decode(), "exp": None}}).encode()
SESSIONS = {
    "base64": b64encode(SESSION),
    "percent-encoded": quote(b64encode(SESSION + b"  ")).encode(),
    "as Flask writes it": urlsafe_b64encode(SESSION).rstrip(b"=") + b".aTk_3w.5Jx-2fQ",
    "as Rails writes it": b64encode(SESSION) + b"--" + b"0a1b2c3d" * 5,
    "as Rails writes it, without padding": b64encode(SESSION).rstrip(b"=") + b"--0a1b2c3d",
    "as Rails signs it": b64encode(SIGNED) + b"--" + b"0a1b2c3d" * 5,
    "as Express writes it": b"s%3A" + b64encode(SESSION) + b".c2lnbmF0dXJl",
    "a JSON Web Token": b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    + urlsafe_b64encode(SESSION).rstrip(b"=")
    + b".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
}


@pytest.mark.parametrize("value", SESSIONS.values(), ids=SESSIONS)
def test_a_cookie_in_base64_tells_too(value):
    headers = [("Set-Cookie", f"session={value.decode()}; HttpOnly; Path=/")]
    assert reported(error(STRANGER, "no", headers=headers)) == [
        "header Set-Cookie: package: 'silver package'",
        "header Set-Cookie: billing_end_date: '2010-09-29'",
    ]


def test_base64_in_the_url_safe_alphabet_is_read():
    held = "Silver Package ÿÿÿ>>>???~~~".encode()
    written = urlsafe_b64encode(held).decode()
    assert {"-", "_"} & {*written}
    found = error(STRANGER, "no", headers=[("X-Plan", written)])
    assert reported(found) == ["header X-Plan: package: 'silver package'"]


@pytest.mark.parametrize(
    "value",
    [
        b64encode(b"Silver"),
        b64encode(b"\xff" + SESSION),
        b"A" + b64encode(SESSION).rstrip(b"="),
        b"-" * 40,
        b"0a1b2c3d" * 5,
    ],
)
def test_what_is_no_base64_of_a_text_tells_nothing(value):
    assert reported(error(STRANGER, "no", headers=[("X-Plan", value.decode())])) == []


def test_a_cookie_in_base64_of_errors_about_nobody_tells_nothing():
    headers = [("Set-Cookie", f"session={b64encode(SESSION).decode()}")]
    errors = [error(case, "no", headers=headers) for case in (STRANGER, NOBODY)]
    assert reported(*errors) == []


def test_headers_in_any_encoding_are_searched():
    for value in ("K\xe4se Silver Package", "K\xc3\xa4se Silver Package", "Silver Package 漢"):
        found = error(STRANGER, "no", headers=[("X-Plan", value)])
        assert reported(found) == ["header X-Plan: package: 'silver package'"]


def test_a_body_that_does_not_decode_is_searched():
    body = b'{"message": "error", "errors": ["Silver Package f\xfcr Sie"]}'
    assert reported(response_to(STRANGER, 403, body)) == ["body: package: 'silver package'"]


def test_an_error_without_such_values_tells_nothing():
    assert reported(error(STRANGER, "api_key is wrong: 700 of 1000 requests")) == []


def test_what_errors_about_nobody_hold_too_is_there_by_chance():
    assert reported(error(STRANGER, "no silver package"), error(NOBODY, "no silver package")) == []


def test_a_name_that_was_sent_is_no_disclosure():
    assert reported(error(STRANGER, "no ann-silver"), names=("ann-silver",), package="Silver") == []


@pytest.mark.parametrize(
    ("package", "text", "found"),
    [
        ("Tin", "Tin: no", []),
        (" Tin ", "Tin: no", []),
        ("Gold", "Gold: no", ["body: package: 'gold'"]),
        ("Gold ***", "Gold ***: no", []),
    ],
    ids=["three characters", "three in spaces", "four characters", "where the key is redacted"],
)
def test_a_package_of_four_characters_without_the_key_is_searched_for(package, text, found):
    assert reported(error(STRANGER, text), package=package) == found


def test_an_overview_without_a_package_discloses_none():
    rest = response_to(body=overview().exchange.body.replace(b"package", b"parcel"))
    assert reported(error(STRANGER, "none"), accounts=[rest]) == []


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


@pytest.mark.parametrize(
    "now", ["2026-11-29T00:00:01", "29.11.2026", "November 28, 2026", "2026/11/27"]
)
def test_the_time_of_the_response_is_no_date_of_an_account(now):
    headers = [("Date", "Sat, 28 Nov 2026 23:59:59 GMT")]
    assert reported(error(FOREIGN, f"at {now}", headers=headers)) == []


@pytest.mark.parametrize("day", ["2026-11-26", "2026-11-30"])
def test_another_day_than_that_of_the_response_in_any_time_zone_is_told(day):
    headers = [("Date", "Sat, 28 Nov 2026 23:59:59 GMT")]
    found = error(FOREIGN, f"since {day}", headers=headers)
    assert reported(found) == [f"body: a date: '{day}'"]


@pytest.mark.parametrize("day", ["2009-01-31", "2010-09-29"])
def test_a_date_in_errors_about_nobody_discloses_none_of_an_account(day):
    assert reported(error(FOREIGN, f"build {day}"), error(NOBODY, f"build {day}")) == []


OTHER = replace(STRANGER, customer=1)


def test_a_word_of_the_package_is_told_if_errors_about_another_customer_lack_it():
    account = error(STRANGER, "The silver plan needs a key.")
    assert reported(account, error(OTHER, "The gold plan needs a key.")) == [
        "body: a word of package: 'silver'"
    ]


def test_a_word_of_each_package_that_the_customer_had_is_told():
    accounts = [overview(package="Silver Package"), overview(package="Premium Package")]
    account = error(STRANGER, "The silver and the premium plan need a key.")
    assert reported(account, error(OTHER, "no"), accounts=accounts) == [
        "body: a word of package: 'premium'",
        "body: a word of package: 'silver'",
    ]


def test_a_word_of_a_name_that_was_sent_is_no_disclosure():
    account = error(STRANGER, "The silver plan needs a key.")
    assert reported(account, error(OTHER, "no"), names=("lighthouse", "silver")) == []


def test_a_word_that_any_of_the_errors_about_another_customer_holds_is_no_disclosure():
    account = error(STRANGER, "The silver plan needs a key.")
    assert reported(account, error(OTHER, "no silver"), error(OTHER, "no")) == []
    headers = [("X-Plan", "silver"), ("X-Served-By", "web1")]
    assert reported(account, error(OTHER, "no", headers=headers)) == []


def test_a_word_of_the_own_package_in_an_error_about_a_foreign_customer_is_no_disclosure():
    foreign = error(FOREIGN, "The silver plan shows no others.")
    assert reported(foreign, error(replace(FOREIGN, customer=1), "no")) == []


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


def test_the_words_of_many_long_errors_are_not_kept() -> None:
    calls = [replace(STRANGER, customer=who) for who in range(8)]
    errors = [
        error(call, *(f"word{call.customer}x{number}" for number in range(20_000)))
        for call in calls
    ]
    tracemalloc.start()
    try:
        Disclosure([overview(package="Silver Package")], errors, NAMES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    longest = max(len(one.exchange.body) for one in errors)
    assert peak < 20 * longest


def test_errors_that_are_alike_are_searched_once(monkeypatch):
    searched = []
    found = disclosure.dates_in
    monkeypatch.setattr(
        disclosure, "dates_in", lambda text: (searched.append(text), found(text))[1]
    )
    errors = [error(replace(STRANGER, repeat=number), "no") for number in range(9)]
    check = Disclosure([overview(package="Silver Package")], errors, NAMES).check
    assert not [violation for one in errors for violation in check(one)]
    assert sum("message" in text for text in searched) == 1


@pytest.mark.parametrize("text", ["silverware", "quicksilver", "silver_plan", "silver2"])
def test_a_part_of_another_word_is_no_word_of_the_package(text):
    assert reported(error(STRANGER, f"The {text} needs a key."), error(OTHER, "no")) == []
    both = error(STRANGER, f"The {text} needs a key. The silver plan, too.")
    assert reported(both, error(OTHER, "no")) == ["body: a word of package: 'silver'"]


def test_a_date_is_told_behind_many_lines_without_one():
    text = "\n".join(["build 1.2.2009.4", "no date", *("lorem 2010 ipsum",) * 9, "29.09.2010"])
    assert reported(error(STRANGER, text)) == ["body: billing_end_date: '29.09.2010'"]
