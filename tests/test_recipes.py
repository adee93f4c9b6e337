"""The pipelines in examples/ci do what they say, with stand-ins for pip and GitHub's command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.reference import Application, Reference, read_accounts
from snippets import ROOT, Shell
from test_docs import ACCOUNTS

RECIPES = ROOT / "examples" / "ci"

# `gh run download` brings the report of an earlier run, and `gh pr comment` keeps the comment
GH = """#!/bin/sh
case "$1 $2" in
  "run list") echo 17 ;;
  "run download") mkdir -p last && cp report.json last/report.json ;;
  "pr comment") test "$3" = 5 && cp comment.md commented.md ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "known.toml").write_text((RECIPES / "known.toml").read_text())
    with serve_app(Application(Reference(read_accounts(ACCOUNTS)))) as url:
        found = Shell(tmp_path, url)
        gh = tmp_path / ".bin" / "gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        yield found


def recipe(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((RECIPES / name).read_text(encoding="utf-8"))
    return read


def run(shell: Shell, commands: list[str]) -> None:
    done = shell.run([(command, False, False) for command in commands])
    assert len(done) == len(commands)
    for command, (code, printed) in zip(commands, done, strict=True):
        assert code == 0, f"{command}\n{printed}"


def test_the_pull_request_gets_a_comment_of_what_has_changed(shell: Shell) -> None:
    (job,) = recipe("github.yml")["jobs"].values()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    run(shell, ["export PULL_REQUEST=5", *steps])
    assert (shell.folder / "commented.md").read_text().startswith("### Conformance: nothing broke")


def test_the_probe_makes_few_calls(shell: Shell) -> None:
    (job,) = recipe("probe.yml")["jobs"].values()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    run(shell, [step.rstrip() + " --report-json report.json" for step in steps if "run --" in step])
    report = json.loads((shell.folder / "report.json").read_text(encoding="utf-8"))
    assert 0 < report["traffic"]["calls"] <= 12


def test_gitlab_gets_its_reports(shell: Shell) -> None:
    (job,) = recipe("gitlab.yml").values()
    run(shell, job["script"])
    for name in job["artifacts"]["reports"].values():
        assert (shell.folder / name).is_file()
