"""Judges each response as it arrives, so that a violation is known long before the run ends.

A violation is announced only if the final report is certain to count it. The call is first repeated
while nothing else is in flight: if it passes then, a race may be the cause. What several responses
show is compared when their stage has been sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import is_ordinary_but_for_extra
from reseller_conformance.cases.stages import Stage
from reseller_conformance.checks import success
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import ALL_EVIDENCE, Rule, Subject, rules_for
from reseller_conformance.checks.second_opinion import disputed
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.findings.kinds import Spot, kind_of, place_of
from reseller_conformance.reports.progress import LiveViolation
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Level, Requirement, column_of
from reseller_conformance.suite.live_comparisons import LiveComparison, live_comparisons
from reseller_conformance.suite.refusals import may_be_protection
from reseller_conformance.suite.repetition import members
from reseller_conformance.suite.rereadings import differs_again, without_moving_values
from reseller_conformance.suite.unusual_calls import UnusualCalls

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["LiveJudge"]

MAX_TRIES = 3
"""How often a call must fail again, alone, before its violation is announced."""

MAX_SUSPICIONS = 3
"""How often calls of one requirement and format are repeated, if they pass alone each time."""

MAX_SHOWN_CHARS = 160

BY_COMPARISON = (
    *(r.REJECTS_USER_UNKNOWN, r.REJECTS_USER_ADDRESS, r.REJECTS_API_KEY_SPELLING),
    r.REJECTS_COMBINED,
)
"""Refusals that depend on other responses: a near miss may be another customer's name.

The spelling of a key shows nothing where other keys are accepted.

What `unusual_calls` finds of them is certain all the same.
"""

Key = tuple[Requirement, Format | None]


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """A violation that one response shows, and the check that judges another one."""

    violation: Violation
    check: Check[Response]

    @property
    def case(self) -> Case:
        return self.violation.response.case

    def is_confirmed_by(self, again: Response | None) -> bool:
        return again is not None and again.was_sent and any(self.check(again))


class LiveJudge:
    """Judges the responses of one target as they arrive."""

    def __init__(self, session: TargetSession) -> None:
        """Judge for this session, which calls `look` and `confirm`.

        `violations` are those that `announced` has in words.
        """
        self._session = session
        self._suspicions: dict[Key, _Suspicion] = {}
        self._counts: Counter[Key] = Counter()
        self._unusual_calls = UnusualCalls(session)
        self.announced: dict[Key, LiveViolation] = {}
        self.violations: dict[Key, Violation] = {}

    @property
    def is_suspicious(self) -> bool:
        """Whether a violation waits to be confirmed by more calls."""
        return bool(self._suspicions)

    def look_at_first(self) -> None:
        """Judge the first customer's calls, which go before all others."""
        for response in self._session.preflight.first:
            if response.kind is EnvelopeKind.OVERVIEW:
                self._look(response)

    def look_at_start(self) -> None:
        """Judge the documented calls."""
        for format, responses in self._session.initial_calls.items():
            for response in responses:
                self._suspect((r.SUCCESS_RETURNED, format), response, success.returned)
                self.look(response)

    def look(self, response: Response) -> None:
        """Judge one response by all rules for a single one."""
        case = response.case
        if not self._session.returns_envelope(case.format):
            return
        if is_ordinary_but_for_extra(case):
            self._look(response)
        if doubt := self._unusual_calls.doubt(response):
            key = doubt.requirement, case.format
            self._suspect(key, response, doubt.shows, doubt.confirms)

    def _look(self, response: Response) -> None:
        """Judge the response to a call that is ordinary but for its undocumented parameters."""
        case = response.case
        for rule in rules_for(response, ALL_EVIDENCE):
            if self._judges(rule, case):
                self._suspect((rule.requirement, case.format), response, rule.check)

    def _judges(self, rule: Rule, case: Case) -> bool:
        """Return True if this rule needs only the response to this call."""
        if rule.subject is not Subject.REFUSAL:
            return not case.extra and rule.requirement is not r.SUCCESS_RETURNED
        known = bool(self._session.customers_with_overview(case.format))
        return known and rule.requirement not in BY_COMPARISON

    def _suspect(
        self,
        key: Key,
        response: Response,
        check: Check[Response],
        confirms: Check[Response] | None = None,
    ) -> None:
        requirement, _ = key
        if key in self.announced or key in self._suspicions or not response.was_sent:
            return
        if self._counts[key] >= MAX_SUSPICIONS or not self._counts_in_report(requirement):
            return
        violation = next((one for one in check(response) if not self._is_known(key, one)), None)
        if violation and requirement not in disputed(response):
            self._suspicions[key] = _Suspicion(violation, confirms or check)

    def _counts_in_report(self, requirement: Requirement) -> bool:
        judged = self._session.judged
        levels = (Level.MUST, self._session.settings.level)
        return requirement.level in levels and (judged is None or requirement.id in judged)

    def _is_known(self, key: Key, violation: Violation) -> bool:
        """Return True if the baseline accepts this violation."""
        baseline = self._session.settings.baseline
        where, expected = violation.where, violation.expected
        place, kind = place_of(where, expected), kind_of(where, expected, violation.actual)
        requirement, format = key
        spot = Spot(requirement.id, column_of(format), place, kind)
        return baseline is not None and baseline.known_entry(spot) is not None

    def confirm(self) -> list[LiveViolation]:
        """Repeat the suspicious calls alone, and announce those that fail each time."""
        if not self._suspicions:
            return []
        suspicions, self._suspicions = self._suspicions, {}
        self._counts.update(suspicions.keys())
        for turn in range(MAX_TRIES):
            # a call that hangs is repeated once: each takes the whole time limit
            due = {
                key: one
                for key, one in suspicions.items()
                if turn == 0 or not _hangs(one.violation.response)
            }
            again = self._repeated(one.case for one in due.values())
            suspicions = {
                key: one
                for key, one in suspicions.items()
                if key not in due or one.is_confirmed_by(again.get(one.case))
            }
        suspicions = {k: one for k, one in suspicions.items() if not self._is_doubtful(one)}
        found = {key: self._announce(key, one.violation) for key, one in suspicions.items()}
        self._session.confirmed |= {(key[0], one.case) for key, one in suspicions.items()}
        return list(found.values())

    def compare(self, stage: Stage) -> list[LiveViolation]:
        """Compare the responses of a stage that has been sent, and announce what differs."""
        found: dict[Key, LiveViolation] = {}
        for one in live_comparisons(self._session, stage):
            key = one.requirement, one.format
            if key in self.announced or not self._counts_in_report(one.requirement):
                continue
            for group, violation in one.violations(self._session):
                if self._is_known(key, violation):
                    continue
                if self._is_certain(one, group):
                    found[key] = self._announce(key, violation)
                    self._session.confirmed |= {(one.requirement, a.case) for a in members(group)}
                break
        return list(found.values())

    def _is_certain(self, one: LiveComparison, group: Bracketed) -> bool:
        if not (one.is_confirmed or self._differs_again(group, one.check)):
            return False
        earlier = self._session.environment.earlier
        return not earlier.may_be_of_lock(members(group), among_others=one.is_confirmed)

    def _differs_again(self, group: Bracketed, check: Check[Bracketed]) -> bool:
        def differs(again: Bracketed) -> bool:
            return any(check(without_moving_values(self._session, again)[0]))

        return differs_again(self._session, group, differs)

    def _is_doubtful(self, one: _Suspicion) -> bool:
        """Say whether a lock may have refused the call. The item judges it when all is known."""
        response, earlier = one.violation.response, self._session.environment.earlier
        if may_be_protection(response) and earlier.may_be_of_lock([response], among_others=False):
            return True
        return not self._is_still_served(one.case)

    def _is_still_served(self, case: Case) -> bool:
        """Return True unless this customer's valid call is refused by now, by a quota or a lock."""
        format, customer = case.format, case.customer
        if customer not in self._session.customers_with_overview(format):
            return True
        controls = self._session.controls.send(Case(format, customer=customer))
        return all(control.kind is EnvelopeKind.OVERVIEW for control in controls)

    def forget(self, cases: Iterable[Case]) -> None:
        """Drop the suspicions about these calls, whose responses are invalid evidence."""
        void = set(cases)
        self._suspicions = {k: one for k, one in self._suspicions.items() if one.case not in void}

    def look_at_other_format(self, violations: Iterable[LiveViolation]) -> None:
        """Send the calls that these violations show in the other format, and judge them."""
        ids = {(one.requirement, one.format) for one in violations}
        cases = [
            replace(case, format=format)
            for requirement, case in self._session.confirmed
            if (requirement.id, case.format.value) in ids
            for format in self._session.settings.formats
            if format is not case.format
        ]
        for response in self._session.send(cases):
            self.look(response)

    def _repeated(self, cases: Iterable[Case]) -> dict[Case, Response]:
        """Return a new response to each of these calls, sent one after the other."""
        distinct = list(dict.fromkeys(cases))
        case_of = dict(zip(self._session.repeated(distinct), distinct, strict=True))
        [responses] = self._session.send_in_sequence(case_of)
        return {case_of[response.case]: response for response in responses}

    def _announce(self, key: Key, violation: Violation) -> LiveViolation:
        """Keep the violation for its item, and return it in words."""
        self.violations[key] = violation
        requirement, format = key
        traffic = self._session.client.traffic
        what = visible(f"{violation.where}: {violation.actual}")[:MAX_SHOWN_CHARS]
        self.announced[key] = LiveViolation(
            requirement.id,
            requirement.level.value,
            column_of(format),
            what,
            traffic.seconds,
            traffic.calls,
        )
        return self.announced[key]


def _hangs(response: Response) -> bool:
    problem = response.exchange.problem
    return problem is not None and problem.kind is TransportErrorKind.TIMEOUT
