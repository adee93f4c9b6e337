"""The documented call, and the success envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import success
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement, single_response_test

__all__ = ["SuccessConformance"]


class SuccessConformance:
    """Response: Success."""

    @requirement(r.SUCCESS_RETURNED)
    def test_success_returned(self, reseller_evaluation: Evaluation) -> None:
        """The documented call brings the customer's overview."""
        reseller_evaluation.require_reachable()
        sent = reseller_evaluation.session
        hint = sent.preflight.cause.hint
        reseller_evaluation(
            sent.initial_calls[reseller_evaluation.format], lambda a: success.returned(a, hint)
        )

    test_success_shape = single_response_test(r.SUCCESS_SHAPE)
    test_success_fields = single_response_test(r.SUCCESS_FIELDS)
    test_success_no_duplicates = single_response_test(r.SUCCESS_NO_DUPLICATES)
    test_success_counts = single_response_test(r.SUCCESS_COUNTS)
    test_success_dates = single_response_test(r.SUCCESS_DATES)
    test_success_package = single_response_test(r.SUCCESS_PACKAGE)
    test_success_no_error_members = single_response_test(r.SUCCESS_NO_ERROR_MEMBERS)
    test_success_no_extras = single_response_test(r.SUCCESS_NO_EXTRAS)
