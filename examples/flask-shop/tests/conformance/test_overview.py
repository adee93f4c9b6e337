"""The contract of the account overview call: each requirement, in JSON and in XML."""

from reseller_conformance import OverviewConformance


class TestOverview(OverviewConformance):
    """Against the app that pyproject.toml names."""
