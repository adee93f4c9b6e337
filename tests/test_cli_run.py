"""The command `run` from start to end: verdicts, options, interrupts and progress."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from command_line import (
    COMMAND,
    CREDENTIALS,
    KEY,
    LIMIT,
    OPEN_TO_ALL,
    SCHEMA,
    command,
    environment,
    quick,
    read_some,
)
from readers import READERS
from reseller_conformance.cli import run
from reseller_conformance.cli.commands import main
from reseller_conformance.requirements import CATALOGUE


def test_what_is_set_about_a_target_needs_one(tmp_path: Path) -> None:
    done = quick(tmp_path, env={**CREDENTIALS, "RESELLER_BASE_URL": "", "RESELLER_USER": "a@b"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: no target: give --base-url URL or --app MODULE:ATTR")
    assert done.stderr.endswith("given without a target: RESELLER_BASE_URL\n")
    assert quick(tmp_path, "--reference", env=CREDENTIALS).returncode == 0


def test_without_options_the_embedded_reference_is_conformant(tmp_path: Path) -> None:
    done = command(tmp_path, "run")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 30
    assert "embedded reference" in done.stdout
    assert lines[0].startswith("reseller-conformance 0.1.0: only the embedded reference is tested")
    assert lines[-1] == "✓ conformant (only the embedded reference was tested)"
    assert list(tmp_path.iterdir()) == []


DASHES = """
from dataclasses import replace
from reseller_conformance.reference import Accounts, Application, Reference, default_reference

first, *others = default_reference().accounts.resellers
named = replace(first.customers[0], user="--")
mine = replace(first, customers=(named, *first.customers[1:]))
app = Application(Reference(Accounts((mine, *others))))
"""


@pytest.mark.parametrize("rest", [[], ["-n", "2"]], ids=["", "workers"])
def test_words_that_look_like_options_reach_the_run(rest: list[str], tmp_path: Path) -> None:
    (tmp_path / "dashes.py").write_text(DASHES, encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "dashes:app", "--user=--", "--user=newsletter@shop.example"),
        *("--foreign-user=-x", "--header=X-Word: --user=-a b", "--report-json=-r.json"),
        *("--", "-k", "returned", *rest),
        env={**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    target = json.loads((tmp_path / "-r.json").read_text(encoding="utf-8"))["target"]
    assert target["customers"] == ["--", "newsletter@shop.example"]
    assert target["foreign_user"] == "-x"


LOCK = """
import time
from reseller_conformance.reference import Application, Reference, Response, default_reference

class Locked(Reference):
    failed, until = 0, 0.0

    def answer(self, wanted, parameters):
        if dict(parameters).get("api_key") not in (None, "Demo-Key-0001"):
            self.failed += 1
            if self.failed == 6:
                self.until = time.monotonic() + 2
        if time.monotonic() < self.until:
            return Response(423, "text/html", b"<html><body>Locked</body></html>")
        return super().answer(wanted, parameters)

app = Application(Locked(default_reference().accounts))
"""


def test_a_lock_that_ends_is_in_the_reports_and_changes_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "locks.py").write_text(LOCK, encoding="utf-8")
    done = quick(
        tmp_path,
        *(
            "--app",
            "locks:app",
            "--user",
            "customer@example.com",
            "--user",
            "newsletter@shop.example",
        ),
        *("--report-json", "report.json", "--report-markdown", "report.md"),
        env={**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert (report["verdict"], report["complete"]) == ("conformant", True)
    [note] = report["environment"]
    assert (note["kind"], note["waited_seconds"], note["not_tested"]) == ("lockout", 5, [])
    assert note["calls"] >= 6
    told = f"after {note['calls']} calls with wrong credentials"
    ended = "the run waited 5 s in all, and repeated the calls"
    for text in (done.stdout, (tmp_path / "report.md").read_text(encoding="utf-8")):
        assert told in " ".join(text.split())
        assert ended in " ".join(text.split())


def test_the_json_report_fits_its_schema(tmp_path: Path) -> None:
    done = quick(tmp_path, "--report-json", "out/report.json", "--seed", "7")
    assert done.returncode == 0
    report = json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert (report["verdict"], report["complete"]) == ("conformant", True)
    assert report["suite"]["seed"] == 7
    assert report["target"]["kind"] == "embedded"
    assert report["traffic"]["calls"] > 100
    assert {entry["id"] for entry in report["requirements"]} == {r.id for r in CATALOGUE}


def test_nothing_of_the_current_folder_changes_a_run(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text("raise RuntimeError\n", encoding="utf-8")
    done = quick(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_needs_no_autoloading_of_plugins(tmp_path: Path) -> None:
    done = quick(tmp_path, env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert (done.returncode, done.stderr) == (0, "")


def test_one_format_alone_is_partial(tmp_path: Path) -> None:
    done = quick(tmp_path, "--formats", "xml")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("✓ partial: conformant (xml only")


@pytest.mark.parametrize("rest", [[], ["-n", "2"]], ids=["", "workers"])
def test_messages_name_the_options_of_run(rest: list[str], tmp_path: Path) -> None:
    (tmp_path / "dashes.py").write_text(DASHES, encoding="utf-8")
    account = {**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"}
    args = ["--app", "dashes:app", "--user", "newsletter@shop.example"]
    done = quick(tmp_path, *args, "--", "-k", "customers or foreign", *rest, env=account)
    assert "with --user" in done.stdout
    assert "with --foreign-user" in done.stdout
    assert "--reseller-" not in done.stdout


@pytest.mark.parametrize("rest", [["-n", "2"], ["--numprocesses=2"]], ids=" ".join)
def test_without_xdist_processes_are_refused_with_what_to_install(
    rest: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "find_spec", lambda _: None)
    assert main(["run", "--", *rest]) == 2
    said = capsys.readouterr().err
    assert said == (
        "error: several processes need pytest-xdist, pip install pytest-xdist: " + rest[0] + "\n"
    )


@pytest.mark.parametrize(
    "rest", [["-n", "2"], ["-x"], ["-p", "no:randomly"], ["-W", "error"]], ids=" ".join
)
def test_what_follows_two_dashes_goes_to_pytest(rest: list[str], tmp_path: Path) -> None:
    done = quick(tmp_path, "--", *rest)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("✓ conformant")


@pytest.mark.parametrize(
    ("args", "env", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color"], {"NO_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
    ids=["plain", "forced", "asked for", "refused"],
)
def test_colours_are_only_where_they_are_wanted(
    args: list[str], env: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    done = quick(tmp_path, *args, "--", "-k", "dates", env={"TERM": "xterm", **env})
    assert done.returncode == 0
    assert ("\x1b[" in done.stdout) is coloured


def test_a_part_of_the_suite_says_how_little_it_was(tmp_path: Path) -> None:
    done = quick(tmp_path, "--", "-k", "success_dates or test_dates")
    assert done.returncode == 0
    assert f"1 of {len(CATALOGUE)} requirements tested" in done.stdout.splitlines()[-1]


def test_nothing_selected_is_nothing_verified(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"verdict": "conformant"}', encoding="utf-8")
    done = quick(tmp_path, "--report-json", "report.json", "--", "-k", "nonsense")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "unverified: nothing was tested: no test was selected; check -k, or use --only\n"
    )
    written = json.loads(report.read_text(encoding="utf-8"))
    jsonschema.validate(written, SCHEMA)
    assert (written["verdict"], written["requirements"]) == ("unverified", [])


def test_a_list_of_tests_leaves_reports_as_they_are(tmp_path: Path) -> None:
    report, summary = tmp_path / "report.json", tmp_path / "summary.md"
    report.write_text("of an earlier run", encoding="utf-8")
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = quick(tmp_path, "--report-json", "report.json", "--", "--collect-only", "-q", env=env)
    assert (done.returncode, done.stderr) == (3, "unverified: nothing was tested\n")
    assert report.read_text(encoding="utf-8") == "of an earlier run"
    assert not summary.exists()


def test_nobody_answering_is_nothing_verified(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    done = quick(
        tmp_path, "--base-url", url, "--user", "a@example.com", "--retries", "0", env=CREDENTIALS
    )
    assert done.returncode == 3
    assert "cannot reach" in done.stdout.splitlines()[-1]
    assert KEY not in done.stdout + done.stderr


def test_a_spent_budget_verifies_nothing_though_nothing_failed(tmp_path: Path) -> None:
    done = quick(tmp_path, "--max-requests", "100", "--report-json", "report.json")
    assert done.returncode == 3
    last = done.stdout.splitlines()[-1]
    assert "no violation so far (the request budget is exhausted: not everything was sent" in last
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["complete"]) == ("unverified", False)
    assert report["traffic"]["calls"] == 100


def test_a_budget_that_suffices_is_no_matter(tmp_path: Path) -> None:
    assert quick(tmp_path, "--max-requests", "9999").returncode == 0


def test_a_violation_is_shown_and_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "open_to_all.py").write_text(OPEN_TO_ALL, encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "open_to_all:app", "--user", "customer@example.com"),
        *("--report-json", "report.json", "--report-html", "report.html"),
        env=CREDENTIALS,
    )
    assert done.returncode == 1
    screen = "\n".join(done.stdout.splitlines()[:24])
    assert re.search(r"✗ violated: \d+ MUST", screen)
    assert "\n✗ rejects." in screen
    assert "\n  curl " in screen
    assert done.stdout.splitlines()[-1].startswith("✗ violated: ")
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["verdict"] == "violated"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Violated: " in page
    assert KEY not in done.stdout + done.stderr + text + page


def test_an_error_inside_pytest_says_nothing_about_the_target(tmp_path: Path) -> None:
    plugin = "def pytest_runtest_protocol():\n    raise RuntimeError('a bug of mine')\n"
    (tmp_path / "broken.py").write_text(plugin, encoding="utf-8")
    done = quick(tmp_path, "--", "-p", "broken", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 3
    assert done.stderr.startswith("error: pytest failed: RuntimeError: a bug of mine\n")


SLOW = """
import pathlib, time
from reseller_conformance.reference import Application, default_reference

answer = Application(default_reference())

def app(environ, start_response):
    pathlib.Path("asked").touch()
    time.sleep(0.2)
    return answer(environ, start_response)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_reports_what_it_has(name: str, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    args = ["--app", "slow:app", "--user", "customer@example.com"]
    args += [f"--{name}={name}" for name in READERS]
    process = subprocess.Popen(
        [*COMMAND, "run", *args, "--", "-p", "no:randomly"],
        cwd=tmp_path,
        env=environment(**{**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    until = time.monotonic() + LIMIT
    while not (tmp_path / "asked").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert err.endswith("interrupted\n")
    assert "Traceback" not in err
    assert "Demo-Key-0001" not in out + err
    for name, read in READERS.items():
        read((tmp_path / name).read_text(encoding="utf-8"))
    report = json.loads((tmp_path / "report-json").read_text(encoding="utf-8"))
    assert report["complete"] is False
    page = (tmp_path / "report-html").read_text(encoding="utf-8")
    assert "This report is incomplete." in page
    assert report["verdict"] != "conformant"


def test_the_exit_code_stands_where_nobody_reads_the_report(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "--depth", "quick"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    process.stdout.close()
    _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_and_then_gone(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "run", "--depth", "quick"],
        cwd=tmp_path,
        env=environment(TERM="xterm", COLUMNS="80"),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while part := read_some(ours):
        shown += part
    os.close(ours)
    assert process.wait(timeout=LIMIT) == 0
    text = shown.decode()
    bar, _, report = text.rpartition("\x1b[2K")  # the code that erases a line
    assert " violated" in bar
    assert "of about" not in report
    assert text.count("reseller-conformance 0") == 1
    assert "conformant" in text.splitlines()[-1]


needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="waits for a POSIX shell")


@needs_sh
@pytest.mark.parametrize("rest", ["", "-- -n 2"], ids=["alone", "workers"])
def test_the_key_may_come_through_a_pipe(rest: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DASHES, encoding="utf-8")
    (tmp_path / "key").write_text("Demo-Key-0001\n", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    words = ["run", "--app", "mine:app", "--user=--", "--depth=quick", "--api-key-file", "pipe"]
    script = f'cat key > pipe & "$@" {rest or "--"} -k success_returned'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=tmp_path,
        env=environment(RESELLER_API_USER="harbour-mail"),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
