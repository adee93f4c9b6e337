"""Sends the calls of one user of a load test, one at a time, on a connection of its own.

Unlike `Client` it has no memory, no throttle and no circuit breaker, because Locust decides how
many calls are made.
"""

from __future__ import annotations

import time

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.client.call import send_with_retries
from reseller_conformance.client.http.transport import HttpTransport, RawResponse
from reseller_conformance.client.redact import ExchangeBuilder
from reseller_conformance.client.request import request_for, valid_values_of
from reseller_conformance.client.retry_policy import is_rate_limited, is_retryable
from reseller_conformance.client.secrets import scrubber_of
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.reports.text import visible

__all__ = ["Caller"]


class Caller:
    """Sends the calls of one user."""

    def __init__(self, target: Target, limits: Limits) -> None:
        """Use this target, and of the limits the timeout and the retries."""
        self._target = target
        self._retries = limits.retries
        self._rights = valid_values_of(target)
        self._scrubber = scrubber_of(target)
        self._cleaned = ExchangeBuilder(self._scrubber)
        self._wire = HttpTransport(target, 1, limits.timeout)
        self._answered = False

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def call(self, case: Case) -> Response:
        """Send this call, retry it if a gateway fails, and return the response.

        A call that is rate-limited is not retried: the load is what the test is about.
        """
        try:
            return self._call(case)
        except Exception as error:
            # Locust prints the traceback. Its frames hold the key, so the chain is cut.
            text = self._scrubber.text(f"{type(error).__name__}: {error}")
            raise RuntimeError(visible(f"the suite failed with {text}")) from None

    def _call(self, case: Case) -> Response:
        request = request_for(case, self._target.base_url, self._rights)

        def attempt(_: int, due: float) -> RawResponse:
            time.sleep(max(0.0, due - time.monotonic()))
            raw = self._wire.send(request.method, request.url, request.form)
            self._answered = self._answered or raw.status is not None
            return raw

        def may_retry(raw: RawResponse, tries: int) -> bool:
            is_due = is_retryable(raw, self._answered) and not is_rate_limited(raw)
            return is_due and tries <= self._retries

        attempts, retries = send_with_retries(attempt, may_retry)
        return parse(self._cleaned(case, request, attempts[-1], tuple(retries)))
