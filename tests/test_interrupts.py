"""An interrupt reaches the run, even where it first arrives at a place that swallows it.

Whenever it comes, the run ends with 130, and its report is there, and says that it is not whole.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from faults.sockets import Exchange, Wire
from hostile_servers.measuring import environment
from made_responses import ERROR, overview
from reseller_conformance.cli.signals import (
    RESEND_SECONDS,
    SIGNALS,
    block_signals,
    signals_as_interrupts,
    unblock_signals,
)
from reseller_conformance.requirements import CATALOGUE
from servers import Part, Received, http, serving

LIMIT = 120
SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "report.schema.json").read_text())


def lose_an_interrupt_and_wait(seconds: float) -> None:
    with suppress(KeyboardInterrupt):  # as in a callback of the garbage collector
        signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(seconds)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_interrupts(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), signals_as_interrupts(lambda: True):
        signal.raise_signal(number)


def test_an_interrupt_that_was_lost_is_sent_again() -> None:
    with pytest.raises(KeyboardInterrupt), signals_as_interrupts(lambda: False):
        lose_an_interrupt_and_wait(LIMIT)


def test_an_interrupt_that_was_heard_is_not_sent_again() -> None:
    with signals_as_interrupts(lambda: True):
        lose_an_interrupt_and_wait(3 * RESEND_SECONDS)


def test_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with signals_as_interrupts(lambda: True):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with signals_as_interrupts(lambda: True):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def elsewhere() -> None:
        with signals_as_interrupts(lambda: True):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]


# --- A whole run ---------------------------------------------------------------------------------

STARTED = """
import sys
from reseller_conformance.cli.commands import main
sys.exit(main())
"""

INTERRUPTED_AS_IT_STARTS = """
import signal, sys
from reseller_conformance.cli.commands import main

class Importing:
    def find_spec(name, *_):
        if name == "reseller_conformance.cli.run":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Importing)
sys.exit(main())
"""

INTERRUPTED_AS_IT_ENDS = """
import atexit, signal, sys
from reseller_conformance.cli.commands import commands, main
atexit.register(signal.raise_signal, signal.SIGINT)
commands.commands["badge"].callback = lambda **_: signal.raise_signal(signal.SIGINT)
code = main()
signal.raise_signal(signal.SIGTERM)
sys.exit(code)
"""

INTERRUPT = "import signal\ndone = []\n\ndef interrupt(*_):\n"
INTERRUPT += (
    "    if not done:\n        done.append(1)\n        signal.raise_signal(signal.SIGINT)\n"
)

BEFORE = """
def before(module, name):
    inner = getattr(module, name)
    def outer(*args, **named):
        interrupt()
        return inner(*args, **named)
    setattr(module, name, outer)
"""

MOMENTS = {
    "as pytest is configured": "def pytest_configure():\n    interrupt()",
    "as items are collected": "def pytest_collection():\n    interrupt()",
    "before the first item": "def pytest_runtestloop():\n    interrupt()",
    "between two items": "def pytest_runtest_logfinish():\n    interrupt()",
    "while examples are drawn": (
        "def pytest_collection_finish():\n"
        "    from hypothesis.internal.conjecture import engine\n"
        "    before(engine.ConjectureRunner, 'test_function')"
    ),
    "while an answer is read": (
        "def pytest_collection_finish():\n"
        "    from reseller_conformance.suite import target_session\n"
        "    before(target_session, 'parse')"
    ),
    "as the session ends": "def pytest_sessionfinish():\n    interrupt()",
    "while the report is written": (
        "def pytest_collection_finish():\n"
        "    from reseller_conformance.reports import registry\n"
        "    before(registry, 'write_file')"
    ),
}


def started(
    folder: Path, *args: str, env: Mapping[str, str], code: str = STARTED
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, "run", "--report-json=report.json", *args],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def report_of(process: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    """Hold an interrupted run to what it owes, and return its report."""
    _, said = process.communicate(timeout=LIMIT)
    assert said.splitlines()[-1] == "interrupted"
    assert "Error" not in said
    assert process.returncode == 130
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["complete"] is False
    assert [path.name for path in folder.iterdir() if "report" in path.name] == ["report.json"]
    return report


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_at_any_moment_leaves_a_report(moment: str, tmp_path: Path) -> None:
    plugin = "\n".join([INTERRUPT, BEFORE, MOMENTS[moment]])
    (tmp_path / "moment.py").write_text(plugin, encoding="utf-8")
    env = environment()
    env = {name: word for name, word in env.items() if not name.startswith("RESELLER_")}
    env["PYTHONPATH"] = f"{tmp_path}:{env.get('PYTHONPATH', '')}"
    process = started(tmp_path, "--depth=quick", "--", "-p", "moment", env=env)
    report = report_of(process, tmp_path)
    assert report["verdict"] in ("unverified", "conformant")


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["alone", "in processes"])
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_an_interrupt_while_a_call_hangs_ends_the_run(
    times: int, rest: list[str], tmp_path: Path
) -> None:
    received = threading.Event()

    def hang(exchange: Exchange) -> None:
        received.set()
        exchange.stopped.wait()

    with Wire(hang).serve() as url:
        args = [f"--base-url={url}", "--user=customer@example.com", "--timeout=60", *rest]
        process = started(tmp_path, *args, env=environment())
        assert received.wait(LIMIT)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        report = report_of(process, tmp_path)
    assert report["verdict"] == "unverified"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_what_came_before_an_interrupt_is_judged(number: signal.Signals, tmp_path: Path) -> None:
    many = threading.Event()
    wrong = overview(billing_end_date="2010-02-30").exchange.body
    credentials = environment()["RESELLER_API_KEY"]

    def respond(received: Received) -> list[Part]:
        if len(server.received) > 30:
            many.set()
        given = [received.parameters.get(name) for name in ("task", "user", "api_key")]
        right = given == ["overview", "customer@example.com", credentials]
        return [0.05, http(wrong) if right else http(ERROR, 403)]

    with serving(respond) as server:
        args = [f"--base-url={server.url}", "--user=customer@example.com", "--formats=json"]
        process = started(tmp_path, *args, env=environment())
        assert many.wait(LIMIT)
        process.send_signal(number)
        report = report_of(process, tmp_path)
        calls = report["traffic"]["calls"]
    outcomes = {one["id"]: one for one in report["requirements"]}
    assert report["verdict"] == "violated"
    assert outcomes["success.dates"]["outcome"] == "failed"
    assert outcomes["rejects.combined"]["outcome"] == "not-tested"
    assert (
        outcomes["rejects.combined"]["reason"] == "not all calls were made: the run was interrupted"
    )
    assert len(outcomes) == len(CATALOGUE)
    assert calls < 300


HOST = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass

class TestOther(OverviewConformance):
    pass

def test_of_the_host():
    pass
"""


def test_in_pytest_an_interrupt_is_held_back_only_for_the_items_of_the_target(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, word in environment().items():
        monkeypatch.setenv(name, word)
    pytester.makepyfile(HOST)
    pytester.makeconftest(
        """
        from _thread import interrupt_main
        from reseller_conformance.client.client import Client

        send = Client._send

        def interrupted_after_40_calls(client, *call, **options):
            if client.traffic.calls == 40:
                interrupt_main()
            return send(client, *call, **options)

        Client._send = interrupted_after_40_calls
        """
    )
    result = pytester.runpytest_subprocess(
        "-v", "-p", "no:randomly", "--reseller-reference", "--reseller-rate=200/s"
    )
    text = result.stdout.str()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in text
    assert "TestMine::test_success_returned[json] PASSED" in text
    assert "TestMine::test_rejects_combined[json] SKIPPED" in text
    assert "TestOther::" not in text
    assert "test_of_the_host" not in text
    assert "interrupted: not everything was sent" in text


def test_an_interrupt_while_the_command_starts_leaves_a_report(tmp_path: Path) -> None:
    process = started(tmp_path, "--reference", env=environment(), code=INTERRUPTED_AS_IT_STARTS)
    assert report_of(process, tmp_path)["verdict"] == "unverified"


def test_an_interrupt_that_was_put_off_comes_when_it_may() -> None:
    with block_signals():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            unblock_signals()


def test_an_interrupt_that_was_put_off_comes_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), block_signals():
        signal.raise_signal(signal.SIGINT)


def test_another_interrupt_as_the_process_ends_changes_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.touch()
    words = [sys.executable, "-c", INTERRUPTED_AS_IT_ENDS, "badge", str(report)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (130, "interrupted")
