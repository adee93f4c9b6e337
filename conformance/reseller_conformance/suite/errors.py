"""The error envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import errors
from reseller_conformance.checks.reading import reader_violations
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ErrorsConformance"]


class ErrorsConformance:
    """Response: Error."""

    @requirement(r.ERRORS_SHAPE)
    def test_errors_shape(self, reseller_evaluation: Evaluation) -> None:
        """The two members stand where the page has them."""
        reseller_evaluation(reseller_evaluation.error_lists(), reader_violations(r.ERRORS_SHAPE))

    @requirement(r.ERRORS_MESSAGE)
    def test_errors_message(self, reseller_evaluation: Evaluation) -> None:
        """The message is exactly `error`."""
        reseller_evaluation(reseller_evaluation.error_lists(), reader_violations(r.ERRORS_MESSAGE))

    @requirement(r.ERRORS_LIST)
    def test_errors_list(self, reseller_evaluation: Evaluation) -> None:
        """One or more texts are listed."""
        reseller_evaluation(reseller_evaluation.error_lists(), reader_violations(r.ERRORS_LIST))

    @requirement(r.ERRORS_NO_ACCOUNT_FIELDS)
    def test_errors_no_account_fields(self, reseller_evaluation: Evaluation) -> None:
        """No field of an account stands beside them."""
        reseller_evaluation(
            reseller_evaluation.error_lists(), reader_violations(r.ERRORS_NO_ACCOUNT_FIELDS)
        )

    @requirement(r.ERRORS_NO_KEY_ECHO)
    def test_errors_no_key_echo(self, reseller_evaluation: Evaluation) -> None:
        """The key does not come back, whatever else the answer is."""
        evaluation = reseller_evaluation
        evaluation(
            [*evaluation.all_responses(), *evaluation.session.special_requests(evaluation.format)],
            errors.key,
        )

    @requirement(r.ERRORS_NO_EMPTY_TEXT)
    def test_errors_no_empty_text(self, reseller_evaluation: Evaluation) -> None:
        """No text is empty."""
        reseller_evaluation(
            reseller_evaluation.error_lists(), reader_violations(r.ERRORS_NO_EMPTY_TEXT)
        )

    @requirement(r.ERRORS_NO_EXTRAS)
    def test_errors_no_extras(self, reseller_evaluation: Evaluation) -> None:
        """Nothing undocumented stands beside them."""
        reseller_evaluation(
            reseller_evaluation.error_lists(), reader_violations(r.ERRORS_NO_EXTRAS)
        )

    @requirement(r.ERRORS_DETERMINISTIC)
    def test_errors_deterministic(self, reseller_evaluation: Evaluation) -> None:
        """The same request gets as many messages each time."""
        turns = reseller_evaluation.plan.repeated_calls(reseller_evaluation.format)
        reseller_evaluation([reseller_evaluation.send(cases) for cases in turns], errors.steady)
