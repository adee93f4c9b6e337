"""Compares a standard run with the same calls made by a bare keep-alive loop."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import COMMAND, OURS, compared, named, once, recorded, served

IN_FLIGHT = 8


def lines(delay: float, runs: int) -> list[str]:
    """Return the rows of the table, for responses that are `delay` milliseconds late."""
    with tempfile.TemporaryDirectory() as folder:
        record, urls, report = (Path(folder, name) for name in ("calls", "urls", "report.json"))
        python = str(OURS / "python")
        run = [*COMMAND, "run", *named(), f"--concurrency={IN_FLIGHT}"]
        with served(delay, record=record) as base_url:
            said = once([*run, f"--base-url={base_url}", f"--report-json={report}"])
            if said.code:
                raise SystemExit(said.output)
            calls = recorded(record)
            urls.write_text("\n".join(url for _, url in calls))
            asking = json.loads(report.read_text())["traffic"]["seconds"]
        with served(delay) as base_url:
            times = compared(
                {
                    "run": [*run, f"--base-url={base_url}"],
                    "start": [*run, f"--base-url={base_url}", "--", "--collect-only", "-q"],
                    "bare": [python, "-m", "benchmarks.bare", base_url, str(urls), str(IN_FLIGHT)],
                    "python": [python, "-c", "import requests"],
                },
                runs,
            )
    ours, theirs = times["run"] - times["start"], times["bare"] - times["python"]
    ideal = f"{ours / (len(calls) * delay / 1000 / IN_FLIGHT):.2f}" if delay else ""
    return [
        f"| {delay:g} ms | {len(calls):,} | {times['run']:.2f} | {times['start']:.2f} "
        f"| {calls[0][0] - said.began:.2f} | {asking:.2f} "
        f"| {times['bare']:.2f} | {times['run'] / times['bare']:.2f} "
        f"| **{ours / theirs:.2f}** | {ideal} |"
    ]


HEAD = [
    "| delay | calls | run, s | start-up, s | first call at, s | calls, s | bare loop, s "
    "| run ÷ loop | without start-up | ÷ ideal |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
]


def table(runs: int) -> list[str]:
    """Return the whole table: on loopback, and with 50 ms for each response."""
    return [*HEAD, *lines(0, runs), *lines(50, max(2, runs // 2))]
