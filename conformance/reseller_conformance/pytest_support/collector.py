"""Collect the results of all items and processes into one `Run`.

Items store their outcome in `user_properties`, which survive xdist and appear in JUnit. This module
only reads them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reseller_conformance import __version__
from reseller_conformance.checks.exercised import DATA_KINDS
from reseller_conformance.client.traffic import Traffic, sum_traffic
from reseller_conformance.exchange import STOPPED_AT_VIOLATION
from reseller_conformance.findings.baseline import Baseline
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.findings.kinds import Spot
from reseller_conformance.findings.model import Finding, Outcome, Result, Run, is_partial
from reseller_conformance.findings.run_info import (
    BaselineStatus,
    SchemaCounts,
    SuiteInfo,
    TargetInfo,
)
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.pytest_support.session_settings import settings_of
from reseller_conformance.pytest_support.targets import shortened, targets_of
from reseller_conformance.reports.progress import LiveViolation, Progress
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Level, by_id

__all__ = [
    "COLLECTOR",
    "Collector",
    "WorkerReport",
    "collected",
    "collector_of",
    "interrupted",
    "progress_of",
]


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """The target of one client and its traffic; `name` distinguishes targets."""

    name: str
    target: TargetInfo
    traffic: Traffic
    early_end: str = ""
    data_kinds: tuple[str, ...] = ()
    environment: tuple[EnvironmentNote, ...] = ()

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> WorkerReport:
        """Return the report of another process, which sent it as `asdict` writes it."""
        target, traffic = TargetInfo.from_dict(entry["target"]), Traffic.from_dict(entry["traffic"])
        return cls(
            entry["name"],
            target,
            traffic,
            entry["early_end"],
            tuple(entry["data_kinds"]),
            tuple(EnvironmentNote.from_dict(note) for note in entry["environment"]),
        )


class Collector:
    """Reads the report of each item, and the reports of each process on its target and traffic."""

    def __init__(
        self,
        level: Level,
        suite: SuiteInfo,
        baseline: Baseline | None = None,
        update: bool = False,
    ) -> None:
        """Start to collect.

        `level` decides what fails the run; `suite` describes it for the reports.

        The results are compared with the baseline. `update` updates the baseline from this run.
        """
        self.level = level
        self.suite = suite
        self.baseline = baseline
        self.update = update
        self.results: dict[str, Result] = {}
        self.sources: list[Callable[[], WorkerReport]] = []
        self.schemas = SchemaTally()
        self.required_data: tuple[str, ...] = ()
        self.failed = 0
        self.interrupted = False
        self._began = time.monotonic()
        self._left_out = ""
        self._announced: dict[tuple[str, str], LiveViolation] = {}
        self.followers: list[Callable[[], Progress]] = []
        """Each returns the progress of the calls to one target, if this process makes them."""

    def add_worker_report(self, entry: Mapping[str, Any]) -> None:
        """Add a message of another process: the report of a client, and its schema counts."""
        report = WorkerReport.from_dict(entry)
        self.sources.append(lambda: report)
        self.schemas.add(entry["schemas"])

    def add_item_report(self, report: pytest.TestReport) -> None:
        """Add the outcome of one item, if it judges a requirement."""
        properties = dict(report.user_properties)
        if "requirement" in properties and (report.when == "call" or report.outcome != "passed"):
            self.results[report.nodeid] = _result(properties, report)
            self.failed += report.failed

    def add_missing(self, items: Iterable[pytest.Item], why: str) -> None:
        """Add items that pytest left out after a failure as not tested."""
        self._left_out = why
        for item in items:
            properties = dict(item.user_properties)
            if "requirement" in properties and item.nodeid not in self.results:
                judged = by_id(str(properties["requirement"]))
                self.results[item.nodeid] = Result(
                    judged, str(properties["format"]), Outcome.NOT_TESTED, why
                )

    def time_left(self, max_seconds: float | None) -> float | None:
        """Return how many of these seconds are left since the run began."""
        return max_seconds and max(0.0, self._began + max_seconds - time.monotonic())

    @property
    def progress(self) -> Progress:
        """The progress of the run.

        If other processes make the calls, it counts only judged items.
        """
        parts = [follow() for follow in self.followers]
        done = sum(part.done for part in parts)
        seconds = max((part.seconds for part in parts), default=0.0)
        known = [one for part in parts for one in part.violations]
        known += self._violations_of_items(seconds, done)
        for one in known:
            self._announced.setdefault((one.requirement, one.format), one)
        return Progress(
            done=done,
            total=sum(part.total for part in parts),
            seconds=seconds,
            violated=frozenset(requirement for requirement, _ in self._announced),
            stage=next((part.stage for part in reversed(parts) if part.stage), ""),
            violations=tuple(self._announced.values()),
        )

    def _violations_of_items(self, seconds: float, calls: int) -> list[LiveViolation]:
        """Return what the items have found that counts."""
        levels = (Level.MUST, self.level)
        return [
            LiveViolation(
                one.requirement.id,
                one.requirement.level.value,
                one.format,
                visible(one.reason),
                seconds,
                calls,
            )
            for one in list(self.results.values())  # another thread adds to it
            if one.outcome is Outcome.FAILED and not one.known and one.requirement.level in levels
        ]

    @property
    def run(self) -> Run:
        """The run, from everything collected so far."""
        reports = [source() for source in self.sources]
        results, targets = self._by_target(reports)
        # An error of a requirement without an item has no target, so assign it to the first.
        first = targets[0].name if len(targets) > 1 else ""
        left_out = self.schemas.left_out(results)
        results = (*results, *(replace(one, target=first) for one in left_out))
        run = Run(
            results=results,
            level=self.level,
            suite=replace(self.suite, partial=is_partial(results)),
            target=targets[0] if targets else TargetInfo(),
            targets=targets if len(targets) > 1 else (),
            traffic=sum_traffic([one.traffic for one in reports]) if reports else None,
            schemas=self.schemas.counts if reports else SchemaCounts(),
            exercised=_exercised(reports),
            required_data=self.required_data,
            environment=tuple(
                dict.fromkeys(note for report in reports for note in report.environment)
            ),
            complete=self._complete,
            early_end=self._early_end,
            baseline=self._baseline_status(),
        )
        if any(part.partial for part in run.parts):
            return replace(run, suite=replace(self.suite, partial=True))
        return run

    def _by_target(
        self, reports: Sequence[WorkerReport]
    ) -> tuple[tuple[Result, ...], tuple[TargetInfo, ...]]:
        """Return the results and the targets.

        Results name their target only if there are several.
        """
        target_of = targets_of(self.results)
        known = {one.name: one.target for one in reversed(reports)}
        names = shortened(dict.fromkeys(name for name in target_of.values() if name))
        if len(names) < 2:
            found = [known[name] for name in names if name in known]
            found = found or [one.target for one in reports]
            return tuple(replace(one, target="") for one in self._judged.values()), tuple(found[:1])
        return (
            tuple(
                replace(result, target=names.get(target_of[nodeid], ""))
                for nodeid, result in self._judged.items()
            ),
            tuple(
                replace(known.get(name, TargetInfo()), name=short) for name, short in names.items()
            ),
        )

    @property
    def updated(self) -> Baseline | None:
        """The baseline after this run. An incomplete run does not change it.

        A run that stopped at a violation does: entries of untested requirements remain.
        """
        stopped = self._early_end == STOPPED_AT_VIOLATION and not self.interrupted
        if self.baseline and self.update and (self._complete or stopped):
            return self.baseline.updated(tuple(self._judged.values()), self.level)
        return self.baseline

    @property
    def _judged(self) -> dict[str, Result]:
        """The results by node id, with an error where reader and schema disagree."""
        return dict(zip(self.results, self.schemas.judged(self.results.values()), strict=True))

    @property
    def _complete(self) -> bool:
        return not self.interrupted and not self._early_end

    @property
    def _early_end(self) -> str:
        """Why the calls ended early, other than by an interrupt; empty if they did not."""
        reports = [source() for source in self.sources]
        ends = [report.early_end for report in reports]
        notes = (note for report in reports for note in report.environment)
        ends += [note.reason for note in notes if note.ends_calls]
        return next(filter(None, ends), self._left_out)

    def _baseline_status(self) -> BaselineStatus | None:
        after = self.updated
        if self.baseline is None or after is None:
            return None
        judged = self._judged.values()
        return BaselineStatus(
            file=str(self.baseline.path),
            problems=tuple(after.problems(judged, complete=self._complete)),
            unexplained=tuple(after.unexplained(judged)),
            changes=tuple(self.baseline.changes(after)),
        )


COLLECTOR = pytest.StashKey[Collector]()


def collected(config: pytest.Config) -> Run:
    """Return the run of this session."""
    collector = config.stash.get(COLLECTOR, None)
    return collector.run if collector else Run(())


def progress_of(config: pytest.Config) -> Progress:
    """Return the progress of this session."""
    collector = config.stash.get(COLLECTOR, None)
    return collector.progress if collector else Progress(0, 0, 0.0)


def interrupted(config: pytest.Config | None) -> bool:
    """Return True if the session was interrupted, even if items are still judged."""
    collector = config.stash.get(COLLECTOR, None) if config else None
    return collector is not None and collector.interrupted


def _result(properties: Mapping[str, Any], report: pytest.TestReport) -> Result:
    outcome, reason = (
        Outcome(properties.get("outcome", Outcome.ERROR)),
        str(properties.get("reason", "")),
    )
    if report.failed and outcome is not Outcome.FAILED:
        outcome, reason = Outcome.ERROR, _cause(report.longreprtext)
    elif "outcome" not in properties:
        outcome, reason = Outcome.NOT_TESTED, "skipped before any request was sent"
    return Result(
        requirement=by_id(properties["requirement"]),
        format=properties["format"],
        outcome=outcome,
        reason=reason,
        known=str(properties.get("known", "")),
        findings=tuple(Finding(**found) for found in json.loads(properties.get("findings", "[]"))),
        target=str(properties.get("target", "")),
        violations=tuple(Spot(**spot) for spot in json.loads(properties.get("violations", "[]"))),
        observed={"yes": True, "no": False}.get(str(properties.get("observed"))),
    )


def _cause(text: str) -> str:
    """Return the line of a traceback that names the exception. pytest marks it with an E."""
    lines = text.strip().splitlines() or ["no traceback"]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (marked or lines)[-1][:300]


def _exercised(reports: Iterable[WorkerReport]) -> tuple[str, ...] | None:
    """Return the kinds of data that any process was shown; None if no target was called."""
    shown = [set(report.data_kinds) for report in reports]
    return tuple(kind.name for kind in DATA_KINDS if kind.name in set().union(*shown)) or None


def collector_of(config: pytest.Config) -> Collector:
    """Return the session's collector. The first call makes it."""
    if COLLECTOR not in config.stash:
        settings = settings_of(config)
        config.stash[COLLECTOR] = Collector(
            settings.level,
            SuiteInfo(
                version=__version__,
                depth=settings.depth.value,
                level=settings.level.value,
                formats=tuple(format.value for format in settings.formats),
                seed=settings.seed,
                started=datetime.now(UTC).isoformat(timespec="seconds"),
            ),
            settings.baseline,
            settings.update_baseline,
        )
        config.stash[COLLECTOR].required_data = settings.required_data
    return config.stash[COLLECTOR]
