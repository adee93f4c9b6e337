"""Exit codes, also if a stream, a folder or a file is unusable."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from command_line import COMMAND, LIMIT, TREE, environment, quick
from reseller_conformance.cli.run import exit_code
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.requirements import by_id


def result(outcome: Outcome) -> Result:
    return Result(by_id("success.fields"), "json", outcome)


@pytest.mark.parametrize(
    "run, problems, interrupted, code",
    [
        (Run((result(Outcome.PASSED),)), [], False, 0),
        (Run((result(Outcome.FAILED),)), [], False, 1),
        (Run((result(Outcome.ERROR),)), [], False, 3),
        (Run((result(Outcome.NOT_TESTED),)), [], False, 3),
        (Run(()), [], False, 3),
        (None, [], False, 3),
        (Run((result(Outcome.PASSED),)), ["pytest failed"], False, 3),
        (Run((result(Outcome.PASSED),), complete=False), [], False, 3),
        (Run((result(Outcome.PASSED),)), [], True, 130),
        (Run((result(Outcome.FAILED),), complete=False), [], True, 130),
    ],
)
def test_exit_codes(run: Run | None, problems: list[str], interrupted: bool, code: int) -> None:
    assert exit_code(run, problems, interrupted) == code


SAID = (
    ("requirements",),
    ("explain", "success.dates"),
    ("validate", str(TREE / "schemas/examples/overview.json")),
    ("run", "--depth", "quick", "--", "-k", "success_dates"),
)
needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="waits for a POSIX shell")


def in_shell(cwd: Path, words: Sequence[str], script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's script, in which `"$@"` is the command."""
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


@needs_sh
@pytest.mark.parametrize("words", SAID, ids=lambda words: words[0])
def test_a_reader_that_has_left_changes_no_exit_code(words: Sequence[str], tmp_path: Path) -> None:
    plain = in_shell(tmp_path, words, '"$@" > file; echo $?')
    piped = in_shell(tmp_path, words, '{ "$@"; echo $? > code; } | true; cat code')
    assert (piped.stdout, piped.stderr) == (plain.stdout, "")


@needs_sh
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="waits for /dev/full")
@pytest.mark.parametrize("words", SAID, ids=lambda words: words[0])
def test_output_that_cannot_be_written_is_one_line(words: Sequence[str], tmp_path: Path) -> None:
    for rest, why in ((">/dev/full", "no space left on device"), (">&-", "it is closed")):
        done = in_shell(tmp_path, words, f'"$@" {rest}')
        assert done.stderr == f"error: not all output could be written: {why}\n"
        assert done.returncode in (1, 3)


@needs_sh
def test_a_run_with_a_closed_stderr_writes_its_reports(tmp_path: Path) -> None:
    words = ("run", "--depth", "smoke", "--reference", "--report-json", "report.json")
    done = in_shell(tmp_path, words, '"$@" 2>&-')
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("✓ conformant")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["verdict"] == "conformant"


@pytest.mark.parametrize(
    "words", [("explain", "success.dates"), ("requirements",), ("accounts",)], ids=" ".join
)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_what_the_encoding_lacks_is_escaped(
    words: Sequence[str], encoding: str, tmp_path: Path
) -> None:
    def said(name: str, *more: str) -> str:
        return subprocess.check_output(
            [*COMMAND, *words, *more],
            cwd=tmp_path,
            env=environment(PYTHONIOENCODING=name),
            encoding=name,
        )

    assert said(encoding)
    if words[0] != "explain":
        assert json.loads(said(encoding, "--json")) == json.loads(said("utf-8", "--json"))


def test_a_terminal_of_no_width_is_written_to(tmp_path: Path) -> None:
    done = quick(tmp_path, env={"COLUMNS": "0"})
    assert done.stdout.splitlines()[-1].startswith("✓ conformant")


@needs_sh
def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, "run"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "error: this folder is gone; change to one that exists: .\n"


@pytest.mark.parametrize("option", ["--report-json", "--baseline"])
def test_a_path_that_is_a_link_to_itself_is_one_line(option: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = quick(tmp_path, option, "loop")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {option} cannot be ")
    assert done.stderr.endswith(": loop\n")
    assert len(done.stderr.splitlines()) == 1


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "reseller_conformance", "--version"]
    said = subprocess.check_output(words, cwd=tmp_path, env=environment(), encoding="utf-8")
    assert said == "reseller-conformance 0.1.0\n"
