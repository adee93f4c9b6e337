"""What a person who waits for a run is shown, and when."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from command_line import environment, read_some
from judging import settings
from made_responses import ERROR, overview
from reseller_conformance.cli.progress import Watch, watch_on
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.reports.progress import Progress
from reseller_conformance.suite.live_progress import LiveProgress
from reseller_conformance.suite.target_session import TargetSession
from servers import KEY, Part, http, serving, target_at
from servers import Received as Request

CREDENTIALS = {"RESELLER_API_USER": "acme", "RESELLER_API_KEY": KEY}

LINE = re.compile(r"([a-z-]+: )?[\d,]+( of about [\d,]+)? calls, \d+ violated(, \d+:\d\d to go)?")

OFTEN = """
import sys
from reseller_conformance.cli import progress
progress._Lines.every = 0.2
from reseller_conformance.cli.commands import main
sys.exit(main())
"""

# --- The line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (
            Progress(412, 3101, 39.8, frozenset({"success.dates"})),
            "412 of about 3,101 calls, 1 violated, 4:20 to go",
        ),
        (Progress(2, 31, 0.0, stage="texts"), "texts: 2 of about 31 calls, 0 violated"),
        (Progress(0, 3101, 0.0), "0 of about 3,101 calls, 0 violated"),
        (Progress(1, 50_001, 1.0), "1 of about 50,001 calls, 0 violated, 13:53:20 to go"),
        (Progress(1, 1, 0.1), "1 call, 0 violated"),
        (Progress(3101, 3000, 300.0), "3,101 calls, 0 violated"),
        (Progress(12, 131, 0.0, judged=True), "12 of 131 checks judged, 0 violated"),
    ],
)
def test_a_line_says_how_far_the_run_is(progress: Progress, said: str) -> None:
    assert str(progress) == said


# --- What is followed -----------------------------------------------------------------------------


def refuses(request: Request) -> bool:
    right = {"task": "overview", "api_user": "acme", "api_key": KEY}
    known = request.parameters.get("user") in ("customer@example.com", "o'brien@example.com")
    return not known or any(request.parameters.get(name) != word for name, word in right.items())


def with_a_wrong_date(request: Request) -> Iterable[Part]:
    wrong = overview(billing_end_date="2010-02-30").exchange.body
    return [http(ERROR, 403) if refuses(request) else http(wrong)]


def followed(target: Target, **chosen: object) -> tuple[TargetSession, LiveProgress]:
    client = Client(target, Limits())
    wanted = replace(settings("quick"), formats=settings("quick").formats[:1], **chosen)
    received = TargetSession(target, wanted, client)
    return received, LiveProgress(received)


def test_following_makes_no_call() -> None:
    with serving(with_a_wrong_date) as server:
        received, following = followed(target_at(server.url))
        before = following()
        received.client.close()
    assert server.received == []
    assert (before.done, before.violated) == (0, frozenset())
    assert before.total > 100


def test_the_estimate_is_near_and_violations_are_known_before_items_judge() -> None:
    with serving(with_a_wrong_date) as server:
        received, following = followed(target_at(server.url))
        estimated = following().total
        received.groups.ordinary(received.settings.formats[0])
        after = following()
        received.client.close()
    assert after.violated == {"success.dates"}
    assert after.done == len(server.received)
    assert abs(after.done - estimated) < 0.15 * estimated


def test_the_estimate_ends_where_no_more_is_called() -> None:
    with serving(lambda _: [http(ERROR, 401)]) as server:
        received, following = followed(target_at(server.url))
        assert following().total > 100
        assert received.preflight.rejected
        after = following()
        received.client.close()
    assert after.total == after.done == len(server.received)


def test_the_estimate_stays_within_the_budget() -> None:
    limits = Limits(max_requests=30)
    with serving(with_a_wrong_date) as server:
        received, following = followed(target_at(server.url), limits=limits)
        assert following().total == 30
        received.client.close()


# --- When it is shown -----------------------------------------------------------------------------


class Shown:
    every = 0.01

    def __init__(self, fails: bool = False) -> None:
        self.said: list[str] = []
        self.seen = threading.Event()
        self.closed = False
        self._fails = fails

    def announce(self, line: str) -> None:
        self.said.append(line)

    def show(self, progress: Progress) -> None:
        self.said.append(str(progress))
        self.seen.set()
        if self._fails:
            raise RuntimeError("no bar")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("fails", [False, True])
def test_a_watch_shows_progress_until_it_is_closed(fails: bool) -> None:
    shown = Shown(fails)
    watch = Watch(shown)
    watch.start(lambda: Progress(1, 1, 0.1))
    assert shown.seen.wait(10)
    watch.close()
    said = list(shown.said)
    assert set(said) == {"1 call, 0 violated"}
    assert shown.closed
    assert shown.said == said


def test_a_closed_stream_is_not_written_to() -> None:
    assert watch_on(None, None) is None


def run(folder: Path, url: str, *words: str) -> subprocess.Popen[str]:
    args = ["run", "--base-url", url, "--user", "customer@example.com", "--formats", "json", *words]
    return subprocess.Popen(
        [sys.executable, "-c", OFTEN, *args],
        cwd=folder,
        env=environment(**CREDENTIALS),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_the_heading_is_there_while_the_first_call_waits(tmp_path: Path) -> None:
    received, go_on = threading.Event(), threading.Event()

    def wait(request: Request) -> Iterable[Part]:
        received.set()
        go_on.wait(60)
        return [http(ERROR, 401)]

    with serving(wait) as server:
        process = run(tmp_path, server.url)
        assert received.wait(60)
        assert process.stdout is not None
        heading = [process.stdout.readline() for _ in range(2)]
        go_on.set()
        rest, _ = process.communicate(timeout=120)
    assert heading[0].startswith("reseller-conformance 0")
    assert heading[1].startswith(("20100830", "target: live"))
    assert "reseller-conformance 0" not in rest.replace("reseller-conformance explain", "")


def test_lines_are_told_on_stderr_where_there_is_no_terminal(tmp_path: Path) -> None:
    with serving(with_a_wrong_date) as server:
        process = run(tmp_path, server.url, "--depth", "quick", "--rate", "300/s")
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    lines = err.splitlines()
    assert lines
    reported = [line for line in lines if not LINE.fullmatch(line)]
    assert len(reported) == 1
    assert re.fullmatch(r"\d+ s, call \d+: ✗ MUST success.dates \[json\] .*", reported[0])
    assert any(" 1 violated" in line for line in lines)
    assert any(line.startswith("near-misses: ") for line in lines)
    assert not LINE.search(out)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_is_drawn_on_stderr_where_only_that_is_a_terminal(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with serving(with_a_wrong_date) as server, (tmp_path / "out").open("wb") as out:
        args = ["--user", "customer@example.com", "--depth", "quick", "--rate", "300/s"]
        process = subprocess.Popen(
            [sys.executable, "-c", OFTEN, "run", "--base-url", server.url, *args],
            cwd=tmp_path,
            env=environment(TERM="xterm", COLUMNS="120", **CREDENTIALS),
            stdout=out,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b"".join(iter(lambda: read_some(ours), b""))  # a full terminal blocks the run
        assert process.wait(timeout=120) == 1
    os.close(ours)
    text = shown.decode()
    assert LINE.search(text)
    assert "/s" in text
    assert b"of about" not in (tmp_path / "out").read_bytes()
