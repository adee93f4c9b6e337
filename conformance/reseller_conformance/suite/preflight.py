"""The documented calls, which are sent first, and what is sent if none of them is accepted.

With wrong credentials each call is a failed login. Then a few calls show what is probably wrong,
and nothing more is sent.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from reseller_conformance.checks.refusal_cause import Cause, cause
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.suite.repetition import whose

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["Preflight"]

MORE_CUSTOMERS = 3
"""How many further customers are tried, in each format, before all count as refused."""


class Preflight:
    """The documented call for each customer and format, and what follows from the responses."""

    def __init__(self, sent: TargetSession) -> None:
        """Send nothing yet."""
        self._session = sent
        self._formats = sent.settings.formats
        self.failed_once: list[Response] = []
        """Failed documented calls that were repeated. Each failure is reported all the same."""

    @cached_property
    def initial_calls(self) -> dict[Format, list[Response]]:
        """The documented calls, before anything else, in turn: a race may mix up concurrent ones.

        Where the first customer is refused, a few go at once, because each may wait for its time
        limit. Only for the last customer, invalid calls are sent before the first valid one.
        """
        sent, plan = self._session, self._session.plan
        sent.planned.judge_first_calls()
        known = [response.case.format for response in self.first if _accepted(response)]
        if sent.needs.cold_cache_probes:
            sent.send(case for format in known for case in plan.cold_cache_probes(format))
        more = [plan.documented(format)[1:] for format in self._formats]
        if not known and not sent.settings.keep_going:
            tried = sent.send(case for cases in more for case in cases[: self._more_customers])
            if not any(map(_accepted, tried)):
                return self._by_format([*self.first, *tried])
        [rest] = sent.send_in_sequence(case for cases in more for case in cases)
        return self._by_format(self._repeated([*self.first, *rest]))

    @cached_property
    def rejected(self) -> bool:
        """Whether no documented call is accepted, so that no more calls are sent."""
        responses = [
            response for responses in self.initial_calls.values() for response in responses
        ]
        return not self._session.settings.keep_going and not any(map(_accepted, responses))

    @property
    def is_rejected_already(self) -> bool:
        """Whether `rejected` is known to be true without another call."""
        return bool(vars(self).get("initial_calls")) and self.rejected

    @cached_property
    def cause(self) -> Cause:
        """What is probably wrong if the first customer's documented call is refused."""
        refused = self._refused
        target = self._session.target
        names = (target.api_user, *target.customers)
        return cause(refused, self.diagnostic_calls, names) if refused else Cause()

    @cached_property
    def diagnostic_calls(self) -> list[Response]:
        """The calls that show the cause: the documented one again, and one for each parameter."""
        refused = self._refused
        if refused is None:
            return []
        return self._session.send(self._session.plan.beside(refused.case.format))

    @cached_property
    def first(self) -> list[Response]:
        """The first customer's documented call in each format: the first calls of a run."""
        plan = self._session.plan
        [first] = self._session.send_in_sequence(
            c for format in self._formats for c in plan.documented(format)[:1]
        )
        return self._repeated(first)

    def _repeated(self, responses: list[Response]) -> list[Response]:
        """Repeat failed calls, and return these responses with those that succeeded then.

        A server that fails now and then must not keep everything else from being tested. The
        failed response is judged like any other.
        """
        some = any(map(_accepted, responses))
        failed = [a for a in responses if not _accepted(a) and (some or _failed_by_chance(a))]
        self.failed_once += failed
        [again] = self._session.send_in_sequence(self._session.repeated(a.case for a in failed))
        accepted = {whose(response.case): response for response in again if _accepted(response)}
        return [accepted.get(whose(response.case), response) for response in responses]

    @property
    def _refused(self) -> Response | None:
        """The first customer's call that the target refused, an error envelope before others.

        A server that fails, or does not respond, shows nothing about the parameters.
        """
        if any(map(_accepted, self.first)):
            return None
        refused = [a for a in self.first if a.kind is EnvelopeKind.ERRORS]
        refused += [a for a in self.first if 400 <= (a.exchange.status or 0) < 429]
        return next(iter(refused), None)

    @property
    def _more_customers(self) -> int:
        return MORE_CUSTOMERS if self.cause.concerns_customer else 0

    def _by_format(self, responses: list[Response]) -> dict[Format, list[Response]]:
        return {
            format: [response for response in responses if response.case.format is format]
            for format in self._formats
        }


def _failed_by_chance(response: Response) -> bool:
    """Return True if a gateway, a dropped connection or a crash may be what failed."""
    problem, status = response.exchange.problem, response.exchange.status
    dropped = problem is not None and problem.kind is TransportErrorKind.DROPPED
    return dropped or (problem is None and status is not None and status >= 500)


def _accepted(response: Response) -> bool:
    return response.kind is EnvelopeKind.OVERVIEW
