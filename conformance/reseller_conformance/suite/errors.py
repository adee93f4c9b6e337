"""The error envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import errors as error_checks
from reseller_conformance.checks.disclosure import Disclosure, concerns
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement, single_response_test

__all__ = ["ErrorsConformance"]


class ErrorsConformance:
    """Response: Error."""

    test_errors_shape = single_response_test(r.ERRORS_SHAPE)
    test_errors_message = single_response_test(r.ERRORS_MESSAGE)
    test_errors_list = single_response_test(r.ERRORS_LIST)
    test_errors_no_account_fields = single_response_test(r.ERRORS_NO_ACCOUNT_FIELDS)
    test_errors_no_key_echo = single_response_test(r.ERRORS_NO_KEY_ECHO)

    @requirement(r.ERRORS_NO_ACCOUNT_DATA)
    def test_errors_no_account_data(self, reseller_evaluation: Evaluation) -> None:
        """Errors without valid credentials hold no value of the accounts."""
        evaluation, session = reseller_evaluation, reseller_evaluation.session
        evaluation.require_overview()
        texts = session.groups.special_text_responses(evaluation.format)
        errors = [*evaluation.error_lists(), *texts]
        overviews = [one for calls in session.initial_calls.values() for one in calls]
        target = session.target
        names = [target.api_user, *target.customers, target.foreign or ""]
        check = Disclosure(overviews, errors, names).check
        evaluation((error for error in errors if concerns(error.case)), check)

    test_errors_no_empty_text = single_response_test(r.ERRORS_NO_EMPTY_TEXT)
    test_errors_no_extras = single_response_test(r.ERRORS_NO_EXTRAS)

    @requirement(r.ERRORS_DETERMINISTIC)
    def test_errors_deterministic(self, reseller_evaluation: Evaluation) -> None:
        """The same request gets as many messages each time."""
        turns = reseller_evaluation.plan.repeated_calls(reseller_evaluation.format)
        reseller_evaluation(
            [reseller_evaluation.send(cases) for cases in turns], error_checks.steady
        )
