"""A run over part of the catalogue: what makes it partial, and what does not."""

from __future__ import annotations

import json
import sys

import pytest

from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.run_info import SuiteInfo
from reseller_conformance.pytest_support.collector import Collector
from reseller_conformance.reference import default_reference
from reseller_conformance.requirements import CATALOGUE, Level

WRONG_DATES = """
from reseller_conformance.reference import Application, default_reference

right = Application(default_reference())

def app(environ, start_response):
    return [b"".join(right(environ, start_response)).replace(b"2010-09-29", b"2010/09/29")]
"""
SUBCLASS = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass
"""


@pytest.fixture
def wrong_dates(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that writes its dates with slashes, and its customer."""
    reseller = default_reference().accounts.resellers[0]
    monkeypatch.setenv("RESELLER_API_USER", reseller.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", reseller.api_key)
    monkeypatch.setenv("RESELLER_USER", reseller.customers[0].user)
    pytester.makepyfile(wrong=WRONG_DATES, test_mine=SUBCLASS)


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    code = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"
    command = ["run", "--app", "wrong:app", "--depth", "quick", "--report-json", "r.json"]
    return pytester.run(sys.executable, "-c", code, *command, *options)


@pytest.mark.usefixtures("wrong_dates")
@pytest.mark.parametrize(
    "options",
    [["--", "-k", "success_returned"], ["--only", "success.returned"]],
    ids=["pattern", "only"],
)
def test_a_selection_that_passes_is_told_as_partial(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    result = run(pytester, *options)
    assert result.ret == 0
    assert result.outlines[-1] == (
        f"✓ partial: conformant (not the whole catalogue; 1 of {len(CATALOGUE)} "
        "requirements tested)"
    )
    report = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))
    assert report["suite"]["partial"] is True


@pytest.mark.usefixtures("wrong_dates")
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_a_run_that_stops_at_the_first_failure_says_so(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    result = run(pytester, "--", "-x", *workers)
    assert result.ret == 1
    assert "stopped at the first violation: not everything was sent" in result.outlines[-1]


@pytest.mark.usefixtures("wrong_dates")
def test_pytest_says_in_its_last_line_that_a_selection_is_partial(
    pytester: pytest.Pytester,
) -> None:
    options = ("--reseller-app=wrong:app", "--reseller-depth=quick", "-k", "success_returned")
    result = pytester.runpytest(*options)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["partial: conformant (not the whole catalogue; 1 of *"])


# --- What counts as a part --------------------------------------------------------------------


def collected(outcome: Outcome, *left_out: tuple[str, str]) -> Collector:
    """Return a collector with a result for everything but this."""
    collector = Collector(Level.MUST, SuiteInfo(formats=("json", "xml")))
    for requirement in CATALOGUE:
        for format in requirement.formats or ("both",):
            if (requirement.id, format) not in left_out:
                name = f"{requirement}[{format}]"
                collector.results[name] = Result(requirement, str(format), outcome)
    return collector


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE])
def test_what_has_a_result_is_not_left_out(outcome: Outcome) -> None:
    assert collected(outcome).run.suite.partial is False


@pytest.mark.parametrize(
    "left_out",
    [("success.dates", "json"), ("success.dates", "xml"), ("consistency.formats", "both")],
)
def test_one_requirement_that_is_left_out_in_one_format_makes_a_part(
    left_out: tuple[str, str],
) -> None:
    assert collected(Outcome.PASSED, left_out).run.suite.partial is True
