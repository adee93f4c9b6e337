"""Sends each call of the plan to OLD and NEW at the same time, and compares as they respond.

The plan and its order are those of a run. What a difference is, is left to `differences`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.plan import Depth, Plan
from reseller_conformance.cases.stages import DOCUMENTED, Examples, Stage, staged
from reseller_conformance.checks.response import parse
from reseller_conformance.compare.model import Grade
from reseller_conformance.compare.recording import Recording
from reseller_conformance.compare.tally import Tally
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import Exchange, TransportErrorKind
from reseller_conformance.suite.property_search import PROPERTY_STRATEGIES, drawn_cases

__all__ = ["Calls", "Sender", "Session"]

SAMPLE_EVERY = 8
"""OLD gets each so-manyth call a second time."""

SECOND = 500_000
"""Added to `repeat` for the second call to OLD, so that the client sends it anew."""

MAX_CONFIRMED = 60
"""Kinds whose example is sent to OLD once more."""

Batch = list[list[Case]]


class Sender(Protocol):
    """Who sends calls: a client of one target."""

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return an exchange for each case."""

    def is_distinguishable(self, case: Case) -> bool:
        """Say whether this account can tell this case from another."""

    def stop(self) -> None:
        """Send nothing more."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Which calls are made: as in a run, of these formats, for so many customers."""

    depth: Depth
    formats: tuple[Format, ...]
    customers: int
    seed: int
    concurrency: int
    max_seconds: float | None = None
    stop_at: Grade | None = None
    """Stop as soon as a difference of this grade, or a graver one, is found."""


class Session:
    """One comparison under way. `old` and `new` respond; `old` may also be what only records."""

    def __init__(
        self,
        old: Sender | Recording,
        new: Sender | None,
        calls: Calls,
        record: Recording | None = None,
    ) -> None:
        """Compare these two. Without `new` the responses of OLD are only recorded."""
        self._old, self._new = old, new
        self._calls = calls
        self._record = record
        self._senders = [one for one in (old, new) if one and not isinstance(one, Recording)]
        self._seen: set[Case] = set()
        self._samples = 0
        self.tally = Tally()
        self.unsent = 0
        self.recorded = 0
        self.unverified = ""
        self.notes: list[str] = []

    def run(self) -> None:
        """Send all calls. An interrupt stops both clients and is raised."""
        ends = None
        if self._calls.max_seconds is not None:
            ends = time.monotonic() + self._calls.max_seconds
        with ThreadPoolExecutor(2) as pool:
            try:
                for stage, batch in self._batches():
                    if ends is not None and time.monotonic() > ends:
                        self.notes.append(
                            "The time of --max-time is over; some calls are not made."
                        )
                        break
                    if not self._exchange(pool, stage, batch):
                        return
                    if self._calls.stop_at and self._found(self._calls.stop_at):
                        self.notes.append("--fail-fast ends the calls at the first difference.")
                        break
                self._confirm()
            except BaseException:
                for sender in self._senders:
                    sender.stop()
                raise

    # --- Calls -------------------------------------------------------------------------------

    def _batches(self) -> Iterator[tuple[Stage, Batch]]:
        """Yield the sequences of the plan, so many at a time as may be in flight."""
        calls = self._calls
        plan = Plan(calls.depth, calls.customers, calls.formats)
        sequences = self._new_sequences(staged(plan, calls.formats, self._examples(plan)))
        for stage, group in groupby(sequences, lambda pair: pair[0]):
            most = 1 if stage.in_turn or stage is DOCUMENTED else calls.concurrency
            batch: Batch = []
            for _, sequence in group:
                batch.append(sequence)
                if len(batch) == most:
                    yield stage, batch
                    batch = []
            if batch:
                yield stage, batch

    def _new_sequences(
        self, sequences: Iterable[tuple[Stage, list[Case]]]
    ) -> Iterator[tuple[Stage, list[Case]]]:
        for stage, sequence in sequences:
            new = [case for case in dict.fromkeys(sequence) if self._is_new(case)]
            self._seen.update(new)
            if new:
                yield stage, new

    def _is_new(self, case: Case) -> bool:
        return case not in self._seen and all(
            sender.is_distinguishable(case) for sender in self._senders
        )

    def _examples(self, plan: Plan) -> Examples:
        def examples(format: Format) -> Iterator[Case]:
            most = self._calls.depth.examples
            for strategy in PROPERTY_STRATEGIES if most else ():
                cases = drawn_cases(strategy, self._calls.customers, most, self._calls.seed)
                yield from (replace(case, format=format) for case in plan.share(format, cases))

        return examples

    def _exchange(self, pool: ThreadPoolExecutor, stage: Stage, batch: Batch) -> bool:
        """Send a batch to both, and compare. Return False where nothing more can be said."""
        new: Future[list[Exchange]] | None = None
        if self._new is not None:
            new = pool.submit(self._new.send_in_sequence, *batch)
        old = pool.submit(self._old.send_in_sequence, *batch).result()
        others = new.result() if new else [None] * len(old)
        pairs = list(zip(old, others, strict=True))
        for one, other in pairs:
            self._take(one, other)
        self._sample(stage, [one for one, _ in pairs])
        return stage is not DOCUMENTED or self._see_documented(pairs)

    def _take(self, old: Exchange, new: Exchange | None) -> None:
        if _is_unsent(old) or (new is not None and _is_unsent(new)):
            self.unsent += 1
            return
        if self._record is not None:
            self._record.add(old, old.case)
            self.recorded += 1
        if new is not None:
            self.tally.add(parse(old), parse(new))

    def _see_documented(self, pairs: list[tuple[Exchange, Exchange | None]]) -> bool:
        """See that both can be compared at all, by the first documented call."""
        for old, new in pairs:
            if old.case.expected is not Expected.OVERVIEW:
                continue
            said = parse(old)
            if said.kind is not EnvelopeKind.OVERVIEW:
                self.unverified = (
                    "OLD returns no overview for the documented call; its credentials or "
                    f"customer may be wrong: {said.summary}"
                )
                return False
            if new is None:
                continue
            problem = new.problem
            if problem is not None and problem.kind is TransportErrorKind.UNREACHABLE:
                self.unverified = f"NEW is not reachable: {problem.detail}"
                return False
            if parse(new).kind is not EnvelopeKind.OVERVIEW:
                self.notes.append(
                    "NEW returns no overview for the documented call. No more calls are made; "
                    "credentials or customer may be wrong."
                )
                return False
        return True

    # --- Noise -------------------------------------------------------------------------------

    def _sample(self, stage: Stage, old: list[Exchange]) -> None:
        """Send some of these calls to OLD a second time."""
        if stage.in_turn:
            return
        wanted = []
        for exchange in old:
            self._samples += 1
            valid = stage is DOCUMENTED and exchange.case.expected is Expected.OVERVIEW
            if (valid or self._samples % SAMPLE_EVERY == 0) and not _is_unsent(exchange):
                wanted.append(exchange)
        self._compare_again(wanted)

    def _confirm(self) -> None:
        """Send the example of each kind to OLD once more."""
        self._compare_again([one.exchange for one in self.tally.unconfirmed[:MAX_CONFIRMED]])

    def _compare_again(self, first: Sequence[Exchange]) -> None:
        if not first:
            return
        if isinstance(self._old, Recording):
            for one in first:
                for second in self._old.responses(one.case)[1:]:
                    self.tally.add_sample(parse(one), parse(second))
            return
        cases = dict.fromkeys(_second(one.case) for one in first)
        seconds = self._old.send_in_sequence(*([case] for case in cases))
        by_case = dict(zip(cases, seconds, strict=True))
        for one in first:
            again = by_case[_second(one.case)]
            if _is_unsent(again):
                continue
            if self._record is not None:
                self._record.add(again, one.case)
            self.tally.add_sample(parse(one), parse(again))

    def _found(self, grade: Grade) -> bool:
        if not self.tally.counts(grade):
            return False
        self._confirm()
        return self.tally.counts(grade)


def _second(case: Case) -> Case:
    return replace(case, repeat=case.repeat + SECOND)


def _is_unsent(exchange: Exchange) -> bool:
    return exchange.problem is not None and exchange.problem.kind is TransportErrorKind.NOT_SENT
