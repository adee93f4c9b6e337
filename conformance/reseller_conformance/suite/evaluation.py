"""The judgement of one pytest item: checks are applied to responses, and the item ends.

`item_responses` gets the responses, and `item` has the ways to end without a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import pytest
from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import COMPARISONS, Comparison, rules_of
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.checks.well_formed import is_lost, pointer_to_cause
from reseller_conformance.exchange import STOPPED_AT_VIOLATION
from reseller_conformance.findings.aggregate import of_few_responses
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Level
from reseller_conformance.suite.causes import INTERMITTENT, cause_of, intermittent_failures
from reseller_conformance.suite.failure_report import FailureReport
from reseller_conformance.suite.item import TOO_FEW_CALLS, unsent_because
from reseller_conformance.suite.item_responses import ItemResponses, Judged
from reseller_conformance.suite.narrowing import with_fewer_parameters
from reseller_conformance.suite.property_search import Strategy, shrink
from reseller_conformance.suite.repetition import (
    MAX_REPEATED_CASES,
    Failure,
    members,
    passes_alone,
)

__all__ = ["Evaluation"]

REJECTED = (
    "only a few calls were made, because the documented call brings no overview: "
    "see success.returned, or call on with --keep-going"
)


class Evaluation(ItemResponses):
    """The judgement of one requirement in one format."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What was found so far."""
        return tuple(one for failure in self.failures for one in failure.violations)

    def start_over_without_calls(self) -> None:
        """Forget what was examined, and make no more calls: judge the responses so far."""
        self.failures, self.subjects = [], 0
        self.lost.clear()
        self.unsent.clear()
        self.session.stop()

    def explore(self, strategy: Strategy, check: Check[Response]) -> None:
        """Check the responses to what Hypothesis adds.

        Where the plan has found nothing, a failure is shrunk to the simplest case that fails.
        """
        fresh = not self.failures
        responses = self.shared(lambda format: self.session.property_cases(strategy, format), check)
        self.unsent += [response for response in responses if not response.was_sent]
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

    def check(self, subjects: Iterable[Judged], check: Check[Judged]) -> None:
        """Judge each of these, a response or a group of responses, by this check."""
        for subject in subjects:
            missing = [response for response in members(subject) if not response.was_sent]
            self.unsent += missing
            if missing:
                continue
            lost = [response for response in members(subject) if is_lost(response)]
            self.lost += lost
            self.subjects += not lost
            if found := self._found(subject, check):
                self.failures.append(self._failure(subject, check, found))

    def _found(self, subject: Judged, check: Check[Judged]) -> tuple[Violation, ...]:
        return tuple(check(self.without_moving_values(subject))) if any(check(subject)) else ()

    def _failure(
        self, subject: Judged, check: Check[Judged], found: tuple[Violation, ...]
    ) -> Failure:
        def judge(responses: Sequence[Response]) -> tuple[Violation, ...]:
            return self._found(_like(subject, responses), check)

        return Failure(found, members(subject), judge)

    def check_sequence(
        self, responses: Iterable[Response], check: Check[Bracketed], turn: int = 0
    ) -> None:
        """Judge responses to calls sent in turn, each among those that it should equal."""
        self.check(self.bracket(responses, turn), check)

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
            self.check(self.responses_for(rule), rule.check)
        if self.requirement in INTERMITTENT and not self.failures:
            self.failures += intermittent_failures(self.requirement, self.format, self.session)
        for comparison in COMPARISONS:
            if comparison.requirement is self.requirement:
                self._compare(comparison)

    def _compare(self, comparison: Comparison) -> None:
        if comparison.format is None:
            self.require_both_formats()
        if comparison.format in (None, self._format):
            self.check(self.session.groups.side_by_side, comparison.check)

    def refusals(self, responses: Iterable[Response], otherwise: str = "") -> None:
        """Judge responses to invalid calls, and conclude; `otherwise` says why there are none."""
        read = self.with_envelope(responses)
        for rule in rules_of(self.requirement):
            self.check(read, rule.check)
        self.finish(otherwise)

    def finish(self, otherwise: str = "") -> None:
        """End the item: failed with findings, not tested with the reason, or passed.

        `otherwise` is the reason if nothing could be judged.
        """
        self.session.validate()
        if reason := self.session.schemas.reason(self.requirement, self._format or "both"):
            self.end(Outcome.ERROR, reason)
            pytest.fail(visible(reason), pytrace=False)
        if not self.failures:
            self._add_announced()
        if self.failures:
            self._leave_out_what_passes_alone()
            self.failures += with_fewer_parameters(self.failures, self.session)
            self._leave_out_void()
            self._fail()
        if self.unsent:
            self.not_tested(self.unsent_reason())
        if self.session.preflight.rejected:
            self.not_tested(REJECTED)
        if len(self.lost) > self.subjects:
            self.not_tested(f"most calls got no response: {pointer_to_cause(self.lost)}")
        if not self.subjects:
            self.not_tested(otherwise or self._nothing_judged())
        self.end(Outcome.PASSED)

    def _nothing_judged(self) -> str:
        """Return why there was nothing to judge."""
        if note := self.session.environment.note:
            return unsent_because(note.reason)
        is_smoke = self.session.settings.depth is Depth.SMOKE
        return TOO_FEW_CALLS if is_smoke else "no response was of the kind that this is about"

    def _add_announced(self) -> None:
        """Add the violation that was announced, if it does not show beside later control calls.

        A run that stops at this violation does not make them.
        """
        if violation := self.session.live.violations.get((self.requirement, self._format)):
            self.failures.append(Failure((violation,), (violation.response,), lambda _: ()))

    def _leave_out_what_passes_alone(self) -> None:
        """Repeat the simplest failures. End the item if another requirement is the cause of all."""
        if self.session.preflight.rejected:
            return
        # a violation that was announced during the run remains a failure
        failures = sorted(
            self.failures, key=lambda one: (not self._is_confirmed(one), one.complexity)
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
        self.failures = [*kept, *failures[MAX_REPEATED_CASES:]]

    def _leave_out_void(self) -> None:
        """Drop what a protection has refused, where repeated calls have only now shown that."""
        known = self.session.responses
        kept = [one for one in self.failures if all(a.case in known for a in one.responses)]
        if not kept:
            notes = self.session.environment.notes
            self.not_tested(
                unsent_because(
                    notes[0].reason if notes else "a protection refused its calls for a moment"
                )
            )
        self.failures = kept

    def _is_confirmed(self, failure: Failure) -> bool:
        cases = (response.case for response in failure.responses)
        return any((self.requirement, case) in self.session.confirmed for case in cases)

    def _fail(self) -> None:
        report = FailureReport(self.requirement, self._format, self.session, self._named)
        reason = self.unsent_reason() if self.unsent else ""
        hint = "" if reason == STOPPED_AT_VIOLATION else reason
        kinds = report.findings_by_kind(self.violations, hint)
        findings = of_few_responses(kinds.values())
        self.end(Outcome.FAILED, findings[0].got, findings)
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


def _like(subject: Judged, responses: Sequence[Response]) -> Judged:
    """Return a subject like this one, made of other responses to the same calls."""
    if isinstance(subject, Response):
        return responses[0]
    if isinstance(subject, Bracketed):
        before, response, after = responses
        return Bracketed(before, response, after)
    return responses
