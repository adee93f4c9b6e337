"""How the answers are delivered."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import http
from reseller_conformance.checks.consistency import overruled
from reseller_conformance.contract import Format
from reseller_conformance.suite.consistency import side_by_side
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["HttpConformance"]


class HttpConformance:
    """RFC 9110, and what the page implies of it."""

    @requirement(r.HTTP_DELIVERED)
    def test_http_delivered(self, reseller_judge: Judge) -> None:
        """Every call is answered, if need be after retries."""
        reseller_judge(reseller_judge.everything(), http.delivered)

    @requirement(r.HTTP_IN_TIME)
    def test_http_in_time(self, reseller_judge: Judge) -> None:
        """The whole answer comes within the time limit."""
        reseller_judge(reseller_judge.everything(), http.in_time)

    @requirement(r.HTTP_COMPLETE)
    def test_http_complete(self, reseller_judge: Judge) -> None:
        """Its whole length, in a coding that decodes."""
        reseller_judge(reseller_judge.everything(), http.complete)

    @requirement(r.HTTP_SERVER_ERROR)
    def test_http_server_error(self, reseller_judge: Judge) -> None:
        """No 5xx."""
        judge = reseller_judge
        answers = [*judge.everything(), *judge.asked.undocumented(judge.format)]
        judge(answers, http.server_error)

    @requirement(r.HTTP_REDIRECT)
    def test_http_redirect(self, reseller_judge: Judge) -> None:
        """No redirect."""
        reseller_judge(reseller_judge.everything(), http.redirect)

    @requirement(r.HTTP_BODY)
    def test_http_body(self, reseller_judge: Judge) -> None:
        """A body."""
        reseller_judge(reseller_judge.everything(), http.body)

    @requirement(r.HTTP_STATUS)
    def test_http_status(self, reseller_judge: Judge) -> None:
        """A success is 2xx."""
        reseller_judge(reseller_judge.overviews(), http.status)

    @requirement(r.HTTP_ERROR_STATUS)
    def test_http_error_status(self, reseller_judge: Judge) -> None:
        """An error is 4xx."""
        reseller_judge(reseller_judge.error_lists(), http.error_status)

    @requirement(r.HTTP_CONTENT_TYPE)
    def test_http_content_type(self, reseller_judge: Judge) -> None:
        """Content-Type fits the format."""
        reseller_judge(reseller_judge.everything(), http.content_type)

    @requirement(r.HTTP_CHARSET)
    def test_http_charset(self, reseller_judge: Judge) -> None:
        """Its charset does not contradict the body."""
        reseller_judge.examine(reseller_judge.everything(), http.charset)
        if reseller_judge.format is Format.XML:
            reseller_judge.examine(side_by_side(reseller_judge), overruled)
        reseller_judge.conclude()

    @requirement(r.HTTP_RETRIES)
    def test_http_retries(self, reseller_judge: Judge) -> None:
        """The first try is answered."""
        reseller_judge(reseller_judge.everything(), http.retries)
