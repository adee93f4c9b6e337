"""Contract tests for the account overview call of the legacy Reseller API.

`OverviewConformance` is the suite to subclass, and `assert_conformant` judges one response.
`ResellerMock` and `ResellerServer` are the types of `reseller_mock` and `reseller_server`. `Target`
and `Case` are for tests that name their own target or send their own calls. Two modules beside them
are public: `strategies` has Hypothesis strategies for calls, `reference` is a small correct
implementation. Each name is loaded when it is used, so that an unused plugin costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reseller_conformance import reference
    from reseller_conformance.app_server.reference_server import ResellerServer
    from reseller_conformance.cases import strategies
    from reseller_conformance.cases.case import Case, Encoding, Expected, ValidValues, pairs, query
    from reseller_conformance.cases.depth import Depth
    from reseller_conformance.cases.mutations import State, Text
    from reseller_conformance.cases.plan import Plan
    from reseller_conformance.client.target import Target
    from reseller_conformance.contract import PARAMETERS, Format
    from reseller_conformance.exchange import Exchange, Retry, TransportErrorKind, TransportProblem
    from reseller_conformance.offline.assertion import assert_conformant
    from reseller_conformance.pytest_support.fixture_types import ResellerAsk
    from reseller_conformance.redaction.secret import Secret
    from reseller_conformance.reference.client_mock import ResellerMock
    from reseller_conformance.suite.overview import OverviewConformance

__all__ = [
    "PARAMETERS",
    "Case",
    "Depth",
    "Encoding",
    "Exchange",
    "Expected",
    "Format",
    "OverviewConformance",
    "Plan",
    "ResellerAsk",
    "ResellerMock",
    "ResellerServer",
    "Retry",
    "Secret",
    "State",
    "Target",
    "Text",
    "TransportErrorKind",
    "TransportProblem",
    "ValidValues",
    "__version__",
    "assert_conformant",
    "pairs",
    "query",
    "reference",
    "strategies",
]

__version__ = "0.1.0"

_NAMES = {
    "app_server.reference_server": ("ResellerServer",),
    "cases.case": ("Case", "Encoding", "Expected", "ValidValues", "pairs", "query"),
    "cases.depth": ("Depth",),
    "cases.mutations": ("State", "Text"),
    "cases.plan": ("Plan",),
    "client.target": ("Target",),
    "contract": ("PARAMETERS", "Format"),
    "exchange": ("Exchange", "Retry", "TransportErrorKind", "TransportProblem"),
    "offline.assertion": ("assert_conformant",),
    "pytest_support.fixture_types": ("ResellerAsk",),
    "redaction.secret": ("Secret",),
    "reference.client_mock": ("ResellerMock",),
    "suite.overview": ("OverviewConformance",),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}
_MODULES = {"reference": "reference", "strategies": "cases.strategies"}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that it lives in."""
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names too that are not loaded yet."""
    return sorted({*globals(), *__all__})
