"""All topics together: the class that other repositories subclass."""

from __future__ import annotations

from reseller_conformance.suite.agreement import AgreementConformance
from reseller_conformance.suite.due import DueConformance
from reseller_conformance.suite.errors import ErrorsConformance
from reseller_conformance.suite.http import HttpConformance
from reseller_conformance.suite.readable import ReadableConformance
from reseller_conformance.suite.request import RequestConformance
from reseller_conformance.suite.success import SuccessConformance
from reseller_conformance.suite.values import ValuesConformance

__all__ = ["OverviewConformance"]


class OverviewConformance(
    ValuesConformance,
    AgreementConformance,
    RequestConformance,
    DueConformance,
    ErrorsConformance,
    ReadableConformance,
    HttpConformance,
    SuccessConformance,
):
    """Every requirement of the account overview; subclass it under a name that starts with Test.

    Which implementation is tested is told by the options of pytest, or by overriding the fixture
    `reseller_target`.
    """
