"""Items of the suite and the time limit of pytest-timeout.

The first item makes most calls, and the others judge what came. A limit for one test would thus
fail a right server that is asked slowly. Each call has a time limit of its own (`--timeout` of
`run`), and no more calls are made of a kind that is never answered, so the suite always ends.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

__all__ = ["lift"]

PLUGINS = ("timeout", "pytest_timeout")
"""The names of pytest-timeout: by its entry point, and with `-p pytest_timeout`."""


def lift(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Lift the limit from these items, except where a mark of the host sets it."""
    if not any(map(config.pluginmanager.has_plugin, PLUGINS)):
        return
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(0))
