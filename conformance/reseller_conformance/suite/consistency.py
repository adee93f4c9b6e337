"""The two formats compared, and calls that must not affect each other."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import consistency
from reseller_conformance.suite.causes import mixed_up_calls
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ConsistencyConformance"]


class ConsistencyConformance:
    """Specification, section 5."""

    @requirement(r.CONSISTENCY_FORMATS)
    def test_consistency_formats(self, reseller_evaluation: Evaluation) -> None:
        """Both formats show the same account."""
        reseller_evaluation.judge_by_rules()

    @requirement(r.CONSISTENCY_WHITE_SPACE)
    def test_consistency_white_space(self, reseller_evaluation: Evaluation) -> None:
        """The package has the same white space around it in both formats."""
        reseller_evaluation.judge_by_rules()

    @requirement(r.ISOLATION_CUSTOMERS)
    def test_isolation_customers(self, reseller_evaluation: Evaluation) -> None:
        """Each customer gets its own overview."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        if len(evaluation.session.customers_with_overview(evaluation.format)) < 2:
            evaluation.not_tested("name two registered customers with --user")
        turns = evaluation.session.groups.round_robin(evaluation.format)
        between = evaluation.session.groups.others_between(evaluation.format)
        evaluation.check(between, consistency.same_account)
        evaluation.check_sequence(turns, consistency.own_account)
        evaluation.finish()

    @requirement(r.ISOLATION_CONCURRENCY)
    def test_isolation_concurrency(self, reseller_evaluation: Evaluation) -> None:
        """Each of many concurrent calls gets its own response."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        responses = evaluation.session.groups.concurrent_mix(evaluation.format)
        evaluation.check(evaluation.bracket(responses), consistency.own_account_in_sequence)
        if not evaluation.failures:
            evaluation.failures += mixed_up_calls(evaluation.format, evaluation.session)
        evaluation.finish()
