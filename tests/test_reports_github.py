"""What a run says in GitHub Actions: whole commands, and none that a server wrote."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from command_line import OPEN_TO_ALL, quick
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.reports import github, markdown
from reseller_conformance.requirements import CATALOGUE, Level
from runs import HOSTILE, MIXED, any_run

COMMAND = re.compile(r"::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)")


def test_a_must_is_an_error_and_a_should_a_warning() -> None:
    assert github.commands(MIXED) == [
        "::error title=MUST success.dates (json)::each date is YYYY-MM-DD, and a day that exists. "
        "billing_end_date: 2010-02-30; expected a date",
        "::error title=the suite itself failed::http.body (json): RuntimeError: a bug",
        "::warning title=SHOULD values.balance (json)::credits_remain and credits_overage follow "
        "from credits_allowed and credits_used. credits_remain: credits_remain=1; expected a date",
    ]


def test_a_should_that_counts_is_an_error() -> None:
    said = github.commands(replace(MIXED, level=Level.SHOULD))
    assert all(line.startswith("::error ") for line in said)


@settings(max_examples=100, deadline=None)
@given(any_run)
def test_a_command_is_one_line_of_its_form(run: Run) -> None:
    for line in github.commands(run):
        assert COMMAND.fullmatch(line)
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", line)


def test_what_a_server_wrote_is_no_command() -> None:
    for line in github.commands(HOSTILE):
        assert COMMAND.fullmatch(line)
        assert "%0A::warning" not in line


def test_ten_of_a_kind_are_shown_and_the_last_says_how_many_more() -> None:
    failed = tuple(Result(known, "json", Outcome.FAILED, "odd") for known in CATALOGUE)
    said = github.commands(replace(MIXED, results=failed))
    errors = [line for line in said if line.startswith("::error ")]
    assert (len(errors), len(said)) == (10, 20)
    musts = sum(known.level is Level.MUST for known in CATALOGUE)
    assert errors[-1].endswith(f"::{musts - 9} more: see the summary")


def test_a_fence_opens_with_a_word_of_its_own_and_closes_in_any_case() -> None:
    said: list[str] = []
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), github.stop_commands(said.append):
            raise KeyboardInterrupt
    words = [line.removeprefix("::stop-commands::") for line in said[::2]]
    assert said[1::2] == [f"::{word}::" for word in words]
    assert len(set(words)) == 2


def test_a_run_there_is_fenced_annotated_and_summed_up(tmp_path: Path) -> None:
    (tmp_path / "open_to_all.py").write_text(OPEN_TO_ALL, encoding="utf-8")
    summary = tmp_path / "summary.md"
    summary.write_text("what another step wrote\n", encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "open_to_all:app", "--user", "customer@example.com"),
        *("--report-json", "r.json", "--report-markdown", "r.md", "--", "-k", "task"),
        env={
            "RESELLER_API_USER": "me",
            "RESELLER_API_KEY": "a-secret-key",
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(summary),
        },
    )
    assert done.returncode == 1
    # nothing but what is announced at once
    assert all(re.match(r"\d+ s, call [\d,]+: ✗ MUST ", line) for line in done.stderr.splitlines())
    first, *report = done.stdout.splitlines()
    word = first.removeprefix("::stop-commands::")
    shut = report.index(f"::{word}::")
    assert report[shut - 1].startswith("✗ violated: ")
    assert report[shut + 1 :]
    assert all(COMMAND.fullmatch(line) for line in report[shut + 1 :])
    text = summary.read_text(encoding="utf-8")
    assert text == "what another step wrote\n" + (tmp_path / "r.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["verdict"] == "violated"


def test_a_summary_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}
    done = quick(tmp_path, "--", "-k", "dates", env=env)
    assert done.returncode == 0
    assert done.stderr == f"error: GITHUB_STEP_SUMMARY, Is a directory: {tmp_path}\n"


def test_elsewhere_nothing_is_said() -> None:
    assert not github.is_github_actions({})
    assert not github.is_github_actions({"GITHUB_ACTIONS": ""})
    assert github.is_github_actions({"GITHUB_ACTIONS": "true"})
    assert github.summary_file({"GITHUB_STEP_SUMMARY": ""}) is None
    assert "::" not in markdown.render(Run(()))
