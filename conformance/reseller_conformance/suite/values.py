"""The values of overviews, compared with each other and with expected ones."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance import requirements as r
from reseller_conformance.checks import values
from reseller_conformance.checks.expected import expected_values
from reseller_conformance.checks.moving_counters import without_other_accounts
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement, single_response_test

__all__ = ["ValuesConformance"]


class ValuesConformance:
    """What follows from the examples of the API docs."""

    test_values_reputation = single_response_test(r.VALUES_REPUTATION)
    test_values_package = single_response_test(r.VALUES_PACKAGE)
    test_values_balance = single_response_test(r.VALUES_BALANCE)
    test_values_cycle = single_response_test(r.VALUES_CYCLE)

    @requirement(r.VALUES_EXPECTED)
    def test_values_expected(self, reseller_evaluation: Evaluation) -> None:
        """The values that the operator expects."""
        evaluation = reseller_evaluation
        expected = evaluation.session.expected
        if not expected:
            given = evaluation.session.settings.expected
            why = "--expect names none of these customers" if given else "no --expect"
            evaluation.not_applicable(f"{why}: values were compared with each other only")

        def check(response: Response) -> Iterator[Violation]:
            yield from expected_values(response, expected.get(response.case.customer, {}))

        named = [a for a in evaluation.overviews() if a.case.customer in expected]
        evaluation(named, check)

    @requirement(r.CONSISTENCY_COUNTERS)
    def test_consistency_counters(self, reseller_evaluation: Evaluation) -> None:
        """Counters do not go down."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        # the account of another customer has requirements of its own
        readings = evaluation.session.groups.readings(evaluation.format)
        evaluation(without_other_accounts(readings), values.steady)
