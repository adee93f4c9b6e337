"""Invalid parameters, alone and together: each call must get an error."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import looks_alike
from reseller_conformance.cases.mutations import ADDRESSES, KEY_SPELLINGS, LENIENT, PARSED, State
from reseller_conformance.cases.sequences import COLD_CACHE_REPEAT
from reseller_conformance.checks import near_miss
from reseller_conformance.checks.consistency import (
    Bracketed,
    own_account_alone,
    own_account_in_sequence,
)
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Response
from reseller_conformance.client import redacted
from reseller_conformance.client.target import Target
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement, single_response_test

__all__ = ["RejectsConformance"]


class RejectsConformance:
    """The parameter table."""

    @requirement(r.ISOLATION_SEQUENCE)
    def test_isolation_sequence(self, reseller_evaluation: Evaluation) -> None:
        """Valid and invalid calls in turn each get their own response."""
        reseller_evaluation.require_overview()
        responses = reseller_evaluation.session.groups.cache_probes(reseller_evaluation.format)
        reseller_evaluation.check_sequence(responses, own_account_in_sequence, COLD_CACHE_REPEAT)
        reseller_evaluation.finish()

    test_rejects_task_missing = single_response_test(r.REJECTS_TASK_MISSING)
    test_rejects_task_empty = single_response_test(r.REJECTS_TASK_EMPTY)
    test_rejects_task_other = single_response_test(r.REJECTS_TASK_OTHER)

    @requirement(r.REJECTS_TASK_SPELLING)
    def test_rejects_task_spelling(self, reseller_evaluation: Evaluation) -> None:
        """The task in another spelling."""
        reseller_evaluation.refusals(reseller_evaluation.single("task", *LENIENT))

    test_rejects_user_missing = single_response_test(r.REJECTS_USER_MISSING)
    test_rejects_user_empty = single_response_test(r.REJECTS_USER_EMPTY)

    @requirement(r.REJECTS_USER_UNKNOWN)
    def test_rejects_user_unknown(self, reseller_evaluation: Evaluation) -> None:
        """A user that is not registered."""
        reseller_evaluation(_near_misses(reseller_evaluation), near_miss.no_account)

    @requirement(r.REJECTS_USER_ADDRESS)
    def test_rejects_user_address(self, reseller_evaluation: Evaluation) -> None:
        """A user that a reader of mail addresses takes for a registered one."""
        evaluation = reseller_evaluation
        if any(any(near_miss.no_account(group)) for group in _near_misses(evaluation)):
            evaluation.not_tested("other near misses bring an overview: see rejects.user-unknown")
        spelt = {*ADDRESSES, *PARSED}
        evaluation.refusals([a for a in evaluation.invalid("user") if a.case.user in spelt])

    @requirement(r.REJECTS_USER_SIMILAR)
    def test_rejects_user_similar(self, reseller_evaluation: Evaluation) -> None:
        """Near misses that are the names of other customers."""
        evaluation = reseller_evaluation
        similar = [g.response for g in _near_misses(evaluation) if near_miss.another_customer(g)]
        if not similar:
            evaluation.observe(
                accepted=False, detail="no near miss of a name brings another account"
            )
            return
        sent = dict.fromkeys(map(_sent_user, similar))
        evaluation.observe(
            accepted=True,
            detail=f"another account is shown for {', '.join(sent)}. If one of these is no "
            "customer of yours, the call shows accounts to people who guess names",
        )

    @requirement(r.REJECTS_USER_FOREIGN)
    def test_rejects_user_foreign(self, reseller_evaluation: Evaluation) -> None:
        """Another reseller's customer."""
        if reseller_evaluation.session.target.foreign is None:
            reseller_evaluation.not_tested(
                "name a customer of another reseller with --foreign-user"
            )
        evaluation = reseller_evaluation
        responses = [*evaluation.single("user", State.FOREIGN), *evaluation.detours()]
        beside = evaluation.send(evaluation.plan.foreign_beside_own(evaluation.format))
        evaluation.check(
            evaluation.beside_the_customer(a for a in beside if a.kind is EnvelopeKind.OVERVIEW),
            own_account_alone,
        )
        evaluation.refusals(responses, otherwise=_similar_name(redacted(evaluation.session.target)))

    test_rejects_api_user_missing = single_response_test(r.REJECTS_API_USER_MISSING)
    test_rejects_api_user_empty = single_response_test(r.REJECTS_API_USER_EMPTY)
    test_rejects_api_user_wrong = single_response_test(r.REJECTS_API_USER_WRONG)
    test_rejects_api_key_missing = single_response_test(r.REJECTS_API_KEY_MISSING)
    test_rejects_api_key_empty = single_response_test(r.REJECTS_API_KEY_EMPTY)
    test_rejects_api_key_wrong = single_response_test(r.REJECTS_API_KEY_WRONG)

    @requirement(r.REJECTS_API_KEY_SPELLING)
    def test_rejects_api_key_spelling(self, reseller_evaluation: Evaluation) -> None:
        """The key in another spelling."""
        reseller_evaluation.require_overview()
        accepted = reseller_evaluation.session.shared_calls.accepted_mutations
        if any(name == "api_key" and state not in KEY_SPELLINGS for name, state in accepted):
            reseller_evaluation.not_tested("other keys are accepted: see rejects.api-key-wrong")
        spellings = reseller_evaluation.plan.spellings(reseller_evaluation.format)
        reseller_evaluation.refusals(reseller_evaluation.send(spellings))

    @requirement(r.REJECTS_COMBINED)
    def test_rejects_combined(self, reseller_evaluation: Evaluation) -> None:
        """Several invalid parameters together, unless one of them alone is accepted."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        accepted = evaluation.session.shared_calls.accepted_mutations
        responses = evaluation.shared(
            lambda format: [
                case
                for case in evaluation.plan.combined(format)
                if accepted.isdisjoint((name, case.state(name)) for name in case.invalid)
            ]
        )
        if accepted and not responses:
            evaluation.not_tested(
                "each parameter is accepted when it alone is invalid: see rejects"
            )
        evaluation.check(evaluation.with_envelope(responses), refused)
        evaluation.finish()


def _similar_name(target: Target) -> str:
    """Return why calls for the foreign customer are left out: see `is_distinguishable`."""
    alike = [own for own in target.customers if looks_alike(target.foreign or "", (own,))]
    if not alike:
        return ""
    return (
        f"the name of the foreign customer is too similar to your customer {alike[0]!r}: readers "
        "of names may take them for one. Name another one with --foreign-user"
    )


def _sent_user(response: Response) -> str:
    """Return the `user` of a call as it was sent. The URL of an exchange has no key."""
    sent = dict(parse_qsl(urlsplit(response.exchange.url).query))
    return repr(sent["user"])


def _near_misses(evaluation: Evaluation) -> list[Bracketed]:
    """Return the responses to near misses of customers' names, beside the customers' accounts.

    Near misses that readers of mail addresses accept have a requirement of their own.
    """
    responses = evaluation.invalid("user")
    reads_addresses = any(
        response.kind is EnvelopeKind.OVERVIEW and response.case.user in ADDRESSES
        for response in responses
    )
    # to a reader of addresses the valid name ends at a line feed: RFC 5322 folds lines there
    parsed = (*PARSED, State.VALID) if reads_addresses else ()
    elsewhere = {State.FOREIGN, *ADDRESSES, *parsed}
    near_misses = evaluation.with_announced(
        response for response in responses if response.case.user not in elsewhere
    )
    return evaluation.beside_the_customer(evaluation.with_envelope(near_misses))
