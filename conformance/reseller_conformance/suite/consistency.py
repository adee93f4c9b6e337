"""The two formats together, and calls together."""

from __future__ import annotations

from itertools import combinations

from reseller_conformance import requirements as r
from reseller_conformance.checks import consistency
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ConsistencyConformance", "side_by_side"]


class ConsistencyConformance:
    """Specification, section 5."""

    @requirement(r.CONSISTENCY_FORMATS)
    def test_consistency_formats(self, reseller_evaluation: Evaluation) -> None:
        """Both formats tell the same account."""
        self._rests_on_both_formats(reseller_evaluation)
        reseller_evaluation(side_by_side(reseller_evaluation), consistency.formats)

    @requirement(r.CONSISTENCY_WHITE_SPACE)
    def test_consistency_white_space(self, reseller_evaluation: Evaluation) -> None:
        """The package has the same white space around it in both formats."""
        self._rests_on_both_formats(reseller_evaluation)
        reseller_evaluation(side_by_side(reseller_evaluation), consistency.white_space)

    @requirement(r.ISOLATION_CUSTOMERS)
    def test_isolation_customers(self, reseller_evaluation: Evaluation) -> None:
        """Each customer gets its own overview."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        if len(evaluation.session.customers_with_overview(evaluation.format)) < 2:
            evaluation.not_tested("name two registered customers with --user")
        turns = evaluation.session.round_robin(evaluation.format)
        evaluation.check(_others_between(turns), consistency.same_account)
        evaluation.check_sequence(turns, consistency.own_account)
        evaluation.finish()

    @requirement(r.ISOLATION_CONCURRENCY)
    def test_isolation_concurrency(self, reseller_evaluation: Evaluation) -> None:
        """Each call in a crowd gets its own answer."""
        reseller_evaluation.require_overview()
        responses = reseller_evaluation.session.concurrent_mix(reseller_evaluation.format)
        reseller_evaluation(
            reseller_evaluation.bracket(responses), consistency.own_account_in_sequence
        )

    def _rests_on_both_formats(self, evaluation: Evaluation) -> None:
        """End the item where one format brings no overview to compare with the other."""
        evaluation.require_reachable()
        if evaluation.session.settings.partial:
            evaluation.not_applicable("one format alone is tested")
        for format in evaluation.session.settings.formats:
            if not evaluation.session.customers_with_overview(format):
                evaluation.not_tested(
                    f"the documented call brings no overview in {format}: see success.returned"
                )


def side_by_side(evaluation: Evaluation) -> list[Bracketed]:
    """Each answer in one format between two of the same customer in the other."""
    return [
        group
        for turns in evaluation.session.alternating_formats
        for group in consistency.bracket(turns)
    ]


def _others_between(turns: list[Response]) -> list[Bracketed]:
    """Each customer's first reading between two of each customer who was read before it."""
    first: dict[int, Response] = {}
    last: dict[int, Response] = {}
    for response in turns:
        first.setdefault(response.case.customer, response)
        last[response.case.customer] = response
    return [Bracketed(first[one], first[other], last[one]) for one, other in combinations(first, 2)]
