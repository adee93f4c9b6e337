"""All topics together: the class that other repositories subclass."""

from __future__ import annotations

import pytest

from reseller_conformance.suite.clients import ClientsConformance
from reseller_conformance.suite.consistency import ConsistencyConformance
from reseller_conformance.suite.errors import ErrorsConformance
from reseller_conformance.suite.http import HttpConformance
from reseller_conformance.suite.readable import ReadableConformance
from reseller_conformance.suite.rejects import RejectsConformance
from reseller_conformance.suite.request import RequestConformance
from reseller_conformance.suite.success import SuccessConformance
from reseller_conformance.suite.values import ValuesConformance

__all__ = ["OverviewConformance"]

GATHERING = "reseller-conformance-gathering"
"""The name under which the plugin is registered, however it was loaded."""


class OverviewConformance(
    ValuesConformance,
    ConsistencyConformance,
    ClientsConformance,
    RequestConformance,
    RejectsConformance,
    ErrorsConformance,
    ReadableConformance,
    HttpConformance,
    SuccessConformance,
):
    """Every requirement of the account overview. Name the subclass so that it starts with Test.

    The options of pytest choose the target, or a test overrides the fixture `reseller_target`.
    """

    @pytest.fixture(autouse=True)
    def _plugin_is_switched_on(self, request: pytest.FixtureRequest) -> None:
        if not request.config.pluginmanager.has_plugin(GATHERING):
            pytest.fail(
                "these tests need the plugin, which is switched off: remove "
                "`-p no:reseller_conformance`, or leave out these tests (--deselect, --ignore)",
                pytrace=False,
            )
