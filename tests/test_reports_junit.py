"""The JUnit report: valid for the tools that read JUnit, after any run."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from readers import JUNIT
from reseller_conformance.findings.model import Result, Run
from reseller_conformance.findings.run_info import SuiteInfo
from reseller_conformance.reports.junit import render
from reseller_conformance.requirements import Level
from runs import HOSTILE, MIXED, any_run


def read(run: Run) -> ET.Element:
    root = ET.fromstring(render(run).encode("utf-8"))
    JUNIT.validate(root)
    return root[0]


def cases(run: Run) -> dict[str, ET.Element]:
    return {case.get("name", ""): case for case in read(run).iter("testcase")}


def properties(of: ET.Element) -> dict[str, str]:
    return {p.get("name", ""): p.get("value", "") for p in of.findall("properties/property")}


@pytest.mark.parametrize(
    "run",
    [Run(()), MIXED, HOSTILE, replace(MIXED, complete=False), replace(MIXED, suite=SuiteInfo())],
    ids=["empty", "mixed", "hostile", "interrupted", "nothing-known"],
)
def test_a_report_is_by_the_rules_of_the_field(run: Run) -> None:
    read(run)


@settings(max_examples=100, deadline=None)
@given(any_run)
def test_every_run_is_by_the_rules_of_the_field(run: Run) -> None:
    suite = read(run)
    assert int(suite.get("tests", "")) == len(run.results)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name, "")) == len(suite.findall(f"testcase/{tag}"))


def test_a_case_tells_its_requirement_level_and_format() -> None:
    case = cases(MIXED)["success.dates [json]"]
    assert case.get("classname") == "success"
    assert {
        "requirement": "success.dates",
        "level": "must",
        "format": "json",
        "outcome": "failed",
    }.items() <= properties(case).items()


def test_a_must_fails_with_its_first_line_and_the_evidence() -> None:
    failure = cases(MIXED)["success.dates [json]"].find("failure")
    assert failure is not None
    assert failure.get("message") == "MUST: billing_end_date: 2010-02-30; expected a date"
    assert failure.get("type") == "must"
    assert "reproduce: curl https://staging" in (failure.text or "")


def test_a_should_is_skipped_unless_it_counts() -> None:
    name = "values.balance [json]"
    skipped = cases(MIXED)[name].find("skipped")
    assert skipped is not None
    assert skipped.get("message", "").startswith("SHOULD: credits_remain: ")
    assert cases(replace(MIXED, level=Level.SHOULD))[name].find("failure") is not None


def test_what_was_not_judged_says_why() -> None:
    found = cases(MIXED)
    said = {
        name: (child.tag, child.get("type"), child.get("message"))
        for name, case in found.items()
        for child in case
        if child.tag != "properties" and not child.text
    }
    assert said == {
        "values.balance [xml]": ("skipped", "not-tested", "no overview"),
        "consistency.formats [both]": ("skipped", "not-applicable", "one format alone"),
        "http.body [json]": ("error", "error", "RuntimeError: a bug"),
    }
    assert properties(found["request.post [json]"])["observed"] == "yes: HTTP 200"


def test_the_suite_says_what_was_tested_when_and_how() -> None:
    suite = read(MIXED)
    assert suite.get("timestamp") == "2010-08-30T12:00:00"
    assert suite.get("time") == "0.500"
    said = properties(suite)
    assert said["target.base_url"] == "https://staging.example.com"
    assert (said["verdict"], said["complete"], said["suite.seed"]) == ("violated", "true", "1")
    assert properties(read(replace(MIXED, complete=False)))["complete"] == "false"


def test_two_targets_in_one_session_have_cases_of_two_names() -> None:
    first: Result = MIXED.results[0]
    assert set(cases(replace(MIXED, results=(first, first)))) == {
        "success.dates [json]",
        "success.dates [json] (2)",
    }
