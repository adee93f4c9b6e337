"""How the request may be written."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance import requirements as r
from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case
from reseller_conformance.checks import near_miss
from reseller_conformance.checks.consistency import own
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.checks.well_formed import envelope
from reseller_conformance.envelope import Looks
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement
from reseller_conformance.suite.target_session import holds_text

__all__ = ["RequestConformance"]


class RequestConformance:
    """Call."""

    @requirement(r.REQUEST_ORDER)
    def test_request_order(self, reseller_judge: Judge) -> None:
        """The parameters in any order."""
        cases = reseller_judge.plan.orders(reseller_judge.format)
        reseller_judge(reseller_judge.around(reseller_judge.ask(cases)), own)

    @requirement(r.REQUEST_ENCODING)
    def test_request_encoding(self, reseller_judge: Judge) -> None:
        """Percent-encoded characters for plain ones."""
        cases = reseller_judge.plan.encodings(reseller_judge.format)
        reseller_judge(reseller_judge.around(reseller_judge.ask(cases)), own)

    @requirement(r.REQUEST_TEXT)
    def test_request_text(self, reseller_judge: Judge) -> None:
        """Odd texts as values."""
        judge = reseller_judge
        judge.rests_on_the_documented_call()
        usual = judge.asked.usual(judge.format)
        let_in = {name for name, _ in judge.asked.let_in(judge.format)}

        def check(answer: Answer) -> Iterator[Departure]:
            if holds_text(answer.case):
                yield from envelope(answer, usual)
                if len(answer.case.wrong) == 1 and let_in.isdisjoint(answer.case.wrong):
                    for group in judge.beside_the_customer([answer]):
                        yield from near_miss.nobody(group)

        judge.examine(judge.asked.odd(judge.format), check)
        judge.explore(strategies.text_cases, check)
        judge.explore(strategies.wrong_cases, check)
        judge.conclude()

    @requirement(r.REQUEST_UNDOCUMENTED)
    def test_request_undocumented(self, reseller_judge: Judge) -> None:
        """Parameters that the page does not name."""
        judge = reseller_judge
        judge.rests_on_the_documented_call()
        answers, usual = judge.asked.undocumented(judge.format), judge.asked.usual(judge.format)
        judge.examine(answers, lambda answer: envelope(answer, usual))
        judge.examine(judge.around(answers), own)
        judge.conclude()

    @requirement(r.REQUEST_REPEATED)
    def test_request_repeated(self, reseller_judge: Judge) -> None:
        """Parameters sent twice."""
        self._enveloped(reseller_judge, reseller_judge.plan.repeated(reseller_judge.format))

    @requirement(r.REQUEST_ARRAY)
    def test_request_array(self, reseller_judge: Judge) -> None:
        """Parameters sent as arrays."""
        self._enveloped(reseller_judge, reseller_judge.plan.arrays(reseller_judge.format))

    def _enveloped(self, judge: Judge, cases: list[Case]) -> None:
        judge.rests_on_the_documented_call()
        usual = judge.asked.usual(judge.format)
        judge(judge.ask(cases), lambda answer: envelope(answer, usual))

    @requirement(r.REQUEST_POST)
    def test_request_post(self, reseller_judge: Judge) -> None:
        """The documented call as POST."""
        for answer in reseller_judge.ask(reseller_judge.plan.post(reseller_judge.format)):
            if problem := answer.exchange.problem if not answer.asked else None:
                reseller_judge.not_tested(f"the call was not made: {problem.detail}")
            reseller_judge.observe(answer.looks is Looks.OVERVIEW, answer.summary)
            return
        reseller_judge.not_tested("the first customer's documented call brings no overview")
