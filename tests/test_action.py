"""The GitHub action: its inputs reach the run unchanged, and no shell runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from command_line import CREDENTIALS, LIMIT, OPEN_TO_ALL, environment
from reseller_conformance.config.options import OPTIONS

ACTION: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "action.yml").read_text(encoding="utf-8")
)
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
INPUTS: dict[str, dict[str, Any]] = ACTION["inputs"]
BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="waits for bash, which runners provide")

NASTY = "a b'\"`touch pwned`$(touch pwned); touch pwned & #*?\\${{ x }}"


def step(name: str) -> dict[str, Any]:
    return next(step for step in STEPS if step["name"] == name)


def run(
    name: str, folder: Path, inputs: dict[str, str] | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a step's script as a runner does, with these inputs and the defaults of the others."""
    given = {**{name: str(one["default"]) for name, one in INPUTS.items()}, **(inputs or {})}

    def valued(text: str) -> str:
        found = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)
        return given[found[1]] if found else str(folder / "the action")

    script = folder / "script.sh"
    script.write_text(step(name)["run"], encoding="utf-8")
    work = folder / "work"
    work.mkdir(exist_ok=True)
    variables = {key: valued(value) for key, value in step(name)["env"].items()}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    outputs = str(folder / "outputs")
    return subprocess.run(
        [str(BASH), "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=work,
        env=environment(PATH=path, GITHUB_OUTPUT=outputs, **variables, **env),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


def program(folder: Path, name: str, code: str) -> None:
    """Put a Python program on the path of the steps."""
    (folder / "bin").mkdir(exist_ok=True)
    script = folder / "bin" / name
    script.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    script.chmod(0o755)


def recorder(folder: Path, name: str) -> None:
    """Put a program there that writes down its arguments and its customers."""
    code = (
        "import json, os, sys\n"
        f"json.dump([sys.argv[1:], os.environ.get('RESELLER_USER'), "
        f"os.environ.get('RESELLER_FOREIGN_USER')], open({str(folder / 'said')!r}, 'w'))"
    )
    program(folder, name, code)


def said(folder: Path) -> tuple[list[str], str | None, str | None]:
    words, users, foreign = json.loads((folder / "said").read_text(encoding="utf-8"))
    return words, users, foreign


def outputs(folder: Path) -> dict[str, str]:
    lines = (folder / "outputs").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


# --- As it is written ------------------------------------------------------------------------


def test_no_script_holds_an_expression() -> None:
    for one in STEPS:
        assert "${{" not in one.get("run", "")
        assert one.get("shell", "bash") == "bash"


def test_every_input_is_described_has_a_default_and_is_used() -> None:
    used = re.findall(r"inputs\.([a-z-]+)", json.dumps(STEPS))
    assert set(used) == set(INPUTS)
    for one in INPUTS.values():
        assert set(one) == {"description", "default"}


def test_credentials_are_no_inputs() -> None:
    assert not [name for name in INPUTS if "key" in name or "api" in name]


def test_every_option_in_it_is_one() -> None:
    known = {option.name for option in OPTIONS} | {"base-url"}
    named = re.findall(r"--([a-z][a-z-]*)=", step("Test")["run"])
    assert set(named) <= known | {"report-"}
    for output in ACTION["outputs"].values():
        assert re.fullmatch(r"\$\{\{ steps\.run\.outputs\.[a-z-]+ \}\}", output["value"])


# --- As it runs ------------------------------------------------------------------------------


@needs_bash
def test_inputs_reach_the_run_as_they_are(tmp_path: Path) -> None:
    recorder(tmp_path, "reseller-conformance")
    given = {
        "base-url": f"https://{NASTY}",
        "app": NASTY,
        "users": f"{NASTY}\n--\nb@example.com",
        "foreign-user": NASTY,
        "formats": NASTY,
        "depth": NASTY,
        "level": NASTY,
        "baseline": NASTY,
        "args": f"--rate=5/s\n\n--header=X: {NASTY}\n{NASTY}\n--\n-k\n*",
        "reports": f"some where/{NASTY}",
    }
    done = run("Test", tmp_path, given)
    assert (done.returncode, done.stderr) == (0, "")
    words, users, foreign = said(tmp_path)
    folder = given["reports"]
    assert words == [
        "run",
        f"--formats={NASTY}",
        f"--depth={NASTY}",
        f"--level={NASTY}",
        f"--base-url=https://{NASTY}",
        f"--app={NASTY}",
        f"--baseline={NASTY}",
        f"--report-json={folder}/report.json",
        f"--report-junit={folder}/report.xml",
        f"--report-markdown={folder}/report.md",
        *([f"--report-html={folder}/report.html"] if find_spec("jinja2") else []),
        "--rate=5/s",
        f"--header=X: {NASTY}",
        NASTY,
        "--",
        "-k",
        "*",
    ]
    assert (users, foreign) == (given["users"], NASTY)
    assert list((tmp_path / "work").iterdir()) == []


@needs_bash
def test_inputs_that_are_not_given_hide_nothing_of_the_environment(tmp_path: Path) -> None:
    recorder(tmp_path, "reseller-conformance")
    done = run("Test", tmp_path, RESELLER_USER="a@example.com", RESELLER_FOREIGN_USER="b")
    assert done.returncode == 0
    words, users, foreign = said(tmp_path)
    assert (users, foreign) == ("a@example.com", "b")
    assert not [word for word in words if word.endswith("=")]


@needs_bash
def test_an_action_without_a_target_tests_nothing(tmp_path: Path) -> None:
    program(tmp_path, "reseller-conformance", MAIN)
    done = run("Test", tmp_path, {"base-url": ""}, **CREDENTIALS)
    assert (done.returncode, outputs(tmp_path)["exit-code"]) == (2, "2")
    assert done.stderr.startswith("error: no target: give --base-url URL")


@needs_bash
def test_an_action_tests_the_reference_where_it_is_asked_to(tmp_path: Path) -> None:
    program(tmp_path, "reseller-conformance", MAIN)
    done = run("Test", tmp_path, {"reference": "true", "depth": "quick"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("(only the embedded reference was tested)")


@needs_bash
def test_the_input_reference_is_true_or_false(tmp_path: Path) -> None:
    recorder(tmp_path, "reseller-conformance")
    done = run("Test", tmp_path, {"reference": "yes"})
    assert (done.returncode, done.stderr) == (2, "error: reference is true or false, not: yes\n")


@needs_bash
def test_outputs_cannot_be_forged(tmp_path: Path) -> None:
    recorder(tmp_path, "reseller-conformance")
    done = run("Test", tmp_path, {"reports": "x\nverdict=conformant"})
    assert done.returncode == 2
    assert not (tmp_path / "outputs").exists()


@needs_bash
def test_what_is_installed_is_the_action_itself_or_what_is_wanted(tmp_path: Path) -> None:
    recorder(tmp_path, "python")
    wanted = {
        "": [f"{tmp_path / 'the action'}[serve,asgi,xdist,html]"],
        f"a-package==0.1.0\n./{NASTY}": ["a-package==0.1.0", f"./{NASTY}"],
    }
    for install, words in wanted.items():
        assert run("Install", tmp_path, {"install": install}).returncode == 0
        assert said(tmp_path)[0][-len(words) - 1 :] == ["--", *words]


MAIN = "import sys\nfrom reseller_conformance.cli.commands import main\nsys.exit(main())"


@needs_bash
def test_a_run_tells_its_verdict_exit_code_and_reports(tmp_path: Path) -> None:
    program(tmp_path, "reseller-conformance", MAIN)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "open_to_all.py").write_text(OPEN_TO_ALL, encoding="utf-8")
    given = {
        "app": "open_to_all:app",
        "users": "customer@example.com",
        "depth": "quick",
        "args": "--\n-k\ntask",
    }
    done = run("Test", tmp_path, given, **CREDENTIALS)
    assert done.returncode == 1, done.stderr
    said = outputs(tmp_path)
    assert (said["verdict"], said["exit-code"]) == ("violated", "1")
    for name in ("report-json", "report-junit", "report-markdown"):
        assert (tmp_path / "work" / said[name]).is_file()


@needs_bash
def test_what_is_no_run_has_no_verdict_not_even_that_of_the_run_before(tmp_path: Path) -> None:
    program(tmp_path, "reseller-conformance", MAIN)
    before = tmp_path / "work" / "reseller-conformance" / "report.json"
    before.parent.mkdir(parents=True)
    before.write_text('{"verdict": "conformant"}', encoding="utf-8")
    done = run("Test", tmp_path, {"depth": "deep"})
    assert done.returncode == 2
    assert (outputs(tmp_path)["verdict"], outputs(tmp_path)["exit-code"]) == ("", "2")
