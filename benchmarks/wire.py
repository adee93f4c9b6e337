"""Against the wire: a standard run, and the same calls made by a bare keep-alive loop."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import COMMAND, compared, named, once, served

IN_FLIGHT = 8


def lines(delay: float, runs: int) -> list[str]:
    """Return the rows of the table, for answers that are `delay` milliseconds late."""
    with tempfile.TemporaryDirectory() as folder:
        urls, report = Path(folder, "urls"), Path(folder, "report.json")
        run = [*COMMAND, "run", *named(), f"--concurrency={IN_FLIGHT}"]
        with served(delay, record=urls) as base_url:
            said = once([*run, f"--base-url={base_url}", f"--report-json={report}"])
            if said.code:
                raise SystemExit(said.output)
            calls = len(urls.read_text().splitlines())
            asking = json.loads(report.read_text())["traffic"]["seconds"]
        with served(delay) as base_url:
            times = compared(
                {
                    "run": [*run, f"--base-url={base_url}"],
                    "start": [*run, f"--base-url={base_url}", "--", "--collect-only", "-q"],
                    "bare": [sys.executable, "-m", "benchmarks.bare", base_url, str(urls), "8"],
                    "python": [sys.executable, "-c", "import requests"],
                },
                runs,
            )
    ours, theirs = times["run"] - times["start"], times["bare"] - times["python"]
    ideal = f"{ours / (calls * delay / 1000 / IN_FLIGHT):.2f}" if delay else ""
    return [
        f"| {delay:g} ms | {calls:,} | {times['run']:.2f} | {times['start']:.2f} | {asking:.2f} "
        f"| {times['bare']:.2f} | {times['run'] / times['bare']:.2f} "
        f"| **{ours / theirs:.2f}** | {ideal} |"
    ]


HEAD = [
    "| late by | calls | run, s | of it start-up | of it asking | bare loop, s "
    "| run ÷ loop | without start-up | ÷ ideal |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
]


def table(runs: int) -> list[str]:
    """Return the whole table: on loopback, and with 50 ms for each answer."""
    return [*HEAD, *lines(0, runs), *lines(50, max(2, runs // 2))]
