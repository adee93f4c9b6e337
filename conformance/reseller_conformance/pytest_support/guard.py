"""The last guard: what pytest writes of a test that knows a key does not hold it.

The client redacts what comes from the target, and items record the suite's own words: neither is
touched here, so that a key such as `passed` or `success1` changes no outcome and no id. What is
left are the texts of others: tracebacks, captured output, warnings, and what a host's tests record.
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
from reseller_conformance.pytest_support.session import settings_of
from reseller_conformance.pytest_support.xdist import environment
from reseller_conformance.redaction.secret import Scrubber, Secret

__all__ = ["guard", "guard_logs", "guard_warning"]

OWN = frozenset(("requirement", "level", "format", "outcome", "reason", "known", "findings"))
"""What an item of the suite records of itself, redacted where it was made."""

CONCLUDED = (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
"""How an item ends that has recorded its outcome: in words of its own."""

_KNOWN = pytest.StashKey[list[Target]]()


def guard(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Redact in place what this report holds of others' texts."""
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
    return call.excinfo is None or isinstance(call.excinfo.value, CONCLUDED)


def _redacted(longrepr: Any, scrubber: Scrubber) -> Any:
    """Return what pytest tells of a failure or a skip; a skip stays the triple that it is."""
    if isinstance(longrepr, tuple):
        path, line, reason = longrepr
        return path, line, scrubber.text(reason)
    if longrepr is None:
        return None
    text = str(longrepr)
    clean = scrubber.text(text)
    return longrepr if clean == text else clean


def guard_warning(config: pytest.Config, warning: warnings.WarningMessage) -> None:
    """Redact in place what a warning says, before anybody prints it."""
    said = str(warning.message)
    redacted = _redact(config, said)
    if redacted != said:
        # another class of warnings may take other arguments
        warning.message = UserWarning(redacted)


def guard_logs(config: pytest.Config) -> None:
    """Redact what pytest writes of log records as they come: `log_cli`, `log_file`."""
    logging_plugin = config.pluginmanager.get_plugin("logging-plugin")
    for name in ("log_cli_handler", "log_file_handler"):
        handler = getattr(logging_plugin, name, None)
        if isinstance(handler, logging.Handler) and handler.formatter is not None:
            handler.setFormatter(_RedactedFormatter(config, handler.formatter))


class _RedactedFormatter(logging.Formatter):
    """Writes records as another formatter does, and leaves the records as they are."""

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


# --- Which keys are known ------------------------------------------------------------------------


def _scrubbers(item: pytest.Item) -> Iterator[Scrubber]:
    known = _from_the_start(item.config)
    target = getattr(item, "funcargs", {}).get("reseller_target")
    if isinstance(target, Target) and target not in known:
        known.append(target)
    yield from map(scrubber_of, known)


def _from_the_start(config: pytest.Config) -> list[Target]:
    """Return the targets whose keys are known, at first the one that the operator's words name.

    An application, or a host's own fixture, may have read the environment's key as well, and may
    show it before anything is sent.
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
        yield Target("", os.environ.get("RESELLER_API_USER", ""), Secret(key), ("",))
