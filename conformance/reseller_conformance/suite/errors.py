"""The error envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import errors
from reseller_conformance.checks.reading import met
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["ErrorsConformance"]


class ErrorsConformance:
    """Response: Error."""

    @requirement(r.ERRORS_SHAPE)
    def test_errors_shape(self, reseller_judge: Judge) -> None:
        """The two members stand where the page has them."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_SHAPE))

    @requirement(r.ERRORS_MESSAGE)
    def test_errors_message(self, reseller_judge: Judge) -> None:
        """The message is exactly `error`."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_MESSAGE))

    @requirement(r.ERRORS_LISTED)
    def test_errors_listed(self, reseller_judge: Judge) -> None:
        """One or more texts are listed."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_LISTED))

    @requirement(r.ERRORS_APART)
    def test_errors_apart(self, reseller_judge: Judge) -> None:
        """No field of an account stands beside them."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_APART))

    @requirement(r.ERRORS_KEY)
    def test_errors_key(self, reseller_judge: Judge) -> None:
        """The key does not come back, whatever else the answer is."""
        judge = reseller_judge
        judge([*judge.everything(), *judge.asked.unusual(judge.format)], errors.key)

    @requirement(r.ERRORS_TEXT)
    def test_errors_text(self, reseller_judge: Judge) -> None:
        """No text is empty."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_TEXT))

    @requirement(r.ERRORS_CLOSED)
    def test_errors_closed(self, reseller_judge: Judge) -> None:
        """Nothing undocumented stands beside them."""
        reseller_judge(reseller_judge.error_lists(), met(r.ERRORS_CLOSED))

    @requirement(r.ERRORS_STEADY)
    def test_errors_steady(self, reseller_judge: Judge) -> None:
        """The same request gets as many messages each time."""
        turns = reseller_judge.plan.again(reseller_judge.format)
        reseller_judge([reseller_judge.ask(cases) for cases in turns], errors.steady)
