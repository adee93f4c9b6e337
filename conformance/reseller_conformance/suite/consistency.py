"""The two formats together, and calls together."""

from __future__ import annotations

from itertools import combinations

from reseller_conformance import requirements as r
from reseller_conformance.checks import consistency
from reseller_conformance.checks.consistency import Between
from reseller_conformance.checks.response import Answer
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["AgreementConformance", "side_by_side"]


class AgreementConformance:
    """Specification, section 5."""

    @requirement(r.AGREEMENT_FORMATS)
    def test_agreement_formats(self, reseller_judge: Judge) -> None:
        """Both formats tell the same account."""
        self._rests_on_both_formats(reseller_judge)
        reseller_judge(side_by_side(reseller_judge), consistency.formats)

    @requirement(r.AGREEMENT_WHITE_SPACE)
    def test_agreement_white_space(self, reseller_judge: Judge) -> None:
        """The package has the same white space around it in both formats."""
        self._rests_on_both_formats(reseller_judge)
        reseller_judge(side_by_side(reseller_judge), consistency.white_space)

    @requirement(r.AGREEMENT_CUSTOMERS)
    def test_agreement_customers(self, reseller_judge: Judge) -> None:
        """Each customer gets its own overview."""
        judge = reseller_judge
        judge.rests_on_the_documented_call()
        if len(judge.asked.answered(judge.format)) < 2:
            judge.not_tested("name two registered customers with --user")
        turns = judge.asked.by_turns(judge.format)
        judge.examine(_others_between(turns), consistency.alike)
        judge.in_turn(turns, consistency.own)
        judge.conclude()

    @requirement(r.AGREEMENT_CONCURRENCY)
    def test_agreement_concurrency(self, reseller_judge: Judge) -> None:
        """Each call in a crowd gets its own answer."""
        reseller_judge.rests_on_the_documented_call()
        answers = reseller_judge.asked.crowd(reseller_judge.format)
        reseller_judge(reseller_judge.around(answers), consistency.own_in_turn)

    def _rests_on_both_formats(self, judge: Judge) -> None:
        """End the item where one format brings no overview to compare with the other."""
        judge.rests_on_somebody()
        if judge.asked.settings.partial:
            judge.not_applicable("one format alone is tested")
        for format in judge.asked.settings.formats:
            if not judge.asked.answered(format):
                judge.not_tested(
                    f"the documented call brings no overview in {format}: see success.answered"
                )


def side_by_side(judge: Judge) -> list[Between]:
    """Each answer in one format between two of the same customer in the other."""
    return [group for turns in judge.asked.side_by_side for group in consistency.between(turns)]


def _others_between(turns: list[Answer]) -> list[Between]:
    """Each customer's first reading between two of each customer who was read before it."""
    first: dict[int, Answer] = {}
    last: dict[int, Answer] = {}
    for answer in turns:
        first.setdefault(answer.case.customer, answer)
        last[answer.case.customer] = answer
    return [Between(first[one], first[other], last[one]) for one, other in combinations(first, 2)]
