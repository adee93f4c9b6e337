"""A run with a baseline, from the command line and in a separate pytest project."""

import json
import sys
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from reseller_conformance.cli.commands import main
from reseller_conformance.cli.run import exit_code
from reseller_conformance.findings.baseline import load
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.findings.run_info import BaselineStatus, SuiteInfo
from reseller_conformance.pytest_support.collector import Collector
from reseller_conformance.reference import default_reference
from reseller_conformance.requirements import CATALOGUE, Level, by_id
from reseller_conformance.schemas import schema_text

# Accepts a missing task (a MUST) and any spelling of it (a SHOULD).
LENIENT = """
from urllib.parse import parse_qsl, urlencode
from reseller_conformance.reference import Application, default_reference

answer = Application(default_reference())

def app(environ, start_response):
    said = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    if said.get("task", "overview").strip().lower() == "overview":
        said["task"] = "overview"
        environ = {**environ, "QUERY_STRING": urlencode(said)}
    return answer(environ, start_response)
"""
# Accepts any api_user: more kinds of violations than any report shows.
CREDULOUS = (
    LENIENT.replace("task", "api_user")
    .replace('said.get("api_user", "overview").strip().lower() == "overview"', "True")
    .replace('"overview"', "default_reference().accounts.resellers[0].api_user")
)
FEW = "rejects_task_missing or rejects_task_spelling or rejects_user_empty"
"""Requirements that need few calls."""
SUBCLASS = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass
"""


def entry(id, format, reason="since 2014", where=""):
    named = f'where = "{where}"\nkind = "an overview"\n' if where else ""
    return f'[[known]]\nrequirement = "{id}"\nformat = "{format}"\n{named}reason = "{reason}"\n'


BOTH = entry("rejects.task-missing", "json") + entry("rejects.task-missing", "xml")


@pytest.fixture
def folder(pytester, monkeypatch):
    """A folder with an app that accepts too much, and the environment of its customer."""
    reseller = default_reference().accounts.resellers[0]
    monkeypatch.setenv("RESELLER_API_USER", reseller.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", reseller.api_key)
    monkeypatch.setenv("RESELLER_USER", "\n".join(a.user for a in reseller.customers[:2]))
    pytester.makepyfile(lenient=LENIENT, test_mine=SUBCLASS)
    return pytester.path


@pytest.fixture
def run_pytest(pytester, folder):
    def run(*options):
        fixed = (
            "--reseller-app=lenient:app",
            "--reseller-depth=quick",
            "-k",
            FEW,
            "-p",
            "no:randomly",
        )
        return pytester.runpytest(*fixed, "--reseller-baseline=known.toml", *options)

    return run


@pytest.fixture
def run_command(pytester, folder):
    def run(*options):
        code = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"
        command = ["run", "--app", "lenient:app", "--depth", "quick", *options, "--", "-k", FEW]
        return pytester.run(sys.executable, "-c", code, *command)

    return run


def written(folder, text):
    (folder / "known.toml").write_text(text, encoding="utf-8")
    return folder / "known.toml"


# --- In pytest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_a_known_must_is_an_expected_failure_with_its_reason(folder, run_pytest, workers):
    written(folder, BOTH)
    result = run_pytest("-rx", "--reseller-report-json=r.json", "--junit-xml=j.xml", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["MUST rejects.task-missing ?xml?: *(known: since 2014)"])
    result.stdout.fnmatch_lines(["XFAIL *rejects_task_missing?json?*known: since 2014"])
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema_text("report.schema.json"))).validate(report)
    assert report["verdict"] == "conformant"
    assert report["baseline"] == {
        "file": "known.toml",
        "problems": [],
        "unexplained": [],
        "changes": [],
    }
    known = [found for found in report["requirements"] if found["known"]]
    assert {(found["id"], found["outcome"], found["known"]) for found in known} == {
        ("rejects.task-missing", "failed", "since 2014")
    }
    assert [found["format"] for found in known] == ["json", "xml"]
    properties = ET.parse(folder / "j.xml").iter("property")
    assert [p.get("value") for p in properties if p.get("name") == "known"] == ["since 2014"] * 2


def test_an_entry_excuses_its_own_format_alone(folder, run_pytest):
    written(folder, entry("rejects.task-missing", "json"))
    result = run_pytest("-k", "rejects_task_missing")
    assert result.ret == 1
    result.assert_outcomes(xfailed=1, failed=1, deselected=result.parseoutcomes()["deselected"])


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_what_no_longer_fails_fails_the_run_and_is_named_with_its_lines(
    folder, run_pytest, workers
):
    written(folder, BOTH + entry("rejects.user-empty", "xml") + entry("rejects.user-emty", "xml"))
    result = run_pytest(*workers)
    assert result.ret == 1
    result.assert_outcomes(**{**result.parseoutcomes(), "failed": 0})
    result.stdout.fnmatch_lines(
        [
            "error: baseline known.toml: delete lines 9-12, *no longer*: rejects.user-empty (xml)",
            "error: baseline known.toml: *13-16, *no requirement*: rejects.user-emty (xml)",
        ]
    )


@pytest.mark.parametrize(
    "options",
    [["-k", "rejects_task_missing"], ["--reseller-formats=json"]],
    ids=["chosen", "partial"],
)
def test_what_was_not_tested_is_neither_stale_nor_lost(folder, run_pytest, options):
    json, xml = (
        entry("rejects.task-missing", name, where="task missing") for name in ("json", "xml")
    )
    text = json + entry("consistency.formats", "both") + entry("rejects.user-empty", "xml") + xml
    path = written(folder, text)
    before = path.read_bytes()
    assert run_pytest("--reseller-update-baseline", *options).ret == 0
    assert path.read_bytes() == before


def test_a_list_of_tests_changes_nothing(folder, run_pytest):
    path = written(folder, entry("rejects.user-emty", "json"))
    before = path.read_bytes()
    result = run_pytest("--reseller-update-baseline", "--collect-only")
    result.stdout.no_fnmatch_line("*baseline *")
    assert path.read_bytes() == before


def test_an_interrupted_update_changes_nothing(folder, pytester, run_pytest):
    path = written(folder, BOTH + entry("rejects.user-empty", "json"))
    before = path.read_bytes()
    pytester.makeconftest(
        """
        def pytest_runtest_logreport(report):
            if report.when == "teardown" and "rejects_user_empty[json]" in report.nodeid:
                raise KeyboardInterrupt
        """
    )
    result = run_pytest("--reseller-update-baseline")
    result.stdout.fnmatch_lines(["error: baseline known.toml: delete lines 9-12,*", "*Interrupt*"])
    assert path.read_bytes() == before


def test_an_update_that_stops_at_the_first_failure_changes_only_what_was_tested(folder, run_pytest):
    path = written(folder, "# mine\n" + entry("rejects.user-foreign", "json"))
    result = run_pytest("--reseller-update-baseline", "-x", "-k", "rejects_task_missing")
    assert result.ret == 1
    text = path.read_text(encoding="utf-8")
    added = entry("rejects.task-missing", "json", reason="", where="task missing")
    assert text == "# mine\n" + entry("rejects.user-foreign", "json") + "\n" + added
    result.stdout.fnmatch_lines(["baseline added: rejects.task-missing (json) at task missing"])


def test_an_error_of_the_suite_says_nothing_about_an_entry(folder, pytester, run_pytest):
    path = written(folder, BOTH)
    pytester.makeconftest(
        """
        import pytest
        from reseller_conformance.suite.evaluation import Evaluation

        @pytest.fixture
        def reseller_evaluation(reseller_evaluation, monkeypatch):
            def broken(*_):
                raise RuntimeError("a bug of ours")
            monkeypatch.setattr(Evaluation, "finish", broken)
            return reseller_evaluation
        """
    )
    result = run_pytest("--reseller-update-baseline", "-k", "rejects_task_missing")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["unverified: the suite itself failed at 1 requirement *"])
    assert path.read_text(encoding="utf-8") == BOTH


def test_a_bad_file_is_one_line_and_stays_as_it_was(folder, run_pytest):
    path = written(folder, "[[known]]\nrequirement = \n")
    result = run_pytest("--reseller-update-baseline")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --reseller-baseline is not TOML (*): known.toml"])
    assert path.read_text(encoding="utf-8") == "[[known]]\nrequirement = \n"


def test_a_known_should_holds_where_it_counts_and_where_it_does_not(folder, run_pytest):
    written(
        folder,
        BOTH + entry("rejects.task-spelling", "json") + entry("rejects.task-spelling", "xml"),
    )
    assert run_pytest("-k", "rejects_task").ret == 0
    assert run_pytest("-k", "rejects_task", "--reseller-level=should").ret == 0


def test_a_violation_that_an_entry_does_not_name_counts_and_is_shown(folder, run_pytest):
    named = ("task upper-case", "task capitalized")
    where = ", ".join(f'"{name}"' for name in named)
    text = entry("rejects.task-spelling", "json") + f"where = [{where}]\n"
    written(folder, text + entry("rejects.task-spelling", "xml"))
    result = run_pytest(
        "-k", "rejects_task_spelling", "--reseller-level=should", "--reseller-report-json=r.json"
    )
    assert result.ret == 1
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema_text("report.schema.json"))).validate(report)
    assert report["verdict"] == "violated"
    failed, accepted = report["requirements"]
    assert (failed["known"], accepted["known"]) == ("", "since 2014")
    assert {one["place"]: one["known"] for one in failed["violations"]}.items() >= {
        "task upper-case": "since 2014",
        "task space-before": "",
    }.items()
    assert failed["findings"][0]["known"] == ""
    assert "task upper-case" not in result.stdout.str().partition("short test summary")[0]


def test_more_violations_than_findings_are_all_known_after_one_update(folder, pytester):
    pytester.makepyfile(credulous=CREDULOUS)
    command = [
        *("run", "--app", "credulous:app", "--depth", "quick", "--only", "rejects.api-user-wrong"),
        *("--baseline", "known.toml", "--report-json", "r.json"),
    ]
    code = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"
    assert pytester.run(sys.executable, "-c", code, *command, "--update-baseline").ret == 1
    path = folder / "known.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('""', '"for now"'), encoding="utf-8")
    assert pytester.run(sys.executable, "-c", code, *command).ret == 0
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema_text("report.schema.json"))).validate(report)
    (json_entry, _) = report["requirements"]
    assert len(json_entry["violations"]) > 30 > len(json_entry["findings"])
    assert {one["known"] for one in json_entry["violations"]} == {"for now"}


# --- From the command line ------------------------------------------------------------------------


def test_a_baseline_is_made_filled_in_and_kept_up_to_date(folder, run_command):
    path = folder / "known.toml"
    made = run_command("--baseline", "known.toml", "--update-baseline")
    assert made.ret == 1
    made.stdout.fnmatch_lines(
        [
            "Baseline known.toml brought up to date",
            "  added: rejects.task-missing (json) at task missing",
            "Entries of the baseline that need a reason",
            "  known.toml: write a reason in lines 4-9; *",
        ]
    )
    path.write_text(path.read_text(encoding="utf-8").replace('""', '"since 2014"'), "utf-8")
    kept = run_command("--baseline", "known.toml", "--report-junit", "j.xml")
    assert (kept.ret, kept.errlines) == (0, [])
    assert kept.outlines[-1].startswith(
        "✓ partial: conformant, with 1 known violation and 1 SHOULD"
    )
    kept.stdout.fnmatch_lines(["= rejects.task-missing (json, xml) MUST", "  known     since 2014"])
    assert ET.parse(folder / "j.xml").getroot()[0].get("failures") == "0"

    path.write_text(
        path.read_text(encoding="utf-8") + "\n# keep me\n" + entry("rejects.user-empty", "json")
    )
    stale = run_command("--baseline", "known.toml")
    assert (stale.ret, stale.errlines) == (
        1,
        [
            "error: the baseline is out of date: see its entries in the report; "
            "--update-baseline deletes those that no longer hold"
        ],
    )
    assert stale.outlines[-1].startswith("✗ baseline: 1 entry does not hold; otherwise partial: ")
    updated = run_command("--baseline", "known.toml", "--update-baseline")
    assert (updated.ret, updated.errlines) == (0, [])
    assert path.read_text(encoding="utf-8").endswith('reason = "since 2014"\n\n# keep me\n')


@pytest.mark.parametrize(
    "args, message",
    [
        (["--update-baseline"], "--update-baseline needs the file: --baseline FILE"),
        (["--baseline", "."], "--baseline cannot be read"),
        (["--baseline", ".", "--update-baseline"], "--baseline cannot be read"),
        (["--baseline", "nowhere.toml"], "--update-baseline creates it: nowhere.toml"),
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(args, message, capsys):
    assert main(["run", *args]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1


# --- The result -----------------------------------------------------------------------------------


def test_a_known_failure_does_not_violate_but_proves_that_something_was_tested():
    known = Result(by_id("rejects.task-missing"), "json", Outcome.FAILED, known="since 2014")
    assert Run((known,)).verdict == "conformant"
    other = Result(by_id("success.dates"), "json", Outcome.FAILED)
    assert Run((known, other)).verdict == "violated"


def test_a_documented_call_that_is_known_to_be_refused_verifies_nothing():
    known = Result(by_id("success.returned"), "json", Outcome.FAILED, known="credentials expired")
    assert Run((known,)).verdict == "unverified"


@pytest.mark.parametrize(
    "outcome, code",
    [(Outcome.PASSED, 1), (Outcome.FAILED, 1), (Outcome.ERROR, 3), (Outcome.NOT_TESTED, 3)],
)
def test_a_baseline_that_does_not_hold_fails_what_would_have_passed(outcome, code):
    held = BaselineStatus("known.toml", problems=("known.toml: delete lines 1-4",))
    run = Run((Result(by_id("rejects.task-missing"), "json", outcome),), baseline=held)
    assert exit_code(run, [], interrupted=False) == code
    assert exit_code(run, [], interrupted=True) == 130


def test_each_requirement_and_format_can_be_known(tmp_path):
    whats = [(r.id, str(f)) for r in CATALOGUE for f in r.formats or ("both",)]
    path = written(tmp_path, "".join(entry(*what) for what in whats))
    collector = Collector(Level.MUST, SuiteInfo(), load(path))
    for id, format in whats:
        collector.results[f"{id}-{format}"] = Result(by_id(id), format, Outcome.FAILED)
    assert collector.run.baseline == BaselineStatus(str(path))
