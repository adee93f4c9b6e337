"""GitLab's code-quality report: the fields that it reads, and one issue for each violation."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings

from readers import CODE_QUALITY
from reseller_conformance.findings.model import Run
from reseller_conformance.reports.gitlab import issues, render
from reseller_conformance.requirements import Level
from runs import HOSTILE, MIXED, any_run, finding


@pytest.mark.parametrize("run", [Run(()), MIXED, HOSTILE], ids=["empty", "mixed", "hostile"])
def test_a_report_has_what_gitlab_reads(run: Run) -> None:
    jsonschema.validate(json.loads(render(run).encode()), CODE_QUALITY)


@settings(max_examples=100, deadline=None)
@given(any_run)
def test_every_report_has_what_gitlab_reads(run: Run) -> None:
    found = json.loads(render(run).encode())
    jsonschema.validate(found, CODE_QUALITY)
    assert len({issue["fingerprint"] for issue in found}) == len(found)


def test_a_violation_is_critical_and_a_should_is_not_unless_it_counts() -> None:
    def severities(run: Run) -> dict[str, str]:
        return {issue["check_name"]: issue["severity"] for issue in issues(run)}

    assert severities(MIXED) == {"success.dates": "critical", "values.balance": "minor"}
    assert severities(replace(MIXED, level=Level.SHOULD))["values.balance"] == "major"


def test_an_issue_stands_in_the_call_of_its_format() -> None:
    (first, *_) = issues(MIXED)
    assert first["location"] == {"path": "apiv2/reseller.account.json", "lines": {"begin": 1}}
    assert "billing_end_date: 2010-02-30; expected a date" in first["description"]


def test_the_same_departure_is_the_same_issue_in_the_next_run() -> None:
    def prints(**more: object) -> list[str]:
        of = replace(MIXED.results[0], findings=(finding(**more),))
        return [issue["fingerprint"] for issue in issues(replace(MIXED, results=(of,)))]

    same = prints()
    assert prints(got="2010-02-31", excerpt="[]", times=9) == same
    assert prints(where="billing_start_date") != same
    assert prints(format="xml") != same
