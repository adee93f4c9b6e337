"""The calls that were sent to one target, and its responses: the memory behind all pytest items.

Each case is sent once, whichever items need its response. `client` sends the calls, and `envelope`
reads the responses. `planned_calls`, `shared_calls` and `control_calls` decide what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache, cached_property
from itertools import count
from typing import TypeVar

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.sequences import REPEATED
from reseller_conformance.cases.stages import staged
from reseller_conformance.checks.exercised import data_kinds
from reseller_conformance.checks.expected import Range
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.client import Client, redacted
from reseller_conformance.client.client import INTERRUPTED
from reseller_conformance.client.target import Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind, FieldValue
from reseller_conformance.exchange import STOPPED_AT_VIOLATION, Exchange, TransportErrorKind
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.control_calls import ControlCalls
from reseller_conformance.suite.environment import Environment
from reseller_conformance.suite.found_once import FoundOnce
from reseller_conformance.suite.live_judge import LiveJudge
from reseller_conformance.suite.needs import Needs
from reseller_conformance.suite.planned_calls import PlannedCalls
from reseller_conformance.suite.preflight import Preflight
from reseller_conformance.suite.property_search import Strategy, drawn_cases
from reseller_conformance.suite.remaining_calls import RemainingCalls
from reseller_conformance.suite.response_groups import ResponseGroups
from reseller_conformance.suite.shared_calls import SharedCalls

__all__ = ["TargetSession", "planned_customers"]

MAX_SMOKE_CUSTOMERS = 2
"""Customers whose documented call is part of `--depth smoke`."""

Sent = TypeVar("Sent", Case, Sequence[Case])


class TargetSession:
    """The responses of one target."""

    def __init__(
        self,
        target: Target,
        settings: Settings,
        client: Client,
        mocked: Callable[[], AbstractContextManager[object]] = nullcontext,
        judged: Collection[str] | None = None,
        name: str = "",
        schemas: SchemaTally | None = None,
        repeats_from: int = 0,
    ) -> None:
        """Send calls to this target as these settings say. `mocked` is entered for each batch.

        `judged` has the ids of the requirements that this run tests; None means all. `name`
        identifies the target where a pytest session has several. `repeats_from` is added to the
        numbers of repeated calls: in a comparison, no two runs repeat under the same number.
        """
        self.name = name
        self.target = target
        self.settings = settings
        self.client = client
        self.plan = Plan(settings.depth, planned_customers(target, settings), settings.formats)
        self.needs = Needs(judged, settings.depth)
        self._allowed = self._smoke_cases() if settings.depth is Depth.SMOKE else None
        self.mocked = mocked
        self.environment = Environment(self, settings.wrong_credentials)
        self.schemas = schemas or SchemaTally()
        self.responses: dict[Case, Response] = {}
        self._unvalidated: list[Response] = []
        self._drawn: set[Strategy] = set()
        self._stopped = False
        self._violated: set[tuple[Requirement, str]] = set()
        self.confirmed: set[tuple[Requirement, Case]] = set()
        """Violations that were announced: they occurred again when their calls were sent alone."""
        self._repetitions = count(REPEATED + repeats_from)
        self.judged = judged
        self.found_once = FoundOnce()
        self.preflight = Preflight(self)
        self.controls = ControlCalls(self, repeats_from)
        self.shared_calls = SharedCalls(self)
        self.planned = PlannedCalls(self)
        self.groups = ResponseGroups(self)
        self.live = LiveJudge(self)

    # --- Sending -----------------------------------------------------------------------------

    def send(self, cases: Iterable[Case], *, at_once: bool = False) -> list[Response]:
        """Return the responses to those of these cases that differ for this account.

        With `at_once`, no control calls divide calls of different kinds.
        """
        cases = list(cases)

        def send(row: Iterable[Sequence[Case]]) -> list[Exchange]:
            return self.client.send(case for [case] in row)

        self._send_rows([[case] for case in cases if self.is_new(case)], send, at_once=at_once)
        return list(self._known(cases))

    def send_in_sequence(self, *sequences: Iterable[Case]) -> list[list[Response]]:
        """Return such responses; the calls of each sequence are sent one after the other."""
        wanted = [list(cases) for cases in sequences]
        new = [[case for case in cases if self.is_new(case)] for cases in wanted]
        self._send_rows(
            [cases for cases in new if cases], lambda row: self.client.send_in_sequence(*row)
        )
        return [list(self._known(cases)) for cases in wanted]

    def send_again(self, case: Case) -> list[Response]:
        """Return the response to a new call of this case. Control calls that are due wait."""
        [again] = self.repeated([case])
        self._send_batch(self.client.send, [again])
        return list(self._known([again]))

    def _send_rows(
        self,
        sequences: list[list[Case]],
        send: Callable[[Iterable[Sequence[Case]]], list[Exchange]],
        *,
        at_once: bool = False,
    ) -> None:
        """Send these, with a control call after each row of calls that may fail the login."""
        remaining = RemainingCalls(sequences)
        while remaining and not self.environment.note:
            row = list(self.environment.row(remaining, lambda: at_once))
            self._send_batch(send, row)
            self.settle()

    def _send_batch(self, send: Callable[[list[Sent]], list[Exchange]], calls: list[Sent]) -> None:
        with self.mocked():
            for exchange in sorted(send(calls), key=lambda one: one.began + one.seconds):
                self.remember(exchange)

    def remember(self, exchange: Exchange) -> Response:
        """Keep the response of this exchange, and return it."""
        response = parse(exchange)
        self.responses[exchange.case] = response
        self._unvalidated.append(response)
        self.environment.take(response)
        return response

    def settle(self) -> None:
        """Make the control calls that are due, and forget responses that they invalidate."""
        if void := self.environment.settle():
            announced = {case for _, case in self.confirmed}
            cases = [a.case for a in void if a.case not in announced and self._is_latest(a)]
            self._forget(cases)

    def _is_latest(self, response: Response) -> bool:
        """Return False if the call was made again since."""
        latest = self.responses.get(response.case)
        return latest is None or latest.exchange == response.exchange

    def _forget(self, cases: list[Case]) -> None:
        self.live.forget(cases)
        self.controls.forget(cases)
        self.client.forget(cases)
        for case in cases:
            self.responses.pop(case, None)

    def may_send_anew(self, case: Case) -> bool:
        """Return True if there is a response to this call that was not announced."""
        return case in self.responses and all(case != one for _, one in self.confirmed)

    def send_anew(self, case: Case) -> Response:
        """Forget the response to this call, and make it again, alone: return the new response."""
        self._forget([case])
        self._send_batch(self.client.send, [case])
        return self.responses[case]

    def stop(self, why: str = INTERRUPTED) -> None:
        """Make no more calls, and draw no more examples."""
        self.client.stop(why)
        self._stopped = True

    # --- Which cases -------------------------------------------------------------------------

    def is_new(self, case: Case) -> bool:
        """Return True if this case may be sent, and was not sent yet."""
        if case in self.responses or not self._may_be_sent(case):
            return False
        return not self.environment.reason_to_leave_out(case)

    def testable(self, cases: Iterable[Case]) -> list[Case]:
        """Return the cases in tested formats, less valid calls that cannot bring an overview.

        Those are the calls for customers whose documented call brings none.
        """
        known = cache(self.customers_with_overview)
        formats = self.settings.formats
        return [
            case
            for case in cases
            if case.format in formats
            and (case.expected is Expected.ERROR or case.customer in known(case.format))
        ]

    def repeated(self, cases: Iterable[Case]) -> list[Case]:
        """Return these cases as calls that have not been made yet."""
        return [replace(case, repeat=next(self._repetitions)) for case in cases]

    def property_cases(self, strategy: Strategy, format: Format) -> list[Case]:
        """Return the examples of one strategy in this format, the same ones for the same seed."""
        if not self.settings.depth.examples:
            return []
        if self._stopped and strategy not in self._drawn:
            return []
        customers, settings = len(self.target.customers), self.settings
        drawn = drawn_cases(strategy, customers, settings.depth.examples, settings.seed)
        self._drawn.add(strategy)
        return [replace(case, format=format) for case in self.plan.share(format, drawn)]

    def _known(self, cases: Iterable[Case]) -> Iterator[Response]:
        """Yield the response to each of these. One that is left out gets a response with why."""
        for case in cases:
            if case in self.responses:
                yield self.responses[case]
            elif self._may_be_sent(case) and (why := self.environment.reason_to_leave_out(case)):
                yield parse(self.client.unsent(case, why))

    def _smoke_cases(self) -> set[Case]:
        """Return all cases that `--depth smoke` may send."""
        calls = staged(self.plan, self.settings.formats, lambda _: ())
        return {case for _, sequence in calls for case in sequence}

    def _may_be_sent(self, case: Case) -> bool:
        is_allowed = self._allowed is None or case in self._allowed
        return is_allowed and self.client.is_distinguishable(case)

    # --- What is known of the target ---------------------------------------------------------

    @property
    def initial_calls(self) -> dict[Format, list[Response]]:
        """The documented call in each format and for each customer, before anything else."""
        return self.preflight.initial_calls

    @cached_property
    def unreachable_reason(self) -> str:
        """Why the target cannot be reached; empty where it can.

        A target that accepts a connection can be reached, whatever it sends then.
        """
        unreachable = (TransportErrorKind.UNREACHABLE, TransportErrorKind.NOT_SENT)
        responses = [response for opening in self.initial_calls.values() for response in opening]
        problems = [response.exchange.problem for response in responses]
        silent = [problem for problem in problems if problem and problem.kind in unreachable]
        if len(silent) < len(responses):
            return ""
        return f"cannot reach {redacted(self.target).base_url}: {silent[0].detail}"

    def customers_with_overview(self, format: Format) -> list[int]:
        """Return the customers whose documented call brings an overview in this format."""
        opening = self.initial_calls[format]
        return [
            response.case.customer for response in opening if response.kind is EnvelopeKind.OVERVIEW
        ]

    def returns_envelope(self, format: Format) -> bool:
        """Return True if the documented call brings an envelope of either kind in this format."""
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
        return data_kinds(self.responses.values(), self.target.customers)

    def validate(self) -> None:
        """Validate the bodies since the last time against their schemas.

        Items do this as they conclude, because the validators take a while to import.
        """
        self.schemas.take(self._unvalidated)
        self._unvalidated.clear()

    def is_violated(self, requirement: Requirement) -> bool:
        """Return True if a violation of this requirement was counted so far, in any format."""
        return any(one is requirement for one, _ in self._violated)

    def count_violation(self, requirement: Requirement, format: str) -> None:
        """Count a violation, and stop where no further one is wanted."""
        self._violated.add((requirement, format))
        wanted = self.settings.max_violations
        if wanted and len(self._violated) >= wanted:
            self.stop(STOPPED_AT_VIOLATION)


def planned_customers(target: Target, settings: Settings) -> int:
    """Return how many of the customers the calls of the plan are about."""
    most = MAX_SMOKE_CUSTOMERS if settings.depth is Depth.SMOKE else len(target.customers)
    return min(len(target.customers), most)
