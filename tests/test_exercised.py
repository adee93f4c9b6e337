"""The kinds of data that the accounts of a run had, and how the reports show them."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from made_responses import FIELDS, RIGHT, WRONG, overview, response_to
from reseller_conformance.checks.exercised import DATA_KINDS, data_kinds
from reseller_conformance.cli.commands import main
from reseller_conformance.config.expected_accounts import load_expectations
from reseller_conformance.contract import FIELDS as DOCUMENTED
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.reference.accounts import load_accounts
from reseller_conformance.reports import json_report, markdown
from reseller_conformance.reports.summary import not_shown
from reseller_conformance.reports.verdict_text import verdict_text
from reseller_conformance.requirements import CATALOGUE

MONTH = {
    "billing_start_date": "2011-05-01",
    "billing_end_date": "2011-05-31",
    "billing_process_date": "2011-05-31",
}
"""A cycle that shows nothing."""
PAGE = b"<html/>"


def of(name: str = "a@example.com", **changed: object) -> set[str]:
    """Return what an account shows, apart from the credits, of which each shows something."""
    shown = data_kinds([overview(**{**MONTH, **changed})], [name])
    assert "under-allowance" in shown
    return shown - {"under-allowance"}


def test_an_ordinary_account_shows_only_that_it_has_used_less_than_its_allowance() -> None:
    assert of() == set()


@pytest.mark.parametrize(
    ("allowed", "used", "kind"),
    [
        (1000, 999, "under-allowance"),
        (1000, 1000, "at-allowance"),
        (1000, 1001, "over-allowance"),
        (1000, 0, "unused"),
        (0, 0, "unused"),
        (0, 1, "over-allowance"),
    ],
)
def test_the_credits_show_one_kind(allowed: int, used: int, kind: str) -> None:
    account = overview(**MONTH, credits_allowed=allowed, credits_used=used)
    assert data_kinds([account], ["a"]) == {kind}


@pytest.mark.parametrize("name", ["credits_allowed", "credits_used"])
def test_credits_that_cannot_be_read_show_nothing(name: str) -> None:
    assert data_kinds([overview(**MONTH, **{name: "many"})], ["a"]) == set()


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"requests": 2**31 - 1}, set()),
        ({"requests": 2**31}, {"beyond-32-bits"}),
        ({"reputation": 2**53}, {"beyond-32-bits"}),
        ({"credits_overage": 2**53 + 1}, {"beyond-32-bits", "beyond-double"}),
        ({"package": "XL 10"}, set()),
        *(({"package": f"A {mark} B"}, {"package-markup"}) for mark in ("&", "<", ">", "'")),
        ({"package": r"A \" B"}, {"package-markup"}),
        ({"package": "\xff"}, {"package-non-ascii"}),
        ({"package": "\u0100"}, {"package-non-ascii", "package-beyond-latin-1"}),
        ({"package": "<€9>"}, {"package-markup", "package-non-ascii", "package-beyond-latin-1"}),
    ],
)
def test_counts_and_the_package_show_their_kinds(
    changed: dict[str, object], kinds: set[str]
) -> None:
    assert of(**changed) == kinds


def test_an_account_without_a_readable_value_shows_nothing() -> None:
    assert data_kinds([overview(**dict.fromkeys(FIELDS, "?"))], ["a"]) == set()


@pytest.mark.parametrize(
    ("start", "end", "kinds"),
    [
        ("2011-05-01", "2011-05-31", set()),
        ("2011-05-31", "2011-06-01", {"cycle-over-month-end"}),
        ("2010-05-01", "2011-05-31", {"cycle-over-month-end", "cycle-over-year-end"}),
        ("2010-12-31", "2011-01-01", {"cycle-over-month-end", "cycle-over-year-end"}),
        ("2012-02-01", "2012-02-28", set()),
        ("2012-02-01", "2012-02-29", {"leap-day"}),
        ("2012-02-29", "2012-03-01", {"leap-day", "cycle-over-month-end"}),
        ("2012-03-01", "2012-03-31", set()),
        ("2011-02-01", "2011-03-01", {"cycle-over-month-end"}),
        ("2011-12-31", "2012-02-29", {"leap-day", "cycle-over-month-end", "cycle-over-year-end"}),
    ],
)
def test_a_cycle_shows_its_kinds(start: str, end: str, kinds: set[str]) -> None:
    cycle = {"billing_start_date": start, "billing_end_date": end, "billing_process_date": end}
    assert of(**cycle) == kinds


def test_the_three_dates_differ_only_if_no_two_are_the_same() -> None:
    dates = {name: f"2011-05-0{day}" for day, name in enumerate(MONTH, start=1)}
    assert of(**dates) == {"dates-differ"}
    for first, second in combinations(MONTH, 2):
        assert of(**{**dates, first: dates[second]}) == set()


@pytest.mark.parametrize("name", MONTH)
def test_a_cycle_with_a_date_that_cannot_be_read_shows_nothing(name: str) -> None:
    cycle = {**MONTH, "billing_start_date": "2010-12-01", "billing_process_date": "2011-06-01"}
    assert of(**{**cycle, name: "soon"}) == set()


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("a+b@x.example", {"user-plus"}),
        ("Ann@x.example", {"user-upper-case"}),
        ("é", {"user-non-ascii"}),
        ("É+", {"user-plus", "user-upper-case", "user-non-ascii"}),
    ],
    ids=["plus", "upper-case", "non-ascii", "all"],
)
def test_a_name_shows_its_kinds(name: str, kinds: set[str]) -> None:
    assert of(name) == kinds


def test_each_customer_shows_the_kinds_of_its_own_name() -> None:
    second = overview(replace(RIGHT, customer=1), **MONTH)
    assert data_kinds([second], ["a+b", "Ann"]) == {"under-allowance", "user-upper-case"}


def test_errors_are_counted_by_their_messages() -> None:
    assert data_kinds([response_to(WRONG)], ["a"]) == {"one-error"}
    several = response_to(WRONG, body=b'{"message": "error", "errors": ["no", "never"]}')
    assert data_kinds([several], ["a"]) == {"several-errors"}
    account = overview(**MONTH)
    assert data_kinds([account, several, response_to(WRONG)], ["a"]) == {
        "one-error",
        "several-errors",
        "under-allowance",
    }


def test_what_is_no_envelope_of_its_call_shows_nothing() -> None:
    without_texts = response_to(WRONG, body=b'{"message": "error", "errors": []}')
    outage = response_to(WRONG, status=503)
    assert data_kinds([without_texts, outage, overview(WRONG)], ["a"]) == set()


def test_a_page_for_a_valid_call_hides_no_overview() -> None:
    assert data_kinds([overview(**MONTH), response_to(body=PAGE)], ["a"]) == {"under-allowance"}


OTHER = {
    "reputation": 98,
    "requests": 701,
    "package": "Gold",
    "credits_allowed": 1001,
    "credits_used": 601,
    "credits_remain": 401,
    "credits_overage": 1,
    "billing_start_date": "2010-08-31",
    "billing_end_date": "2010-09-28",
    "billing_process_date": "2010-09-29",
}
"""An account that differs in every field."""


def test_customers_differ_only_in_every_field() -> None:
    def shown(**changed: object) -> frozenset[str]:
        other = overview(replace(RIGHT, customer=1), **{**OTHER, **changed})
        return data_kinds([overview(), other], ["a", "b"])

    assert "customers-differ" in shown()
    for name, value in FIELDS.items():
        assert "customers-differ" not in shown(**{name: value}), name
    assert "customers-differ" not in shown(requests="many")


def test_two_of_three_customers_that_differ_are_enough() -> None:
    customers = [replace(RIGHT, customer=place) for place in range(3)]
    alike = [overview(case) for case in customers[:2]]
    assert "customers-differ" not in data_kinds(alike, ["a", "b"])
    three = [*alike, overview(customers[2], **OTHER)]
    assert "customers-differ" in data_kinds(three, ["a", "b", "c"])


def test_the_accounts_of_the_reference_show_everything(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    kinds = ",".join(kind.name for kind in DATA_KINDS)
    args = ["run", "--reference", "--depth=quick", f"--report-json={report}"]
    assert main([*args, f"--require-data={kinds}"]) == 0
    exercised = json.loads(report.read_text(encoding="utf-8"))["exercised"]
    assert exercised == {"shown": [kind.name for kind in DATA_KINDS], "not_shown": []}


# --- The reports ----------------------------------------------------------------------------------

ALL_PASSED = tuple(
    Result(requirement, format, Outcome.PASSED)
    for requirement in CATALOGUE
    for format in requirement.formats or ("both",)
)
RUN = Run(ALL_PASSED, exercised=("under-allowance",))


def test_what_was_not_shown_is_in_the_reports() -> None:
    assert "over-allowance" in [name for [name] in not_shown(RUN).values()]
    assert "Not shown by these accounts" in markdown.render(RUN)
    assert json_report.as_json(RUN)["exercised"]["shown"] == ["under-allowance"]
    assert not_shown(Run(ALL_PASSED)) == {}


def test_data_that_is_required_and_not_shown_leaves_the_run_unverified() -> None:
    run = replace(RUN, required_data=("over-allowance", "under-allowance"))
    assert run.verdict == "unverified"
    assert "required data that no account showed: over-allowance" in verdict_text(run)


def test_an_unknown_kind_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--reference", "--require-data=overdrawn"]) == 2
    assert capsys.readouterr().err.endswith("customers-differ, not: overdrawn\n")


# --- The accounts ---------------------------------------------------------------------------------


def test_the_accounts_are_printed_as_the_file_that_serve_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts", "--json"]) == 0
    path = tmp_path / "accounts.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert load_accounts(path) == load_accounts()
    assert len(load_expectations(path)) == 6


def test_the_accounts_are_printed_as_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["accounts"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert "New.Customer@example.net" in head
    assert [row.split()[0] for row in rows] == [field.name for field in DOCUMENTED]


def test_the_docs_name_each_kind() -> None:
    page = (Path(__file__).parents[1] / "docs/test-accounts.md").read_text(encoding="utf-8")
    rows = page.replace("`", "")
    for kind in DATA_KINDS:
        assert f"| {kind.name} | {kind.meaning} |" in rows
