"""Two reports side by side, and the command `diff`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from reseller_conformance.cli import main
from reseller_conformance.comparison import Comparison, compare
from reseller_conformance.findings import Outcome, Result, Run
from reseller_conformance.reports.json_report import as_json, render
from reseller_conformance.requirements import by_id

SUITE = {
    "version": "0.1.0",
    "depth": "quick",
    "level": "must",
    "formats": ["json", "xml"],
    "partial": False,
    "seed": 1,
}
TARGET = {
    "kind": "live",
    "base_url": "https://old.example",
    "customers": ["ann"],
    "foreign_user": None,
}


def run(outcomes: Mapping[tuple[str, str], Outcome], **changes: object) -> Run:
    results = tuple(
        Result(by_id(id), format, outcome, "so it came" if outcome is not Outcome.PASSED else "")
        for (id, format), outcome in outcomes.items()
    )
    return replace(Run(results, suite=SUITE, target=TARGET), **changes)


def compared(old: Run, new: Run) -> Comparison:
    return compare(as_json(old), as_json(new))


COUNTS = ("success.counts", "json")


@pytest.mark.parametrize(
    "before, after, where",
    [
        (Outcome.PASSED, Outcome.PASSED, set()),
        (Outcome.FAILED, Outcome.FAILED, set()),
        (Outcome.PASSED, Outcome.FAILED, {"broke"}),
        (Outcome.FAILED, Outcome.PASSED, {"fixed"}),
        (None, Outcome.PASSED, {"newly_tested"}),
        (None, Outcome.FAILED, {"newly_tested"}),
        (None, Outcome.NOT_TESTED, set()),
        (Outcome.NOT_TESTED, Outcome.FAILED, {"newly_tested"}),
        (Outcome.NOT_APPLICABLE, Outcome.PASSED, {"newly_tested"}),
        (Outcome.ERROR, Outcome.PASSED, {"newly_tested"}),
        (Outcome.ERROR, Outcome.NOT_TESTED, set()),
        (Outcome.PASSED, Outcome.ERROR, {"no_longer_tested"}),
        (Outcome.FAILED, Outcome.NOT_TESTED, {"no_longer_tested"}),
        (Outcome.FAILED, None, {"no_longer_tested"}),
    ],
)
def test_each_turn_of_an_outcome_is_told_once(
    before: Outcome | None, after: Outcome | None, where: set[str]
) -> None:
    found = compared(run({COUNTS: before} if before else {}), run({COUNTS: after} if after else {}))
    told = {name: changes for name, changes in asdict(found).items() if changes}
    assert set(told) == where
    for (change,) in told.values():
        assert (change["id"], change["level"], change["format"]) == (COUNTS[0], "must", "json")
        assert (change["before"], change["after"]) == (before, after)


def test_the_formats_are_told_apart() -> None:
    old = run({COUNTS: Outcome.PASSED, ("success.counts", "xml"): Outcome.FAILED})
    new = run({COUNTS: Outcome.FAILED, ("success.counts", "xml"): Outcome.PASSED})
    found = compared(old, new)
    assert [change.format for change in found.broke] == ["json"]
    assert [change.format for change in found.fixed] == ["xml"]


def test_of_two_suites_in_one_run_the_worse_counts() -> None:
    passed = run({COUNTS: Outcome.PASSED})
    both = replace(passed, results=(*passed.results, *run({COUNTS: Outcome.FAILED}).results))
    assert [change.after for change in compared(passed, both).broke] == ["failed"]


def test_what_was_different_about_the_runs_is_noted() -> None:
    new = run(
        {},
        suite={**SUITE, "seed": 2, "depth": "standard", "formats": ["json"]},
        target={**TARGET, "base_url": "https://new.example", "foreign_user": "eve"},
        complete=False,
    )
    assert compared(run({}), new).notes == (
        "another depth: quick, then standard",
        "another formats: json, xml, then json",
        "another seed: 1, then 2",
        "another base url: https://old.example, then https://new.example",
        "another foreign user: none, then eve",
        "the newer run was interrupted: what is missing was not asked",
    )
    assert compared(run({}), run({})).notes == ()


def test_the_port_of_an_app_is_no_difference() -> None:
    old, new = (
        run({}, target={**TARGET, "kind": "app", "base_url": f"http://127.0.0.1:{port}"})
        for port in (1, 2)
    )
    assert compared(old, new).notes == ()


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    old = run({COUNTS: Outcome.PASSED, ("values.reputation", "xml"): Outcome.FAILED})
    new = run({COUNTS: Outcome.FAILED, ("values.reputation", "xml"): Outcome.PASSED})
    known = replace(new, results=(replace(new.results[0], known="since\n2014"), new.results[1]))
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, one in zip(paths, (old, known), strict=True):
        path.write_text(render(one), encoding="utf-8")
    return list(map(str, paths))


def test_what_broke_is_shown_and_is_exit_code_1(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *files]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "broke: 1",
        "  MUST success.counts (json): each count is a non-negative decimal integer",
        "    got so it came",
        "    known: since 2014",
        "fixed: 1",
        "  SHOULD values.reputation (xml): reputation is at most 100",
    ]


def test_what_did_not_break_is_exit_code_0(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", files[0], files[0]]) == 0
    assert capsys.readouterr().out == "nothing changed\n"


def test_it_is_told_to_programs_too(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--json", *files]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [change["id"] for change in told["broke"]] == ["success.counts"]
    assert told["newly_tested"] == []


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "cannot be read"),
        (b"", "no JSON report"),
        (b"\xff", "no JSON report"),
        (b"[" * 100_000, "no JSON report"),
        (b"{}", "'verdict' is a required property"),
        (b"3", "no JSON report of this version"),
    ],
    ids=["missing", "empty", "bytes", "deep", "object", "number"],
)
def test_what_is_no_report_is_one_line_and_exit_code_2(
    content: bytes | None,
    message: str,
    files: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "other.json"
    if content is not None:
        path.write_bytes(content)
    for args in ([files[0], str(path)], [str(path), files[0]]):
        assert main(["diff", *args]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert message in said.err
        assert said.err.endswith(f"{path}\n")
        assert said.err.count("\n") == 1
