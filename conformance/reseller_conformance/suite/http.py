"""How the answers are delivered."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import http
from reseller_conformance.checks.consistency import charset_overrides
from reseller_conformance.contract import Format
from reseller_conformance.suite.consistency import side_by_side
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["HttpConformance"]


class HttpConformance:
    """RFC 9110, and what the page implies of it."""

    @requirement(r.HTTP_DELIVERED)
    def test_http_delivered(self, reseller_evaluation: Evaluation) -> None:
        """Every call is answered, if need be after retries."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.delivered)

    @requirement(r.HTTP_TIMEOUT)
    def test_http_timeout(self, reseller_evaluation: Evaluation) -> None:
        """The whole answer comes within the time limit."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.in_time)

    @requirement(r.HTTP_COMPLETE)
    def test_http_complete(self, reseller_evaluation: Evaluation) -> None:
        """Its whole length, in a coding that decodes."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.complete)

    @requirement(r.HTTP_SERVER_ERROR)
    def test_http_server_error(self, reseller_evaluation: Evaluation) -> None:
        """No 5xx."""
        evaluation = reseller_evaluation
        responses = [
            *evaluation.all_responses(),
            *evaluation.session.undocumented(evaluation.format),
        ]
        evaluation(responses, http.server_error)

    @requirement(r.HTTP_REDIRECT)
    def test_http_redirect(self, reseller_evaluation: Evaluation) -> None:
        """No redirect."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.redirect)

    @requirement(r.HTTP_BODY)
    def test_http_body(self, reseller_evaluation: Evaluation) -> None:
        """A body."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.body)

    @requirement(r.HTTP_STATUS)
    def test_http_status(self, reseller_evaluation: Evaluation) -> None:
        """A success is 2xx."""
        reseller_evaluation(reseller_evaluation.overviews(), http.status)

    @requirement(r.HTTP_ERROR_STATUS)
    def test_http_error_status(self, reseller_evaluation: Evaluation) -> None:
        """An error is 4xx."""
        reseller_evaluation(reseller_evaluation.error_lists(), http.error_status)

    @requirement(r.HTTP_CONTENT_TYPE)
    def test_http_content_type(self, reseller_evaluation: Evaluation) -> None:
        """Content-Type fits the format."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.content_type)

    @requirement(r.HTTP_CHARSET)
    def test_http_charset(self, reseller_evaluation: Evaluation) -> None:
        """Its charset does not contradict the body."""
        reseller_evaluation.check(reseller_evaluation.all_responses(), http.charset)
        if reseller_evaluation.format is Format.XML:
            reseller_evaluation.check(side_by_side(reseller_evaluation), charset_overrides)
        reseller_evaluation.finish()

    @requirement(r.HTTP_RETRIES)
    def test_http_retries(self, reseller_evaluation: Evaluation) -> None:
        """The first try is answered."""
        reseller_evaluation(reseller_evaluation.all_responses(), http.retries)
