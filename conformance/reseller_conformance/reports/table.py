"""The table of a run: a row for each requirement, a cell for each format.

Pure: each report decides how a cell looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.requirements import Level, Requirement

__all__ = [
    "MAX_SINGLE_LINES",
    "Cell",
    "CellKind",
    "Row",
    "by_requirement",
    "by_topic",
    "cell_of",
    "outcome_words",
    "rows",
    "table_lines",
    "tested_formats",
]

MAX_SINGLE_LINES = 3
"""Up to this many untested requirements of a topic have a line each. More, or all, share one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement with its result in each format. A comparison is in both."""

    requirement: Requirement
    results: tuple[Result | None, ...]
    target: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """The outcome in all formats; None if it needs a line of its own.

        Failures, outcomes that differ, and observations of a MAY need one.
        """
        outcomes = {result.outcome for result in self.results if result is not None}
        if len(outcomes) > 1 or Outcome.FAILED in outcomes:
            return None
        observed = any(result.observed is not None for result in self.results if result)
        return None if observed else next(iter(outcomes), None)


class CellKind(StrEnum):
    """What a report shows of one result, by its mark and colour."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTED = "not-tested"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"
    SHOULD = "should"
    """A violated SHOULD that does not count in the verdict."""
    KNOWN = "known"
    """A violation that the baseline accepts."""
    OBSERVED = "observed"
    """What a MAY observes. It has no mark."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One result in the table of requirements."""

    kind: CellKind
    words: str


def cell_of(result: Result, level: Level) -> Cell:
    """Return the cell of a result in a run that fails at this level."""
    if result.observed is not None:
        return Cell(CellKind.OBSERVED, "yes" if result.observed else "no")
    if result.known:
        return Cell(CellKind.KNOWN, "known")
    if result.outcome is Outcome.FAILED and result.requirement.level not in (Level.MUST, level):
        return Cell(CellKind.SHOULD, "should")
    kind = CellKind(result.outcome.value)
    return Cell(kind, outcome_words(result.outcome))


def outcome_words(outcome: Outcome) -> str:
    """Return an outcome for a person: `not tested`."""
    return "n/a" if outcome is Outcome.NOT_APPLICABLE else outcome.value.replace("-", " ")


def rows(run: Run) -> list[Row]:
    """Return a row for each requirement of the run."""
    formats = tested_formats(run)
    made = []
    for requirement, results in by_requirement(run.sorted_results):
        by_format = {result.format: result for result in results}
        both = by_format.get("both")
        of_formats = tuple(by_format.get(name, both) for name in formats)
        made.append(Row(requirement, of_formats, results[0].target))
    return made


def by_topic(made: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows by topic, in the order of the topics' first requirements."""
    topics: dict[str, list[Row]] = {}
    for row in made:
        topics.setdefault(row.requirement.topic, []).append(row)
    return list(topics.items())


def table_lines(of_topic: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of a topic, grouped by line. The line of what passed is the last."""
    alone: list[list[Row]] = []
    together: dict[Outcome, list[Row]] = {}
    for row in of_topic:
        if row.outcome is None:
            alone.append([row])
        else:
            together.setdefault(row.outcome, []).append(row)
    passed = together.pop(Outcome.PASSED, [])
    for rows_alike in together.values():
        share = len(rows_alike) > MAX_SINGLE_LINES or len(rows_alike) == len(of_topic)
        alone += [rows_alike] if share else [[row] for row in rows_alike]
    return [*alone, passed] if passed else alone


def tested_formats(run: Run) -> tuple[str, ...]:
    """Return the formats that the run has results in, apart from `both`."""
    named = {result.format for result in run.results} - {"both"}
    return tuple(sorted(named)) or ("json", "xml")


def by_requirement(results: Iterable[Result]) -> Iterator[tuple[Requirement, list[Result]]]:
    """Yield the results of each requirement and target, which are in sequence."""
    for about, group in groupby(results, key=lambda result: (result.requirement, result.target)):
        yield about[0], list(group)
