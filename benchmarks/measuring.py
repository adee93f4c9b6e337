"""Measures whole commands: their time, their memory, and the server that they run against.

Times are from hyperfine if a command is repeated, and from the operating system if it runs once.
Memory is the peak of the one process (Linux counts it in KiB).
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from reseller_conformance.reference import default_reference

__all__ = [
    "COMMAND",
    "OURS",
    "THEIRS",
    "Cost",
    "commit",
    "compared",
    "environment",
    "named",
    "once",
    "recorded",
    "served",
]

# Each compared program has its own environment, because pytest loads every installed plugin.
HERE = Path(sys.executable).parent
OURS, THEIRS = (Path(os.environ.get(f"BENCH_{name}", HERE)) for name in ("OURS", "THEIRS"))
COMMAND = (str(OURS / "reseller-conformance"),)
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one command: seconds, peak memory in MB, and its output.

    It starts at `began`, in seconds since 1970.
    """

    began: float
    seconds: float
    megabytes: float
    output: str
    code: int


def commit() -> str:
    """Return the measured commit and its day: `def7e3e of 2026-11-29`."""
    words = ("git", "log", "-1", "--format=%h of %cs")
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """Return an environment with the first reseller's credentials, and output without colours."""
    first = default_reference().accounts.resellers[0]
    said = {"RESELLER_API_USER": first.api_user, "RESELLER_API_KEY": first.api_key}
    return {**os.environ, **said, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}


def named(customers: int = 4) -> list[str]:
    """Return the options that name the reference's customers."""
    first, second = default_reference().accounts.resellers[:2]
    words = [f"--user={account.user}" for account in first.customers[:customers]]
    return [*words, f"--foreign-user={second.customers[0].user}"]


def once(words: Sequence[str], stdin: bytes | None = None) -> Cost:
    """Run a command once."""
    with tempfile.TemporaryFile() as out:
        began, clock = time.time(), time.perf_counter()
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, env=environment()
        ) as process:
            assert process.stdin is not None
            process.stdin.write(stdin or b"")
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - clock
        out.seek(0)
        text = out.read().decode(errors="replace")
    return Cost(began, seconds, usage.ru_maxrss / 1024, text, process.returncode)


def compared(commands: dict[str, Sequence[str]], runs: int = 5) -> dict[str, float]:
    """Return the median seconds of each command, all measured by hyperfine.

    The commands take turns, `runs` times. If the machine is slow for a while, it slows all of them.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    words = ["hyperfine", "--runs=1", "--style=none", "--ignore-failure", "--shell=none"]
    for turn in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "times.json")
            how = [f"--warmup={0 if turn else 1}", f"--export-json={file}"]
            done = subprocess.run(
                [*words, *how, *map(shlex.join, commands.values())],
                check=False,
                env=environment(),
                capture_output=True,  # it warns of each command that finds a violation
                text=True,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            results = json.loads(file.read_text())["results"]
        for name, one in zip(commands, results, strict=True):
            times[name] += one["times"]
    return {name: median(seconds) for name, seconds in times.items()}


def recorded(record: Path) -> list[tuple[float, str]]:
    """Return the time and URL of each call that the server recorded."""
    lines = (line.split(" ", 1) for line in record.read_text().splitlines())
    return [(float(came), url) for came, url in lines]


@contextmanager
def served(
    delay: float = 0, record: Path | None = None, accounts: Path | None = None
) -> Iterator[str]:
    """Serve the reference in a process of its own, `delay` milliseconds late. Yield its URL."""
    words = [sys.executable, "-m", "benchmarks.server", f"--delay={delay}"]
    words += [f"--record={record}"] if record else []
    words += [f"--accounts={accounts}"] if accounts else []
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment(), text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
