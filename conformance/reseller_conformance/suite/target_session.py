"""What has been asked of one target, and what it answered: the memory behind all items.

Calls are made by `client`, read by `envelope`; here batches are put together, so that no item pays
for what another has asked. Judging is left to `judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from itertools import chain, count

from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.mutations import ODD, State, Text, Value
from reseller_conformance.cases.plan import CLOSING, REPEATED, Plan
from reseller_conformance.checks import consistency
from reseller_conformance.checks.response import Answer, read
from reseller_conformance.checks.schema_tally import SchemaTally
from reseller_conformance.checks.well_formed import troubles
from reseller_conformance.client import Client, redacted
from reseller_conformance.client.target import Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.envelope import Looks
from reseller_conformance.exchange import Exchange, Transport
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.preflight import Preflight
from reseller_conformance.suite.property_search import collect

__all__ = ["EXPLORED", "Asked", "holds_text", "is_ordinary"]

Strategy = Callable[[Format, int], SearchStrategy[Case]]

EXPLORED: tuple[Strategy, ...] = (
    strategies.wrong_cases,
    strategies.text_cases,
    strategies.undocumented_cases,
)
"""What Hypothesis adds to the plan in each format."""


class Asked:
    """The answers of one target. `mocked` is entered while calls are made."""

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
        self.plan = Plan(settings.depth, len(target.customers))
        self._mocked = mocked
        self.schemas = schemas or SchemaTally()
        self._answers: dict[Case, Answer] = {}
        self._unvalidated: list[Answer] = []
        self._everything: dict[Format, list[Answer]] = {}
        self._closing: list[Answer] = []
        self._closings = count(CLOSING)
        self._drawn: set[Strategy] = set()
        self._stopped = False
        self._repetitions = count(REPEATED)
        self.judged = judged
        self.races: dict[Format, bool] = {}

    def ask(self, cases: Iterable[Case]) -> list[Answer]:
        """Return the answers to those of these cases that this account can tell apart."""
        cases = list(cases)
        if new := [case for case in cases if self._is_new(case)]:
            self._keep(lambda: self.client.ask(new))
        return [self._answers[case] for case in cases if case in self._answers]

    def ask_in_turn(self, *sequences: Iterable[Case]) -> list[list[Answer]]:
        """Return such answers, those of each sequence asked one after the other."""
        wanted = [list(cases) for cases in sequences]
        new = [[case for case in cases if self._is_new(case)] for cases in wanted]
        if any(new):
            self._keep(lambda: self.client.ask_in_turn(*new))
        return [[self._answers[c] for c in cases if c in self._answers] for cases in wanted]

    def _is_new(self, case: Case) -> bool:
        return case not in self._answers and self.client.askable(case)

    def _keep(self, asking: Callable[[], list[Exchange]]) -> None:
        with self._mocked():
            new = {exchange.case: read(exchange) for exchange in asking()}
        self._answers |= new
        self._unvalidated += new.values()

    def validate(self) -> None:
        """Hold the bodies that came since the last time against their schemas.

        This is left until an item concludes: the validators take a while to import.
        """
        self.schemas.take(self._unvalidated)
        self._unvalidated.clear()

    @cached_property
    def preflight(self) -> Preflight:
        """The documented calls, and what they come to."""
        return Preflight(self)

    @property
    def opening(self) -> dict[Format, list[Answer]]:
        """The documented call in each format and for each customer, before anything else."""
        return self.preflight.opening

    @cached_property
    def silence(self) -> str:
        """Why nobody is there to answer, or nothing where somebody is.

        Who takes a connection and then says nothing, too late, or no HTTP, answers wrongly.
        """
        nobody = (Transport.UNREACHABLE, Transport.NOT_ASKED)
        answers = [answer for opening in self.opening.values() for answer in opening]
        problems = [answer.exchange.problem for answer in answers]
        silent = [problem for problem in problems if problem and problem.kind in nobody]
        if len(silent) < len(answers):
            return ""
        return f"nobody answers at {redacted(self.target).base_url}: {silent[0].detail}"

    def answered(self, format: Format) -> list[int]:
        """The customers whose documented call brings an overview in this format."""
        opening = self.opening[format]
        return [answer.case.customer for answer in opening if answer.looks is Looks.OVERVIEW]

    def talks(self, format: Format) -> bool:
        """Whether the documented call brings an envelope of either kind in this format."""
        return any(answer.looks is not Looks.NEITHER for answer in self.opening[format])

    def stop(self) -> None:
        """Make no more calls, and draw no more examples."""
        self.client.stop()
        self._stopped = True

    def explored(self, strategy: Strategy, format: Format) -> list[Case]:
        """The examples of one strategy, the same ones for the same seed."""
        if self._stopped and strategy not in self._drawn:
            return []
        customers, settings = len(self.target.customers), self.settings
        drawn = _drawn(strategy, customers, settings.depth.examples, settings.seed)
        self._drawn.add(strategy)
        return [replace(case, format=format) for case in drawn]

    def everything(self, format: Format) -> list[Answer]:
        """Every answer in this format that all requirements of form apply to.

        Texts, and calls of which the page says nothing, have requirements of their own, which say
        what came of them.
        """
        if format not in self._everything:
            self._everything[format] = self._all_ordinary(format)
        return self._everything[format]

    def _all_ordinary(self, format: Format) -> list[Answer]:
        if self.preflight.rejected:
            beside = [a for a in self.preflight.beside if a.case.format is format]
            return [*self.opening[format], *beside]
        before = self.ask(self.plan.before(format))
        sequences = [*before, *self.remembered(format), *self.by_turns(format), *self.crowd(format)]
        sequences += chain.from_iterable(self.side_by_side)
        asked = [*self.opening[format], *self._batch(format), *sequences]
        answers = {answer.case: answer for answer in asked if answer.case.format is format}
        return [answer for case, answer in answers.items() if is_ordinary(case)]

    def remembered(self, format: Format) -> list[Answer]:
        """Right and wrong calls in turn."""
        [answers] = self.ask_in_turn(self._answerable(self.plan.remembered(format)))
        return answers

    def by_turns(self, format: Format) -> list[Answer]:
        """Each customer, and the first again after each."""
        [answers] = self.ask_in_turn(self._answerable(self.plan.by_turns(format)))
        return answers

    @cached_property
    def side_by_side(self) -> list[list[Answer]]:
        """Each customer in both formats by turns, where both are tested.

        All customers at once; but what a race mixes up has its own requirement, so that customers
        of whom the formats tell different things are asked about again, one after the other.
        """
        if len(self.settings.formats) < len(Format):
            return []
        customers = range(len(self.target.customers))
        plans = map(self.plan.side_by_side, customers)
        asked = self.ask_in_turn(*map(self._answerable, plans))
        for who, answers in zip(customers, asked, strict=True):
            if any(any(consistency.formats(group)) for group in consistency.between(answers)):
                again = self._answerable(self.plan.side_by_side(who, again=True))
                [asked[who]] = self.ask_in_turn(again)
        return [answers for answers in asked if len(answers) > 2]

    def rereadings(self, customer: int) -> list[Answer]:
        """One customer's overviews by turns, read again to see which counts waver."""
        [answers] = self.ask_in_turn(self._answerable(self.plan.rereadings(customer)))
        return answers

    def readings(self, format: Format) -> list[list[Answer]]:
        """Each customer's overviews in this format, in the order in which they were read."""
        asked = [*self.opening[format], *self.by_turns(format), *self.remembered(format)]
        asked += chain.from_iterable(self.side_by_side)
        answers = [a for a in asked if a.case.format is format and not a.case.wrong]
        answers.sort(key=lambda answer: answer.exchange.began)
        customers = dict.fromkeys(answer.case.customer for answer in answers)
        return [[a for a in answers if a.case.customer == customer] for customer in customers]

    def odd(self, format: Format) -> list[Answer]:
        """The answers to calls in which an odd text is the value of a parameter."""
        return [answer for answer in self._batch(format) if holds_text(answer.case)]

    def undocumented(self, format: Format) -> list[Answer]:
        """The answers to right calls with parameters that the page does not name."""
        if self.preflight.rejected:
            return []  # drawing examples takes longer than all calls that were made
        explored = self.explored(strategies.undocumented_cases, format)
        cases = self._answerable([*self.plan.undocumented(format), *explored])
        return self.ask(cases)

    def unusual(self, format: Format) -> list[Answer]:
        """The answers to calls that have a requirement of form of their own."""
        if self.preflight.rejected:
            return []
        cases = [*self.plan.repeated(format), *self.plan.arrays(format)]
        return [*self.odd(format), *self.undocumented(format), *self.ask(cases)]

    def crowd(self, format: Format) -> list[Answer]:
        """Calls for different customers, right and wrong ones, in flight at once."""
        cases = self._answerable(self.plan.crowd(format))
        return self.ask([case for case in cases if case.format in self.settings.formats])

    def repeated(self, cases: Iterable[Case]) -> list[Case]:
        """Return these cases as calls that have not been made yet."""
        return [replace(case, turn=next(self._repetitions)) for case in cases]

    def closing(self, answers: Iterable[Answer], *, in_turn: bool = False) -> list[Answer]:
        """The documented call in each format and for each customer, made after all of these.

        One that was made for other answers serves these too, if it was made late enough.
        """
        ended = max((a.exchange.began + a.exchange.seconds for a in answers), default=0)
        began = min((a.exchange.began for a in self._closing), default=0)
        if in_turn or began <= ended:
            turn = next(self._closings)
            formats = self.settings.formats
            cases = [c for f in formats for c in self._answerable(self.plan.documented(f, turn))]
            self._closing = self.ask_in_turn(cases)[0] if in_turn else self.ask(cases)
        return self._closing

    def usual(self, format: Format) -> set[Requirement]:
        """What plain calls, right ones and wrong, violate already."""
        wrong = [self.plan.single(format, name, (State.UNKNOWN,))[0] for name in PARAMETERS]
        answers = [*self.opening[format], *self.ask(wrong)]
        return {requirement for answer in answers for requirement in troubles(answer)}

    def let_in(self, format: Format) -> set[tuple[str, Value]]:
        """Each parameter and state that, wrong by itself, brings an overview."""
        return {
            (name, answer.case.state(name))
            for answer in self.ask(self.plan.singles(format))
            if answer.looks is Looks.OVERVIEW
            for name in answer.case.wrong
        }

    def _answerable(self, cases: Iterable[Case]) -> list[Case]:
        """Leave out the right calls for whose customer the documented one brings nothing."""
        answered = cache(self.answered)
        formats = self.settings.formats
        return [
            case
            for case in cases
            if case.format in formats
            and (case.expected is Expected.ERROR or case.customer in answered(case.format))
        ]

    def _batch(self, format: Format) -> list[Answer]:
        return [answer for answer in self._batches if answer.case.format is format]

    @cached_property
    def _batches(self) -> list[Answer]:
        """The plan and what Hypothesis adds, asked for all formats at once.

        The more calls are in flight, the sooner it is done, and the plan is asked meanwhile.
        """
        rejected = self.preflight.rejected
        formats = [f for f in self.settings.formats if self.talks(f) and not rejected]
        cases: list[Case] = []

        def made() -> Iterator[Case]:
            for case in chain(
                (case for format in formats for case in self.plan.everything(format)),
                (c for format in formats for s in EXPLORED for c in self.explored(s, format)),
            ):
                cases.append(case)
                if self._is_new(case):
                    yield case

        self._keep(lambda: self.client.ask(made()))
        return self.ask(cases)


@lru_cache(maxsize=16)
def _drawn(strategy: Strategy, customers: int, examples: int, seed: int) -> tuple[Case, ...]:
    """Draw once for both formats, which draw the same: it takes as long as asking."""
    return tuple(collect(strategy(Format.JSON, customers), examples, seed))


def is_ordinary(case: Case) -> bool:
    """Say whether all requirements of form apply to the response to this call."""
    return not (holds_text(case) or case.extra or case.again or case.arrays or case.method != "GET")


def holds_text(case: Case) -> bool:
    """Say whether an odd text is the value of one of the parameters."""
    states = [case.state(name) for name in case.wrong]
    return any(isinstance(state, Text) or state in ODD for state in states)
