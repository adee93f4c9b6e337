"""Old against new: a comparison of two servers, and a run on one of them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import COMMAND, compared, named, once, served

HEAD = [
    "| delay | calls of a run | of a comparison | ratio | run, s | comparison, s | ratio |",
    "|---:|---:|---:|---:|---:|---:|---:|",
]


def line(delay: float, runs: int) -> str:
    """Return the row of the table, for responses that are `delay` milliseconds late."""
    with served(delay) as old, served(delay) as new, tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        run = [*COMMAND, "run", *named(), f"--base-url={old}"]
        both = [*COMMAND, "compare", *named(), old, new]
        calls = []
        for words in (run, both):
            said = once([*words, f"--report-json={report}"])
            if said.code:
                raise SystemExit(said.output)
            whole = json.loads(report.read_text())
            calls.append(whole["calls"] if "calls" in whole else whole["traffic"]["calls"])
        times = compared({"run": run, "both": both}, runs)
    return (
        f"| {delay:g} ms | {calls[0]:,} | {calls[1]:,} | **{calls[1] / calls[0]:.2f}** "
        f"| {times['run']:.2f} | {times['both']:.2f} | **{times['both'] / times['run']:.2f}** |"
    )


def table(runs: int) -> list[str]:
    """Return the whole table: on loopback, and with 50 ms for each response."""
    return [*HEAD, line(0, runs), line(50, max(2, runs // 2))]
