"""The hooks that collect the results of conformance items, and end the session.

`plugin` registers them. Each hook imports what it needs, once an item judges a requirement."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from reseller_conformance.pytest_support.listing import runs_no_test

if TYPE_CHECKING:
    import warnings


__all__ = ["MARK", "SUITE", "CollectorPlugin"]

MARK = "reseller_requirement"
SUITE = "reseller_conformance.suite"
REFUSED = "reseller_refused"


class CollectorPlugin:
    """Forwards the reports of items and workers.

    It is inactive until an item judges a requirement.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Collect the results of this session."""
        self.config = config
        self.awake = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Record each item's requirement, and prepare the session for them.

        Raises UsageError if the suite was requested but has no items.
        """
        ours = [item for item in items if item.get_closest_marker(MARK)]
        if ours:
            from reseller_conformance.pytest_support.guard import guard_logs
            from reseller_conformance.pytest_support.interrupts import Interrupted
            from reseller_conformance.pytest_support.real_time import use_real_time
            from reseller_conformance.pytest_support.session import annotate_items, unselected
            from reseller_conformance.pytest_support.time_limits import lift

            guard_logs(self.config)  # This must be before an app is imported.
            if self._can_run(ours):
                self.awake = True
                if left_out := unselected(self.config, ours, MARK):
                    self.config.hook.pytest_deselected(items=left_out)
                    items[:] = [item for item in items if item not in left_out]
                annotate_items([item for item in ours if item not in left_out], MARK)
                lift(self.config, ours)
                use_real_time()
                if not hasattr(self.config, "workerinput"):
                    self.config.pluginmanager.register(Interrupted(self._interrupt))
        elif SUITE in self.config.args and not items and not self.config.getoption("keyword"):
            raise pytest.UsageError(
                "nothing of the suite was collected: its module is test_overview.py and its class "
                "TestOverview, which python_files and python_classes must match"
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Undo what other plugins have mixed, so that the calls to each target are made once."""
        if self.awake:
            from reseller_conformance.pytest_support.session import of_each_target_together

            session.items[:] = of_each_target_together(session.items, MARK)

    def _can_run(self, items: Sequence[pytest.Item]) -> bool:
        """Return True if the options are valid.

        In a worker the error is sent to the controller, which raises it. Elsewhere it raises
        UsageError.
        """
        from reseller_conformance.pytest_support.session_settings import check, check_target

        try:
            check(self.config)
            check_target(self.config, items)
        except pytest.UsageError as problem:
            if not hasattr(self.config, "workeroutput"):
                raise
            self.config.workeroutput[REFUSED] = str(problem)
            return False
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """End a process that cannot run.

        A worker ends with its first item, because the controller sends it items. An app that does
        not start is known after the first item that needs it.
        """
        self._end_if_refused(getattr(self.config, "workeroutput", {}).get(REFUSED, ""))
        done = yield
        if self.awake:
            from reseller_conformance.pytest_support.session_target import refused

            self._end_if_refused(refused(self.config))
        return done

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> None:
        """Send the planned calls before the first item, whichever it is, is judged.

        pytest-randomly and `--failed-first` change the order of the items, but not that of calls.
        """
        evaluation: Any = pyfuncitem.funcargs.get("reseller_evaluation")
        if evaluation is not None:
            evaluation.session.planned.send()

    def _end_if_refused(self, why: str) -> None:
        if not why:
            return
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[REFUSED] = why
            raise pytest.Session.Failed(why)
        self.awake = False  # Nothing was tested, so there is no report.
        raise pytest.UsageError(why)

    def pytest_report_collectionfinish(self) -> list[str]:
        """Return the header: the target and what is tested."""
        if not self.awake:
            return []
        from reseller_conformance.pytest_support.session import header

        return header(self.config)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add each item's outcome."""
        if self.awake or any(name == "requirement" for name, _ in report.user_properties):
            from reseller_conformance.pytest_support.collector import collector_of

            self.awake = True
            collector_of(self.config).add_item_report(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send an xdist worker its settings."""
        from reseller_conformance.pytest_support.xdist import configure_worker

        configure_worker(self.config, node.workerinput)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_make_scheduler(self, log: Any) -> Any:
        """Send all items of a class to one worker where only one may make the calls."""
        from reseller_conformance.pytest_support.xdist import make_scheduler

        return make_scheduler(self.config, log)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the report of an xdist worker. Raises UsageError with its reason if it cannot run."""
        output = getattr(node, "workeroutput", {})
        if REFUSED in output:
            self.awake = False
            raise pytest.UsageError(f"worker {node.gateway.id}: {output[REFUSED]}")
        for report in output.get("reseller_reports", ()):
            from reseller_conformance.pytest_support.collector import collector_of

            collector_of(self.config).add_worker_report(report)

    def _interrupt(self) -> None:
        """Mark the run as incomplete."""
        from reseller_conformance.pytest_support.collector import collector_of

        collector_of(self.config).interrupted = True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Mark the run as incomplete. A run that `-x` stopped is only partial."""
        if self.awake:
            from reseller_conformance.pytest_support.collector import collector_of
            from reseller_conformance.pytest_support.xdist import stopped_itself

            if stopped_itself(excinfo.value):
                return
            collector_of(self.config).interrupted = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Redact a warning. An application may have read the key too."""
        if self.awake:
            from reseller_conformance.pytest_support.guard import guard_warning

            guard_warning(self.config, warning_message)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the results to the controller, or write the reports.

        A session that asked for the suite and tested nothing writes them too. The reports of an
        earlier run would otherwise pass for its own. A session that only lists tests leaves them as
        they are.
        """
        if runs_no_test(self.config):
            self.awake = False
        elif session.exitstatus != pytest.ExitCode.USAGE_ERROR and SUITE in self.config.args:
            self.awake = True
        if not self.awake:
            return
        from reseller_conformance.pytest_support.session import finish, worker_reports

        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["reseller_reports"] = worker_reports(self.config)
        else:
            finish(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the summary at the end."""
        if self.awake:
            from reseller_conformance.pytest_support.session import describe

            terminalreporter.section("reseller-conformance")
            for line in describe(self.config):
                terminalreporter.write_line(line)
