"""How time and memory grow with the calls of a run, the judged bodies, and the customers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import COMMAND, Cost, named, once, served

OVERVIEW = {
    "reputation": "100", "requests": "500000", "package": "Silver Package",
    "credits_allowed": "50000", "credits_used": "100000", "credits_remain": 0,
    "credits_overage": 50000, "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29", "billing_process_date": "2010-09-30",
}  # fmt: skip

Point = tuple[int, Cost]


def calls() -> Iterator[Point]:
    """Run at each depth, and count the calls."""
    for depth in ("quick", "standard", "thorough"):
        with tempfile.TemporaryDirectory() as folder, served() as base_url:
            report = Path(folder, "report.json")
            words = [*COMMAND, "run", f"--base-url={base_url}", *named(), f"--depth={depth}"]
            cost = once([*words, f"--report-json={report}"])
            yield json.loads(report.read_text())["traffic"]["calls"], cost


def bodies() -> Iterator[Point]:
    """Judge this many saved bodies, one on each line."""
    line = json.dumps(OVERVIEW).encode() + b"\n"
    for number in (1, 1_000, 10_000, 100_000):
        yield number, once([*COMMAND, "validate", "--ndjson", "-"], stdin=line * number)


def customers() -> Iterator[Point]:
    """Make a quick run with this many customers."""
    for number in (1, 10, 100):
        names = [f"customer{n}@example.com" for n in range(number)]
        known = [_account(name, n) for n, name in enumerate(names)]
        first = {"api_user": "harbour-mail", "api_key": "Demo-Key-0001", "customers": known}
        foreign = [_account("elsewhere@example.com", 0)]
        other = {"api_user": "other", "api_key": "Demo-Key-0002", "customers": foreign}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "accounts.json")
            file.write_text(json.dumps({"resellers": [first, other]}))
            with served(accounts=file) as base_url:
                words = [*COMMAND, "run", f"--base-url={base_url}", "--depth=quick"]
                yield number, once([*words, *(f"--user={name}" for name in names)])


def _account(name: str, number: int) -> dict[str, object]:
    left_out = ("credits_remain", "credits_overage")
    known = {key: value for key, value in OVERVIEW.items() if key not in left_out}
    counts = {key: int(str(v)) for key, v in known.items() if str(v).isdigit()}
    return {"user": name, **known, **counts, "credits_used": number}


def table(plot: Path) -> list[str]:
    """Measure all three, draw them, and return the table."""
    measured = {
        "calls": list(calls()), "saved bodies": list(bodies()), "customers": list(customers())
    }  # fmt: skip
    draw(measured, plot)
    rows = [
        f"| {what} | {number:,} | {cost.seconds:.1f} | {cost.megabytes:.0f} |"
        for what, points in measured.items()
        for number, cost in points
    ]
    return ["| of | number | s | peak MB |", "|---|---:|---:|---:|", *rows]


def draw(measured: dict[str, list[Point]], plot: Path) -> None:
    """Draw seconds and memory over each number."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot, ticker

    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    for axis, (what, points) in zip(axes, measured.items(), strict=True):
        numbers = [number for number, _ in points]
        axis.plot(numbers, [cost.seconds for _, cost in points], "o-", label="seconds")
        axis.set(xlabel=what, ylabel="seconds", ylim=(0, None), xlim=(0, None))
        axis.xaxis.set_major_formatter(ticker.EngFormatter(sep=""))
        memory = axis.twinx()
        memory.plot(numbers, [cost.megabytes for _, cost in points], "s--", color="gray")
        memory.set(ylabel="MB (dashed)", ylim=(0, 300))
    figure.savefig(plot, metadata={"Date": None})
