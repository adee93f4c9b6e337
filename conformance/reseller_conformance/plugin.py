"""The pytest plugin: options, the marker, one item for each requirement and format, and fixtures.

Heavy modules are imported only when a conformance test needs them. The plugin changes no setting of
its host. `collector` collects the results.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from reseller_conformance.config.options import OPTIONS, dest

if TYPE_CHECKING:
    import warnings

    from reseller_conformance.app_server.reference_server import ResellerServer
    from reseller_conformance.cases.case import Case
    from reseller_conformance.client.target import Target
    from reseller_conformance.contract import Format
    from reseller_conformance.exchange import Exchange
    from reseller_conformance.pytest_support.fixture_types import ResellerAsk
    from reseller_conformance.reference.client_mock import ResellerMock
    from reseller_conformance.suite.evaluation import Evaluation
    from reseller_conformance.suite.target_session import TargetSession

__all__: list[str] = []

MARK = "reseller_requirement"
SUITE = "reseller_conformance.suite"
REFUSED = "reseller_refused"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add each option of `run` to the command line and to the ini file."""
    group = parser.getgroup("reseller-conformance", "conformance of the Reseller API's overview")
    for option in OPTIONS:
        name, key = f"--reseller-{option.name}", dest(option.name)
        if option.flag:
            group.addoption(name, dest=key, action="store_true", help=option.help)
            parser.addini(key, option.help, type="bool", default=False)
            continue
        action = "append" if option.many else "store"
        group.addoption(name, dest=key, action=action, metavar=option.metavar, help=option.help)
        if option.many:
            parser.addini(key, option.help, type="linelist", default=None)
        else:
            parser.addini(key, option.help, type="string", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Apply the options that `run` sends to a worker, and register the marker and the collector."""
    vars(config.option).update(getattr(config, "workerinput", {}).get("reseller_options", {}))
    config.addinivalue_line(
        "markers",
        f"{MARK}(id, level): the requirement of the account overview that a test judges",
    )
    config.pluginmanager.register(CollectorPlugin(config), "reseller-conformance-gathering")
    # In an xdist worker, an error here would look like a crash. It is raised with the items
    # instead.
    if hasattr(config, "workerinput"):
        return
    if any(config.getoption(dest(option.name)) for option in OPTIONS) or SUITE in config.args:
        from reseller_conformance.pytest_support.session_settings import check

        check(config)


# --- Collection ----------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Create one item for each format of the requirement that the operator selected."""
    mark = metafunc.definition.get_closest_marker(MARK)
    if mark is None or "reseller_evaluation" not in metafunc.fixturenames:
        return
    from reseller_conformance.pytest_support.session_settings import formats_of
    from reseller_conformance.requirements import by_id, column_of

    wanted = formats_of(metafunc.config)
    formats = by_id(mark.kwargs["id"]).formats
    chosen = [format for format in formats if format in wanted] or [*formats[:1], None][:1]
    ids = [column_of(format) for format in chosen]
    metafunc.parametrize("reseller_format", chosen, ids=ids)


# --- Fixtures ------------------------------------------------------------------------------------


@pytest.fixture(scope="class")
def reseller_target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The implementation under test, from the options.

    Without a target the tests are skipped. `--reseller-reference` tests the reference.

    Override it, in any scope from class up, to test another target: `return
    Target("http://localhost:8000", "me", key, ["customer@example.com"])`.
    """
    from reseller_conformance.pytest_support.session_target import target_of

    with target_of(request.config) as target:
        yield target


@pytest.fixture(scope="class")
def reseller_session(
    request: pytest.FixtureRequest, reseller_target: Target
) -> Iterator[TargetSession]:
    """The requests to the target, and its responses."""
    from reseller_conformance.pytest_support.session_settings import settings_of
    from reseller_conformance.pytest_support.session_target import sending

    with sending(request.session, reseller_target, settings_of(request.config)) as sent:
        yield sent


@pytest.fixture(scope="class")
def reseller_ask(reseller_session: TargetSession) -> ResellerAsk:
    """Send the target a batch of cases, and return the exchanges. Each case is sent once.

    Its type, for annotations, is `reseller_conformance.ResellerAsk`.
    """
    from reseller_conformance.pytest_support.fixture_types import checked

    def ask(cases: Iterable[Case], /) -> list[Exchange]:
        __tracebackhide__ = True  # pytest then shows the line of the test.
        return [response.exchange for response in reseller_session.send(checked(cases))]

    return ask


@pytest.fixture
def reseller_evaluation(
    request: pytest.FixtureRequest, reseller_session: TargetSession, reseller_format: Format | None
) -> Evaluation:
    """The evaluation of the requirement in the test's marker."""
    from reseller_conformance.pytest_support.session_settings import names_of
    from reseller_conformance.requirements import by_id
    from reseller_conformance.suite.evaluation import Evaluation

    def record(name: str, value: str) -> None:
        request.node.user_properties.append((name, value))

    mark = request.node.get_closest_marker(MARK)
    named = names_of(request.config)
    evaluation = Evaluation(
        by_id(mark.kwargs["id"]), reseller_format, reseller_session, record, named
    )
    if reseller_format and reseller_format not in reseller_session.settings.formats:
        evaluation.not_applicable(f"{reseller_format} is not tested")
    evaluation.require_depth()
    return evaluation


@pytest.fixture
def reseller_mock() -> Iterator[ResellerMock]:
    """The reference as a mock of https://reseller.example, to test a client without a network.

    It responds to every call through `requests`. `slow`, `refused`, `rate_limited`, `malformed` and
    `next` change the next responses. A test may also add responses of its own.
    """
    from reseller_conformance.reference import default_reference
    from reseller_conformance.reference.client_mock import ResellerMock

    with ResellerMock(default_reference()) as mock:
        yield mock


@pytest.fixture
def reseller_server() -> Iterator[ResellerServer]:
    """The reference as a server on loopback, to test a client in any HTTP library or language.

    Its address is `base_url`. `slow`, `refused`, `rate_limited`, `malformed` and `next` change the
    next responses, as they do for `reseller_mock`.
    """
    from reseller_conformance.app_server.reference_server import serving
    from reseller_conformance.reference import default_reference

    with serving(default_reference()) as server:
        yield server


# --- Results -------------------------------------------------------------------------------------


class CollectorPlugin:
    """Forwards the reports of items and workers.

    It is inactive until an item judges a requirement.
    """

    def __init__(self, config: pytest.Config) -> None:
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
                if not hasattr(self.config, "workerinput"):
                    self.config.pluginmanager.register(Interrupted(self._interrupt))
        elif SUITE in self.config.args and not items and not self.config.getoption("keyword"):
            raise pytest.UsageError(
                "nothing of the suite was collected: its module is test_overview.py and its class "
                "TestOverview, which python_files and python_classes must match"
            )

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

    def _end_if_refused(self, why: str) -> None:
        if not why:
            return
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[REFUSED] = why
            raise pytest.Session.Failed(why)
        self.awake = False  # Nothing was tested, so there is no report.
        raise pytest.UsageError(why)

    def pytest_report_collectionfinish(self) -> list[str]:
        """Return the header line: the target and what is tested."""
        if not self.awake:
            return []
        from reseller_conformance.pytest_support.session import header

        return [header(self.config)]

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

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the report of an xdist worker. Raises UsageError with its reason if it cannot run."""
        said = getattr(node, "workeroutput", {})
        if REFUSED in said:
            self.awake = False
            raise pytest.UsageError(f"worker {node.gateway.id}: {said[REFUSED]}")
        for told in said.get("reseller_told", ()):
            from reseller_conformance.pytest_support.collector import collector_of

            collector_of(self.config).add_worker_report(told)

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
        """Send the results to the controller, or write the reports."""
        if not self.awake:
            return
        from reseller_conformance.pytest_support.session import finish, worker_reports

        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["reseller_told"] = worker_reports(self.config)
        else:
            finish(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the summary at the end."""
        if self.awake:
            from reseller_conformance.pytest_support.session import describe

            terminalreporter.section("reseller-conformance")
            for line in describe(self.config):
                terminalreporter.write_line(line)


# --- Secrets: the last guard ---------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, Any, Any]:
    """Redact the reports of items that know a key, before pytest writes them."""
    report = yield
    if "reseller_target" in getattr(item, "fixturenames", ()):
        from reseller_conformance.pytest_support.guard import guard

        guard(item, call, report)
    return report
