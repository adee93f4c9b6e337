"""Prints the matrix as a table: the cost of each requirement's faults and each topic's variants.

Loaded with `-p matrix_table`. `--table FILE` writes the same into a page of the docs. `test_matrix`
runs the faults and variants and records the values.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reseller_conformance.requirements import CATALOGUE

HEAD = """\
# The matrix

Each fault is an implementation with one known fault. It must violate only the requirement that
it names. Each variant is a correct implementation, written as other people write servers. It must
violate only the SHOULDs that it names. `nox -s matrix` tests all of them, and prints these tables.
`tests/faults/` and `tests/variants/` describe each of them.
"""


@dataclass(slots=True)
class Row:
    """The runs of a requirement's faults, or of a topic's variants."""

    families: set[str] = field(default_factory=set)
    ended: int = 0
    well: int = 0
    calls: int = 0
    seconds: float = 0.0

    def add(self, report: pytest.TestReport, reported: dict[str, object]) -> None:
        """Count one run of the suite."""
        self.families.add(str(reported.get("family", "")))
        self.ended += 1
        self.well += report.passed
        self.calls += sum(int(n) for name, n in report.user_properties if name == "calls")
        self.seconds += report.duration

    @property
    def cells(self) -> str:
        """The successful runs, of all runs, with calls and seconds of one."""
        each = f"{self.calls / self.ended:,.0f} | {self.seconds / self.ended:.1f}"
        return f"{self.well} of {self.ended} | {each}"


class Table:
    """Collects the reports of all workers."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.faults: dict[str, Row] = defaultdict(Row)
        self.variants: dict[str, Row] = defaultdict(Row)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reported = dict(report.user_properties)
        if report.when != "call" or report.skipped:
            return
        if "fails" in reported:
            self.faults[reported["fails"]].add(report, reported)
        elif "topic" in reported:
            self.variants[reported["topic"]].add(report, reported)

    def lines(self) -> list[str]:
        lines = ["| requirement | level | families | caught by name | calls | seconds |"]
        lines.append("|---|---|---:|---:|---:|---:|")
        for one in CATALOGUE:
            if one.id in self.faults:
                row = self.faults[one.id]
                families = len(row.families)
                lines.append(f"| {one.id} | {one.level.upper()} | {families} | {row.cells} |")
        lines += ["", "| variants | clean | calls | seconds |", "|---|---:|---:|---:|"]
        lines += [f"| {topic} | {row.cells} |" for topic, row in sorted(self.variants.items())]
        return [*lines, "", *self.totals()]

    def totals(self) -> list[str]:
        rows = [self.faults, self.variants]
        caught, clean = (sum(row.well for row in kind.values()) for kind in rows)
        faults, variants = (sum(row.ended for row in kind.values()) for kind in rows)
        families = len(set().union(*(row.families for row in self.faults.values())))
        return [
            f"{caught} of {faults} faults caught by name, in {families} families; "
            f"{clean} of {variants} variants clean. Calls and seconds are those of one run."
        ]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.faults and not self.variants:
            return
        terminalreporter.section("matrix")
        for line in self.lines():
            terminalreporter.write_line(line)
        if self.path:
            Path(self.path).write_text("\n".join([HEAD, *self.lines(), ""]))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--table", help="write the table into this file")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Table(config.getoption("--table")))
