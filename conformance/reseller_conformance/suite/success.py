"""The documented call, and the success envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import success
from reseller_conformance.checks.reading import reader_violations
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

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
            sent.initial_calls[reseller_evaluation.format], lambda a: success.answered(a, hint)
        )

    @requirement(r.SUCCESS_SHAPE)
    def test_success_shape(self, reseller_evaluation: Evaluation) -> None:
        """The ten fields stand where the page has them."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_SHAPE))

    @requirement(r.SUCCESS_FIELDS)
    def test_success_fields(self, reseller_evaluation: Evaluation) -> None:
        """All ten are present."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_FIELDS))

    @requirement(r.SUCCESS_NO_DUPLICATES)
    def test_success_no_duplicates(self, reseller_evaluation: Evaluation) -> None:
        """None stands twice."""
        reseller_evaluation(
            reseller_evaluation.overviews(), reader_violations(r.SUCCESS_NO_DUPLICATES)
        )

    @requirement(r.SUCCESS_COUNTS)
    def test_success_counts(self, reseller_evaluation: Evaluation) -> None:
        """Each count is one."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_COUNTS))

    @requirement(r.SUCCESS_DATES)
    def test_success_dates(self, reseller_evaluation: Evaluation) -> None:
        """Each date is one."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_DATES))

    @requirement(r.SUCCESS_PACKAGE)
    def test_success_package(self, reseller_evaluation: Evaluation) -> None:
        """The package is text."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_PACKAGE))

    @requirement(r.SUCCESS_NO_ERROR_MEMBERS)
    def test_success_no_error_members(self, reseller_evaluation: Evaluation) -> None:
        """No message and no errors stand beside the fields."""
        reseller_evaluation(
            reseller_evaluation.overviews(), reader_violations(r.SUCCESS_NO_ERROR_MEMBERS)
        )

    @requirement(r.SUCCESS_NO_EXTRAS)
    def test_success_no_extras(self, reseller_evaluation: Evaluation) -> None:
        """Nothing undocumented stands beside them."""
        reseller_evaluation(reseller_evaluation.overviews(), reader_violations(r.SUCCESS_NO_EXTRAS))
