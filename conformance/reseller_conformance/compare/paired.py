"""A client that sends each call to two targets at the same time.

It takes the place of the client of a run, so that the suite decides which calls are made. What the
two responses come to is left to `session`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, zip_longest
from typing import Protocol

from reseller_conformance.cases.case import Case
from reseller_conformance.client.client import INTERRUPTED
from reseller_conformance.client.traffic import Traffic
from reseller_conformance.exchange import Exchange

__all__ = ["Paired", "Sender"]

Pairs = list[tuple[Exchange, Exchange | None]]


def _ignore(_: Iterable[Case]) -> None:
    """Do nothing."""


def _nothing(_: Case) -> bool:
    """Leave out no call."""
    return False


class Sender(Protocol):
    """Who sends calls to one target: a client, or a recording that takes its place."""

    @property
    def traffic(self) -> Traffic:
        """What the calls have cost so far."""

    @property
    def planned(self) -> int:
        """How many calls were made, or wait to be made."""

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return an exchange for each case."""

    def is_distinguishable(self, case: Case) -> bool:
        """Say whether this account can tell this case from another."""

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not made."""

    def forget(self, cases: Iterable[Case]) -> None:
        """Forget these calls, so that each may be sent once more."""

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more."""


class Paired:
    """Sends to both, and returns what the first one responds.

    `keep` gets the exchanges of each step, and whether it is the last one of a batch: the second
    is None where there is no other target, or where its account cannot tell the call from another
    one. `drop` gets the calls whose responses count for nothing. The second one does not get the
    calls that `leaves_out` names.
    """

    def __init__(
        self,
        first: Sender,
        second: Sender | None,
        keep: Callable[[Pairs, bool], None],
        pool: ThreadPoolExecutor,
        most: int,
        *,
        drop: Callable[[Iterable[Case]], None] = _ignore,
        leaves_out: Callable[[Case], object] = _nothing,
    ) -> None:
        """Send so many sequences at most before the responses of both are compared."""
        self._first, self._second = first, second
        self._keep = keep
        self._pool = pool
        self._most = most
        self._drop = drop
        self._leaves_out = leaves_out

    @property
    def traffic(self) -> Traffic:
        """What the calls to the first have cost so far."""
        return self._first.traffic

    @property
    def planned(self) -> int:
        """How many calls to the first were made, or wait to be made."""
        return self._first.planned

    def is_distinguishable(self, case: Case) -> bool:
        """Say whether the first account can tell this case from another."""
        return self._first.is_distinguishable(case)

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not made."""
        return self._first.unsent(case, why)

    def forget(self, cases: Sequence[Case]) -> None:
        """Forget these calls, so that each may be sent to both once more."""
        for sender in filter(None, (self._first, self._second)):
            sender.forget(cases)
        self._drop(cases)

    def pause(self, seconds: float) -> None:
        """Send nothing to the first for so long."""
        self._first.pause(seconds)

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more to either."""
        for sender in (self._first, self._second):
            if sender is not None:
                sender.stop(why)

    def send(self, cases: Iterable[Case]) -> list[Exchange]:
        """Return an exchange for each case."""
        return self.send_in_sequence(*([case] for case in cases))

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return an exchange for each case; those of a sequence are sent one after the other."""
        return list(self.pipeline(sequences).exchanges())

    def pipeline(self, sequences: Iterable[Sequence[Case]]) -> _Batches:
        """Return what sends these sequences and can be halted."""
        return _Batches(self._send, sequences, self._most)

    def _send(self, batch: Sequence[Sequence[Case]]) -> list[Exchange]:
        """Send the first call of each sequence, then the second: no target falls behind."""
        steps = [[case for case in step if case is not None] for step in zip_longest(*batch)]
        last = len(steps) - 1
        by_step = [self._send_step(step, place == last) for place, step in enumerate(steps)]
        found = {one.case: one for exchanges in by_step for one in exchanges}
        return [found[case] for sequence in batch for case in sequence]

    def _send_step(self, cases: Sequence[Case], is_last: bool) -> list[Exchange]:
        try:
            others: dict[Case, Exchange] = {}
            if self._second is None:
                exchanges = self._first.send_in_sequence(*([case] for case in cases))
            else:
                known = [[case] for case in cases if self._gets(self._second, case)]
                coming = self._pool.submit(self._second.send_in_sequence, *known)
                exchanges = self._first.send_in_sequence(*([case] for case in cases))
                others = {exchange.case: exchange for exchange in coming.result()}
        except BaseException:
            self.stop()
            raise
        self._keep([(one, others.get(one.case)) for one in exchanges], is_last)
        return exchanges

    def _gets(self, second: Sender, case: Case) -> bool:
        return second.is_distinguishable(case) and not self._leaves_out(case)


class _Batches:
    """Takes the place of the client's pipeline: a batch at a time, for both in step."""

    def __init__(
        self,
        send: Callable[[Sequence[Sequence[Case]]], list[Exchange]],
        sequences: Iterable[Sequence[Case]],
        most: int,
    ) -> None:
        self._send = send
        self._sequences = iter(sequences)
        self._most = most

    def exchanges(self, is_halted: Callable[[], bool] = lambda: False) -> Iterator[Exchange]:
        """Yield each exchange, until all are sent or `is_halted` says so."""
        while not is_halted() and (batch := list(islice(self._sequences, self._most))):
            yield from self._send(batch)
