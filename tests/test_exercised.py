"""The kinds of data that the accounts of a run had, and how the reports show them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from made_responses import RIGHT, WRONG, overview, response_to
from reseller_conformance.checks.exercised import DATA_KINDS, data_kinds
from reseller_conformance.cli.commands import main
from reseller_conformance.config.expected_accounts import load_expectations
from reseller_conformance.contract import FIELDS
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.reference.accounts import load_accounts
from reseller_conformance.reports import json_report, markdown
from reseller_conformance.reports.summary import not_shown
from reseller_conformance.reports.verdict_text import verdict_text
from reseller_conformance.requirements import CATALOGUE

PLAIN = {"credits_allowed": 10, "credits_used": 5, "credits_remain": 5, "credits_overage": 0}


def of(name: str = "a@example.com", **changed: object) -> frozenset[str]:
    return data_kinds([overview(**changed)], [name])


@pytest.mark.parametrize(
    "changed, kind",
    [
        ({"credits_used": 999}, "under-allowance"),
        ({"credits_used": 1000}, "at-allowance"),
        ({"credits_used": 1001}, "over-allowance"),
        ({"credits_used": 0}, "unused"),
        ({"requests": 2**31}, "beyond-32-bits"),
        ({"requests": 2**53 + 1}, "beyond-double"),
        ({"package": "A & B"}, "package-markup"),
        ({"package": "Größe"}, "package-non-ascii"),
        ({"package": "€9"}, "package-beyond-latin-1"),
        ({"billing_end_date": "2011-01-03"}, "cycle-over-year-end"),
        ({"billing_start_date": "2012-02-28", "billing_end_date": "2012-03-01"}, "leap-day"),
    ],
)
def test_an_account_shows_its_kind(changed: dict[str, object], kind: str) -> None:
    assert kind in of(**changed)
    assert kind not in of(requests=7) or kind == "under-allowance"


def test_a_cycle_of_one_month_shows_no_end_of_a_month() -> None:
    assert "cycle-over-month-end" in of()
    assert "cycle-over-month-end" not in of(billing_start_date="2010-09-01")
    assert "leap-day" not in of(billing_start_date="2012-01-01", billing_end_date="2012-02-28")


@pytest.mark.parametrize(
    "name, kind",
    [("a+b@x.example", "user-plus"), ("Ann@x.example", "user-upper-case"), ("é", "user-non-ascii")],
    ids=["plus", "upper-case", "non-ascii"],
)
def test_a_name_shows_its_kind(name: str, kind: str) -> None:
    assert kind in of(name)
    assert kind not in of()


def test_errors_are_counted_by_their_messages() -> None:
    assert data_kinds([response_to(WRONG)], ["a"]) == {"one-error"}
    several = b'{"message": "error", "errors": ["no", "never"]}'
    assert data_kinds([response_to(WRONG, body=several)], ["a"]) == {"several-errors"}


def test_customers_differ_only_in_every_field() -> None:
    other = replace(RIGHT, customer=1)
    alike = [overview(), overview(other, requests=1)]
    assert "customers-differ" not in data_kinds(alike, ["a", "b"])


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
    assert [row.split()[0] for row in rows] == [field.name for field in FIELDS]


def test_the_docs_name_each_kind() -> None:
    page = (Path(__file__).parents[1] / "docs/test-accounts.md").read_text(encoding="utf-8")
    rows = page.replace("`", "")
    for kind in DATA_KINDS:
        assert f"| {kind.name} | {kind.meaning} |" in rows
