"""The calls that were sent to one target, and its responses: the memory behind all items.

Calls are made by `client`, read by `envelope`; here batches are put together, so that no item pays
for what another has asked. Judging is left to `judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from itertools import chain, count, groupby
from typing import TYPE_CHECKING, TypeVar

from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.mutations import EMPTY, SPECIAL, State, Text
from reseller_conformance.cases.plan import FIRST_CONTROL_REPEAT, REPEATED, Depth, Plan
from reseller_conformance.cases.stages import DOCUMENTED, STAGES, Stage, staged
from reseller_conformance.checks import consistency, success
from reseller_conformance.checks.exercised import data_kinds
from reseller_conformance.checks.expected import Range
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.well_formed import form_violations
from reseller_conformance.client import Client, redacted
from reseller_conformance.client.client import INTERRUPTED
from reseller_conformance.client.pipeline import Pipeline
from reseller_conformance.client.target import Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.envelope import EnvelopeKind, FieldValue
from reseller_conformance.exchange import STOPPED_AT_VIOLATION, Exchange, TransportErrorKind
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.requirements import Requirement, by_id
from reseller_conformance.suite.environment import NO_WRONG_CREDENTIALS, Environment, Remaining
from reseller_conformance.suite.needs import Needs
from reseller_conformance.suite.preflight import Preflight
from reseller_conformance.suite.property_search import collect

if TYPE_CHECKING:
    from reseller_conformance.reports.progress import LiveViolation
    from reseller_conformance.suite.client_profiles import ClientProfiles
    from reseller_conformance.suite.live_judge import LiveJudge
    from reseller_conformance.suite.shared_calls import SharedCalls

__all__ = [
    "PROPERTY_STRATEGIES",
    "TargetSession",
    "drawn_cases",
    "holds_special_text",
    "is_ordinary",
    "planned_customers",
]

MAX_SMOKE_CUSTOMERS = 2
"""Customers whose documented call is part of `--depth smoke`."""

Sent = TypeVar("Sent", Case, Sequence[Case])

Strategy = Callable[[Format, int], SearchStrategy[Case]]

PROPERTY_STRATEGIES: tuple[Strategy, ...] = (
    strategies.text_cases,
    strategies.undocumented_cases,
)
"""What Hypothesis adds to the plan in each format."""


class TargetSession:
    """The responses of one target. `mocked` is entered while calls are made."""

    def __init__(
        self,
        target: Target,
        settings: Settings,
        client: Client,
        mocked: Callable[[], AbstractContextManager[object]] = nullcontext,
        judged: Collection[str] | None = None,
        name: str = "",
        schemas: SchemaTally | None = None,
    ) -> None:
        """Ask this target as these settings say.

        `judged` are the ids of the requirements that this run tests; None for all of them. `name`
        tells the target from others of the session.
        """
        self.name = name
        self.target = target
        self.settings = settings
        self.client = client
        is_smoke = settings.depth is Depth.SMOKE
        customers = len(target.customers)
        planned = min(customers, MAX_SMOKE_CUSTOMERS) if is_smoke else customers
        self.plan = Plan(settings.depth, planned, settings.formats)
        self.needs = Needs(judged, settings.depth)
        self._allowed = self._smoke_cases() if is_smoke else None
        self._mocked = mocked
        self.environment = Environment(self, settings.wrong_credentials)
        self.schemas = schemas or SchemaTally()
        self._answers: dict[Case, Response] = {}
        self._unvalidated: list[Response] = []
        self._everything: dict[Format, list[Response]] = {}
        self._closing: list[Response] = []
        self._controls: list[Response] = []
        self._closings = count(FIRST_CONTROL_REPEAT)
        self._drawn: set[Strategy] = set()
        self._stopped = False
        self.stage = DOCUMENTED
        self._violated: set[tuple[Requirement, str]] = set()
        self.confirmed: set[tuple[Requirement, Case]] = set()
        """Violations that were announced: they failed again when they were called alone."""
        self._repetitions = count(REPEATED)
        self.judged = judged
        self.races: dict[Format, bool] = {}
        self.client_profiles: dict[Format, ClientProfiles] = {}

    @cached_property
    def live(self) -> LiveJudge:
        """The judge of each response as it comes in."""
        from reseller_conformance.suite.live_judge import LiveJudge

        return LiveJudge(self)

    @cached_property
    def shared_calls(self) -> SharedCalls:
        """The calls that the formats share."""
        from reseller_conformance.suite.shared_calls import SharedCalls

        return SharedCalls(self)

    def send(self, cases: Iterable[Case]) -> list[Response]:
        """Return the responses to those of these cases that differ for this account."""
        return self._send(cases)

    def _send(self, cases: Iterable[Case], *, at_once: bool = False) -> list[Response]:
        cases = list(cases)

        def send(row: Iterable[Sequence[Case]]) -> list[Exchange]:
            return self.client.send(case for [case] in row)

        self._send_rows([[case] for case in cases if self._is_new(case)], send, at_once=at_once)
        return list(self._known(cases))

    def send_in_sequence(self, *sequences: Iterable[Case]) -> list[list[Response]]:
        """Return such responses; the calls of each sequence are sent one after the other."""
        wanted = [list(cases) for cases in sequences]
        new = [[case for case in cases if self._is_new(case)] for cases in wanted]
        self._send_rows(
            [cases for cases in new if cases], lambda row: self.client.send_in_sequence(*row)
        )
        return [list(self._known(cases)) for cases in wanted]

    def send_control(self, case: Case) -> list[Response]:
        """Return the response to a valid call, made whatever else is due."""
        [again] = self.repeated([case])
        self._keep(self.client.send, [again])
        controls = list(self._known([again]))
        self._controls += [a for a in controls if a.kind is not EnvelopeKind.ERRORS]
        return controls

    def _send_rows(
        self,
        sequences: list[list[Case]],
        send: Callable[[Iterable[Sequence[Case]]], list[Exchange]],
        *,
        at_once: bool = False,
    ) -> None:
        """Send these, with a control call after each row of calls that may fail the login."""
        remaining = Remaining(sequences)
        while remaining and not self.environment.note:
            row = list(self.environment.row(remaining, lambda: at_once))
            self._keep(send, row)
            self._settle()

    def _settle(self) -> None:
        """Make the control calls that are due, and forget what counts for nothing."""
        if void := self.environment.settle():
            self.live.forget(response.case for response in void)
            for response in void:
                self._answers.pop(response.case, None)

    def _known(self, cases: Iterable[Case]) -> Iterator[Response]:
        """Yield a response to each of these, one that says why where the call is left out."""
        for case in cases:
            if case in self._answers:
                yield self._answers[case]
            elif self._may_be_asked(case) and (why := self.environment.reason_to_leave_out(case)):
                yield parse(self.client.unsent(case, why))

    def _smoke_cases(self) -> set[Case]:
        """Return all cases that `--depth smoke` may send."""
        calls = staged(self.plan, self.settings.formats, lambda _: ())
        return {case for _, sequence in calls for case in sequence}

    def _may_be_asked(self, case: Case) -> bool:
        is_allowed = self._allowed is None or case in self._allowed
        return is_allowed and self.client.is_distinguishable(case)

    def _is_new(self, case: Case) -> bool:
        if case in self._answers or not self._may_be_asked(case):
            return False
        return not self.environment.reason_to_leave_out(case)

    def _keep(self, send: Callable[[list[Sent]], list[Exchange]], calls: list[Sent]) -> None:
        with self._mocked():
            for exchange in sorted(send(calls), key=lambda one: one.began + one.seconds):
                self._remember(exchange)

    def _remember(self, exchange: Exchange) -> Response:
        response = parse(exchange)
        self._answers[exchange.case] = response
        self._unvalidated.append(response)
        self.environment.take(response)
        return response

    def validate(self) -> None:
        """Validate the bodies since the last time against their schemas.

        This is left until an item concludes: the validators take a while to import.
        """
        self.schemas.take(self._unvalidated)
        self._unvalidated.clear()

    @cached_property
    def preflight(self) -> Preflight:
        """The documented calls, and what they come to."""
        return Preflight(self)

    @property
    def initial_calls(self) -> dict[Format, list[Response]]:
        """The documented call in each format and for each customer, before anything else."""
        return self.preflight.initial_calls

    @cached_property
    def unreachable_reason(self) -> str:
        """Why the target cannot be reached; empty where it can.

        A target that accepts a connection can be reached, whatever it sends then.
        """
        nobody = (TransportErrorKind.UNREACHABLE, TransportErrorKind.NOT_SENT)
        responses = [response for opening in self.initial_calls.values() for response in opening]
        problems = [response.exchange.problem for response in responses]
        silent = [problem for problem in problems if problem and problem.kind in nobody]
        if len(silent) < len(responses):
            return ""
        return f"nobody answers at {redacted(self.target).base_url}: {silent[0].detail}"

    def customers_with_overview(self, format: Format) -> list[int]:
        """The customers whose documented call brings an overview in this format."""
        opening = self.initial_calls[format]
        return [
            response.case.customer for response in opening if response.kind is EnvelopeKind.OVERVIEW
        ]

    def returns_envelope(self, format: Format) -> bool:
        """Whether the documented call brings an envelope of either kind in this format."""
        return any(
            response.kind is not EnvelopeKind.UNKNOWN for response in self.initial_calls[format]
        )

    @cached_property
    def expected(self) -> dict[int, Mapping[str, FieldValue | Range]]:
        """The values that the operator expects, by the place of the customer."""
        given = self.settings.expected or {}
        customers = enumerate(self.target.customers)
        return {place: given[name] for place, name in customers if name in given}

    def data_kinds(self) -> frozenset[str]:
        """Return the kinds of data that the accounts have shown so far."""
        return data_kinds(self._answers.values(), self.target.customers)

    def stop(self, why: str = INTERRUPTED) -> None:
        """Make no more calls, and draw no more examples."""
        self.client.stop(why)
        self._stopped = True

    def count_violation(self, requirement: Requirement, format: str) -> None:
        """Take in a violation that counts, and stop where no further one is wanted."""
        self._violated.add((requirement, format))
        wanted = self.settings.max_violations
        if wanted and len(self._violated) >= wanted:
            self.stop(STOPPED_AT_VIOLATION)

    def property_cases(self, strategy: Strategy, format: Format) -> list[Case]:
        """The examples of one strategy in this format, the same ones for the same seed."""
        if not self.settings.depth.examples:
            return []
        if self._stopped and strategy not in self._drawn:
            return []
        customers, settings = len(self.target.customers), self.settings
        drawn = drawn_cases(strategy, customers, settings.depth.examples, settings.seed)
        self._drawn.add(strategy)
        return [replace(case, format=format) for case in self.plan.share(format, drawn)]

    def everything(self, format: Format) -> list[Response]:
        """Every response in this format that all requirements of form apply to.

        Special texts, and calls that the API docs do not mention, have requirements of their own.
        """
        if format not in self._everything:
            self._everything[format] = self._all_ordinary(format)
        return self._everything[format]

    def _all_ordinary(self, format: Format) -> list[Response]:
        if self.preflight.rejected:
            beside = [a for a in self.preflight.diagnostic_calls if a.case.format is format]
            return [*self.initial_calls[format], *beside]
        probes = self.plan.cold_cache_probes(format) if self.needs.cold_cache_probes else []
        before = self.send(probes)
        # some may have been repeated
        again = chain.from_iterable(self.alternating_formats if self._compares_formats else ())
        planned = self._planned_responses
        documented = [*self.preflight.failed_once, *self.initial_calls[format]]
        if not self.environment.note:
            documented += self._controls
        sent = [*documented, *before, *planned, *again]
        responses = {response.case: response for response in sent if response.case.format is format}
        chosen = [response for case, response in responses.items() if is_ordinary(case)]
        # what the operator leaves out is needed for what it is about, not for the form of all
        return [a for a in chosen if a.was_sent or not _is_left_out(a)]

    @property
    def _compares_formats(self) -> bool:
        return any(self.needs.includes(stage) for stage in STAGES if stage.name == "formats")

    def cache_probes(self, format: Format) -> list[Response]:
        """Valid and invalid calls in turn."""
        [responses] = self.send_in_sequence(self._answered_cases(self.plan.cache_probes(format)))
        return responses

    def round_robin(self, format: Format) -> list[Response]:
        """Each customer, and the first again after each."""
        [responses] = self.send_in_sequence(self._answered_cases(self.plan.round_robin(format)))
        return responses

    @cached_property
    def alternating_formats(self) -> list[list[Response]]:
        """Each customer in both formats by turns, where both are tested.

        All customers at once; but what a race mixes up has its own requirement, so that customers
        of whom the formats show different values are called again, one after the other.
        """
        if len(self.settings.formats) < len(Format):
            return []
        customers = range(len(self.target.customers))
        plans = map(self.plan.alternating_formats, customers)
        sent = self.send_in_sequence(*map(self._answered_cases, plans))
        for who, responses in zip(customers, sent, strict=True):
            if any(any(consistency.formats(group)) for group in consistency.bracket(responses)):
                again = self._answered_cases(self.plan.alternating_formats(who, again=True))
                [sent[who]] = self.send_in_sequence(again)
        return [responses for responses in sent if len(responses) > 2]

    def rereadings(self, customer: int) -> list[Response]:
        """One customer's overviews by turns, read again to see which counts waver."""
        [responses] = self.send_in_sequence(self._answered_cases(self.plan.rereadings(customer)))
        return responses

    def readings(self, format: Format) -> list[list[Response]]:
        """Each customer's overviews in this format, in the order in which they were read."""
        sent = [*self.initial_calls[format], *self.round_robin(format), *self.cache_probes(format)]
        sent += chain.from_iterable(self.alternating_formats)
        responses = [a for a in sent if a.case.format is format and not a.case.invalid]
        responses.sort(key=lambda response: response.exchange.began)
        customers = dict.fromkeys(response.case.customer for response in responses)
        return [[a for a in responses if a.case.customer == customer] for customer in customers]

    def special_text_responses(self, format: Format) -> list[Response]:
        """The responses to calls in which a special text is the value of a parameter."""
        return [
            response
            for response in self._planned_responses
            if response.case.format is format and holds_special_text(response.case)
        ]

    def special_text_cases(self, format: Format) -> list[Case]:
        """The planned calls in which a special text is the value of a parameter."""
        return [response.case for response in self.special_text_responses(format)]

    def undocumented(self, format: Format) -> list[Response]:
        """The responses to valid calls with undocumented parameters."""
        if self.preflight.rejected:
            return []  # drawing examples takes longer than all calls that were made
        return self.shared_calls.send(format, self._undocumented_cases, success.answered)

    def _undocumented_cases(self, format: Format) -> list[Case]:
        explored = self.property_cases(strategies.undocumented_cases, format)
        return self._answered_cases([*self.plan.undocumented(format), *explored])

    def special_requests(self, format: Format) -> list[Response]:
        """The responses to calls that have a requirement of form of their own."""
        if self.preflight.rejected:
            return []
        cases = [*self.plan.repeated_parameters(format), *self.plan.arrays(format)]
        return [*self.special_text_responses(format), *self.undocumented(format), *self.send(cases)]

    def concurrent_mix(self, format: Format) -> list[Response]:
        """Calls for different customers, valid and invalid, in flight at once."""
        cases = self._answered_cases(self.plan.concurrent_mix(format))
        cases = [case for case in cases if case.format in self.settings.formats]
        return self._send(cases, at_once=True)

    def repeated(self, cases: Iterable[Case]) -> list[Case]:
        """Return these cases as calls that have not been made yet."""
        return [replace(case, repeat=next(self._repetitions)) for case in cases]

    def control_calls(
        self, responses: Iterable[Response], *, in_turn: bool = False
    ) -> list[Response]:
        """The documented call in each format and for each customer, made after all of these.

        One that was made for other responses serves these too, if it was made late enough.
        """
        ended = max((a.exchange.began + a.exchange.seconds for a in responses), default=0)
        began = min((a.exchange.began for a in self._closing), default=0)
        if in_turn or began <= ended:
            turn = next(self._closings)
            formats = self.settings.formats
            cases = [
                c for f in formats for c in self._answered_cases(self.plan.documented(f, turn))
            ]
            closing = self.send_in_sequence(cases)[0] if in_turn else self.send(cases)
            if not all(response.was_sent for response in closing):
                return closing
            self._closing = closing
        return self._closing

    def preexisting_violations(
        self, format: Format, responses: Iterable[Response] = ()
    ) -> set[Requirement]:
        """What plain calls, valid and invalid ones, violate as well as these responses.

        Control calls are made after responses that violate more. What all of them violate too is
        not due to what was sent: the target has stopped working.
        """
        usual = self._plain_violations(format)
        broken = [a for a in responses if a.was_sent and not usual.issuperset(form_violations(a))]
        controls = (
            [a for a in self.control_calls(broken) if a.case.format is format] if broken else []
        )
        after = [set(form_violations(response)) for response in controls]
        return usual | (set.intersection(*after) if after else set())

    def _plain_violations(self, format: Format) -> set[Requirement]:
        """Return what plain calls violate.

        Where the circuit opened before a plain call, other plain calls show what is usual.
        """
        plain = [self.plan.single(format, name, (State.UNKNOWN,))[0] for name in PARAMETERS]
        sent = self.send(plain)
        if not all(response.was_sent for response in sent):
            others = [a for a in self._answers.values() if a.case.format is format]
            sent = [a for a in others if a.was_sent and _is_plainly_invalid(a.case)]
        responses = [*self.initial_calls[format], *sent]
        return {requirement for response in responses for requirement in form_violations(response)}

    def _answered_cases(self, cases: Iterable[Case]) -> list[Case]:
        """Leave out valid calls for customers whose documented call brings no overview."""
        answered = cache(self.customers_with_overview)
        formats = self.settings.formats
        return [
            case
            for case in cases
            if case.format in formats
            and (case.expected is Expected.ERROR or case.customer in answered(case.format))
        ]

    @cached_property
    def _planned_responses(self) -> list[Response]:
        """The responses to all stages, which are sent once, for all formats together."""
        if self.preflight.rejected:
            return []
        formats = [f for f in self.settings.formats if self.returns_envelope(f)]
        self.live.look_at_start()
        self._confirm()
        cases: list[Case] = []
        for in_turn, stages in groupby(self._sequences(formats), lambda of: of[0].in_turn):
            sequences = self._new_sequences(stages, cases)
            if in_turn:
                # a lockout by later calls must not take away what earlier ones are compared with
                for turn, sequence in enumerate(sequences):
                    if not turn:
                        self.control_calls(self._answers.values())
                    self.send_in_sequence(sequence)
            else:
                self._send_pipeline(sequences)
        return self.send(dict.fromkeys(cases))

    def _sequences(self, formats: Sequence[Format]) -> Iterator[tuple[Stage, list[Case]]]:
        """Yield the sequences of all stages, first those that `--rerun` is about."""
        if failed := self.settings.failed_before:
            needs = Needs(failed, self.settings.depth)
            for stage, sequence in staged(self.plan, formats, self._examples):
                if any(needs.may_send(stage, case) for case in sequence):
                    yield stage, sequence
        yield from staged(self.plan, formats, self._examples)

    def _new_sequences(
        self, stages: Iterable[tuple[Stage, list[Case]]], cases: list[Case]
    ) -> Iterator[list[Case]]:
        """Yield what each sequence holds that was not sent yet, and add all of it to `cases`."""
        for stage, sequence in stages:
            # the preflight has made the documented calls
            if stage is DOCUMENTED or not self.needs.includes(stage):
                continue
            wanted = self._answered_cases(sequence) if stage.own_account else sequence
            cases += wanted
            if new := [case for case in wanted if self._is_new(case)]:
                self.stage = stage
                yield new

    def _send_pipeline(self, sequences: Iterable[list[Case]]) -> None:
        """Send these row by row, and judge each response."""
        remaining = Remaining(sequences)
        while remaining and not self.environment.note:
            # a crowd is sent at once, with invalid calls of all kinds
            row = self.environment.row(remaining, lambda: self.stage.own_account)
            self._send_row(self.client.pipeline(row))
        for _ in remaining:
            pass  # what is left out is known all the same

    def _send_row(self, pipeline: Pipeline) -> None:
        """Send what is in this pipeline; a suspicion is looked into at once."""
        live, environment = self.live, self.environment
        while True:
            halted = pipeline.exchanges(lambda: live.is_suspicious or environment.is_suspicious)
            with self._mocked(), closing(halted) as exchanges:
                for exchange in exchanges:
                    live.look(self._remember(exchange))
            was_suspicious = environment.is_suspicious
            self._settle()
            if environment.note or not (live.is_suspicious or was_suspicious):
                return
            self._confirm()

    def judge_first_calls(self) -> None:
        """Announce what the first calls of all violate."""
        self.live.look_at_first()
        self._count(self.live.confirm())

    def _confirm(self) -> None:
        """Repeat what violates something alone, and announce what violates it again."""
        found = self.live.confirm()
        if found and self.settings.max_violations:
            # before the calls end: is it one format, or both?
            self.live.look_at_other_format(found)
            found += self.live.confirm()
        self._count(found)

    def _count(self, violations: Iterable[LiveViolation]) -> None:
        for one in violations:
            self.count_violation(by_id(one.requirement), one.format)

    def _examples(self, format: Format) -> Iterator[Case]:
        for strategy in PROPERTY_STRATEGIES:
            yield from self.property_cases(strategy, format)


def planned_customers(target: Target, settings: Settings) -> int:
    """Return how many of the customers the calls of the plan are about."""
    most = MAX_SMOKE_CUSTOMERS if settings.depth is Depth.SMOKE else len(target.customers)
    return min(len(target.customers), most)


@lru_cache(maxsize=16)
def drawn_cases(strategy: Strategy, customers: int, examples: int, seed: int) -> tuple[Case, ...]:
    """Draw once for both formats, which draw the same: it takes as long as the calls."""
    return tuple(collect(strategy(Format.JSON, customers), examples, seed))


def _is_plainly_invalid(case: Case) -> bool:
    states = [case.state(name) for name in case.invalid]
    plain = (*EMPTY, State.UNKNOWN)
    return bool(states) and is_ordinary(case) and all(state in plain for state in states)


def is_ordinary(case: Case) -> bool:
    """Say whether all requirements of form apply to the response to this call."""
    return not (
        holds_special_text(case)
        or case.extra
        or case.repeated_parameters
        or case.arrays
        or any(case.around)
        or case.method != "GET"
        or case.profile
        or case.cookies
    )


def _is_left_out(response: Response) -> bool:
    problem = response.exchange.problem
    return problem is not None and problem.detail == NO_WRONG_CREDENTIALS


def holds_special_text(case: Case) -> bool:
    """Say whether a special text is the value of one of the parameters."""
    states = [case.state(name) for name in case.invalid]
    return any(isinstance(state, Text) or state in SPECIAL for state in states)
