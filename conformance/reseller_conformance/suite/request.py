"""The ways in which a request may be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reseller_conformance import requirements as r
from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import holds_special_text
from reseller_conformance.cases.risks import attack_texts
from reseller_conformance.checks import http, near_miss, success
from reseller_conformance.checks.consistency import own_account
from reseller_conformance.checks.firewall import (
    is_firewall_response,
    is_refused_attack,
    is_stopped,
    none_stopped,
)
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import (
    form_violations,
    is_well_formed,
    pointer_to_cause,
)
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement
from reseller_conformance.suite.shared_calls import MakeCases
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["RequestConformance"]


class RequestConformance:
    """Call."""

    @requirement(r.REQUEST_ORDER)
    def test_request_order(self, reseller_evaluation: Evaluation) -> None:
        """The parameters in any order."""
        self._own_account(reseller_evaluation, reseller_evaluation.plan.orders)

    @requirement(r.REQUEST_ENCODING)
    def test_request_encoding(self, reseller_evaluation: Evaluation) -> None:
        """Percent-encoded characters instead of plain ones."""
        self._own_account(reseller_evaluation, reseller_evaluation.plan.encodings)

    @requirement(r.REQUEST_SPECIAL_TEXT)
    def test_request_special_text(self, reseller_evaluation: Evaluation) -> None:
        """Special texts as values."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        responses = evaluation.session.groups.special_text_responses(evaluation.format)
        usual = evaluation.session.controls.preexisting_violations(evaluation.format, responses)
        accepted = {name for name, _ in evaluation.session.shared_calls.accepted_mutations}

        def check(response: Response) -> Iterator[Violation]:
            if holds_special_text(response.case) and not is_stopped(response):
                yield from is_well_formed(response, usual)
                if len(response.case.invalid) == 1 and accepted.isdisjoint(response.case.invalid):
                    for group in evaluation.beside_the_customer([response]):
                        yield from near_miss.no_account(group)

        shared = evaluation.shared(evaluation.session.groups.special_text_cases, check)
        evaluation.check(evaluation.with_announced(shared), check)
        evaluation.explore(strategies.text_cases, check)
        evaluation.finish()

    @requirement(r.REQUEST_ATTACK_TEXT)
    def test_request_attack_text(self, reseller_evaluation: Evaluation) -> None:
        """Texts that a firewall may stop."""
        evaluation, session = reseller_evaluation, reseller_evaluation.session
        evaluation.require_reachable()
        formats = [f for f in session.settings.formats if session.customers_with_overview(f)]
        if not formats:
            evaluation.not_tested("the documented call brings no overview: see success.returned")
        sent, texts = [], []
        # first, because a lock that these calls show takes back earlier responses
        refused_without = {case for f in formats for case in _refused_without(session, f)}
        for format in formats:
            groups = session.groups
            made = [*groups.special_text_responses(format), *groups.undocumented(format)]
            made += _operators(session.send(session.plan.arrays(format)))
            usual = session.controls.preexisting_violations(format, made)
            sent += made
            texts += [a for a in made if not usual.intersection(form_violations(a))]
        others = [a for a in texts if not attack_texts(a.case) and not is_rate_limited(a.exchange)]
        if refused := [response for response in others if is_firewall_response(response)]:
            evaluation.not_tested(_others_refused(session, refused[0]))
        texts = [a for a in texts if attack_texts(a.case) and a.case not in refused_without]
        if not texts:
            evaluation.not_tested(f"no such call gets an envelope: {pointer_to_cause(sent)}")
        evaluation.check([[a] for a in texts if not a.was_sent], none_stopped)
        evaluation([[a for a in texts if a.was_sent]], none_stopped)

    @requirement(r.REQUEST_UNDOCUMENTED)
    def test_request_undocumented(self, reseller_evaluation: Evaluation) -> None:
        """Undocumented parameters."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        groups = evaluation.session.groups
        sent = evaluation.with_announced(groups.undocumented(evaluation.format))
        responses = [a for a in sent if not (is_stopped(a) or is_refused_attack(a))]
        usual = evaluation.session.controls.preexisting_violations(evaluation.format, responses)
        evaluation.check(responses, lambda response: is_well_formed(response, usual))
        evaluation.check(evaluation.bracket(responses), own_account)
        evaluation.finish()

    @requirement(r.REQUEST_REPEATED)
    def test_request_repeated(self, reseller_evaluation: Evaluation) -> None:
        """Parameters sent twice."""
        self._enveloped(reseller_evaluation, reseller_evaluation.plan.repeated_parameters)

    @requirement(r.REQUEST_ARRAY)
    def test_request_array(self, reseller_evaluation: Evaluation) -> None:
        """Parameters sent as arrays."""
        self._enveloped(reseller_evaluation, reseller_evaluation.plan.arrays)

    def _enveloped(self, evaluation: Evaluation, make: MakeCases) -> None:
        evaluation.require_overview()
        responses = evaluation.send(make(evaluation.format))
        usual = evaluation.session.controls.preexisting_violations(evaluation.format, responses)

        def check(response: Response) -> Iterator[Violation]:
            return iter(()) if is_stopped(response) else is_well_formed(response, usual)

        evaluation(evaluation.with_announced(evaluation.shared(make, check)), check)

    @requirement(r.REQUEST_SEPARATORS)
    def test_request_separators(self, reseller_evaluation: Evaluation) -> None:
        """Stray separators. No other requirement judges the form of these responses."""
        evaluation = reseller_evaluation
        make = evaluation.plan.separators
        responses = evaluation.with_announced(evaluation.shared(make, success.returned))
        usual = evaluation.session.controls.preexisting_violations(evaluation.format, responses)
        evaluation.check(responses, lambda response: is_well_formed(response, usual))
        evaluation.check(evaluation.bracket(responses), own_account)
        evaluation.finish()

    def _own_account(self, evaluation: Evaluation, make: MakeCases) -> None:
        responses = evaluation.with_announced(evaluation.shared(make, success.returned))
        evaluation(evaluation.bracket(responses), own_account)

    @requirement(r.REQUEST_MALFORMED)
    def test_request_malformed(self, reseller_evaluation: Evaluation) -> None:
        """Invalid percent-encoding, and names without a value."""
        evaluation = reseller_evaluation
        others = evaluation.session.groups.special_requests(evaluation.format)
        for response in (*evaluation.all_responses(), *others):
            if any(http.survives(response)):
                cause = pointer_to_cause([response])
                evaluation.not_tested(f"other calls get a 5xx or an empty body too: {cause}")
        plan, format = evaluation.plan, evaluation.format
        cases = [*plan.malformed(format), *plan.hardly_readable(format)]
        evaluation(evaluation.send(cases), http.survives)

    @requirement(r.REQUEST_NO_INJECTION)
    def test_request_no_injection(self, reseller_evaluation: Evaluation) -> None:
        """Line ends in a value."""
        cases = reseller_evaluation.plan.header_injections(reseller_evaluation.format)
        reseller_evaluation(reseller_evaluation.send(cases), http.injected)

    @requirement(r.REQUEST_POST)
    def test_request_post(self, reseller_evaluation: Evaluation) -> None:
        """The documented call as POST."""
        for response in reseller_evaluation.send(
            reseller_evaluation.plan.post(reseller_evaluation.format)
        ):
            if problem := response.exchange.problem if not response.was_sent else None:
                reseller_evaluation.not_tested(f"the call was not made: {problem.detail}")
            reseller_evaluation.observe(response.kind is EnvelopeKind.OVERVIEW, response.summary)
            return
        reseller_evaluation.not_tested("the first customer's documented call brings no overview")


def _others_refused(session: TargetSession, response: Response) -> str:
    """Return why nothing shows a firewall: this response refuses a text that is no attack."""
    if session.is_violated(r.REQUEST_SPECIAL_TEXT):
        return f"other texts are refused in this way: see {r.REQUEST_SPECIAL_TEXT}"
    return f"other calls are refused in this way too: {response.summary}, for {response.case}"


def _operators(arrays: Sequence[Response]) -> list[Response]:
    """Return the responses to operators of a database, which a firewall may take for an attack.

    Where plain arrays are refused in the same way, the operator is not why.
    """
    others = [response for response in arrays if not attack_texts(response.case)]
    if any(map(is_firewall_response, others)):
        return []
    return [response for response in arrays if attack_texts(response.case)]


def _refused_without(session: TargetSession, format: Format) -> list[Case]:
    """Return the stopped calls with an operator that are refused without the operator too.

    A lock that counts a missing parameter as a value of its own refuses these.
    """
    arrays = session.send(session.plan.arrays(format))
    stopped = [one.case for one in _operators(arrays) if is_stopped(one)]
    without = {case: replace(case, extra=()) for case in stopped}
    refused = {
        case
        for case in dict.fromkeys(without.values())
        if any(map(is_firewall_response, session.send_again(case)))
    }
    return [case for case in stopped if without[case] in refused]
