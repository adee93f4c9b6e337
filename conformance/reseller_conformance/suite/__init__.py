"""The conformance tests: one item a requirement and format.

Each topic is a mixin class; `OverviewConformance` is all of them, to be subclassed. Running
`pytest --pyargs reseller_conformance.suite` runs them as they are.
"""

from reseller_conformance.suite.overview import OverviewConformance

__all__ = ["OverviewConformance"]
