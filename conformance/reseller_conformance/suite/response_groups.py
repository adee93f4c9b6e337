"""The groups of responses that requirements are about, most of them in one format.

`planned_calls` sends the stages of the plan. What a group needs beside them is sent here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import chain, combinations
from typing import TYPE_CHECKING

from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import holds_special_text, is_ordinary
from reseller_conformance.cases.stages import STAGES
from reseller_conformance.checks import consistency, success
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.suite.environment import NO_WRONG_CREDENTIALS

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["ResponseGroups"]


class ResponseGroups:
    """The responses of one session by groups."""

    def __init__(self, session: TargetSession) -> None:
        """Take the responses from this session."""
        self._session = session
        self._plan = session.plan
        self._ordinary: dict[Format, list[Response]] = {}

    def ordinary(self, format: Format) -> list[Response]:
        """Return every response in this format that all requirements of form apply to.

        Special texts, and calls that the API docs do not mention, have requirements of their own.
        """
        if format not in self._ordinary:
            self._ordinary[format] = self._all_ordinary(format)
        return self._ordinary[format]

    def _all_ordinary(self, format: Format) -> list[Response]:
        session, preflight = self._session, self._session.preflight
        if preflight.rejected:
            diagnostic = [a for a in preflight.diagnostic_calls if a.case.format is format]
            return [*session.initial_calls[format], *diagnostic]
        probes = self._plan.cold_cache_probes(format) if session.needs.cold_cache_probes else []
        before = session.send(probes)
        # some of these calls may have been repeated
        again = chain.from_iterable(self.alternating_formats if self._compares_formats else ())
        planned = session.planned.responses
        documented = [*preflight.failed_once, *session.initial_calls[format]]
        if not session.environment.note:
            documented += session.controls.accepted
        sent = [*documented, *before, *planned, *again]
        responses = {response.case: response for response in sent if response.case.format is format}
        chosen = [response for case, response in responses.items() if is_ordinary(case)]
        # a call that the operator forbids is missing for its own requirement, not for all of form
        return [a for a in chosen if a.was_sent or not _is_forbidden(a)]

    @property
    def _compares_formats(self) -> bool:
        needs = self._session.needs
        return any(needs.includes(stage) for stage in STAGES if stage.name == "formats")

    def _send_in_sequence(self, cases: Iterable[Case]) -> list[Response]:
        [responses] = self._session.send_in_sequence(self._session.testable(cases))
        return responses

    def cache_probes(self, format: Format) -> list[Response]:
        """Return the responses to valid and invalid calls in turn."""
        return self._send_in_sequence(self._plan.cache_probes(format))

    def round_robin(self, format: Format) -> list[Response]:
        """Return the responses for each customer, and for the first again after each."""
        return self._send_in_sequence(self._plan.round_robin(format))

    def others_between(self, format: Format) -> list[Bracketed]:
        """Put each customer's first overview between two of each customer before it."""
        first: dict[int, Response] = {}
        last: dict[int, Response] = {}
        for response in self.round_robin(format):
            first.setdefault(response.case.customer, response)
            last[response.case.customer] = response
        pairs = combinations(first, 2)
        return [Bracketed(first[one], first[other], last[one]) for one, other in pairs]

    @cached_property
    def alternating_formats(self) -> list[list[Response]]:
        """The responses for each customer in both formats by turns, where both are tested.

        The calls for all customers are concurrent. What a race mixes up has its own requirement:
        customers of whom the formats show different values are called again, one after the other.
        """
        session = self._session
        if len(session.settings.formats) < len(Format):
            return []
        customers = range(len(session.target.customers))
        plans = map(self._plan.alternating_formats, customers)
        sent = session.send_in_sequence(*map(session.testable, plans))
        for who, responses in zip(customers, sent, strict=True):
            if any(any(consistency.formats(group)) for group in consistency.bracket(responses)):
                sent[who] = self._send_in_sequence(self._plan.alternating_formats(who, again=True))
        return [responses for responses in sent if len(responses) > 2]

    @property
    def side_by_side(self) -> list[Bracketed]:
        """Each response in one format between two of the same customer in the other."""
        turns = self.alternating_formats
        return [group for responses in turns for group in consistency.bracket(responses)]

    def rereadings(self, customer: int, part: int) -> list[Response]:
        """Return more overviews of one customer by turns, which show the values that move."""
        return self._send_in_sequence(self._plan.rereadings(customer, part))

    def readings(self, format: Format) -> list[list[Response]]:
        """Return each customer's overviews in this format, in the order in which they were read."""
        initial = self._session.initial_calls[format]
        sent = [*initial, *self.round_robin(format), *self.cache_probes(format)]
        sent += chain.from_iterable(self.alternating_formats)
        sent += self._session.controls.accepted
        responses = [a for a in sent if a.case.format is format and not a.case.invalid]
        responses.sort(key=lambda response: response.exchange.began)
        customers = dict.fromkeys(response.case.customer for response in responses)
        return [[a for a in responses if a.case.customer == customer] for customer in customers]

    def special_text_responses(self, format: Format) -> list[Response]:
        """Return the responses to calls in which a special text is the value of a parameter."""
        return [
            response
            for response in self._session.planned.responses
            if response.case.format is format and holds_special_text(response.case)
        ]

    def special_text_cases(self, format: Format) -> list[Case]:
        """Return the planned calls in which a special text is the value of a parameter."""
        return [response.case for response in self.special_text_responses(format)]

    def undocumented(self, format: Format) -> list[Response]:
        """Return the responses to valid calls with undocumented parameters."""
        if self._session.preflight.rejected:
            return []  # drawing examples takes longer than all calls that were made
        return self._session.shared_calls.send(format, self._undocumented_cases, success.returned)

    def _undocumented_cases(self, format: Format) -> list[Case]:
        explored = self._session.property_cases(strategies.undocumented_cases, format)
        return self._session.testable([*self._plan.undocumented(format), *explored])

    def special_requests(self, format: Format) -> list[Response]:
        """Return the responses to calls that have a requirement of form of their own."""
        if self._session.preflight.rejected:
            return []
        cases = [*self._plan.repeated_parameters(format), *self._plan.arrays(format)]
        texts, undocumented = self.special_text_responses(format), self.undocumented(format)
        return [*texts, *undocumented, *self._session.send(cases)]

    def concurrent_mix(self, format: Format) -> list[Response]:
        """Return the responses to concurrent calls for all customers, valid and invalid."""
        cases = self._session.testable(self._plan.concurrent_mix(format))
        return self._session.send(cases, at_once=True)


def _is_forbidden(response: Response) -> bool:
    problem = response.exchange.problem
    return problem is not None and problem.detail == NO_WRONG_CREDENTIALS
