"""The JSON report: what its schema says of every run, and how it is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from reseller_conformance.cases.depth import Depth
from reseller_conformance.client.timeline import Timeline
from reseller_conformance.client.traffic import Bucket, Latency, Traffic
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.reports.json_report import as_json, render
from reseller_conformance.requirements import by_id
from runs import SUITE, TARGET, TRAFFIC, any_run

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "schemas" / "report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

FINDING = Finding(
    requirement="success.dates",
    format="json",
    where="billing_end_date",
    expected="a date",
    got="2010-02-30",
    status=200,
    excerpt="{}",
)
RUN = Run(
    results=(
        Result(by_id("values.cycle"), "xml", Outcome.NOT_TESTED, "no overview"),
        Result(by_id("success.dates"), "json", Outcome.FAILED, "2010-02-30", (FINDING,)),
        Result(by_id("consistency.formats"), "both", Outcome.PASSED),
    ),
    suite=SUITE,
    target=TARGET,
    traffic=Traffic(
        calls=3,
        retries=0,
        seconds=0.5,
        bytes=999,
        latency=Latency(0.001, 0.002, 0.003, (Bucket(0.005, 3), Bucket(None, 0))),
        timeline=Timeline(0.125, (2, 1), (0.003, 0.001)),
        notes=("one call at a time",),
    ),
)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_report_says_what_the_run_does() -> None:
    report = as_json(RUN)
    VALIDATOR.validate(report)
    assert report["verdict"] == "violated"
    assert report["complete"] is True
    assert report["suite"] == {
        "name": "reseller-conformance",
        "version": "0.1.0",
        "depth": "quick",
        "level": "must",
        "formats": ["json", "xml"],
        "partial": False,
        "seed": 1,
        "started": "2010-08-30T12:00:00+00:00",
    }
    assert report["target"] == {
        "kind": "live",
        "base_url": "https://staging.example.com",
        "customers": ["a@example.com"],
        "foreign_user": None,
        "files": None,
    }
    assert report["traffic"] == {
        "calls": 3,
        "retries": 0,
        "seconds": 0.5,
        "bytes": 999,
        "latency": {
            "median": 0.001,
            "p95": 0.002,
            "max": 0.003,
            "histogram": [{"up_to": 0.005, "answers": 3}, {"up_to": None, "answers": 0}],
        },
        "timeline": {"step": 0.125, "tries": [2, 1], "slowest": [0.003, 0.001]},
        "notes": ["one call at a time"],
    }


@pytest.mark.parametrize("depth", [*Depth, "soak"])
def test_a_report_of_each_depth_fits_the_schema(depth: str) -> None:
    VALIDATOR.validate(as_json(replace(RUN, suite=replace(RUN.suite, depth=str(depth)))))


def test_a_result_names_its_source_and_the_page_that_describes_it() -> None:
    dates = as_json(RUN)["requirements"][0]
    assert dates["source"] == "API docs, Response: Success, 2010-08-30"
    assert dates["documentation"] == "docs/api-documentation.md#success"


def test_results_stand_in_the_order_of_the_catalogue() -> None:
    report = as_json(RUN)
    ids = [entry["id"] for entry in report["requirements"]]
    assert ids == ["success.dates", "consistency.formats", "values.cycle"]


@pytest.mark.parametrize(
    "run",
    [
        Run(results=()),
        replace(RUN, complete=False),
        replace(RUN, suite=SuiteInfo(), target=TargetInfo(), traffic=None),
        replace(RUN, traffic=Traffic(latency=Latency(median=float("nan")))),
        replace(RUN, traffic=TRAFFIC),
    ],
    ids=["empty", "interrupted", "nothing-known", "no-latency", "no-timeline"],
)
def test_whatever_is_known_of_a_run_the_report_fits_its_schema(run: Run) -> None:
    VALIDATOR.validate(json.loads(render(run)))


@pytest.mark.parametrize("place", ["", "suite", "target", "traffic", "requirements"])
def test_the_schema_is_closed(place: str) -> None:
    report = as_json(RUN)
    part = report[place] if place else report
    (part[0] if isinstance(part, list) else part)["more"] = 1
    assert not VALIDATOR.is_valid(report)


@given(any_run)
def test_every_run_fits_the_schema(run: Run) -> None:
    report = as_json(run)
    VALIDATOR.validate(report)
    json.dumps(report, ensure_ascii=False, allow_nan=False).encode()


def test_the_same_run_writes_the_same_text() -> None:
    assert render(RUN) == render(replace(RUN, results=RUN.results[::-1]))
