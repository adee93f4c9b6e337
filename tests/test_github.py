"""The workflows run what README and noxfile name, and use no action that can change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from snippets import ROOT, blocks

WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
SESSIONS = set(re.findall(r"(?m)^def (\w+)\(session", (ROOT / "noxfile.py").read_text()))


def jobs(name: str) -> dict[str, Any]:
    return yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))["jobs"]


def steps(name: str) -> Iterator[dict[str, Any]]:
    for job in jobs(name).values():
        yield from job["steps"]


def test_ci_runs_the_commands_with_which_the_readme_starts() -> None:
    start = next(block for block in blocks(ROOT / "README.md") if block.language == "console")
    runs = {step.get("run") for step in jobs("ci")["tests"]["steps"]}
    assert {command for command, _ in start.commands} <= runs


def test_ci_runs_on_each_python_that_is_supported() -> None:
    assert jobs("ci")["tests"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_names_sessions_of_nox_that_there_are(name: str) -> None:
    named = set()
    for job in jobs(name).values():
        named |= set(job.get("strategy", {}).get("matrix", {}).get("session", []))
    for step in steps(name):
        for words in re.findall(r"nox -s ([a-z ]+)$", step.get("run", ""), re.MULTILINE):
            named |= set(words.split())
    assert named <= SESSIONS
    assert named


@pytest.mark.parametrize("name", ["noxfile.py", "pyproject.toml"])
def test_the_tests_that_a_session_selects_are_there(name: str) -> None:
    selected = set(re.findall(r"tests/test_\w+\.py", (ROOT / name).read_text(encoding="utf-8")))
    assert selected
    assert {path for path in selected if not (ROOT / path).is_file()} == set()


@pytest.mark.parametrize("name", [*WORKFLOWS, "action"])
def test_each_action_is_pinned_to_a_commit(name: str) -> None:
    text = WORKFLOWS.get(name, ROOT / "action.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [one for one in used if one != "./" and not re.search(r"@[0-9a-f]{40}$", one)] == []
