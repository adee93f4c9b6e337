"""Do the values make sense?"""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import values
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ValuesConformance"]


class ValuesConformance:
    """What the page's examples let one infer."""

    @requirement(r.VALUES_REPUTATION)
    def test_values_reputation(self, reseller_evaluation: Evaluation) -> None:
        """At most 100 per cent."""
        reseller_evaluation(reseller_evaluation.overviews("reputation"), values.reputation)

    @requirement(r.VALUES_PACKAGE)
    def test_values_package(self, reseller_evaluation: Evaluation) -> None:
        """A name that names something."""
        reseller_evaluation(reseller_evaluation.overviews("package"), values.package)

    @requirement(r.VALUES_BALANCE)
    def test_values_balance(self, reseller_evaluation: Evaluation) -> None:
        """What remains and what is over."""
        names = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")
        reseller_evaluation(reseller_evaluation.overviews(*names), values.balance)

    @requirement(r.VALUES_CYCLE)
    def test_values_cycle(self, reseller_evaluation: Evaluation) -> None:
        """Start, end, process."""
        reseller_evaluation(reseller_evaluation.overviews(*values.CYCLE), values.cycle)

    @requirement(r.CONSISTENCY_COUNTERS)
    def test_consistency_counters(self, reseller_evaluation: Evaluation) -> None:
        """What counts up does not go down."""
        reseller_evaluation.require_overview()
        reseller_evaluation(
            reseller_evaluation.session.readings(reseller_evaluation.format), values.steady
        )
