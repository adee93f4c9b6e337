"""Do the values make sense?"""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import values
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["ValuesConformance"]


class ValuesConformance:
    """What the page's examples let one infer."""

    @requirement(r.VALUES_REPUTATION)
    def test_values_reputation(self, reseller_judge: Judge) -> None:
        """At most 100 per cent."""
        reseller_judge(reseller_judge.overviews("reputation"), values.reputation)

    @requirement(r.VALUES_PACKAGE)
    def test_values_package(self, reseller_judge: Judge) -> None:
        """A name that names something."""
        reseller_judge(reseller_judge.overviews("package"), values.package)

    @requirement(r.VALUES_BALANCE)
    def test_values_balance(self, reseller_judge: Judge) -> None:
        """What remains and what is over."""
        names = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")
        reseller_judge(reseller_judge.overviews(*names), values.balance)

    @requirement(r.VALUES_CYCLE)
    def test_values_cycle(self, reseller_judge: Judge) -> None:
        """Start, end, process."""
        reseller_judge(reseller_judge.overviews(*values.CYCLE), values.cycle)

    @requirement(r.VALUES_STEADY)
    def test_values_steady(self, reseller_judge: Judge) -> None:
        """What counts up does not go down."""
        reseller_judge.rests_on_the_documented_call()
        reseller_judge(reseller_judge.asked.readings(reseller_judge.format), values.steady)
