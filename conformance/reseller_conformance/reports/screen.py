"""What `reseller-conformance run` shows in place of pytest's own output: progress, then the run.

A pytest plugin, given to `pytest.main`. It judges nothing: the results are the collector's, and
how they are printed is left to `terminal`.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from reseller_conformance.findings import Outcome, Run
from reseller_conformance.reports.text import counted
from reseller_conformance.workers import stopped_itself

__all__ = ["Screen"]

# These are about pytest's own output, so they keep it.
_TALK = (
    "help",
    "markers",
    "collectonly",
    "showfixtures",
    "show_fixtures_per_test",
    "setupshow",
    "usepdb",
    "trace",
)


class Screen:
    """One run, seen from outside: `run` is what came of it.

    `problems` kept pytest from the run or from a part of it; `errors` are of single requirements,
    which the run tells too. Each is a line, and below it the traceback.
    """

    def __init__(self, collected: Callable[[pytest.Config], Run], show: bool) -> None:
        """Take the results from `collected`, and show progress on the terminal if asked to."""
        self.run: Run | None = None
        self.interrupted = False
        self.problems: list[str] = []
        self.errors: list[str] = []
        self._collected = collected
        self._progress = _progress(self._calls) if show else None
        self.config: pytest.Config | None = None
        self._tasks: list[Any] = []

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Silence pytest's reporter.

        One stays registered, for assertions and other plugins ask it for a writer. It does not
        look at the traceback of an interrupt, of which CPython 3.11 makes some without a line
        number, and so has nothing to say of it when the session ends.
        """
        self.config = config
        manager = config.pluginmanager
        reporter = manager.get_plugin("terminalreporter")
        if reporter is None or any(config.getoption(name, False) for name in _TALK):
            self.close()
            return
        manager.unregister(reporter)
        unheard = {"pytest_keyboard_interrupt": _nothing, "pytest_sessionfinish": _nothing}
        silent = type("Silent", (type(reporter),), unheard)
        manager.register(silent(config, io.StringIO()), "terminalreporter")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin to count."""
        self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Begin to count, where the items are collected in other processes."""
        self._begin(len(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count an item that is done, and keep what failed without a judgement."""
        if report.failed:
            said = dict(report.user_properties)
            if "requirement" not in said:
                self.problems.append(f"{report.nodeid} failed\n{report.longreprtext}")
            elif said.get("outcome") != Outcome.FAILED:
                self.errors.append(f"{report.nodeid} failed\n{report.longreprtext}")
        if self._progress and report.when == "teardown":
            for task in self._tasks:
                self._progress.advance(task)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected."""
        if report.failed:
            where = report.nodeid or "the suite"
            self.problems.append(f"{where} could not be loaded\n{report.longreprtext}")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep an error of pytest or of a plugin."""
        self.fail(excinfo.value)
        return True

    def fail(self, error: BaseException) -> None:
        """Keep an error as a problem; a plain traceback shows no arguments."""
        said = traceback.format_exception_only(error)[-1].strip()
        lines = "".join(traceback.format_exception(error))
        self.problems.append(f"pytest failed: {said}\n{lines}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell Ctrl-C from pytest's own ways of stopping."""
        stopped = excinfo.value
        if isinstance(stopped, pytest.exit.Exception):
            self.problems.append(str(stopped))
        elif not stopped_itself(stopped):
            self.interrupted = True

    def pytest_sessionfinish(self) -> None:
        """Give the terminal back before anything else is said."""
        self.close()

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take the results, once everybody has finished with them."""
        self.run = self._collected(config)

    def close(self) -> None:
        """Give the terminal back."""
        if self._progress:
            self._progress.stop()
            self._progress = None

    def _begin(self, total: int) -> None:
        # with xdist, each process tells of the same items
        if self._progress and not self._tasks:
            self._tasks.append(self._progress.add_task("requirements judged", total=total))
            self._progress.start()

    def _calls(self) -> int:
        run = self._collected(self.config) if self.config else None
        return ((run and run.traffic) or {}).get("calls") or 0


def _nothing(_: object) -> None:
    """Stand in for a hook."""


class _Calls(ProgressColumn):
    """How many calls have been made; most items are judged from what was asked before."""

    max_refresh = 0.5

    def __init__(self, calls: Callable[[], int]) -> None:
        super().__init__()
        self._calls = calls

    def render(self, _: Task) -> Text:
        """Count the calls, where they can be seen: other processes tell theirs at the end."""
        calls = self._calls()
        return Text(counted(calls, "call") if calls else "")


def _progress(calls: Callable[[], int]) -> Progress:
    # a descriptor of its own, for pytest captures the other while an item runs
    own = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding=sys.stdout.encoding)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Calls(calls),
        TimeElapsedColumn(),
        console=Console(file=own, highlight=False),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
