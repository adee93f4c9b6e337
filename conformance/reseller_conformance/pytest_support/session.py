"""One pytest session with conformance tests: what its items are marked with, and how it ends.

The hooks and fixtures in `plugin` import this only after a conformance test was collected.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

import pytest

from reseller_conformance import __version__
from reseller_conformance.client import redacted, scrubber_of
from reseller_conformance.client.traffic import Traffic
from reseller_conformance.config.options import in_pytest
from reseller_conformance.exchange import STOPPED_AT_VIOLATION
from reseller_conformance.findings.baseline import BaselineError
from reseller_conformance.findings.baseline import write as write_baseline
from reseller_conformance.findings.model import ExitCode, Outcome, Run, Verdict
from reseller_conformance.findings.run_info import TargetInfo
from reseller_conformance.pytest_support.collector import collected, collector_of
from reseller_conformance.pytest_support.record import close_recorder
from reseller_conformance.pytest_support.session_settings import settings_of
from reseller_conformance.pytest_support.session_target import embedded_target
from reseller_conformance.reports.registry import write_all
from reseller_conformance.reports.summary import validated
from reseller_conformance.reports.text import visible
from reseller_conformance.reports.verdict_text import target_lines, verdict_text
from reseller_conformance.requirements import by_id, column_of
from reseller_conformance.suite.target_session import planned_customers

__all__ = [
    "annotate_items",
    "announced",
    "describe",
    "finish",
    "header",
    "of_each_target_together",
    "unselected",
    "unwritten",
    "worker_reports",
]

_UNWRITTEN = pytest.StashKey[list[str]]()


# --- The target ----------------------------------------------------------------------------------


# --- What is gathered ----------------------------------------------------------------------------


def unselected(config: pytest.Config, items: Iterable[pytest.Item], mark: str) -> set[pytest.Item]:
    """Return the items whose requirement `--only` and `--skip` leave out."""
    includes = settings_of(config).selection.includes
    marks = ((item, item.get_closest_marker(mark)) for item in items)
    return {item for item, found in marks if found and not includes(found.kwargs["id"])}


def annotate_items(items: Iterable[pytest.Item], mark: str) -> None:
    """Add the requirement to the properties of its item, for JUnit and for the collector."""
    for item in items:
        found = item.get_closest_marker(mark)
        judged = by_id(found.kwargs["id"]) if found else None
        if judged is not None:
            format = item.callspec.params["reseller_format"] if hasattr(item, "callspec") else None
            item.user_properties += [
                ("requirement", judged.id),
                ("level", judged.level.value),
                ("format", column_of(format)),
            ]


def of_each_target_together(items: Sequence[pytest.Item], mark: str) -> list[pytest.Item]:
    """Return these items, those of one class and target one after the other.

    Plugins mix them with tests of the host, as `--failed-first` may. pytest would then close the
    session of a target, and send all of its calls once more.
    """
    together: dict[object, list[pytest.Item]] = {}
    for item in items:
        of = _target_of(item) if item.get_closest_marker(mark) else item
        together.setdefault(of, []).append(item)
    return list(chain.from_iterable(together.values()))


def _target_of(item: pytest.Item) -> object:
    """Return the class of an item, with the parameters of its fixtures other than the format."""
    indices = item.callspec.indices if hasattr(item, "callspec") else {}
    others = {name: index for name, index in indices.items() if name != "reseller_format"}
    return item.getparent(pytest.Class), frozenset(others.items())


def header(config: pytest.Config) -> list[str]:
    """Return lines about the target and the settings, for pytest's header."""
    settings = settings_of(config)
    target = redacted(settings.target) if settings.target else None
    where = settings.app or (target.base_url if target else "")
    where = where or ("only the embedded reference" if settings.reference else "no target")
    lines = [
        f"reseller-conformance {__version__}: {where}, formats {', '.join(settings.formats)}, "
        f"depth {settings.depth}, level {settings.level}, seed {settings.seed}"
    ]
    if settings.unknown_before:
        lines.append(f"note: {in_pytest(settings.unknown_before)}")
    return [visible(line) for line in lines]


def announced(config: pytest.Config) -> Run:
    """Return the run as it is known before its first call, for a heading."""
    settings = settings_of(config)
    target = settings.target or embedded_target()
    about = TargetInfo.of(redacted(target), planned_customers(target, settings))
    if settings.app:
        about = replace(about, base_url=scrubber_of(target).text(settings.app))
    return replace(collector_of(config).run, target=about)


def worker_reports(config: pytest.Config) -> list[dict[str, Any]]:
    """Return the messages of this process to the one that writes the reports."""
    collector = collector_of(config)
    for problem in close_recorder(config):
        warnings.warn(problem, stacklevel=1)
    return [
        {**asdict(source()), "schemas": collector.schemas.drain()} for source in collector.sources
    ]


def finish(session: pytest.Session) -> None:
    """Write the reports, and set the exit code. A run that verified nothing does not pass."""
    collector = collector_of(session.config)
    if session.shouldfail and collector.failed:
        collector.add_missing(getattr(session, "items", ()), STOPPED_AT_VIOLATION)
    unwritten = _update_baseline(session)
    run = collected(session.config)
    unwritten += write_all(settings_of(session.config).reports, run)
    unwritten += close_recorder(session.config)
    session.config.stash[_UNWRITTEN] = unwritten
    interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
    unverified = run.results and run.verdict is Verdict.UNVERIFIED
    nothing = unverified and not interrupted and not _is_left_out(session, run)
    if unwritten or (nothing and session.testsfailed == collector_of(session.config).failed):
        session.exitstatus = ExitCode.UNVERIFIED
    elif run.has_stale_entries and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_left_out(session: pytest.Session, run: Run) -> bool:
    """Return True if no target was named, and the session has other tests that ran.

    Then skipped conformance tests do not fail it. A session of these tests alone verified nothing.
    """
    settings = settings_of(session.config)
    named = settings.target or settings.reference or run.traffic
    return not named and session.testscollected > len(run.results)


def _update_baseline(session: pytest.Session) -> list[str]:
    """Write the baseline if this run changes it. Return an error line if that fails."""
    collector = collector_of(session.config)
    if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        collector.update = False
    before, after = collector.baseline, collector.updated
    if before is None or after is None or after is before:
        return []
    try:
        write_baseline(before, after)
    except BaselineError as problem:
        collector.update = False
        return [str(problem)]
    return []


def unwritten(config: pytest.Config) -> list[str]:
    """Return a line for each report that could not be written."""
    return config.stash.get(_UNWRITTEN, [])


def describe(config: pytest.Config) -> list[str]:
    """Return a few lines about the result, for pytest's summary."""
    run = collected(config)
    lines = [f"error: {in_pytest(line)}" for line in unwritten(config)]
    for result in run.sorted_results:
        if result.outcome in (Outcome.FAILED, Outcome.ERROR):
            failed = result.outcome is Outcome.FAILED
            level = result.requirement.level.upper() if failed else "ERROR"
            known = f" (known: {result.known})" if result.known else ""
            at = f" at {result.target}" if result.target else ""
            text = f"{result.requirement} [{result.format}]{at}: {result.reason}"
            lines.append(f"{level} {text}{known}")
    if run.baseline:
        lines += [f"baseline {text}" for text in run.baseline.changes]
        lines += [f"error: baseline {text}" for text in (*run.stale, *run.unexplained)]
    lines += [f"target {line}" for _, line in target_lines(run)]
    traffic = run.traffic or Traffic()
    settings = settings_of(config)
    schemas = "".join(f"{words}, " for words in validated(run))
    lines.append(
        f"{verdict_text(run)}, "
        f"{traffic.calls} calls, {traffic.retries} retries, {schemas}"
        f"depth {settings.depth}, seed {settings.seed}"
    )
    return [visible(line) for line in lines]
