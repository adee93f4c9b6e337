"""The suite as shipped: `pytest --pyargs reseller_conformance.suite`."""

from reseller_conformance.suite.overview import OverviewConformance


class TestOverview(OverviewConformance):
    """Every requirement, against the target that the options name."""
