"""Expected values: the file, the check, and a run with them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from judging import Direct, judge, settings, target_of
from made_responses import FIELDS, overview, texts_of
from reseller_conformance.cases.case import Case
from reseller_conformance.checks.expected import Range, expected_values
from reseller_conformance.cli.commands import main
from reseller_conformance.config.expected_accounts import ExpectedAccountsError, load_expectations
from reseller_conformance.contract import Format
from reseller_conformance.envelope import FieldValue
from reseller_conformance.reference import default_reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import VALUES_EXPECTED

CUSTOMER = "customer@example.com"
DAY = date(2010, 8, 30)


def written(folder: Path, document: object) -> Path:
    path = folder / "accounts.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def of_one_customer(folder: Path, **values: object) -> Path:
    return written(folder, {"customers": [{"user": CUSTOMER, **values}]})


# --- The file -------------------------------------------------------------------------------------


def test_the_file_of_serve_is_read_without_its_credentials(tmp_path: Path) -> None:
    customer = {"user": CUSTOMER, "requests": "500000", "billing_start_date": "2010-08-30"}
    reseller = {"api_user": "me", "api_key": "Secret-Key-1", "customers": [customer]}
    expected = load_expectations(written(tmp_path, {"resellers": [reseller]}))
    assert expected == {CUSTOMER: {"requests": 500000, "billing_start_date": DAY}}


def test_a_live_value_is_a_range(tmp_path: Path) -> None:
    path = of_one_customer(
        tmp_path, requests={"min": 5}, billing_end_date={"min": "2010-08-30", "max": "2010-09-30"}
    )
    expected = load_expectations(path)[CUSTOMER]
    assert expected["requests"] == Range(5, None)
    assert expected["billing_end_date"] == Range(DAY, date(2010, 9, 30))


@pytest.mark.parametrize(
    "document, message",
    [
        ([], 'the file must be an object with "resellers" or "customers", not: a list'),
        (None, 'the file must be an object with "resellers" or "customers", not: null'),
        ({"resellers": None}, "resellers must be a list, not: null"),
        ({"resellers": [1]}, 'resellers[0] must be an object with "customers", not: 1'),
        ({"resellers": [{}]}, "resellers[0] must have the member: customers"),
        ({}, "the file must have the member: customers"),
        ({"customers": {}}, ": customers must be a list, not: an object"),
        ({"customers": [[]]}, ': customers[0] must be an object with "user", not: a list'),
        ({"customers": [{}]}, ": customers[0] must have the member: user"),
        ({"customers": [{"user": 1}]}, ": customers[0].user must be a text, not: 1"),
        ({"customers": [{"user": "a", "credits": 1}]}, "has an unknown member: credits"),
        ({"customers": [{"user": "a", "requests": "many"}]}, 'must be a whole number, not: "many"'),
        ({"customers": [{"user": "a", "requests": True}]}, "must be a whole number, not: true"),
        (
            {"customers": [{"user": "a", "requests": {"low": 1}}]},
            '"min", "max" or both, not: an object',
        ),
        ({"customers": [{"user": "a", "package": 5}]}, "must be a text, not: 5"),
        (
            {"customers": [{"user": "a", "billing_end_date": "2010-13-01"}]},
            'must be a day written YYYY-MM-DD, not: "2010-13-01"',
        ),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(ExpectedAccountsError) as caught:
        load_expectations(written(tmp_path, document))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# --- An overview ----------------------------------------------------------------------------------


LATER = date(2010, 9, 30)


@pytest.mark.parametrize(
    ("lowest", "highest", "inside", "outside"),
    [
        (5, 9, (5, 7, 9), (4, 10, DAY, "7")),
        (5, None, (5, 10**30), (4, DAY, "7")),
        (None, 9, (0, 9), (10, DAY, "7")),
        (DAY, LATER, (DAY, date(2010, 9, 1), LATER), (date(2010, 8, 29), date(2010, 10, 1), 7)),
        (DAY, None, (DAY, date.max), (date(2010, 8, 29), 20100831, "2010-08-31")),
        (None, LATER, (date.min, LATER), (date(2010, 10, 1), 7, "2010-09-01")),
    ],
)
def test_a_range_holds_both_its_ends_and_what_is_between(
    lowest: int | date | None,
    highest: int | date | None,
    inside: tuple[FieldValue, ...],
    outside: tuple[FieldValue, ...],
) -> None:
    between = Range(lowest, highest)
    assert [value for value in (*inside, *outside) if between.holds(value)] == list(inside)


@pytest.mark.parametrize(
    ("between", "text"),
    [
        (Range(0, 100), "from 0 to 100"),
        (Range(0, None), "at least 0"),
        (Range(None, 100), "at most 100"),
        (Range(DAY, LATER), "from 2010-08-30 to 2010-09-30"),
    ],
)
def test_a_range_is_said_in_words(between: Range, text: str) -> None:
    assert str(between) == text


@pytest.mark.parametrize("format", Format)
def test_an_overview_is_held_to_each_value_that_is_given(format: Format) -> None:
    wanted = {
        "requests": 701,
        "package": f" {FIELDS['package']}\n",
        "credits_used": Range(0, 599),
        "credits_allowed": Range(1_000, None),
        "billing_start_date": Range(None, DAY),
        "billing_end_date": LATER,
    }
    response = overview(Case(format))
    found = list(expected_values(response, wanted))
    assert texts_of(found) == [
        ("requests", "requests=701", "requests=700", ""),
        ("credits_used", "from 0 to 599", "credits_used=600", ""),
        ("billing_end_date", "billing_end_date=2010-09-30", "billing_end_date=2010-09-29", ""),
    ]
    assert all(violation.response is response for violation in found)


def test_a_field_without_a_readable_value_is_not_compared() -> None:
    wanted = {"requests": 700, "credits_used": 601, "package": "Gold"}
    found = expected_values(overview(requests="many"), wanted)
    assert [violation.where for violation in found] == ["credits_used", "package"]


# --- A run ----------------------------------------------------------------------------------------


def run(*args: str) -> int:
    return main(["run", "--reference", "--depth=quick", "--only=values.expected", *args])


def test_a_run_against_other_values_is_violated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = of_one_customer(tmp_path, requests=1)
    assert run(f"--expect={path}") == 1
    said = capsys.readouterr().out
    assert "values.expected" in said
    assert "requests=1" in said


def test_a_run_with_the_right_values_is_conformant(tmp_path: Path) -> None:
    assert run(f"--expect={of_one_customer(tmp_path, requests=500000)}") == 0


def test_the_embedded_reference_is_held_to_its_own_accounts() -> None:
    assert run() == 0


def test_a_run_without_expected_values_says_so() -> None:
    reference = default_reference()
    target = target_of(reference, EMBEDDED_URL)
    results = judge(target, settings("quick"), Direct(reference, target))
    found = {one.reason for one in results if one.requirement is VALUES_EXPECTED}
    assert found == {"no --expect: values were compared with each other only"}


def test_a_file_that_names_no_customer_of_the_run_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESELLER_API_USER", "me")
    monkeypatch.setenv("RESELLER_API_KEY", "Some-Key-000")
    path = of_one_customer(tmp_path, requests=1)
    args = ["run", "--base-url=http://127.0.0.1:1", "--user=other@example.com", f"--expect={path}"]
    assert main(args) == 2
    assert capsys.readouterr().err == (
        f"error: --expect names none of the customers of this run: {path}\n"
    )
