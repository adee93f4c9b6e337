"""The responses that a pytest item judges, and those that it compares them with.

`plan` has the cases, and `target_session` sends them. `evaluation` applies the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import COMMON_INVALID, State
from reseller_conformance.checks.consistency import OWN, Bracketed, differing
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import Rule, Scope, Subject, refusal_due
from reseller_conformance.checks.violation import Check
from reseller_conformance.checks.well_formed import is_lost, pointer_to_cause
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.suite.item import Item
from reseller_conformance.suite.repetition import bracketed, whose
from reseller_conformance.suite.rereadings import without_moving_values

__all__ = ["ItemResponses", "Judged"]

Judged = TypeVar("Judged", Response, Bracketed, Sequence[Response])


class ItemResponses(Item):
    """A pytest item that can get the responses which it judges."""

    def send(self, cases: Iterable[Case]) -> list[Response]:
        """Return the responses to these cases, valid ones only for customers with an overview."""
        self.require_overview()
        known = self.session.customers_with_overview(self.format)
        return self.session.send(case for case in cases if case.invalid or case.customer in known)

    def single(self, parameter: str, *states: State) -> list[Response]:
        """Return the responses to calls with this parameter in each of these states."""
        return self.shared(lambda format: self.plan.single(format, parameter, states))

    def shared(
        self, make: Callable[[Format], list[Case]], fails: Check[Response] = refused
    ) -> list[Response]:
        """Return the responses to calls that the formats share: see `shared_calls`."""
        self.require_overview()
        return self.session.shared_calls.send(self.format, make, fails)

    def missing(self, parameter: str) -> list[Response]:
        """Return the responses to calls without this parameter."""
        responses = self.single(parameter, State.MISSING)
        before = self._before(parameter, State.MISSING)
        operators = self.shared(lambda format: self.plan.operators(format, parameter))
        return [*responses, *before, *operators, *self.detours()]

    def empty(self, parameter: str) -> list[Response]:
        """Return the responses to calls with this parameter empty."""
        responses = self.single(parameter, State.EMPTY)
        return [*responses, *self._before(parameter, State.EMPTY), *self.detours()]

    def invalid(self, parameter: str) -> list[Response]:
        """Return the responses to calls in which this parameter alone has an invalid value."""
        responses = self.single(parameter, *COMMON_INVALID[parameter])
        before = self._before(parameter, State.UNKNOWN)
        near_misses = self.shared(lambda format: self.plan.near_misses(format, parameter))
        return [*responses, *before, *near_misses, *self.detours()]

    def detours(self) -> list[Response]:
        """Return the responses to calls that might get around this requirement."""
        cases = self._ways_around()
        return self.send(case for case in cases if refusal_due(case) is self.requirement)

    def _ways_around(self) -> list[Case]:
        plan, format = self.plan, self.format
        written = [*plan.malformed(format), *plan.repeated_parameters(format)]
        return [*plan.detours(format), *written, *self._invalid_forms()]

    def _invalid_forms(self) -> list[Case]:
        """Return the invalid forms, if a valid one gets an overview."""
        valid = self.send(self.plan.post(self.format))
        accepted = any(response.kind is EnvelopeKind.OVERVIEW for response in valid)
        return self.plan.detours_by_post(self.format) if accepted else []

    def _before(self, parameter: str, state: State) -> list[Response]:
        """Return the responses to such calls that were made before any valid one."""
        sent = self.send(self.plan.cold_cache_probes(self.format))
        return [response for response in sent if response.case.state(parameter) is state]

    def all_responses(self) -> list[Response]:
        """Return every response in this format."""
        self.require_envelope()
        return self.session.groups.ordinary(self.format)

    def overviews(self, *names: str) -> list[Response]:
        """Return the responses that are, or were meant as, overviews, and have these fields."""
        found = [a for a in self.all_responses() if a.kind is EnvelopeKind.OVERVIEW]
        whole = [response for response in found if all(name in response.values for name in names)]
        if not found:
            self.require_overview()
        elif not whole:
            self.not_tested(
                f"no overview has readable values of these fields: {pointer_to_cause(found)}"
            )
        return whole

    def error_lists(self) -> list[Response]:
        """Return the responses that are, or were meant as, error envelopes."""
        responses = self.all_responses()
        found = [response for response in responses if response.kind is EnvelopeKind.ERRORS]
        if not found:
            wrong = [
                response for response in responses if response.case.invalid and response.was_sent
            ]
            self.not_tested(f"no invalid call got an error envelope: {pointer_to_cause(wrong)}")
        return found

    def responses_for(self, rule: Rule) -> list[Response]:
        """Return the responses that this rule is about."""
        if rule.subject is Subject.OVERVIEW:
            return self.overviews(*rule.fields)
        if rule.subject is Subject.ERROR_ENVELOPE:
            beyond = self._beyond_ordinary(rule.scope)
            return [*self.error_lists(), *(a for a in beyond if a.kind is EnvelopeKind.ERRORS)]
        if rule.subject is Subject.REFUSAL:
            return self.with_envelope(self.with_announced(self._invalid_calls(rule)))
        return [*self.all_responses(), *self._beyond_ordinary(rule.scope)]

    def _beyond_ordinary(self, scope: Scope) -> list[Response]:
        groups, found = self.session.groups, []
        if Scope.UNUSUAL in scope:
            found = groups.special_requests(self.format)
        elif Scope.UNDOCUMENTED in scope:
            found = groups.undocumented(self.format)
        if self.session.customers_with_overview(self.format):
            cases = self.plan.clients(self.format) if Scope.CLIENTS in scope else []
            forms = self._invalid_forms() if Scope.FORMS in scope else []
            others = self._ways_around() if Scope.OTHER in scope else []
            sent = self.send(dict.fromkeys([*cases, *forms, *others]))
            # specification, section 4: what can hardly be read may be refused in any way, such as
            # by a page of the HTTP server that shows the URL
            found = [
                *found,
                *(a for a in sent if a.kind is not EnvelopeKind.UNKNOWN or not any(a.case.around)),
            ]
        return found

    def with_announced(self, responses: Iterable[Response]) -> list[Response]:
        """Add the responses whose violations were announced, whichever stage sent the calls."""
        announced = self.session.send(
            case
            for requirement, case in self.session.confirmed
            if requirement is self.requirement and case.format is self.format
        )
        return list({a.case: a for a in (*responses, *announced)}.values())

    def _invalid_calls(self, rule: Rule) -> list[Response]:
        if rule.state is State.MISSING:
            return self.missing(rule.parameter)
        return self.empty(rule.parameter) if rule.state else self.invalid(rule.parameter)

    def special_texts_in_both_formats(self) -> tuple[list[Response], list[Response]]:
        """Return the responses to special texts in this format, and those in the other."""
        texts = {
            f: self.session.groups.special_text_responses(f) for f in self.session.settings.formats
        }
        own = texts.pop(self.format)
        return own, [response for others in texts.values() for response in others]

    def bracket(self, responses: Iterable[Response], turn: int = 0) -> list[Bracketed]:
        """Put each response between those that show how it should be: see `repetition`."""
        return bracketed(list(responses), self.session, turn)

    def beside_the_customer(self, responses: Iterable[Response]) -> list[Bracketed]:
        """Put each response to an invalid call between overviews of the customer that it shows.

        That is the customer that the call is about, unless only another one's account fits. A
        response without an account is compared with nothing.
        """
        responses = list(responses)
        shown = [response for response in responses if response.kind is EnvelopeKind.OVERVIEW]
        closing = self.session.controls.after(shown) if shown else []
        opening = [
            response
            for f in self.session.settings.formats
            for response in self.session.initial_calls[f]
        ]
        before = {whose(response.case): response for response in opening}
        # a run that stops at a violation sends no closing calls
        after = before | {whose(one.case): one for one in closing if one.was_sent}

        def beside(response: Response) -> Bracketed:
            if response.kind is not EnvelopeKind.OVERVIEW:
                return Bracketed(response, response, response)
            format, customer = whose(response.case)
            known = self.session.customers_with_overview(format)
            groups = [
                self.without_moving_values(
                    Bracketed(before[format, who], response, after[format, who])
                )
                for who in dict.fromkeys((customer, *known))
            ]
            fitting = (group for group in groups if not any(differing(group, OWN)))
            return next(fitting, groups[0])

        return [beside(response) for response in responses]

    def without_moving_values(self, group: Judged) -> Judged:
        """Return the group without the values that move, if the account is its own otherwise."""
        if not isinstance(group, Bracketed):
            return group
        judged, missing = without_moving_values(self.session, group)
        self.unsent += missing
        return judged

    def with_envelope(self, responses: Iterable[Response]) -> list[Response]:
        """Return those of these responses to invalid calls that are envelopes.

        A response that is no envelope violates `http` or `readable` instead. The item ends untested
        if no response is an envelope.
        """
        responses = list(responses)
        read = [response for response in responses if response.kind is not EnvelopeKind.UNKNOWN]
        self.unsent += [response for response in responses if not response.was_sent]
        self.lost += filter(is_lost, responses)
        if responses and not read and not self.unsent:
            self.not_tested(f"no such call got an envelope: {pointer_to_cause(responses)}")
        return read
