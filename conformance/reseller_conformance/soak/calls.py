"""Asks for one user of a load test: one call at a time, each made anew, on a connection of its own.

Unlike `Client` it remembers nothing, waits for nobody else, and never gives up on calls of a kind:
how much is asked is the load's business. What a call says and how it is sent is the client's.
"""

from __future__ import annotations

import time

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Answer, read
from reseller_conformance.client.http.transport import Wire
from reseller_conformance.client.redact import Cleaning
from reseller_conformance.client.request import request_for, rights_of
from reseller_conformance.client.retry_policy import (
    asks_everybody,
    reason_of,
    seconds_to_wait,
    turned_away,
)
from reseller_conformance.client.secrets import scrubber_of
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.exchange import Retry
from reseller_conformance.reports.text import visible

__all__ = ["Asker"]


class Asker:
    """One user's way to the target."""

    def __init__(self, target: Target, limits: Limits) -> None:
        """Ask this target; of the limits, seconds for an answer and retries count here."""
        self._target = target
        self._retries = limits.retries
        self._rights = rights_of(target)
        self._scrubber = scrubber_of(target)
        self._cleaned = Cleaning(self._scrubber)
        self._wire = Wire(target, 1, limits.timeout)
        self._answered = False

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def ask(self, case: Case) -> Answer:
        """Make this call, again where a gateway failed, and return what it brought.

        Who says that there are too many calls is taken at his word: such a call is not repeated.
        """
        try:
            return self._ask(case)
        except Exception as error:
            # A fault of the suite, which Locust prints: without what its frames hold.
            said = self._scrubber.text(f"{type(error).__name__}: {error}")
            raise RuntimeError(visible(f"the suite failed with {said}")) from None

    def _ask(self, case: Case) -> Answer:
        request = request_for(case, self._target.base_url, self._rights)
        retries: list[Retry] = []
        while True:
            reply = self._wire.send(request.method, request.url, request.form)
            self._answered = self._answered or reply.status is not None
            again = turned_away(reply, self._answered) and not asks_everybody(reply)
            if not again or len(retries) == self._retries:
                return read(self._cleaned(case, request, reply, tuple(retries)))
            seconds = seconds_to_wait(reply, len(retries) + 1)
            retries.append(Retry(reason_of(reply), seconds))
            time.sleep(seconds)
