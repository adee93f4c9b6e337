"""Contract tests for the account overview call of the legacy Reseller API.

`OverviewConformance` is the suite to subclass, `assert_conformant` judges one response,
`strategies` are Hypothesis strategies for calls, `reference` is a small correct implementation, and
`ResellerMock` what the fixture `reseller_mock` is. The names are loaded when they are asked for, so
that an installed but unused plugin costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reseller_conformance.offline.asserting import assert_conformant
    from reseller_conformance.reference.client_mock import ResellerMock
    from reseller_conformance.suite.overview import OverviewConformance

__all__ = ["OverviewConformance", "ResellerMock", "__version__", "assert_conformant"]

__version__ = "0.1.0"

_HOME = {
    "OverviewConformance": "reseller_conformance.suite.overview",
    "ResellerMock": "reseller_conformance.reference.client_mock",
    "assert_conformant": "reseller_conformance.offline.asserting",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
