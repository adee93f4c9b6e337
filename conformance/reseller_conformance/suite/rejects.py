"""When an error is due: each wrong parameter, alone and together."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from reseller_conformance import requirements as r
from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import ADDRESSES, LENIENT, PARSED, State, Text
from reseller_conformance.cases.plan import BEFORE
from reseller_conformance.checks import near_miss
from reseller_conformance.checks.consistency import Between, own_in_turn
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Answer
from reseller_conformance.envelope import Looks
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["DueConformance"]


class DueConformance:
    """The parameter table."""

    @requirement(r.DUE_REMEMBERED)
    def test_due_remembered(self, reseller_judge: Judge) -> None:
        """Right and wrong calls in turn are each judged anew."""
        reseller_judge.rests_on_the_documented_call()
        answers = reseller_judge.asked.remembered(reseller_judge.format)
        reseller_judge.in_turn(answers, own_in_turn, BEFORE)
        reseller_judge.conclude()

    @requirement(r.DUE_TASK_MISSING)
    def test_due_task_missing(self, reseller_judge: Judge) -> None:
        """No task."""
        reseller_judge.refusals(reseller_judge.missing("task"), refused)

    @requirement(r.DUE_TASK_EMPTY)
    def test_due_task_empty(self, reseller_judge: Judge) -> None:
        """An empty task."""
        reseller_judge.refusals(reseller_judge.empty("task"), refused)

    @requirement(r.DUE_TASK_OTHER)
    def test_due_task_other(self, reseller_judge: Judge) -> None:
        """Any other task."""
        reseller_judge.refusals(reseller_judge.wrong("task"), refused)

    @requirement(r.DUE_TASK_SPELLING)
    def test_due_task_spelling(self, reseller_judge: Judge) -> None:
        """The task in another spelling."""
        reseller_judge.refusals(reseller_judge.single("task", *LENIENT), refused)

    @requirement(r.DUE_USER_MISSING)
    def test_due_user_missing(self, reseller_judge: Judge) -> None:
        """No user."""
        reseller_judge.refusals(reseller_judge.missing("user"), refused)

    @requirement(r.DUE_USER_EMPTY)
    def test_due_user_empty(self, reseller_judge: Judge) -> None:
        """An empty user."""
        reseller_judge.refusals(reseller_judge.empty("user"), refused)

    @requirement(r.DUE_USER_UNKNOWN)
    def test_due_user_unknown(self, reseller_judge: Judge) -> None:
        """A user whom nobody registered."""
        reseller_judge(_near_misses(reseller_judge), near_miss.nobody)

    @requirement(r.DUE_USER_ADDRESS)
    def test_due_user_address(self, reseller_judge: Judge) -> None:
        """The user as a reader of mail addresses takes it."""
        judge = reseller_judge
        if any(any(near_miss.nobody(group)) for group in _near_misses(judge)):
            judge.not_tested("other near misses bring an overview: see due.user-unknown")
        spelt = {*ADDRESSES, *PARSED}
        judge.refusals([a for a in judge.wrong("user") if a.case.user in spelt], refused)

    @requirement(r.DUE_USER_SIMILAR)
    def test_due_user_similar(self, reseller_judge: Judge) -> None:
        """Near misses that are the names of other customers."""
        judge = reseller_judge
        similar = [g.answer for g in _near_misses(judge) if near_miss.another_customer(g)]
        if not similar:
            judge.observe(accepted=False, detail="no near miss of a name brings another account")
            return
        sent = dict.fromkeys(map(_sent_user, similar))
        judge.observe(
            accepted=True,
            detail=f"another account is shown for {', '.join(sent)}. If one of these is no "
            "customer of yours, the call shows accounts to those who guess",
        )

    @requirement(r.DUE_USER_FOREIGN)
    def test_due_user_foreign(self, reseller_judge: Judge) -> None:
        """Another reseller's customer."""
        if reseller_judge.asked.target.foreign is None:
            reseller_judge.not_tested("name a customer of another reseller with --foreign-user")
        reseller_judge.refusals(reseller_judge.single("user", State.FOREIGN), refused)

    @requirement(r.DUE_API_USER_MISSING)
    def test_due_api_user_missing(self, reseller_judge: Judge) -> None:
        """No api_user."""
        reseller_judge.refusals(reseller_judge.missing("api_user"), refused)

    @requirement(r.DUE_API_USER_EMPTY)
    def test_due_api_user_empty(self, reseller_judge: Judge) -> None:
        """An empty api_user."""
        reseller_judge.refusals(reseller_judge.empty("api_user"), refused)

    @requirement(r.DUE_API_USER_WRONG)
    def test_due_api_user_wrong(self, reseller_judge: Judge) -> None:
        """A wrong api_user."""
        reseller_judge.refusals(reseller_judge.wrong("api_user"), refused)

    @requirement(r.DUE_API_KEY_MISSING)
    def test_due_api_key_missing(self, reseller_judge: Judge) -> None:
        """No api_key."""
        reseller_judge.refusals(reseller_judge.missing("api_key"), refused)

    @requirement(r.DUE_API_KEY_EMPTY)
    def test_due_api_key_empty(self, reseller_judge: Judge) -> None:
        """An empty api_key."""
        reseller_judge.refusals(reseller_judge.empty("api_key"), refused)

    @requirement(r.DUE_API_KEY_WRONG)
    def test_due_api_key_wrong(self, reseller_judge: Judge) -> None:
        """A wrong api_key."""
        reseller_judge.refusals(reseller_judge.wrong("api_key"), refused)

    @requirement(r.DUE_COMBINED)
    def test_due_combined(self, reseller_judge: Judge) -> None:
        """Several wrong parameters together, unless one of them alone is let through."""
        judge = reseller_judge
        judge.rests_on_the_documented_call()
        let_in = judge.asked.let_in(judge.format)
        names = {name for name, _ in let_in}

        def concerns(case: Case) -> bool:
            explained = any(
                (name, case.state(name)) in let_in
                or (isinstance(case.state(name), Text) and name in names)
                for name in case.wrong
            )
            return len(case.wrong) > 1 and not explained

        answers = judge.ask(filter(concerns, judge.plan.combined(judge.format)))
        if let_in and not answers:
            judge.not_tested("each parameter is let in when it alone is wrong: see due")
        judge.examine(judge.enveloped(answers), refused)
        judge.explore(strategies.wrong_cases, refused, concerns)
        judge.conclude()


def _sent_user(answer: Answer) -> str:
    """Return the `user` of a call as it was sent: the client keeps no key in the URL."""
    sent = dict(parse_qsl(urlsplit(answer.exchange.url).query))
    return repr(sent["user"])


def _near_misses(judge: Judge) -> list[Between]:
    """Return what the near misses of customers' names bring, beside the accounts of these.

    What a reader of mail addresses takes for one has a requirement of its own.
    """
    answers = judge.wrong("user")
    reads_addresses = any(
        answer.looks is Looks.OVERVIEW and answer.case.user in ADDRESSES for answer in answers
    )
    elsewhere = {State.FOREIGN, *ADDRESSES, *(PARSED if reads_addresses else ())}
    near_misses = [answer for answer in answers if answer.case.user not in elsewhere]
    return judge.beside_the_customer(judge.enveloped(near_misses))
