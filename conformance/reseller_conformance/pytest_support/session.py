"""One pytest session: its settings, its target, what its items gather, and how it ends.

Imported only once a conformance test has been collected. The hooks and fixtures that call this are
in `plugin`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from threading import Timer
from typing import Any

import pytest

from reseller_conformance import __version__
from reseller_conformance.client import Client, redacted, scrubber_of
from reseller_conformance.client.target import Target
from reseller_conformance.client.traffic import Traffic
from reseller_conformance.config.expected_accounts import load_expectations
from reseller_conformance.config.options import OPTIONS, Option, dest, in_pytest
from reseller_conformance.config.settings import Settings, SettingsError, settings_from
from reseller_conformance.contract import Format
from reseller_conformance.exchange import STOPPED_AT_VIOLATION, TIME_EXHAUSTED
from reseller_conformance.findings.baseline import BaselineError
from reseller_conformance.findings.baseline import write as write_baseline
from reseller_conformance.findings.model import ExitCode, Outcome, Run, Verdict
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.pytest_support.collector import (
    COLLECTOR,
    Collector,
    WorkerReport,
    collected,
)
from reseller_conformance.pytest_support.record import check_record, close_recorder, recorder_of
from reseller_conformance.pytest_support.targets import label_of
from reseller_conformance.pytest_support.xdist import concurrent_clients, environment, split_limits
from reseller_conformance.redaction.logs import redacted_output
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.reports import registry
from reseller_conformance.reports.registry import ReportError, write_all
from reseller_conformance.reports.summary import target_lines, validated, verdict_text
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import by_id, column_of
from reseller_conformance.suite.live_progress import LiveProgress
from reseller_conformance.suite.target_session import TargetSession

__all__ = [
    "annotate_items",
    "announced",
    "asking",
    "check",
    "check_target",
    "collector_of",
    "describe",
    "embedded_target",
    "finish",
    "formats_of",
    "header",
    "names_of",
    "preflight",
    "refused",
    "settings_of",
    "target_of",
    "unselected",
    "unwritten",
    "worker_reports",
]

NO_TARGET = (
    "no target: give --base-url URL or --reseller-app MODULE:ATTR, override the fixture "
    "reseller_target, or ask for the embedded reference with --reseller-reference"
)

_SETTINGS = pytest.StashKey[Settings]()
_REFUSED = pytest.StashKey[str]()
_UNWRITTEN = pytest.StashKey[list[str]]()


def settings_of(config: pytest.Config) -> Settings:
    """Return the run that this session's words make.

    Raises pytest's UsageError, in one line, where they make none.
    """
    if _SETTINGS not in config.stash:
        words = {option.name: _word(config, option) for option in OPTIONS}
        try:
            base_url = config.getoption("base_url", None) or None
            if any(arg.startswith("--base-url") for arg in config.invocation_params.args):
                base_url = base_url or ""
            settings = settings_from(words, base_url, environment(config))
        except SettingsError as problem:
            raise pytest.UsageError(in_pytest(str(problem))) from None
        # `-x` and `--maxfail=N` end the calls as `--fail-fast` does
        most = settings.max_violations or config.getoption("maxfail", 0)
        config.stash[_SETTINGS] = replace(settings, max_violations=most)
    return config.stash[_SETTINGS]


def names_of(config: pytest.Config) -> Callable[[str], str]:
    """Return what gives the options in a sentence the names that this operator types."""
    return str if config.getoption("reseller_run", False) else in_pytest


def _word(config: pytest.Config, option: Option) -> object:
    """Return the value of an option, or of the ini file. An option given empty stays empty."""
    word = config.getoption(dest(option.name), None)
    return config.getini(dest(option.name)) if word is None or word is False else word


def formats_of(config: pytest.Config) -> tuple[Format, ...]:
    """Return the formats that are tested; where the words are wrong, `check` will say so."""
    try:
        return settings_of(config).formats
    except pytest.UsageError:
        return tuple(Format)


def check(config: pytest.Config) -> None:
    """Refuse, in one line, what cannot be run: before the first item, not in each of them."""
    try:
        preflight(settings_of(config), writes=not hasattr(config, "workerinput"))
    except SettingsError as problem:
        raise pytest.UsageError(in_pytest(str(problem))) from None


def check_target(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Refuse options about a target where no target is named and an item needs it.

    Items whose `reseller_target` is a fixture of the host bring their own.
    """
    missing = settings_of(config).missing_target
    if missing and any(map(_uses_our_target, items)):
        raise pytest.UsageError(names_of(config)(missing))


def _uses_our_target(item: pytest.Item) -> bool:
    info = getattr(item, "_fixtureinfo", None)
    found = list(info.name2fixturedefs.get("reseller_target", ())) if info else []
    return bool(found) and found[-1].func.__module__.startswith("reseller_conformance.")


def preflight(settings: Settings, *, writes: bool = True) -> None:
    """Refuse what would come to nothing only later, when much has been asked.

    `writes` says whether this process writes the reports, as xdist's controller does. Raises
    SettingsError, in one line.
    """
    try:
        if writes:
            registry.check_writable(settings.reports, settings.inputs)
            check_record(settings)
    except ReportError as problem:
        raise SettingsError(str(problem)) from None
    if settings.app is not None:
        from reseller_conformance.app_server.applications import AppError, load_app
        from reseller_conformance.app_server.server import can_serve

        try:
            with redacted_output(_redactor(settings)):
                can_serve(load_app(settings.app))
        except AppError as problem:
            raise SettingsError(_without_secrets(settings, problem)) from None


def _without_secrets(settings: Settings, problem: Exception) -> str:
    """Say what an application told of itself, which may have read the key too."""
    return visible(_redactor(settings)(str(problem)))


def _redactor(settings: Settings) -> Callable[[str], str]:
    return scrubber_of(settings.target).text if settings.target else str


# --- The target ----------------------------------------------------------------------------------


@contextmanager
def target_of(config: pytest.Config) -> Iterator[Target]:
    """Yield the implementation under test: a live one, an app served for the run, the reference.

    Skips the test where no target is named and the reference is not asked for. An app that does
    not start fails the test, and ends the session.
    """
    settings = settings_of(config)
    if settings.target is None:
        if settings.missing_target:
            pytest.fail(in_pytest(settings.missing_target), pytrace=False)
        if not settings.reference:
            pytest.skip(NO_TARGET)
        yield embedded_target()
    elif settings.app is None:
        yield settings.target
    else:
        from reseller_conformance.app_server.applications import AppError, load_app
        from reseller_conformance.app_server.call_log import CallLog
        from reseller_conformance.app_server.server import serve_app

        log = CallLog(output=settings.app_log)
        base_url, why = "", ""
        with ExitStack() as stack:
            try:
                base_url = stack.enter_context(serve_app(load_app(settings.app), log=log))
            except AppError as problem:
                why = _without_secrets(settings, problem)
            if why:  # not where it is caught: both would be told
                config.stash[_REFUSED] = why
                pytest.fail(why, pytrace=False)
            yield replace(settings.target, base_url=base_url, app_log=log)


def refused(config: pytest.Config) -> str:
    """Return why the target cannot be tested, as known once an app does not start."""
    return config.stash.get(_REFUSED, "")


def embedded_target() -> Target:
    """Return the account of the embedded reference that a run tests."""
    from reseller_conformance.reference import default_reference
    from reseller_conformance.reference.mock import EMBEDDED_URL

    first, second = default_reference().accounts.resellers[:2]
    return Target(
        base_url=EMBEDDED_URL,
        api_user=first.api_user,
        api_key=Secret(first.api_key),
        customers=tuple(account.user for account in first.customers),
        foreign=second.customers[0].user,
        kind="embedded",
    )


def _embedded_settings(settings: Settings) -> Settings:
    """Expect of the embedded reference what its own accounts hold, unless a file was given."""
    if settings.expected is not None:
        return settings
    with as_file(files("reseller_conformance.reference") / "accounts.json") as path:
        return replace(settings, expected=load_expectations(path))


def _mocking(target: Target) -> Callable[[], AbstractContextManager[object]]:
    if target.kind != "embedded":
        return nullcontext
    from reseller_conformance.reference import default_reference
    from reseller_conformance.reference.mock import mocked

    reference = default_reference()
    return lambda: mocked(reference)


@contextmanager
def asking(session: pytest.Session, target: Target, settings: Settings) -> Iterator[TargetSession]:
    """Yield the memory of what this target is asked, and keep its traffic for the reports."""
    config = session.config
    if target.kind == "embedded":
        settings = _embedded_settings(settings)
    limits = split_limits(settings.limits, concurrent_clients(config, session.items))
    with Client(target, limits, recorder_of(config, settings)) as client:
        shown = redacted(target)
        about = TargetInfo.of(shown)
        name = label_of(about, shown.api_user)
        collector = collector_of(config)
        judged, schemas = _judged(session.items), collector.schemas
        sent = TargetSession(target, settings, client, _mocking(target), judged, name, schemas)
        collector.sources.append(
            lambda: WorkerReport(
                name,
                about,
                client.traffic,
                client.early_end,
                tuple(sorted(sent.data_kinds())),
                (sent.environment.note,) if sent.environment.note else (),
            )
        )
        collector.followers.append(LiveProgress(sent))
        with _ended_in_time(sent, collector.time_left(settings.max_seconds)):
            yield sent
        sent.validate()


@contextmanager
def _ended_in_time(sent: TargetSession, seconds: float | None) -> Iterator[None]:
    """Have no more calls made after so many seconds."""
    if seconds is None:
        yield
        return
    timer = Timer(seconds, sent.stop, [TIME_EXHAUSTED])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _judged(items: Iterable[pytest.Item]) -> frozenset[str]:
    """Return the ids of the requirements that these items test."""
    return frozenset(
        str(value)
        for item in items
        for name, value in item.user_properties
        if name == "requirement"
    )


# --- What is gathered ----------------------------------------------------------------------------


def unselected(config: pytest.Config, items: Iterable[pytest.Item], mark: str) -> set[pytest.Item]:
    """Return the items whose requirement the operator's selection leaves out."""
    includes = settings_of(config).selection.includes
    marks = ((item, item.get_closest_marker(mark)) for item in items)
    return {item for item, found in marks if found and not includes(found.kwargs["id"])}


def annotate_items(items: Iterable[pytest.Item], mark: str) -> None:
    """Tell each item's requirement in its properties, for JUnit and for the collector."""
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


def collector_of(config: pytest.Config) -> Collector:
    """Return the session's collector, made when the first item has something to tell."""
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


def header(config: pytest.Config) -> str:
    """Say in one line what this run tests against what."""
    settings = settings_of(config)
    target = redacted(settings.target) if settings.target else None
    where = settings.app or (target.base_url if target else "")
    where = where or ("only the embedded reference" if settings.reference else "no target")
    return visible(
        f"reseller-conformance {__version__}: {where}, formats {', '.join(settings.formats)}, "
        f"depth {settings.depth}, level {settings.level}, seed {settings.seed}"
    )


def announced(config: pytest.Config) -> Run:
    """Return the run as it is known before its first call, for a heading."""
    settings = settings_of(config)
    target = settings.target or embedded_target()
    about = TargetInfo.of(redacted(target))
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
    """Write the reports, and see to it that a run which verified nothing does not end well."""
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
    """Say whether no target was named and tests of the host ran: then the skips are all there is.

    A session of nothing but these tests verified nothing.
    """
    settings = settings_of(session.config)
    named = settings.target or settings.reference or run.traffic
    return not named and session.testscollected > len(run.results)


def _update_baseline(session: pytest.Session) -> list[str]:
    """Write the baseline where this run changes it; return a line where that did not work."""
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
    """Return a line for each report that was asked for and could not be written."""
    return config.stash.get(_UNWRITTEN, [])


def describe(config: pytest.Config) -> list[str]:
    """Say in a few lines how the run went, for pytest's own summary."""
    run = collected(config)
    lines = [f"error: {in_pytest(line)}" for line in unwritten(config)]
    for result in run.sorted_results:
        if result.outcome in (Outcome.FAILED, Outcome.ERROR):
            failed = result.outcome is Outcome.FAILED
            level = result.requirement.level.upper() if failed else "ERROR"
            known = f" (known: {result.known})" if result.known else ""
            at = f" at {result.target}" if result.target else ""
            said = f"{result.requirement} [{result.format}]{at}: {result.reason}"
            lines.append(f"{level} {said}{known}")
    if run.baseline:
        lines += [f"baseline {said}" for said in run.baseline.changes]
        lines += [f"error: baseline {said}" for said in (*run.stale, *run.unexplained)]
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
