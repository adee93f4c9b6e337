"""`--only` and `--skip`: which requirements they select, in `run` and in a pytest of one's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from reseller_conformance.cli.commands import main
from reseller_conformance.config.selection import EVERYTHING, SelectionError, selection_from
from reseller_conformance.requirements import CATALOGUE

ALL = {known.id for known in CATALOGUE}
REJECTS = {id for id in ALL if id.startswith("rejects.")}
SUBCLASS = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass

def test_of_the_host():
    pass
"""


def included(only: list[str], skip: list[str]) -> set[str]:
    selection = selection_from(only, skip)
    return {known.id for known in CATALOGUE if selection.includes(known.id)}


@pytest.mark.parametrize(
    ("only", "skip", "wanted"),
    [
        ([], [], ALL),
        (["success.dates"], [], {"success.dates"}),
        (["rejects"], [], REJECTS),
        (["rejects", "success.dates"], [], REJECTS | {"success.dates"}),
        ([], ["rejects"], ALL - REJECTS),
        (["rejects"], ["rejects.combined"], REJECTS - {"rejects.combined"}),
        ([" Success.Dates "], [], {"success.dates"}),
    ],
)
def test_an_id_selects_one_requirement_and_a_topic_all_of_its_own(
    only: list[str], skip: list[str], wanted: set[str]
) -> None:
    assert included(only, skip) == wanted


def test_no_word_selects_everything() -> None:
    assert selection_from([], []) == EVERYTHING


@pytest.mark.parametrize(
    ("only", "skip", "message"),
    [
        (["success.date"], [], "--only names no requirement and no topic (did you mean success."),
        ([], ["reject"], "--skip names no requirement and no topic (did you mean rejects"),
        (["dates"], [], "(did you mean success.dates?): dates"),
        (["xyzzy"], [], "--only names no requirement and no topic: xyzzy"),
        (["rejects"], ["rejects"], "--only and --skip leave nothing to test: rejects"),
    ],
)
def test_a_word_that_selects_nothing_is_refused(
    only: list[str], skip: list[str], message: str
) -> None:
    with pytest.raises(SelectionError) as caught:
        selection_from(only, skip)
    assert message in str(caught.value)


# --- From the command line ------------------------------------------------------------------------


def reported(path: Path) -> set[tuple[str, str]]:
    report = json.loads(path.read_text(encoding="utf-8"))
    return {(entry["id"], entry["format"]) for entry in report["requirements"]}


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run the command in a process of its own, for it runs pytest."""
    code = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"
    command = ["run", "--depth", "quick", "--report-json", "r.json", *options]
    return pytester.run(sys.executable, "-c", code, *command)


@pytest.mark.parametrize("workers", [[], ["--", "-n", "2"]], ids=["one", "xdist"])
def test_run_tests_what_is_selected(pytester: pytest.Pytester, workers: list[str]) -> None:
    result = run(pytester, "--only", "success.dates", "--only", "request", *workers)
    assert result.ret == 0
    request = {known.id for known in CATALOGUE if known.topic == "request"}
    assert {id for id, _ in reported(pytester.path / "r.json")} == {"success.dates", *request}


def test_a_pattern_of_pytest_selects_among_what_is_selected(pytester: pytest.Pytester) -> None:
    assert run(pytester, "--only", "success", "--", "-k", "dates and xml").ret == 0
    assert reported(pytester.path / "r.json") == {("success.dates", "xml")}


def test_an_unknown_word_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--skip", "succes.dates"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "error: --skip names no requirement and no topic (did you mean success.dates or "
        "success or success.no-duplicates?): succes.dates\n"
    )


# --- In pytest ------------------------------------------------------------------------------------


def test_items_that_are_left_out_are_deselected_and_the_host_keeps_its_tests(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(
        "--reseller-only=success.dates",
        "--reseller-depth=quick",
        "--reseller-reference",
        "-p",
        "no:randomly",
    )
    assert result.ret == 0
    items = sum(max(len(known.formats), 1) for known in CATALOGUE)
    result.assert_outcomes(passed=3, deselected=items - 2)


def test_the_ini_file_selects_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=SUBCLASS)
    pytester.makeini("[pytest]\nreseller_only =\n    success.dates\n    success.counts\n")
    result = pytester.runpytest("--reseller-depth=quick", "--collect-only", "-q")
    assert len([line for line in result.outlines if "::TestMine::" in line]) == 4


def test_an_unknown_word_ends_pytest_with_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest("--reseller-only=success.date")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--reseller-only names no requirement" in "\n".join(result.errlines)
