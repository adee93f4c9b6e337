"""The documented call, and the success envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import success
from reseller_conformance.checks.reading import met
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["SuccessConformance"]


class SuccessConformance:
    """Response: Success."""

    @requirement(r.SUCCESS_ANSWERED)
    def test_success_answered(self, reseller_judge: Judge) -> None:
        """The documented call brings the customer's overview."""
        reseller_judge.rests_on_somebody()
        asked = reseller_judge.asked
        hint = asked.preflight.cause.hint
        reseller_judge(asked.opening[reseller_judge.format], lambda a: success.answered(a, hint))

    @requirement(r.SUCCESS_SHAPE)
    def test_success_shape(self, reseller_judge: Judge) -> None:
        """The ten fields stand where the page has them."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_SHAPE))

    @requirement(r.SUCCESS_FIELDS)
    def test_success_fields(self, reseller_judge: Judge) -> None:
        """All ten are present."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_FIELDS))

    @requirement(r.SUCCESS_ONCE)
    def test_success_once(self, reseller_judge: Judge) -> None:
        """None stands twice."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_ONCE))

    @requirement(r.SUCCESS_COUNTS)
    def test_success_counts(self, reseller_judge: Judge) -> None:
        """Each count is one."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_COUNTS))

    @requirement(r.SUCCESS_DATES)
    def test_success_dates(self, reseller_judge: Judge) -> None:
        """Each date is one."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_DATES))

    @requirement(r.SUCCESS_PACKAGE)
    def test_success_package(self, reseller_judge: Judge) -> None:
        """The package is text."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_PACKAGE))

    @requirement(r.SUCCESS_APART)
    def test_success_apart(self, reseller_judge: Judge) -> None:
        """No message and no errors stand beside the fields."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_APART))

    @requirement(r.SUCCESS_CLOSED)
    def test_success_closed(self, reseller_judge: Judge) -> None:
        """Nothing undocumented stands beside them."""
        reseller_judge(reseller_judge.overviews(), met(r.SUCCESS_CLOSED))
