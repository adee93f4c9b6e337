"""The judgement of one pytest item: a requirement in a format.

An item applies checks to responses, and then ends: passed, failed with findings, or not tested
with the reason. `target_session` sends the calls.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import TypeVar

import pytest
from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import COMMON_INVALID, State
from reseller_conformance.cases.plan import Depth
from reseller_conformance.checks.consistency import OWN, Bracketed, bracket, differing
from reseller_conformance.checks.moving_counters import COUNTS, counts_alone, moving_counters
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import (
    COMPARISONS,
    Comparison,
    Rule,
    Scope,
    Subject,
    refusal_due,
    rules_of,
)
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.checks.well_formed import pointer_to_cause
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import STOPPED_AT_VIOLATION
from reseller_conformance.findings.aggregate import of_few_responses
from reseller_conformance.findings.model import Finding, Outcome
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Level, Requirement
from reseller_conformance.suite.failure_report import FailureReport
from reseller_conformance.suite.needs import NOT_AT_SMOKE
from reseller_conformance.suite.property_search import Strategy, shrink
from reseller_conformance.suite.repetition import (
    MAX_REPEATED_CASES,
    Failure,
    bracketed,
    cause_of,
    members,
    passes_alone,
    whose,
)
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["Evaluation"]

REJECTED = (
    "only a few calls were made, because the documented call brings no overview: "
    "see success.returned, or call on with --keep-going"
)

TOO_FEW_CALLS = "--depth smoke makes no call for this"

Judged = TypeVar("Judged", Response, Bracketed, Sequence[Response])


class Evaluation:
    """The judgement of one requirement in one format."""

    def __init__(
        self,
        requirement: Requirement,
        format: Format | None,
        sent: TargetSession,
        record: Callable[[str, str], None],
        named: Callable[[str], str] = str,
    ) -> None:
        """Judge this requirement; `record` keeps the outcome with the item.

        `named` gives the options in a sentence the names that they have where it is read.
        """
        self.requirement = requirement
        self.session = sent
        self.plan = sent.plan
        self._format = format
        self._record = record
        self._named = named
        self._start()

    def _start(self) -> None:
        self._failures: list[Failure] = []
        self._subjects = 0
        self._unsent: list[Response] = []

    def start_over_without_calls(self) -> None:
        """Forget what was examined, and make no more calls: judge the responses so far."""
        self._start()
        self.session.stop()

    @property
    def format(self) -> Format:
        """The format that is judged; requirements on both have none."""
        assert self._format is not None, f"{self.requirement} compares the formats"
        return self._format

    # --- What is looked at -------------------------------------------------------------------

    def send(self, cases: Iterable[Case]) -> list[Response]:
        """Return the responses to these cases, valid calls only for customers who are known."""
        self.require_overview()
        answered = self.session.customers_with_overview(self.format)
        return self.session.send(
            case for case in cases if case.invalid or case.customer in answered
        )

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
        cases = [*self.plan.detours(self.format), *self.plan.unreadable(self.format)]
        if any(a.kind is EnvelopeKind.OVERVIEW for a in self.send(self.plan.post(self.format))):
            cases = [*cases, *self.plan.detours_by_post(self.format)]
        return self.send(case for case in cases if refusal_due(case) is self.requirement)

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
                f"nothing of this could be read in any overview: {pointer_to_cause(found)}"
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
            self.not_tested(
                f"no wrong call was answered with an error envelope: {pointer_to_cause(wrong)}"
            )
        return found

    def _responses_for(self, rule: Rule) -> list[Response]:
        """Return the responses that this rule is about."""
        if rule.subject is Subject.OVERVIEW:
            return self.overviews(*rule.fields)
        if rule.subject is Subject.ERROR_ENVELOPE:
            return self.error_lists()
        if rule.subject is Subject.REFUSAL:
            return self.with_envelope([*self._invalid_calls(rule), *self._announced()])
        responses = self.all_responses()
        if Scope.UNUSUAL in rule.scope:
            return [*responses, *self.session.groups.special_requests(self.format)]
        if Scope.UNDOCUMENTED in rule.scope:
            return [*responses, *self.session.groups.undocumented(self.format)]
        return responses

    def _announced(self) -> list[Response]:
        """Return the responses whose violations were announced, whichever stage sent the calls."""
        return self.session.send(
            case
            for requirement, case in self.session.confirmed
            if requirement is self.requirement and case.format is self.format
        )

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

    def side_by_side(self) -> list[Bracketed]:
        """Return each response in one format between two of the same customer in the other."""
        turns = self.session.groups.alternating_formats
        return [group for responses in turns for group in bracket(responses)]

    def bracket(
        self, responses: Iterable[Response], turn: int = 0, *, in_turn: bool = False
    ) -> list[Bracketed]:
        """Put each response between those that show how it should be: see `repetition`."""
        return bracketed(list(responses), self.session, turn, in_turn=in_turn)

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
        after = before | {whose(response.case): response for response in closing}

        def beside(response: Response) -> Bracketed:
            if response.kind is not EnvelopeKind.OVERVIEW:
                return Bracketed(response, response, response)
            format, customer = whose(response.case)
            known = self.session.customers_with_overview(format)
            groups = [
                self.without_wavering(Bracketed(before[format, who], response, after[format, who]))
                for who in dict.fromkeys((customer, *known))
            ]
            fitting = (group for group in groups if not any(differing(group, OWN)))
            return next(fitting, groups[0])

        return [beside(response) for response in responses]

    def explore(self, strategy: Strategy, check: Check[Response]) -> None:
        """Check the responses to what Hypothesis adds.

        Where the plan has found nothing, a failure is shrunk to the simplest case that fails.
        """
        fresh = not self._failures
        responses = self.shared(lambda format: self.session.property_cases(strategy, format), check)
        self._unsent += [response for response in responses if not response.was_sent]
        failed = [response for response in responses if response.was_sent and any(check(response))]
        if failed and fresh:
            failed = [self._simplest(strategy, check) or failed[0]]
        self.check(failed, check)

    def _simplest(self, strategy: Strategy, check: Check[Response]) -> Response | None:
        made: SearchStrategy[Case] = strategy(self.format, len(self.session.target.customers))

        def fails(case: Case) -> bool:
            return any(any(check(response)) for response in self.send([case]))

        settings = self.session.settings
        case = shrink(made, fails, settings.depth.examples, settings.seed)
        return next(iter(self.send([case])), None) if case is not None else None

    # --- How it is judged --------------------------------------------------------------------

    def check(self, subjects: Iterable[Judged], check: Check[Judged]) -> None:
        """Judge each of these, a response or a group of responses, by this check."""
        for subject in subjects:
            missing = [response for response in members(subject) if not response.was_sent]
            self._unsent += missing
            if missing:
                continue
            self._subjects += 1
            if found := self._found(subject, check):
                self._failures.append(self._failure(subject, check, found))

    def _found(self, subject: Judged, check: Check[Judged]) -> tuple[Violation, ...]:
        return tuple(check(self.without_wavering(subject))) if any(check(subject)) else ()

    def _failure(
        self, subject: Judged, check: Check[Judged], found: tuple[Violation, ...]
    ) -> Failure:
        def again(responses: Sequence[Response]) -> bool:
            return bool(self._found(_like(subject, responses), check))

        return Failure(found, members(subject), again)

    def without_wavering(self, group: Judged) -> Judged:
        """Return the group, less the counts that waver, where counts alone lie outside.

        More calls show which counts waver. They are made once for each customer; where they cannot
        be made, counts say nothing.
        """
        if not isinstance(group, Bracketed) or not counts_alone(group):
            return group
        case, formats = group.response.case, {group.before.case.format, group.response.case.format}
        readings = self.session.groups.rereadings(case.customer)
        if missing := [response for response in readings if not response.was_sent]:
            self._unsent += missing
            return replace(group, wavering=COUNTS)
        if len(formats) > 1:  # these were read in turn, the customer's calls alone
            turns = self.session.groups.alternating_formats
            readings = [a for t in turns for a in t if a.case.customer == case.customer] + readings
        return replace(group, wavering=moving_counters(readings, formats))

    def check_sequence(
        self, responses: Iterable[Response], check: Check[Bracketed], turn: int = 0
    ) -> None:
        """Judge responses to calls that were sent in turn, each among those that it should equal.

        What a race mixes up has its own requirement: a response that differs is also compared with
        control calls that are sent in turn.
        """
        responses = list(responses)
        groups = self.bracket(responses, turn)
        if any(any(check(group)) for group in groups):
            groups = self.bracket(responses, turn, in_turn=True)
        self.check(groups, check)

    def __call__(self, subjects: Iterable[Judged], check: Check[Judged]) -> None:
        """Examine these, and conclude."""
        self.check(subjects, check)
        self.finish()

    def judge_by_rules(self) -> None:
        """Judge by every rule and comparison of this requirement, and conclude."""
        self.check_rules()
        self.finish()

    def check_rules(self) -> None:
        """Judge by every rule and comparison of this requirement."""
        for rule in rules_of(self.requirement):
            self.check(self._responses_for(rule), rule.check)
        for comparison in COMPARISONS:
            if comparison.requirement is self.requirement:
                self._compare(comparison)

    def _compare(self, comparison: Comparison) -> None:
        if comparison.format is None:
            self._require_both_formats()
        if comparison.format in (None, self._format):
            self.check(self.side_by_side(), comparison.check)

    def refusals(self, responses: Iterable[Response]) -> None:
        """Judge responses to invalid calls, and conclude."""
        read = self.with_envelope(responses)
        for rule in rules_of(self.requirement):
            self.check(read, rule.check)
        self.finish()

    def with_envelope(self, responses: Iterable[Response]) -> list[Response]:
        """Return those of these responses to invalid calls that are envelopes.

        One that is none refuses nothing, but it lets nobody in either: `http` and `readable` say
        what it is, and where there is no other this was not tested.
        """
        responses = list(responses)
        read = [response for response in responses if response.kind is not EnvelopeKind.UNKNOWN]
        self._unsent += [response for response in responses if not response.was_sent]
        if responses and not read and not self._unsent:
            self.not_tested(
                f"no such call was answered with an envelope: {pointer_to_cause(responses)}"
            )
        return read

    def finish(self) -> None:
        """End the item: with findings, or for want of anything to judge, or well."""
        self.session.validate()
        if reason := self.session.schemas.reason(self.requirement, self._format or "both"):
            self._end(Outcome.ERROR, reason)
            pytest.fail(visible(reason), pytrace=False)
        if self._failures:
            self._leave_out_what_passes_alone()
            self._fail()
        if self._unsent:
            self.not_tested(self._unsent_reason())
        if self.session.preflight.rejected:
            self.not_tested(REJECTED)
        if not self._subjects:
            is_smoke = self.session.settings.depth is Depth.SMOKE
            nothing = "no answer was of the kind that it speaks of"
            self.not_tested(TOO_FEW_CALLS if is_smoke else nothing)
        self._end(Outcome.PASSED)

    def _leave_out_what_passes_alone(self) -> None:
        """Repeat the simplest failures; end the item where another requirement tells the cause."""
        if self.session.preflight.rejected:
            return
        # what was announced while the run went on stays a failure
        failures = sorted(
            self._failures, key=lambda one: (not self._is_confirmed(one), one.complexity)
        )
        kept, causes = [], []
        for failure in failures[:MAX_REPEATED_CASES]:
            if self._is_confirmed(failure):
                kept.append(failure)
                continue
            cause = cause_of(self.requirement, failure, self.session)
            if cause and passes_alone(failure, self.session):
                causes.append(cause)
            else:
                kept.append(failure)
        if causes and not kept:
            self.not_tested(f"what failed passes when it is called alone: see {causes[0]}")
        self._failures = [*kept, *failures[MAX_REPEATED_CASES:]]

    def _is_confirmed(self, failure: Failure) -> bool:
        cases = (response.case for response in failure.responses)
        return any((self.requirement, case) in self.session.confirmed for case in cases)

    def _unsent_reason(self) -> str:
        problems = [response.exchange.problem for response in self._unsent]
        [(why, _)] = Counter(problem.detail for problem in problems if problem).most_common(1)
        return why if why == STOPPED_AT_VIOLATION else f"not all calls were made: {why}"

    def observe(self, accepted: bool, detail: str) -> None:
        """End an item that is observed, never counted."""
        if self._unsent:
            self.not_tested(self._unsent_reason())
        observed = "yes" if accepted else "no"
        self._record("observed", observed)
        self._end(Outcome.PASSED, f"{observed}: {detail}")

    def satisfied(self, reason: str) -> None:
        """End the item passed, because what it is about does not occur."""
        self._end(Outcome.PASSED, reason)

    def not_tested(self, reason: str) -> None:
        """End the item untested."""
        reason = self._named(reason)
        self._end(Outcome.NOT_TESTED, reason)
        pytest.skip(visible(reason))

    def not_applicable(self, reason: str) -> None:
        """End the item: it has no meaning here."""
        reason = self._named(reason)
        self._end(Outcome.NOT_APPLICABLE, reason)
        pytest.skip(visible(reason))

    def require_depth(self) -> None:
        """End the item untested where it compares more calls than `--depth smoke` makes."""
        is_smoke = self.session.settings.depth is Depth.SMOKE
        if is_smoke and self.requirement.topic in NOT_AT_SMOKE:
            self.not_tested(TOO_FEW_CALLS)

    def require_overview(self) -> None:
        """End the item untested where the documented call brings no overview."""
        self.require_reachable()
        if not self.session.customers_with_overview(self.format):
            self.not_tested("the documented call brings no overview: see success.returned")

    def _require_both_formats(self) -> None:
        """End the item where one format brings no overview to compare with the other."""
        self.require_reachable()
        if self.session.settings.partial:
            self.not_applicable("one format alone is tested")
        for format in self.session.settings.formats:
            if not self.session.customers_with_overview(format):
                self.not_tested(
                    f"the documented call brings no overview in {format}: see success.returned"
                )

    def require_envelope(self) -> None:
        """End the item untested where the documented call brings neither envelope."""
        self.require_reachable()
        if not self.session.returns_envelope(self.format):
            self.not_tested("the documented call brings no envelope: see success.returned")

    def require_reachable(self) -> None:
        """End the item untested where the target cannot be reached."""
        if silence := self.session.unreachable_reason:
            self.not_tested(silence)

    # --- How it ends -------------------------------------------------------------------------

    def _fail(self) -> None:
        report = FailureReport(self.requirement, self._format, self.session, self._named)
        violations = [violation for failure in self._failures for violation in failure.violations]
        kinds = report.findings_by_kind(violations, self._unsent_reason() if self._unsent else "")
        findings = of_few_responses(kinds.values())
        self._end(Outcome.FAILED, findings[0].got, findings)
        spots = [replace(spot, known=one.known) for spot, one in kinds.items()]
        self._record("violations", json.dumps([asdict(spot) for spot in spots]))
        if all(spot.known for spot in spots):
            known = "; ".join(dict.fromkeys(spot.known for spot in spots))
            self._record("known", known)
            pytest.xfail(visible(f"known: {known}"))
        if self.requirement.level in (Level.MUST, self.session.settings.level):
            self.session.count_violation(self.requirement, self._format or "both")
            pytest.fail(report.text(findings), pytrace=False)
        pytest.xfail(visible(f"{self.requirement.level.upper()}: {findings[0].got}"))

    def _end(self, outcome: Outcome, reason: str = "", findings: Sequence[Finding] = ()) -> None:
        self._record("target", self.session.name)
        self._record("outcome", outcome.value)
        self._record("reason", reason)
        if findings:
            self._record("findings", json.dumps([asdict(one) for one in findings]))


def _like(subject: Judged, responses: Sequence[Response]) -> Judged:
    """Return other responses to the same calls as what is judged together."""
    if isinstance(subject, Response):
        return responses[0]
    if isinstance(subject, Bracketed):
        before, response, after = responses
        return Bracketed(before, response, after)
    return responses
