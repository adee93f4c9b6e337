"""Sessions of pytest that run no test, because they list tests or fixtures."""

from __future__ import annotations

import pytest

__all__ = ["runs_no_test"]

LISTING = ("collectonly", "showfixtures", "show_fixtures_per_test", "setuponly", "setupplan")
"""The options of pytest with which the session collects, and no test runs."""


def runs_no_test(config: pytest.Config) -> bool:
    """Return True if no test of this session will run, as with `--collect-only`."""
    return any(config.getoption(name, False) for name in LISTING)
