"""Prints after how many calls each fault is first seen: a table, a plot, and the measure APFD.

Loaded with `-p order_table`. `--order FILE` writes a page of the docs, and the plot beside it.
`--every N` measures one fault in N. `test_matrix` runs the faults at standard depth. A random order
is computed: if k of N calls show a fault, the first of them is expected at place (N + 1) / (k + 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from reseller_conformance.requirements import CATALOGUE

HEAD = """\
# After how many calls a fault is seen

A run sends its calls in [stages](stages.md): first those that are likely to reveal most, and last
those that may lock an account. {count:,} faults of the [matrix](matrix.md) were run once each, at
the standard depth with five customers, and the place of the first call that shows each was counted.
A fault that needs several calls is seen with the last of them. This command measures it anew:
`nox -s matrix -- --order docs/order.md{every}`.

APFD (average percentage of faults detected; Rothermel et al., 2001) is 1 where the first call shows
every fault, and 0.5 where they are seen evenly over the run.

Within 100 calls the stages show more faults than a random order. After that they show fewer,
because faults that only calls with invalid credentials show are seen last.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A fault: the call that first shows it, the calls that show it, and all calls of its run."""

    requirement: str
    first: int
    showing: int
    calls: int

    @property
    def at_random(self) -> float:
        """The place at which a random order is expected to show it."""
        return (self.calls + 1) / (self.showing + 1)


def apfd(places: Sequence[float], calls: int) -> float:
    """Return the average percentage of faults detected (APFD), as a number from 0 to 1."""
    return 1 - sum(places) / (calls * len(places)) + 1 / (2 * calls)


def percentile(places: Sequence[float], share: float) -> float:
    """Return the place by which this share of the faults is seen."""
    ordered = sorted(places)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class OrderTable:
    """Collects the reports of all workers."""

    def __init__(self, path: str | None, every: int) -> None:
        self.path = path
        self.every = every
        self.seen: list[Seen] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep one fault in N, because faults with neighbouring names are of one kind."""
        if self.path and self.every > 1:
            faults = [item for item in items if "fault" in getattr(item, "fixturenames", ())]
            items[:] = sorted(faults, key=lambda item: item.name)[:: self.every]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = dict(report.user_properties)
        if report.when == "call" and "first" in said:
            first, showing, calls = (int(said[name]) for name in ("first", "showing", "calls"))
            self.seen.append(Seen(str(said["fails"]), first, showing, calls))

    def lines(self) -> list[str]:
        """Return the summary, and a row for each requirement."""
        calls = max(one.calls for one in self.seen)
        orders = {
            "stages": [float(one.first) for one in self.seen],
            "random": [one.at_random for one in self.seen],
        }
        lines = ["| order | median | 95 % | all | APFD |", "|---|---:|---:|---:|---:|"]
        for name, places in orders.items():
            ends = [median(places), percentile(places, 0.95), max(places)]
            shown = " | ".join(f"{end:,.0f}" for end in ends)
            lines.append(f"| {name} | {shown} | {apfd(places, calls):.3f} |")
        lines += ["", "| requirement | faults | median | last |", "|---|---:|---:|---:|"]
        by_requirement: dict[str, list[int]] = defaultdict(list)
        for one in self.seen:
            by_requirement[one.requirement].append(one.first)
        for requirement in CATALOGUE:
            if found := by_requirement.get(requirement.id):
                row = f"{len(found)} | {median(found):,.0f} | {max(found):,}"
                lines.append(f"| {requirement.id} | {row} |")
        return lines

    def draw(self, path: Path) -> None:
        """Draw the share of faults that are seen against the number of calls."""
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(7, 3.5))
        for name, places in {
            "stages": sorted(float(one.first) for one in self.seen),
            "random order": sorted(one.at_random for one in self.seen),
        }.items():
            shares = [100 * (place + 1) / len(places) for place in range(len(places))]
            axes.step(places, shares, where="post", label=name)
        axes.set(xscale="log", xlabel="calls", ylabel="faults seen, in percent", ylim=(0, 101))
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
        figure.tight_layout()
        figure.savefig(path, metadata={"Date": None})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.seen or not self.path:
            return
        terminalreporter.section("order")
        for line in self.lines():
            terminalreporter.write_line(line)
        page = Path(self.path)
        plot = page.with_suffix(".svg")
        self.draw(plot)
        picture = f"![Share of faults seen against calls]({plot.name})"
        every = f" --every {self.every}" if self.every > 1 else ""
        head = HEAD.format(count=len(self.seen), every=every)
        page.write_text("\n".join([head, picture, "", *self.lines(), ""]), encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--order", help="write after how many calls faults are seen into this file")
    parser.addoption("--every", type=int, default=1, help="with --order: measure one fault in N")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--order"):
        config.option.depth = "standard"
    config.pluginmanager.register(
        OrderTable(config.getoption("--order"), config.getoption("--every"))
    )
