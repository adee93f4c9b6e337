"""Remove the time limit of pytest-timeout from the items of the suite.

The first item makes most calls, and the other items judge the responses. A time limit for one test
would therefore fail a correct server under a low rate. Each call has its own time limit
(`--timeout` of `run`), and the circuit breaker stops calls that never end. So the suite always
ends.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

__all__ = ["lift"]

PLUGINS = ("timeout", "pytest_timeout")
"""The plugin names of pytest-timeout: by entry point, and with `-p pytest_timeout`."""


def lift(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Remove the limit from these items, unless a mark of the host sets it."""
    if not any(map(config.pluginmanager.has_plugin, PLUGINS)):
        return
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(0))
