"""The target of a pytest session, and the calls that its items send to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from importlib.resources import as_file, files
from threading import Timer
from typing import NoReturn

import pytest

from reseller_conformance.client import Client, redacted
from reseller_conformance.client.target import Target
from reseller_conformance.config.expected_accounts import load_expectations
from reseller_conformance.config.options import in_pytest
from reseller_conformance.config.settings import Settings
from reseller_conformance.exchange import TIME_EXHAUSTED
from reseller_conformance.findings.run_info import TargetInfo
from reseller_conformance.pytest_support.collector import WorkerReport, collector_of
from reseller_conformance.pytest_support.record import recorder_of
from reseller_conformance.pytest_support.session_settings import settings_of, without_secrets
from reseller_conformance.pytest_support.targets import label_of
from reseller_conformance.pytest_support.xdist import concurrent_clients, split_limits
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.suite.live_progress import LiveProgress
from reseller_conformance.suite.target_session import TargetSession, planned_customers

__all__ = ["NO_TARGET", "embedded_target", "refused", "sending", "target_of"]

NO_TARGET = (
    "no target: give --base-url URL or --reseller-app MODULE:ATTR, override the fixture "
    "reseller_target, or choose the embedded reference with --reseller-reference"
)

_REFUSED = pytest.StashKey[str]()


@contextmanager
def target_of(config: pytest.Config) -> Iterator[Target]:
    """Yield the target: a live one, an app that is served for the run, or the reference.

    Skips the test if neither a target nor the reference was chosen. An app that does not start
    fails the test, and ends the session.
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
                why = without_secrets(settings, problem)
            if why:  # failing within `except` would report both errors
                _refuse(config, why)
            yield replace(settings.target, base_url=base_url, app_log=log)


def _refuse(config: pytest.Config, why: str) -> NoReturn:
    """Fail this test, and end the session after it."""
    config.stash[_REFUSED] = why
    pytest.fail(why, pytrace=False)


def refused(config: pytest.Config) -> str:
    """Return why this session cannot go on: it has no target; empty if it can."""
    return config.stash.get(_REFUSED, "")


def _check_target(config: pytest.Config, target: object) -> None:
    """End the session if a fixture of the host returned no target.

    The message names only the type: the value may hold a key.
    """
    if not isinstance(target, Target):
        kind = type(target).__name__
        _refuse(config, f"the fixture reseller_target must return a Target, not: {kind}")


def embedded_target() -> Target:
    """Return the embedded reference as a target, with the accounts that a run tests."""
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
    """Expect the values of the reference's own accounts, unless a file was given."""
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
def sending(session: pytest.Session, target: Target, settings: Settings) -> Iterator[TargetSession]:
    """Yield the session of this target, and keep its traffic for the reports."""
    config = session.config
    _check_target(config, target)
    if target.kind == "embedded":
        settings = _embedded_settings(settings)
    limits = split_limits(settings.limits, concurrent_clients(config, session.items))
    with Client(target, limits, recorder_of(config, settings)) as client:
        shown = redacted(target)
        about = TargetInfo.of(shown, planned_customers(target, settings))
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
                sent.environment.notes,
            )
        )
        collector.followers.append(LiveProgress(sent))
        with _ended_in_time(sent, collector.time_left(settings.max_seconds)):
            yield sent
        sent.validate()


@contextmanager
def _ended_in_time(sent: TargetSession, seconds: float | None) -> Iterator[None]:
    """Stop the calls after this many seconds."""
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
