"""What ends a comparison early, what its progress shows, and that no output contains a key."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from comparing import compared, direct, kinds_of
from faults import FAULTS
from hostile_servers.measuring import environment
from made_responses import ERROR, overview
from reseller_conformance.cli import main
from reseller_conformance.compare.model import Grade
from reseller_conformance.reference import Reference, default_reference
from reseller_conformance.schemas import schema_text
from reseller_conformance.suite.evaluation import Evaluation
from servers import Part, Received, http, serving
from test_interrupts import LIMIT, STARTED
from test_leaks import ECHO, FORMS, KEY, USER
from variants.names import UserIsParsedAsAddress

# --- The first difference ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["task_missing_accepted", "api_key_unknown_accepted"])
def test_fail_fast_stops_at_what_breaks(name: str) -> None:
    fault = FAULTS[name].make()
    assert isinstance(fault, Reference)
    session = compared(direct(default_reference()), direct(fault), stop_at=Grade.BREAKING)
    assert session.tally.compared < 100
    assert kinds_of(session, Grade.BREAKING)


def test_fail_fast_does_not_stop_at_what_the_contract_leaves_open() -> None:
    new = UserIsParsedAsAddress(default_reference().accounts)
    session = compared(direct(default_reference()), direct(new), stop_at=Grade.BREAKING)
    assert session.notes == []
    assert kinds_of(session, Grade.BREAKING) == {}


# --- A fault of the suite -------------------------------------------------------------------------


def test_a_fault_of_the_suite_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Evaluation, "check_rules", fails)
    monkeypatch.setattr(Evaluation, "judge_by_rules", fails)
    session = compared(direct(default_reference()), direct(default_reference()))
    assert session.unverified.startswith("the suite failed to judge ")
    assert session.unverified.endswith(": RuntimeError: a fault")


# --- Interrupts and progress ---------------------------------------------------------------------


def command(url: str, *words: str) -> list[str]:
    targets = [url, url, "--user=customer@example.com", "--formats=json", *words]
    return [sys.executable, "-c", STARTED, "compare", "--report-json=report.json", *targets]


def report_in(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    schema = json.loads(schema_text("comparison.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(report)
    return report


def slow(received: Received, seconds: float = 0.05) -> list[Part]:
    """Respond with an overview to calls with the key of this process, and refuse all others."""
    given = [received.parameters.get(name) for name in ("task", "user", "api_key")]
    right = given == ["overview", "customer@example.com", environment()["RESELLER_API_KEY"]]
    return [seconds, http(overview().exchange.body) if right else http(ERROR, 403)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_what_was_compared_before_a_signal_is_reported(
    number: signal.Signals, tmp_path: Path
) -> None:
    many = threading.Event()

    def respond(received: Received) -> list[Part]:
        if len(server.received) > 60:
            many.set()
        return slow(received)

    with serving(respond) as server:
        process = subprocess.Popen(
            command(server.url),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert many.wait(LIMIT)
        process.send_signal(number)
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert err == "interrupted\n"
    assert out.startswith("same so far: ")
    report = report_in(tmp_path)
    assert report["interrupted"]
    assert 0 < report["compared"] < 300


def test_a_signal_before_the_first_call_leaves_a_report(tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    env = {**environment(), "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    words = command("app:hangs:app")
    process = subprocess.run(
        words, cwd=tmp_path, env=env, timeout=LIMIT, capture_output=True, encoding="utf-8"
    )
    assert process.returncode == 130
    assert process.stderr == "interrupted\n"
    assert report_in(tmp_path)["unverified"] == "no call was compared"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_is_drawn_on_a_terminal_and_nothing_elsewhere(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with serving(lambda received: slow(received, 0.01)) as server:
        words = command(server.url, "--depth=quick", "--formats=json")
        env = {**environment(), "TERM": "xterm", "COLUMNS": "120"}
        process = subprocess.Popen(
            words, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=theirs
        )
        os.close(theirs)
        shown = b"".join(iter(lambda: read_some(ours), b""))
        assert process.wait(LIMIT) == 0
        words[words.index("--depth=quick")] = "--depth=smoke"
        quiet = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, timeout=LIMIT)
    os.close(ours)
    assert b"of about" in shown
    assert b" 0 different" in shown
    assert quiet.stderr == b""


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


# --- The key -------------------------------------------------------------------------------------


def test_no_output_holds_the_key_in_any_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "echo.py").write_text(ECHO, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESELLER_API_USER", USER)
    monkeypatch.setenv("RESELLER_API_KEY", "another-key-of-new")
    monkeypatch.setenv("RESELLER_OLD_API_KEY", KEY)
    old, words = "app:echo:app", ["--user=ann", "--depth=quick"]
    reports = [f"--report-{name}=r.{name}" for name in ("json", "html", "markdown", "junit")]
    assert main(["compare", old, "--record=old.json", *words]) == 0
    main(["compare", old, old, *words, *reports])
    written = [*capsys.readouterr()]
    written += [path.read_text(encoding="utf-8") for path in tmp_path.glob("r.*")]
    assert len(written) == 6
    recorded = (tmp_path / "old.json").read_text(encoding="utf-8")
    calls = json.loads(recorded)["calls"]
    bodies = [base64.b64decode(entry["body"]) for kept in calls.values() for entry in kept]
    written += [recorded, *(body.decode("utf-8", "replace") for body in bodies)]
    written += [unescape(text) for text in written]
    assert len(bodies) > 100
    for form in (*FORMS, "another-key-of-new"):
        assert not any(form in text for text in written), form
