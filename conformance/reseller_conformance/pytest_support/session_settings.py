"""The settings of a pytest session, checked before its first item runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from reseller_conformance.client import scrubber_of
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.options import OPTIONS, Option, dest, in_pytest
from reseller_conformance.config.settings import Settings, settings_from
from reseller_conformance.contract import Format
from reseller_conformance.pytest_support.record import check_record
from reseller_conformance.pytest_support.xdist import environment
from reseller_conformance.redaction.logs import redacted_output
from reseller_conformance.reports import registry
from reseller_conformance.reports.registry import ReportError
from reseller_conformance.reports.text import visible

__all__ = [
    "check",
    "check_target",
    "formats_of",
    "names_of",
    "preflight",
    "settings_of",
    "without_secrets",
]

_SETTINGS = pytest.StashKey[Settings]()


def settings_of(config: pytest.Config) -> Settings:
    """Return the settings of this session.

    Raises pytest's UsageError, in one line, if an option is invalid.
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
    """Return the function that replaces option names in a sentence by those of this command."""
    return str if config.getoption("reseller_run", False) else in_pytest


def _word(config: pytest.Config, option: Option) -> object:
    """Return the value of an option, or of the ini file. An empty option remains empty."""
    word = config.getoption(dest(option.name), None)
    return config.getini(dest(option.name)) if word is None or word is False else word


def formats_of(config: pytest.Config) -> tuple[Format, ...]:
    """Return the formats that are tested. `check` reports invalid options."""
    try:
        return settings_of(config).formats
    except pytest.UsageError:
        return tuple(Format)


def check(config: pytest.Config) -> None:
    """Raise UsageError, in one line, if the session cannot run: once, before the first item."""
    try:
        preflight(settings_of(config), writes=not hasattr(config, "workerinput"))
    except SettingsError as problem:
        raise pytest.UsageError(in_pytest(str(problem))) from None


def check_target(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Refuse options about a target where no target is named and an item needs it.

    Items whose `reseller_target` is a fixture of the host have a target of their own.
    """
    missing = settings_of(config).missing_target
    if missing and any(map(_uses_our_target, items)):
        raise pytest.UsageError(names_of(config)(missing))


def _uses_our_target(item: pytest.Item) -> bool:
    info = getattr(item, "_fixtureinfo", None)
    found = list(info.name2fixturedefs.get("reseller_target", ())) if info else []
    return bool(found) and found[-1].func.__module__.startswith("reseller_conformance.")


def preflight(settings: Settings, *, writes: bool = True) -> None:
    """Check before the first call what would otherwise fail after many calls.

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
            raise SettingsError(without_secrets(settings, problem)) from None


def without_secrets(settings: Settings, problem: Exception) -> str:
    """Return the message of an application without the key, which it may have read."""
    return visible(_redactor(settings)(str(problem)))


def _redactor(settings: Settings) -> Callable[[str], str]:
    return scrubber_of(settings.target).text if settings.target else str
