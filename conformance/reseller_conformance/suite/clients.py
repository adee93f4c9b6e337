"""The same URL, as common clients send it."""

from __future__ import annotations

from dataclasses import replace

from reseller_conformance import requirements as r
from reseller_conformance.checks import clients
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.suite.client_profiles import client_profiles
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ClientsConformance"]


class ClientsConformance:
    """The header fields of a request, which must not change the response."""

    @requirement(r.CLIENTS_SAME_RESPONSE)
    def test_clients_same_response(self, reseller_evaluation: Evaluation) -> None:
        """Every client gets the same response."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_ACCEPT)
    def test_clients_accept(self, reseller_evaluation: Evaluation) -> None:
        """Accept does not choose the format."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_ACCEPT_OTHER)
    def test_clients_accept_other(self, reseller_evaluation: Evaluation) -> None:
        """An Accept that names only another format is no reason to refuse."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_USER_AGENT)
    def test_clients_user_agent(self, reseller_evaluation: Evaluation) -> None:
        """The User-Agent of a library or tool is no reason to refuse."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_NO_USER_AGENT)
    def test_clients_no_user_agent(self, reseller_evaluation: Evaluation) -> None:
        """A missing User-Agent is no reason to refuse."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_BROWSER)
    def test_clients_browser(self, reseller_evaluation: Evaluation) -> None:
        """The fields that only browsers send are no reason to refuse."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_LANGUAGE)
    def test_clients_language(self, reseller_evaluation: Evaluation) -> None:
        """Accept-Language and Accept-Charset change no value."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_IDENTITY)
    def test_clients_identity(self, reseller_evaluation: Evaluation) -> None:
        """No content coding for a client that wants none."""
        _uncoded(reseller_evaluation, "identity")

    @requirement(r.CLIENTS_NO_ACCEPT_ENCODING)
    def test_clients_no_accept_encoding(self, reseller_evaluation: Evaluation) -> None:
        """No content coding for a client that names none."""
        _uncoded(reseller_evaluation, None)

    @requirement(r.CLIENTS_CONNECTION)
    def test_clients_connection(self, reseller_evaluation: Evaluation) -> None:
        """A whole response in HTTP/1.0 and with Connection: close."""
        reseller_evaluation.require_overview()
        sent = client_profiles(reseller_evaluation.session, reseller_evaluation.format)
        old = [a for a in sent.responses if a.case.profile and a.case.profile.version == "1.0"]
        reseller_evaluation.check(old, clients.no_chunks)
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_HTTP_VERSION)
    def test_clients_http_version(self, reseller_evaluation: Evaluation) -> None:
        """HTTP/1.0 is not refused."""
        _compare(reseller_evaluation)

    @requirement(r.CLIENTS_COOKIES)
    def test_clients_cookies(self, reseller_evaluation: Evaluation) -> None:
        """A cookie is no credential."""
        evaluation = reseller_evaluation
        evaluation.require_overview()
        opening = evaluation.session.initial_calls[evaluation.format]
        if not any(response.exchange.header("Set-Cookie") for response in opening):
            evaluation.satisfied("no valid call sets a cookie")
            return
        sent = client_profiles(evaluation.session, evaluation.format)
        responses = evaluation.send(evaluation.plan.cookies(evaluation.format))
        invalid = [a for a in responses if a.case.invalid]
        without = evaluation.send(replace(a.case, cookies=False) for a in invalid)
        groups = evaluation.bracket(a for a in responses if not a.case.invalid)
        groups += [Bracketed(b, a, b) for a, b in zip(invalid, without, strict=True)]
        evaluation(groups, sent.no_credential)

    @requirement(r.CLIENTS_HEAD)
    def test_clients_head(self, reseller_evaluation: Evaluation) -> None:
        """HEAD gets no 5xx."""
        evaluation = reseller_evaluation
        responses = evaluation.send(evaluation.plan.head(evaluation.format))
        after = evaluation.session.controls.after(responses)
        if any(control.kind is not EnvelopeKind.OVERVIEW for control in after):
            evaluation.unsent += [control for control in after if not control.was_sent]
            refused = "the documented call brings no overview any more"
            evaluation.not_tested(evaluation.unsent_reason() if evaluation.unsent else refused)
        evaluation(responses, clients.head_error)

    @requirement(r.CLIENTS_HEAD_STATUS)
    def test_clients_head_status(self, reseller_evaluation: Evaluation) -> None:
        """HEAD gets the status of GET."""
        evaluation = reseller_evaluation
        responses = evaluation.send(evaluation.plan.head(evaluation.format))
        for response in responses:
            if problem := response.exchange.problem:
                evaluation.not_tested(f"HEAD got no response: {problem.detail}")
            expected = evaluation.session.initial_calls[evaluation.format][0].exchange.status
            status = response.exchange.status
            evaluation.observe(status == expected, f"HTTP {status} to HEAD, {expected} to GET")
            return
        evaluation.not_tested("the first customer's documented call brings no overview")


def _compare(evaluation: Evaluation) -> None:
    """Judge the responses to the profiles that this requirement is about."""
    evaluation.require_overview()
    sent = client_profiles(evaluation.session, evaluation.format)
    evaluation(sent.by_requirement[evaluation.requirement], sent.difference)


def _uncoded(evaluation: Evaluation, offered: str | None) -> None:
    """Judge the content codings of the responses to clients that offer this."""
    evaluation.require_overview()
    sent = client_profiles(evaluation.session, evaluation.format)
    responses = [
        response
        for response in sent.responses
        if response.case.profile and response.case.profile.field("Accept-Encoding") == offered
    ]
    evaluation.check(responses, clients.coding)
    _compare(evaluation)
