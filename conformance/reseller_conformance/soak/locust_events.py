"""Connect a load test to Locust: options, data from workers, the verdict and the reports."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from weakref import WeakKeyDictionary

from locust import events
from locust.env import Environment
from locust.rpc import Message
from locust.runners import (
    STATE_MISSING,
    STATE_RUNNING,
    STATE_SPAWNING,
    MasterRunner,
    WorkerRunner,
)
from rich.console import Console

from reseller_conformance import __version__
from reseller_conformance.checks.response import Response
from reseller_conformance.client.secrets import redacted, scrubber_of
from reseller_conformance.client.target import Target
from reseller_conformance.client.traffic import Latency, Traffic
from reseller_conformance.config.forwarded_env import forwarded_env
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.options import OPTIONS, dest
from reseller_conformance.config.settings import Settings, settings_from
from reseller_conformance.findings.model import ExitCode, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.redaction.logs import LogScrubber
from reseller_conformance.reports import github
from reseller_conformance.reports.registry import ReportError, check_writable, write_all
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.reports.text import one_line, visible
from reseller_conformance.schemas import compile_schemas
from reseller_conformance.soak.rules import RuleResult
from reseller_conformance.soak.tally import Tally

__all__ = ["LoadTest", "soak_of"]


NOT_HERE = (
    *("app", "depth", "rate", "concurrency", "max-requests", "seed"),
    *("baseline", "update-baseline"),
)
"""Options of a run without a meaning here. Cases are random, and Locust sets the load."""

ENVIRONMENT = "reseller_environment"
KEY = "reseller_conformance"
"""The key of a worker's tally in Locust's report to the master."""

FLUSH, FLUSHED = "reseller_last", "reseller_told"
"""Message types: the master requests the remaining data, and a worker sends it."""

MAX_WORKER_WAIT_SECONDS = 30.0
"""Maximum time that the master waits for the workers' remaining data, in seconds."""


class LoadTest:
    """One load test in this process: its target, and what it has found.

    `pending_workers` are the ids of the workers that have not sent their remaining data.
    """

    def __init__(self, settings: Settings, target: Target) -> None:
        """Start with an empty tally, and redact the log records of this process."""
        self.settings = settings
        self.target = target
        self.tally = Tally(target)
        self.pending_workers: set[str] = set()
        self._started = datetime.now(UTC)
        compile_schemas(settings.formats)
        # It stays attached until the process ends with the load test.
        LogScrubber(scrubber_of(target)).attach()

    def count(self, response: Response) -> None:
        """Count one call."""
        self.tally.count(response)

    def note(self, judgement: RuleResult) -> None:
        """Add one judgement of one requirement."""
        self.tally.note(judgement)

    def run(self, traffic: Traffic, complete: bool) -> Run:
        """Return the run that the reports render."""
        settings = self.settings
        return Run(
            results=self.tally.results(settings.formats),
            level=settings.level,
            suite=SuiteInfo(
                version=__version__,
                depth="soak",
                level=settings.level.value,
                formats=tuple(format.value for format in settings.formats),
                partial=settings.partial,
                started=self._started.isoformat(timespec="seconds"),
            ),
            target=TargetInfo.of(redacted(self.target)),
            traffic=traffic,
            complete=complete,
            schemas=self.tally.schemas.counts,
        )


# --- Options and start ---------------------------------------------------------------------------

_SOAKS: WeakKeyDictionary[Environment, LoadTest] = WeakKeyDictionary()


def soak_of(environment: Environment) -> LoadTest | None:
    """Return the load test of this process. None if its options were invalid."""
    return _SOAKS.get(environment)


def _begin(environment: Environment) -> None:
    """Create the load test from the options. Raises SettingsError if they are invalid."""
    options = vars(environment.parsed_options)
    words = {option.name: options.get(dest(option.name)) for option in OPTIONS}
    variables = {**os.environ, **options.get(ENVIRONMENT, {})}
    settings = settings_from(words, environment.host or "", variables)
    if settings.target is None:
        raise SettingsError("a load test needs a target: give --host, or set RESELLER_BASE_URL")
    environment.host = settings.target.base_url
    _SOAKS[environment] = LoadTest(settings, settings.target)


def _add_options(parser: ArgumentParser, **_: Any) -> None:
    group = parser.add_argument_group("reseller-conformance", "As in `reseller-conformance run`.")
    for option in OPTIONS:
        if option.name not in NOT_HERE:
            how: dict[str, Any] = {"metavar": option.metavar}
            if option.flag:
                how = {"action": "store_true"}
            elif option.many:
                how["action"] = "append"
            name = dest(option.name)
            # argparse interprets a help text as a format string.
            text = option.help.replace("%", "%%")
            group.add_argument(f"--{option.name}", dest=name, help=text, **how)


def _look_ahead(environment: Environment, runner: Any, **_: Any) -> None:
    """Validate the options before the test. A worker waits for the master's options instead."""
    if isinstance(runner, WorkerRunner):
        runner.register_message(FLUSH, _tell_last)
        return
    try:
        _begin(environment)
        check_writable(_SOAKS[environment].settings.reports)
    except (SettingsError, ReportError) as error:
        _complain(str(error))
        sys.exit(ExitCode.USAGE)
    if isinstance(runner, MasterRunner):
        runner.register_message(FLUSHED, _receive_last)
    # Locust sends options that it does not know itself to the workers.
    vars(environment.parsed_options)[ENVIRONMENT] = forwarded_env()


def _begin_in_worker(environment: Environment, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner) or environment in _SOAKS:
        return
    try:
        _begin(environment)
    except SettingsError as error:
        _complain(str(error))
        environment.process_exit_code = ExitCode.USAGE
        # to quit ends what this runs in
        Thread(target=environment.runner.quit).start()


def _complain(line: str) -> None:
    sys.stderr.write(f"error: {visible(one_line(line))}\n")


def _say(line: str) -> None:
    # Flush at once: the runner reads the report between two of these lines.
    print(line, flush=True)


# --- Results -------------------------------------------------------------------------------------


def _send(data: dict[str, Any], **_: Any) -> None:
    for soak in _SOAKS.values():
        data[KEY] = soak.tally.take()


def _receive(data: dict[str, Any], **_: Any) -> None:
    for soak in _SOAKS.values():
        if KEY in data:
            soak.tally.add(data[KEY])


def _tell_last(environment: Environment, **_: Any) -> None:
    runner, soak = environment.runner, soak_of(environment)
    if isinstance(runner, WorkerRunner):
        runner.stop()
        runner.send_message(FLUSHED, soak.tally.take() if soak else Tally().take())


def _receive_last(environment: Environment, msg: Message, **_: Any) -> None:
    soak = soak_of(environment)
    if soak is not None:
        soak.tally.add(msg.data)
        soak.pending_workers.discard(msg.node_id)


def _wait_for_the_last(environment: Environment, **_: Any) -> None:
    """Make the workers stop and send their remaining data.

    Locust itself waits only half a second.
    """
    runner, soak = environment.runner, soak_of(environment)
    if not isinstance(runner, MasterRunner) or soak is None:
        return
    soak.pending_workers = {one.id for one in runner.clients.values() if one.state != STATE_MISSING}
    runner.send_message(FLUSH)
    until = time.monotonic() + MAX_WORKER_WAIT_SECONDS
    while soak.pending_workers and time.monotonic() < until:
        time.sleep(0.05)


def _end(environment: Environment, **_: Any) -> None:
    """Print and write the reports, and set the exit code of a run."""
    runner, soak = environment.runner, soak_of(environment)
    if isinstance(runner, WorkerRunner):
        # The master reports the findings.
        environment.process_exit_code = environment.process_exit_code or 0
        return
    if soak is None or runner is None:
        return
    if runner.state in (STATE_SPAWNING, STATE_RUNNING):
        runner.quit()
    whole = not soak.pending_workers and not runner.exceptions
    run = soak.run(_traffic(soak.tally, environment), complete=whole)
    watched = github.is_github_actions(os.environ)
    with github.stop_commands(_say) if watched else nullcontext():
        with suppress(BrokenPipeError, SystemExit):
            print_report(run, Console(highlight=False))
        if soak.pending_workers:
            _complain(
                f"workers that did not send all of their results: {len(soak.pending_workers)}"
            )
        unwritten = write_all(soak.settings.reports, run)
        for line in unwritten:
            _complain(line)
    environment.process_exit_code = ExitCode.UNVERIFIED if unwritten else run.verdict.exit_code


def _traffic(tally: Tally, environment: Environment) -> Traffic:
    """Return the number of calls from the tally, and their times from Locust."""
    total = environment.stats.total
    last = total.last_request_timestamp

    def seconds(share: float) -> float | None:
        return total.get_response_time_percentile(share) / 1000 if total.num_requests else None

    longest = total.max_response_time / 1000 if total.num_requests else None
    return Traffic(
        calls=tally.calls,
        retries=tally.retries,
        seconds=max(last - total.start_time, 0.0) if last else 0.0,
        bytes=tally.bytes,
        latency=Latency(seconds(0.5), seconds(0.95), longest, histogram=None),
        timeline=None,
    )


events.init_command_line_parser.add_listener(_add_options)
events.init.add_listener(_look_ahead)
events.test_start.add_listener(_begin_in_worker)
events.report_to_master.add_listener(_send)
events.worker_report.add_listener(_receive)
events.test_stop.add_listener(_wait_for_the_last)
events.quitting.add_listener(_end)
