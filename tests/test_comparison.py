"""Two reports side by side, and the command `diff`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from reseller_conformance.cli.commands import main
from reseller_conformance.findings.compare import Comparison, as_markdown, as_text, compare
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.reports.json_report import as_json, render
from reseller_conformance.requirements import CATALOGUE, Level, by_id

SUITE = SuiteInfo("0.1.0", "quick", "must", ("json", "xml"), partial=False, seed=1)
TARGET = TargetInfo("live", "https://old.example", ("ann",))


def run(outcomes: Mapping[tuple[str, str], Outcome], **changes: object) -> Run:
    results = tuple(
        Result(by_id(id), format, outcome, "so it came" if outcome is not Outcome.PASSED else "")
        for (id, format), outcome in outcomes.items()
    )
    return replace(Run(results, suite=SUITE, target=TARGET), **changes)


def compared(old: Run, new: Run) -> Comparison:
    return compare(as_json(old), as_json(new))


COUNTS = ("success.counts", "json")
PARTS = ("broke", "fixed", "newly_tested", "no_longer_tested")


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
    reported = {name: asdict(found)[name] for name in PARTS if getattr(found, name)}
    assert set(reported) == where
    for (change,) in reported.values():
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
        {COUNTS: Outcome.PASSED},
        suite=replace(SUITE, seed=2, depth="standard", formats=("json",)),
        target=replace(TARGET, base_url="https://new.example", foreign_user="eve"),
        complete=False,
    )
    assert compared(run({}), new).notes == (
        "another depth: quick, then standard",
        "another formats: json, xml, then json",
        "another seed: 1, then 2",
        "another base url: https://old.example, then https://new.example",
        "another foreign user: none, then eve",
        "the newer run was interrupted: what is missing was not sent",
    )
    passed = run({COUNTS: Outcome.PASSED})
    assert compared(passed, passed).notes == ()
    part = replace(passed, suite=replace(SUITE, partial=True))
    assert compared(passed, part).notes == ("the newer run tested a part of the catalogue",)


def test_the_port_of_an_app_is_no_difference() -> None:
    old, new = (
        run(
            {COUNTS: Outcome.PASSED},
            target=replace(TARGET, kind="app", base_url=f"http://127.0.0.1:{port}"),
        )
        for port in (1, 2)
    )
    assert compared(old, new).notes == ()


# --- The violated parts of a requirement ----------------------------------------------------------


def failing(*findings: Finding, known: str = "") -> Run:
    result = Result(by_id(COUNTS[0]), "json", Outcome.FAILED, findings[0].got, findings, known)
    return replace(run({}), results=(result,))


def wrong(where: str, got: str = "the string '1,000'", known: str = "") -> Finding:
    return Finding(*COUNTS, where, "a count", got, known=known)


def test_another_field_or_another_kind_is_a_new_violation_of_the_same_requirement() -> None:
    old = failing(wrong("requests"))
    (change,) = compared(old, failing(wrong("requests"), wrong("credits_used"))).broke
    assert change.new == ("credits_used: the string '1,000'",)
    (change,) = compared(old, failing(wrong("requests", "null"))).broke
    assert change.new == ("requests: null",)


def test_another_value_of_the_same_kind_is_no_difference() -> None:
    found = compared(failing(wrong("requests")), failing(wrong("requests", "the string '2,000'")))
    assert (found.broke, found.exit_code(Level.SHOULD)) == ((), 0)


def test_a_report_without_the_newest_keys_is_compared_too() -> None:
    old = as_json(failing(wrong("requests")))
    for entry in old["requirements"]:
        for finding in entry["findings"]:
            del finding["known"], finding["app_log"], finding["statuses"]
    assert compare(old, as_json(failing(wrong("requests")))).broke == ()


@pytest.mark.parametrize("with_violations", [True, False])
def test_an_id_that_this_version_does_not_know_is_compared_as_the_report_says(
    with_violations: bool,
) -> None:
    new = json.loads(
        json.dumps(as_json(failing(wrong("requests")))).replace("success.counts", "success.numbers")
    )
    if not with_violations:
        for entry in new["requirements"]:
            del entry["violations"]
    found = compare(as_json(run({COUNTS: Outcome.PASSED})), new)
    assert [(one.id, one.level) for one in found.newly_tested] == [("success.numbers", "must")]
    assert [change.id for change in found.no_longer_tested] == ["success.counts"]
    assert found.exit_code(Level.MUST) == 1
    assert "    actual requests: the string '1,000'" in as_text(found)
    assert compare(new, new).broke == ()


# --- The exit code --------------------------------------------------------------------------------

SHOULD = ("values.reputation", "json")
PASSED = run({COUNTS: Outcome.PASSED, SHOULD: Outcome.PASSED})


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (PASSED, PASSED, (0, 0)),
        (PASSED, run({COUNTS: Outcome.FAILED, SHOULD: Outcome.PASSED}), (1, 1)),
        (PASSED, run({COUNTS: Outcome.PASSED, SHOULD: Outcome.FAILED}), (0, 1)),
        (run({}), run({COUNTS: Outcome.FAILED}), (1, 1)),
        (run({COUNTS: Outcome.NOT_TESTED}), run({COUNTS: Outcome.FAILED}), (1, 1)),
        (run({COUNTS: Outcome.FAILED}), run({COUNTS: Outcome.FAILED}), (0, 0)),
        (run({COUNTS: Outcome.FAILED}), PASSED, (0, 0)),
        (PASSED, run({COUNTS: Outcome.PASSED}), (0, 0)),
        (PASSED, replace(PASSED, complete=False), (3, 3)),
        (replace(PASSED, complete=False), PASSED, (0, 0)),
        (PASSED, run({COUNTS: Outcome.NOT_TESTED}), (3, 3)),
        (PASSED, run({COUNTS: Outcome.PASSED, SHOULD: Outcome.ERROR}), (3, 3)),
        (PASSED, run({COUNTS: Outcome.FAILED}, complete=False), (1, 1)),
        (PASSED, failing(wrong("requests", known="since 2014"), known="since 2014"), (0, 0)),
        (PASSED, failing(wrong("package"), wrong("requests", known="since 2014")), (1, 1)),
    ],
    ids=[
        "same",
        "must broke",
        "should broke",
        "must is new in the report",
        "must is newly tested",
        "must failed before",
        "fixed",
        "no longer tested",
        "interrupted",
        "the older one interrupted",
        "nothing tested",
        "error of the suite",
        "interrupted with a violation",
        "known",
        "known in part",
    ],
)
def test_new_violations_that_count_are_1_and_a_run_that_cannot_tell_is_3(
    old: Run, new: Run, codes: tuple[int, int]
) -> None:
    found = compared(old, new)
    assert (found.exit_code(Level.MUST), found.exit_code(Level.SHOULD)) == codes


# --- For a person ---------------------------------------------------------------------------------


def test_the_formats_of_one_change_share_its_lines() -> None:
    xml = (COUNTS[0], "xml")
    found = compared(
        run({COUNTS: Outcome.PASSED, xml: Outcome.PASSED}),
        run({COUNTS: Outcome.FAILED, xml: Outcome.FAILED}),
    )
    assert as_text(found) == [
        "broke: 2",
        "  MUST success.counts (json, xml): each count is a non-negative decimal integer",
        "    actual so it came",
    ]


def test_what_one_cause_changed_is_reported_once() -> None:
    whats = {(known.id, "json"): Outcome.PASSED for known in CATALOGUE if known.formats}
    gone = run(dict.fromkeys(whats, Outcome.NOT_TESTED))
    lines = as_text(compared(run(whats), gone))
    assert lines[0] == f"no longer tested: {len(whats)}"
    topics = {known.topic for known in CATALOGUE if known.formats}
    comparing = {known.topic for known in CATALOGUE if not known.formats}
    assert lines[1].startswith(f"  {len(whats)} requirements (json): ")
    named = set(lines[1].split(": ")[1].split(", "))
    assert {topic for topic in topics if f"{topic}.*" not in named} == topics & comparing
    assert lines[2:] == ["    not-tested, so it came", "note: the newer run verified nothing"]


def test_violations_of_one_cause_are_told_by_level() -> None:
    whats = {(known.id, "json"): Outcome.PASSED for known in CATALOGUE if known.formats}
    broken = dict.fromkeys(whats, Outcome.FAILED)
    lines = as_text(compared(run(whats), run(broken)))
    musts = [one.id for one in CATALOGUE if one.formats and one.level is Level.MUST]
    assert lines[1].startswith(f"  MUST, {len(musts)} requirements (json): success.returned, ")
    assert lines[2] == "    actual so it came"


def test_two_or_three_changes_keep_their_lines() -> None:
    ids = ("success.counts", "success.dates", "success.fields")
    old = run({(id, "json"): Outcome.PASSED for id in ids})
    lines = as_text(compared(old, run({(id, "json"): Outcome.FAILED for id in ids})))
    assert {line.split()[1] for line in lines if line.startswith("  MUST")} == set(ids)


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    old = run({COUNTS: Outcome.PASSED, ("values.reputation", "xml"): Outcome.FAILED})
    new = run({COUNTS: Outcome.FAILED, ("values.reputation", "xml"): Outcome.PASSED})
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, one in zip(paths, (old, new), strict=True):
        path.write_text(render(one), encoding="utf-8")
    return list(map(str, paths))


def test_what_broke_is_shown_and_is_exit_code_1(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *files]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "broke: 1",
        "  MUST success.counts (json): each count is a non-negative decimal integer",
        "    actual so it came",
        "fixed: 1",
        "  SHOULD values.reputation (xml): reputation is at most 100",
    ]


def test_what_the_baseline_accepts_is_shown_and_is_exit_code_0(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = failing(wrong("requests", known="since\n2014"), known="since\n2014")
    (tmp_path / "known.json").write_text(render(known), encoding="utf-8")
    assert main(["diff", files[0], str(tmp_path / "known.json")]) == 0
    out = capsys.readouterr().out
    assert "    actual requests: the string '1,000'\n    known: since 2014\n" in out


def test_a_should_fails_only_where_it_is_asked_for(files: list[str]) -> None:
    assert main(["diff", files[1], files[0]]) == 0
    assert main(["diff", "--level", "should", files[1], files[0]]) == 1


def test_what_did_not_break_is_exit_code_0(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", files[0], files[0]]) == 0
    assert capsys.readouterr().out == "nothing changed\n"


def test_it_is_told_to_programs_too(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--json", *files]) == 1
    reported = json.loads(capsys.readouterr().out)
    assert [change["id"] for change in reported["broke"]] == ["success.counts"]
    assert reported["newly_tested"] == []


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "cannot be read"),
        (b"", "is not a JSON report"),
        (b"\xff", "is not a JSON report"),
        (b"[" * 100_000, "is not a JSON report"),
        (b"{}", "'verdict' is a required property"),
        (b"3", "is not a JSON report of this version"),
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


# --- As a comment of a pull request ---------------------------------------------------------------


def test_the_comment_says_first_what_broke_and_what_was_fixed() -> None:
    ids = ("success.counts", "success.dates", "success.package")
    outcomes = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_TESTED)
    old = {(id, "json"): outcome for id, outcome in zip(ids, outcomes, strict=True)}
    outcomes = (Outcome.FAILED, Outcome.PASSED, Outcome.FAILED)
    new = {(id, "json"): outcome for id, outcome in zip(ids, outcomes, strict=True)}
    found = compared(run(old), run(new))
    comment = as_markdown(found, as_text(found)).splitlines()
    heading = "### Conformance: 1 broke, 1 newly tested and violated, 1 fixed"
    assert comment[:3] == [heading, "", "```text"]
    assert comment[3:-1] == as_text(found)
    assert comment[-1] == "```"


def test_the_comment_of_two_equal_reports_says_that_nothing_broke() -> None:
    found = compared(run({}), run({}))
    assert as_markdown(found, as_text(found)).startswith("### Conformance: nothing broke\n")


def test_what_a_server_wrote_does_not_end_the_code() -> None:
    found = compared(run({}), run({}))
    comment = as_markdown(found, ["a", "````", "# b"]).splitlines()
    assert comment[2:] == ["`````text", "a", "````", "# b", "`````"]


def test_a_long_comment_is_cut_to_what_github_takes() -> None:
    found = compared(run({}), run({}))
    assert len(as_markdown(found, ["x" * 100_000])) < 65_536
