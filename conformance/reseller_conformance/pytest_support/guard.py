"""Redact pytest's reports of tests that know a key: the last guard against a leak.

The client has already redacted everything from the target. The suite's own texts stay: a key such
as `passed` must not change an outcome or an id. This module redacts the other texts: tracebacks,
captured output, warnings, and properties of a host's tests.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from reseller_conformance.client import scrubber_of
from reseller_conformance.client.target import Target
from reseller_conformance.pytest_support.session_settings import settings_of
from reseller_conformance.pytest_support.xdist import environment
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.util.endings import ENDINGS

__all__ = ["guard", "guard_logs", "guard_warning"]

OWN = frozenset(("requirement", "level", "format", "outcome", "reason", "known", "findings"))
"""Properties that an item of the suite records. Their values are already redacted."""

_KNOWN = pytest.StashKey[list[Target]]()


def guard(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Redact this report in place, except the suite's own texts."""
    recorded = dict(report.user_properties)
    own = OWN if "requirement" in recorded else frozenset()
    concluded = "outcome" in recorded and own and _concluded(call)
    for scrubber in _scrubbers(item):
        if not concluded:
            report.longrepr = _redacted(report.longrepr, scrubber)
            if hasattr(report, "wasxfail"):
                report.wasxfail = scrubber.text(report.wasxfail)
        report.sections = [(name, scrubber.text(text)) for name, text in report.sections]
        report.user_properties = [
            (name, scrubber.text(value) if isinstance(value, str) and name not in own else value)
            for name, value in report.user_properties
        ]


def _concluded(call: pytest.CallInfo[Any]) -> bool:
    return call.excinfo is None or isinstance(call.excinfo.value, ENDINGS)


def _redacted(longrepr: Any, scrubber: Scrubber) -> Any:
    """Redact the text of a failure or a skip. A skip remains a tuple of three."""
    if isinstance(longrepr, tuple):
        path, line, reason = longrepr
        return path, line, scrubber.text(reason)
    if longrepr is None:
        return None
    text = str(longrepr)
    clean = scrubber.text(text)
    return longrepr if clean == text else clean


def guard_warning(config: pytest.Config, warning: warnings.WarningMessage) -> None:
    """Redact a warning in place, before it is printed."""
    text = str(warning.message)
    redacted = _redact(config, text)
    if redacted != text:
        # The original class may take other arguments.
        warning.message = UserWarning(redacted)


def guard_logs(config: pytest.Config) -> None:
    """Redact the log records that pytest writes immediately: `log_cli`, `log_file`."""
    logging_plugin = config.pluginmanager.get_plugin("logging-plugin")
    for name in ("log_cli_handler", "log_file_handler"):
        handler = getattr(logging_plugin, name, None)
        if isinstance(handler, logging.Handler) and handler.formatter is not None:
            handler.setFormatter(_RedactedFormatter(config, handler.formatter))


class _RedactedFormatter(logging.Formatter):
    """Formats records with another formatter and redacts the text. The records stay unchanged."""

    def __init__(self, config: pytest.Config, formatter: logging.Formatter) -> None:
        super().__init__()
        self._config = config
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return _redact(self._config, self._formatter.format(record))


def _redact(config: pytest.Config, text: str) -> str:
    for target in _from_the_start(config):
        text = scrubber_of(target).text(text)
    return text


# --- Known keys ----------------------------------------------------------------------------------


def _scrubbers(item: pytest.Item) -> Iterator[Scrubber]:
    known = _from_the_start(item.config)
    target = getattr(item, "funcargs", {}).get("reseller_target")
    if isinstance(target, Target) and target not in known:
        known.append(target)
    yield from map(scrubber_of, known)


def _from_the_start(config: pytest.Config) -> list[Target]:
    """Return the targets whose keys are known. At first it is the target of the options.

    An application, or a host's own fixture, may also have read the key from the environment. It may
    show the key before anything is sent.
    """
    if _KNOWN not in config.stash:
        config.stash[_KNOWN] = list(_named(config))
    return config.stash[_KNOWN]


def _named(config: pytest.Config) -> Iterator[Target]:
    try:
        target = settings_of(config).target
    except pytest.UsageError:
        target = None
    if target is not None:
        yield target
    key = environment(config).get("RESELLER_API_KEY", "")
    if key and (target is None or target.api_key != Secret(key)):
        # nothing is sent to this target: only its key counts
        yield Target(
            "http://unused.invalid",
            os.environ.get("RESELLER_API_USER") or "nobody",
            Secret(key),
            ("",),
        )
