"""The pytest plugin: options, the marker, one item for each requirement and format, and fixtures.

Heavy modules are imported only when a conformance test needs them. The plugin changes no setting of
its host. `pytest_support` collects the results.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reseller_conformance.config.options import OPTIONS, dest
from reseller_conformance.pytest_support.collector_plugin import MARK, SUITE, CollectorPlugin

if TYPE_CHECKING:
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

    def send(cases: Iterable[Case], /) -> list[Exchange]:
        __tracebackhide__ = True  # pytest then shows the line of the test.
        return [response.exchange for response in reseller_session.send(checked(cases))]

    return send


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
