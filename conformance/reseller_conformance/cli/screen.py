"""What `reseller-conformance run` shows in place of pytest's own output: progress, then the run.

A pytest plugin, given to `pytest.main`. The collector has the results, and `reports.terminal`
prints them.
"""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

import pytest

from reseller_conformance.cli.progress import Watch
from reseller_conformance.findings.model import Outcome, Run
from reseller_conformance.pytest_support.listing import runs_no_test
from reseller_conformance.pytest_support.xdist import stopped_itself
from reseller_conformance.reports.progress import Progress

__all__ = ["Screen"]

# These options are about pytest's own output, so it remains.
_OUTPUT_OPTIONS = (
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
    """One run. `run` is its result.

    `problems` prevented the run or a part of it. `errors` are those of single requirements, which
    the report shows too. Each is a line, and below it the traceback.
    """

    def __init__(
        self,
        collected: Callable[[pytest.Config], Run],
        announce: Callable[[pytest.Config], None],
        progress: Callable[[pytest.Config], Progress],
        watch: Watch | None,
        starts: bool = False,
    ) -> None:
        """Take the results from `collected`.

        When the items are known, `announce` prints what is tested, and from then on `watch` shows
        the `progress`. If the run `starts` the target itself, that happens before.
        """
        self.run: Run | None = None
        self.interrupted = False
        self.problems: list[str] = []
        self.errors: list[str] = []
        self._collected = collected
        self._announce = announce
        self._progress = progress
        self._watch = watch
        self._starts = starts
        self.config: pytest.Config | None = None
        self.announced = False
        self._is_ours = False
        self._items = self._done = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Silence pytest's reporter.

        It stays registered, because assertions and other plugins use its writer. It does not read
        the traceback of an interrupt: some of CPython 3.11 have no line number.
        """
        self.config = config
        manager = config.pluginmanager
        reporter = manager.get_plugin("terminalreporter")
        if reporter is None or any(config.getoption(name, False) for name in _OUTPUT_OPTIONS):
            self.close()
            return
        self._is_ours = True
        manager.unregister(reporter)
        overridden = {"pytest_keyboard_interrupt": _nothing, "pytest_sessionfinish": _nothing}
        silent = type("Silent", (type(reporter),), overridden)
        manager.register(silent(config, io.StringIO()), "terminalreporter")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin to count the items."""
        self._items = len(session.items)
        if not self._starts:
            self._begin()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Begin with the first item, before pytest captures its output.

        By then the target has started.
        """
        self._begin()
        return (yield)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Begin to count the items that other processes have collected."""
        self._items = len(ids)
        if not self._starts:
            self._begin()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count an item that has ended, and keep failures that are no judgement."""
        if report.failed:
            properties = dict(report.user_properties)
            if "requirement" not in properties:
                self.problems.append(f"{report.nodeid} failed\n{report.longreprtext}")
            elif properties.get("outcome") != Outcome.FAILED:
                self.errors.append(f"{report.nodeid} failed\n{report.longreprtext}")
        if report.when == "teardown":
            self._done += 1

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
        """Keep an error as a problem. A plain traceback shows no arguments."""
        text = traceback.format_exception_only(error)[-1].strip()
        lines = "".join(traceback.format_exception(error))
        self.problems.append(f"pytest failed: {text}\n{lines}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Distinguish Ctrl-C from pytest's own ways to stop."""
        stopped = excinfo.value
        if isinstance(stopped, pytest.exit.Exception):
            self.problems.append(str(stopped))
        elif not stopped_itself(stopped):
            self.interrupted = True

    def pytest_sessionfinish(self) -> None:
        """Release the terminal before anything else is printed."""
        self.close()

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take the results after all other plugins are done. A list of tests has none."""
        if not runs_no_test(config):
            self.run = self._collected(config)

    def close(self) -> None:
        """Release the terminal."""
        if self._watch:
            self._watch.close()
            self._watch = None

    def _begin(self) -> None:
        # with xdist, each process reports the same items
        if self.announced or not self._is_ours or not self._items or self.config is None:
            return
        self.announced = True
        self._announce(self.config)
        if self._watch:
            self._watch.start(self._so_far)

    def _so_far(self) -> Progress:
        assert self.config is not None, "nothing is watched before the items are known"
        progress = self._progress(self.config)
        if progress.total:
            return progress
        # other processes make the calls, and report them at the end
        return replace(progress, done=self._done, total=self._items, judged=True)


def _nothing(_: object) -> None:
    """Replace a hook."""
