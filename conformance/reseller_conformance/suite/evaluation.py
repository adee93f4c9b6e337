"""One item's verdict: which answers it looks at, what a departure becomes, and how it ends.

An item examines answers with checks, and then concludes: passed, failed with findings, or not
tested with the reason. What is asked is left to `asked`, what departs to `checks`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TypeVar

import pytest
from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import WRONG, State, Value
from reseller_conformance.checks.consistency import Between
from reseller_conformance.checks.moving_counters import COUNTS, counts_alone, wavering
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Check, Departure
from reseller_conformance.checks.well_formed import see
from reseller_conformance.client import scrubber_of
from reseller_conformance.contract import Format
from reseller_conformance.envelope import Looks
from reseller_conformance.findings.evidence import MOST_FINDINGS, MOST_PLACES, finding
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.kinds import MOST_SPOTS, Spot, kind_of, place_of
from reseller_conformance.findings.model import Finding, Outcome
from reseller_conformance.reports.finding_text import Evidence, evidence_of
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Level, Requirement
from reseller_conformance.suite.property_search import shrink
from reseller_conformance.suite.repetition import (
    MOST_REPEATED,
    Failure,
    around,
    members,
    passes_alone,
    told_by,
    whose,
)
from reseller_conformance.suite.target_session import Asked, Strategy

__all__ = ["Judge"]

REJECTED = (
    "only a few calls were made, because the documented call brings no overview: "
    "see success.answered, or call on with --keep-going"
)

SHOWN = 400
"""Characters of an answer that pytest shows."""

Subject = TypeVar("Subject", Answer, Between, Sequence[Answer])


class Judge:
    """The judgement of one requirement in one format."""

    def __init__(
        self,
        requirement: Requirement,
        format: Format | None,
        asked: Asked,
        record: Callable[[str, str], None],
        named: Callable[[str], str] = str,
    ) -> None:
        """Judge this requirement; `record` keeps the outcome with the item.

        `named` gives the options in a sentence the names that they have where it is read.
        """
        self.requirement = requirement
        self.asked = asked
        self.plan = asked.plan
        self._format = format
        self._record = record
        self._named = named
        self._start()

    def _start(self) -> None:
        self._failures: list[Failure] = []
        self._subjects = 0
        self._unasked: list[Answer] = []

    def start_over_without_calls(self) -> None:
        """Forget what was examined, and make no more calls: judge from what came so far."""
        self._start()
        self.asked.stop()

    @property
    def format(self) -> Format:
        """The format that is judged; requirements on both have none."""
        assert self._format is not None, f"{self.requirement} compares the formats"
        return self._format

    # --- What is looked at -------------------------------------------------------------------

    def ask(self, cases: Iterable[Case]) -> list[Answer]:
        """Return the answers to these cases, right calls only for customers who are known."""
        self.rests_on_the_documented_call()
        answered = self.asked.answered(self.format)
        return self.asked.ask(case for case in cases if case.wrong or case.customer in answered)

    def single(self, parameter: str, *states: Value) -> list[Answer]:
        """Return the answers to calls with this parameter in each of these states."""
        return self.ask(self.plan.single(self.format, parameter, states))

    def missing(self, parameter: str) -> list[Answer]:
        """Return the answers to calls without this parameter."""
        answers = self.single(parameter, State.MISSING)
        before = self._before(parameter, State.MISSING)
        return [*answers, *before, *self.ask(self.plan.operators(self.format, parameter))]

    def empty(self, parameter: str) -> list[Answer]:
        """Return the answers to calls with this parameter empty."""
        return [*self.single(parameter, State.EMPTY), *self._before(parameter, State.EMPTY)]

    def wrong(self, parameter: str) -> list[Answer]:
        """Return the answers to calls in which this parameter alone has a wrong value."""
        answers = self.single(parameter, *WRONG[parameter])
        before = self._before(parameter, State.UNKNOWN)
        return [*answers, *before, *self.ask(self.plan.near(self.format, parameter))]

    def _before(self, parameter: str, state: State) -> list[Answer]:
        """Return the answers to such calls that were made before any right one."""
        asked = self.ask(self.plan.before(self.format))
        return [answer for answer in asked if answer.case.state(parameter) is state]

    def everything(self) -> list[Answer]:
        """Return every answer in this format."""
        self.rests_on_some_envelope()
        return self.asked.everything(self.format)

    def overviews(self, *names: str) -> list[Answer]:
        """Return the answers that are, or were meant as, overviews, and have these fields."""
        found = [a for a in self.everything() if a.looks is Looks.OVERVIEW]
        whole = [answer for answer in found if all(name in answer.values for name in names)]
        if not found:
            self.rests_on_the_documented_call()
        elif not whole:
            self.not_tested(f"nothing of this could be read in any overview: {see(found)}")
        return whole

    def error_lists(self) -> list[Answer]:
        """Return the answers that are, or were meant as, error envelopes."""
        answers = self.everything()
        found = [answer for answer in answers if answer.looks is Looks.ERRORS]
        if not found:
            wrong = [answer for answer in answers if answer.case.wrong and answer.asked]
            self.not_tested(f"no wrong call was answered with an error envelope: {see(wrong)}")
        return found

    def around(
        self, answers: Iterable[Answer], turn: int = 0, *, in_turn: bool = False
    ) -> list[Between]:
        """Put each answer between what tells how it should be: see `repeating.around`."""
        return around(list(answers), self.asked, turn, in_turn=in_turn)

    def beside_the_customer(self, answers: Iterable[Answer]) -> list[Between]:
        """Put each answer to a wrong call between overviews of the customer that it is about.

        Only an answer that brings an account is compared; any other stands alone.
        """
        answers = list(answers)
        shown = [answer for answer in answers if answer.looks is Looks.OVERVIEW]
        closing = self.asked.closing(shown) if shown else []
        opening = [answer for f in self.asked.settings.formats for answer in self.asked.opening[f]]
        before = {whose(answer.case): answer for answer in opening}
        after = before | {whose(answer.case): answer for answer in closing}
        return [
            self.without_wavering(Between(before[whose(a.case)], a, after[whose(a.case)]))
            if a.looks is Looks.OVERVIEW
            else Between(a, a, a)
            for a in answers
        ]

    def explore(
        self,
        strategy: Strategy,
        check: Check[Answer],
        concerns: Callable[[Case], bool] = lambda _: True,
    ) -> None:
        """Examine what Hypothesis adds, as far as it concerns this requirement.

        Where the plan had met nothing, a failure is shrunk to the simplest case that fails.
        """
        cases = [case for case in self.asked.explored(strategy, self.format) if concerns(case)]
        fresh = not self._failures
        answers = self.ask(cases)
        self._unasked += [answer for answer in answers if not answer.asked]
        failed = [answer for answer in answers if answer.asked and any(check(answer))]
        if failed and fresh:
            simplest = self._simplest(
                strategy, lambda a: check(a) if concerns(a.case) else iter(())
            )
            failed = [simplest or failed[0]]
        self.examine(failed, check)

    def _simplest(self, strategy: Strategy, check: Check[Answer]) -> Answer | None:
        made: SearchStrategy[Case] = strategy(self.format, len(self.asked.target.customers))

        def fails(case: Case) -> bool:
            return any(any(check(answer)) for answer in self.ask([case]))

        settings = self.asked.settings
        case = shrink(made, fails, settings.depth.examples, settings.seed)
        return next(iter(self.ask([case])), None) if case is not None else None

    # --- How it is judged --------------------------------------------------------------------

    def examine(self, subjects: Iterable[Subject], check: Check[Subject]) -> None:
        """Look at each of these, an answer or a group of answers, with this check."""
        for subject in subjects:
            missing = [answer for answer in members(subject) if not answer.asked]
            self._unasked += missing
            if missing:
                continue
            self._subjects += 1
            if found := self._found(subject, check):
                self._failures.append(self._failure(subject, check, found))

    def _found(self, subject: Subject, check: Check[Subject]) -> tuple[Departure, ...]:
        return tuple(check(self.without_wavering(subject))) if any(check(subject)) else ()

    def _failure(
        self, subject: Subject, check: Check[Subject], found: tuple[Departure, ...]
    ) -> Failure:
        def again(responses: Sequence[Answer]) -> bool:
            return bool(self._found(_like(subject, responses), check))

        return Failure(found, members(subject), again)

    def without_wavering(self, group: Subject) -> Subject:
        """Return the group, less the counts that waver, where counts alone lie outside.

        More calls show which counts waver. They are made once for each customer; where they cannot
        be made, counts say nothing.
        """
        if not isinstance(group, Between) or not counts_alone(group):
            return group
        case, formats = group.answer.case, {group.before.case.format, group.answer.case.format}
        readings = self.asked.rereadings(case.customer)
        if missing := [answer for answer in readings if not answer.asked]:
            self._unasked += missing
            return replace(group, wavering=COUNTS)
        if len(formats) > 1:  # these were read in turn, the customer's calls alone
            turns = self.asked.side_by_side
            readings = [a for t in turns for a in t if a.case.customer == case.customer] + readings
        return replace(group, wavering=wavering(readings, formats))

    def in_turn(self, answers: Iterable[Answer], check: Check[Between], turn: int = 0) -> None:
        """Look at answers that were asked in turn, each among those that tell how it should be.

        What a race mixes up has its own requirement: where something departs, it is compared with
        what is asked in turn as well.
        """
        answers = list(answers)
        groups = self.around(answers, turn)
        if any(any(check(group)) for group in groups):
            groups = self.around(answers, turn, in_turn=True)
        self.examine(groups, check)

    def __call__(self, subjects: Iterable[Subject], check: Check[Subject]) -> None:
        """Examine these, and conclude."""
        self.examine(subjects, check)
        self.conclude()

    def refusals(self, answers: Iterable[Answer], check: Check[Answer]) -> None:
        """Examine answers to wrong calls, and conclude."""
        self(self.enveloped(answers), check)

    def enveloped(self, answers: Iterable[Answer]) -> list[Answer]:
        """Return those of these answers to wrong calls that are envelopes.

        One that is none refuses nothing, but it lets nobody in either: `http` and `readable` say
        what it is, and where there is no other this was not tested.
        """
        answers = list(answers)
        read = [answer for answer in answers if answer.looks is not Looks.NEITHER]
        self._unasked += [answer for answer in answers if not answer.asked]
        if answers and not read and not self._unasked:
            self.not_tested(f"no such call was answered with an envelope: {see(answers)}")
        return read

    def conclude(self) -> None:
        """End the item: with findings, or for want of anything to judge, or well."""
        self.asked.validate()
        if reason := self.asked.schemas.reason(self.requirement, self._format or "both"):
            self._end(Outcome.ERROR, reason)
            pytest.fail(visible(reason), pytrace=False)
        if self._failures:
            self._leave_out_what_passes_alone()
            self._fail()
        if self._unasked:
            self.not_tested(self._why_unasked())
        if self.asked.preflight.rejected:
            self.not_tested(REJECTED)
        if not self._subjects:
            self.not_tested("no answer was of the kind that it speaks of")
        self._end(Outcome.PASSED)

    def _leave_out_what_passes_alone(self) -> None:
        """Repeat the simplest failures; end the item where another requirement tells the cause."""
        if self.asked.preflight.rejected:
            return
        failures = sorted(self._failures, key=lambda failure: failure.weight)
        kept, causes = [], []
        for failure in failures[:MOST_REPEATED]:
            cause = told_by(self.requirement, failure, self.asked)
            if cause and passes_alone(failure, self.asked):
                causes.append(cause)
            else:
                kept.append(failure)
        if causes and not kept:
            self.not_tested(f"what failed passes when it is called alone: see {causes[0]}")
        self._failures = [*kept, *failures[MOST_REPEATED:]]

    def _why_unasked(self) -> str:
        problems = [answer.exchange.problem for answer in self._unasked]
        [(why, _)] = Counter(problem.detail for problem in problems if problem).most_common(1)
        return f"not all calls were made: {why}"

    def observe(self, accepted: bool, detail: str) -> None:
        """End an item that is observed, never counted."""
        if self._unasked:
            self.not_tested(self._why_unasked())
        self._end(Outcome.PASSED, f"{'yes' if accepted else 'no'}: {detail}")

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

    def rests_on_the_documented_call(self) -> None:
        """End the item untested where the documented call brings no overview."""
        self.rests_on_somebody()
        if not self.asked.answered(self.format):
            self.not_tested("the documented call brings no overview: see success.answered")

    def rests_on_some_envelope(self) -> None:
        """End the item untested where the documented call brings neither envelope."""
        self.rests_on_somebody()
        if not self.asked.talks(self.format):
            self.not_tested("the documented call brings no envelope: see success.answered")

    def rests_on_somebody(self) -> None:
        """End the item untested where nobody answers at all."""
        if silence := self.asked.silence:
            self.not_tested(silence)

    # --- What it becomes ---------------------------------------------------------------------

    def _fail(self) -> None:
        kinds = self._kinds()
        findings = self._findings(kinds)
        self._end(Outcome.FAILED, findings[0].got, findings)
        self._record("violations", json.dumps([asdict(spot) for spot in kinds][:MOST_SPOTS]))
        if all(spot.known for spot in kinds):
            known = "; ".join(dict.fromkeys(spot.known for spot in kinds))
            self._record("known", known)
            pytest.xfail(visible(f"known: {known}"))
        shown = evidence_of(one for one in findings if not one.known)
        paragraphs = [_as_text(self.requirement, one, self._named) for one in shown]
        text = "\n\n".join(
            [*paragraphs, f"to fix: reseller-conformance explain {self.requirement}"]
        )
        counts = (Level.MUST, self.asked.settings.level)
        if self.requirement.level in counts:
            pytest.fail(text, pytrace=False)
        pytest.xfail(visible(f"{self.requirement.level.upper()}: {findings[0].got}"))

    def _kinds(self) -> dict[Spot, list[Departure]]:
        """The departures of each kind, the simplest first.

        What the baseline accepts comes last, so that it hides nothing else.
        """
        kinds: dict[Spot, list[Departure]] = {}
        for departure in sorted(self._departures, key=lambda d: d.answer.case.weight):
            kinds.setdefault(self._spot(departure), []).append(departure)
        return dict(sorted(kinds.items(), key=lambda of: bool(of[0].known)))

    def _spot(self, departure: Departure) -> Spot:
        where, expected = departure.where, departure.expected
        place, kind = place_of(where, expected), kind_of(where, expected, departure.got)
        format = self._format.value if self._format else "both"
        spot = Spot(self.requirement.id, format, place, kind)
        baseline = self.asked.settings.baseline
        entry = baseline.excuse(spot) if baseline else None
        if entry is None:
            return spot
        # a reason is free text of the operator's
        return replace(spot, known=scrubber_of(self.asked.target).text(entry.why))

    def _findings(self, kinds: Mapping[Spot, list[Departure]]) -> list[Finding]:
        """The simplest example of each kind, as far as a few responses show them."""
        hint = self._why_unasked() if self._unasked else ""
        about = (self.requirement, self._format)
        found, places = [], Counter[Case]()
        for spot, same in kinds.items():
            case = same[0].answer.case
            if case in places or len(places) < MOST_FINDINGS:
                places[case] += 1
                if places[case] <= MOST_PLACES:
                    one = finding(*about, same[0], self.asked.target, same, hint)
                    found.append(replace(self._renamed(one), known=spot.known))
        return found

    @property
    def _departures(self) -> list[Departure]:
        return [departure for failure in self._failures for departure in failure.departures]

    def _renamed(self, one: Finding) -> Finding:
        """Name options as the operator does; say where to look where an app told nothing."""
        settings = self.asked.settings
        silent = settings.app and not settings.app_log and not one.app_log
        looked = "the app raised nothing: --app-log shows what it prints and logs"
        failed = one.status is not None and one.status >= 500
        return replace(one, hint=self._named(one.hint or (looked if silent and failed else "")))

    def _end(self, outcome: Outcome, reason: str = "", findings: Sequence[Finding] = ()) -> None:
        self._record("target", self.asked.name)
        self._record("outcome", outcome.value)
        self._record("reason", reason)
        if findings:
            self._record("findings", json.dumps([asdict(one) for one in findings]))


def _like(subject: Subject, responses: Sequence[Answer]) -> Subject:
    """Return other responses to the same calls as what is judged together."""
    if isinstance(subject, Answer):
        return responses[0]
    if isinstance(subject, Between):
        before, answer, after = responses
        return Between(before, answer, after)
    return responses


def _as_text(requirement: Requirement, evidence: Evidence, named: Callable[[str], str]) -> str:
    finding = evidence.finding
    more = f" ({evidence.seen_in})" if evidence.seen_in else ""
    part = excerpt(finding.excerpt, finding.where, finding.got, SHOWN)
    lines = [
        f"{requirement.level.upper()} {requirement.id}: {requirement.title}",
        f"  page:     {named(requirement.source)}",
        f"  asked:    {finding.case}",
        *(f"  expected: {line}" for line in evidence.expected),
        *(f"  came:     {line}" for line in evidence.got[:-1]),
        f"  came:     {evidence.got[-1]}{more}",
        *(f"  hint:     {line}" for line in evidence.hints),
        f"  answer:   HTTP {finding.status} {part!r}" if part else "",
        *(f"  app:      {visible(line)}" for line in finding.app_log.splitlines()),
        f"  again:    {finding.curl}",
    ]
    # pytest prints the text as it is, and what came may hold line breaks and escape sequences
    return "\n".join(visible(line) for line in lines if line)
