"""What OLD and NEW have responded so far: the pairs, and what OLD responds when called again.

Each pair is compared as it comes. `tally` adds up the differences.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.compare.paired import Pairs
from reseller_conformance.compare.tally import Tally
from reseller_conformance.exchange import Exchange, TransportErrorKind

__all__ = ["Responses", "is_unsent"]


class Responses:
    """The responses of both."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pairs: dict[Case, tuple[Response, Response]] = {}
        """Both responses, the one of OLD first, in the order in which they came."""
        self._first: dict[Case, Response] = {}
        self._repeated: list[tuple[Response, Response]] = []
        self._missing: set[Case] = set()
        self.tally = Tally()

    @property
    def unsent(self) -> int:
        """How many calls one side did not send, or does not hold."""
        return len(self._missing - self.pairs.keys())

    @property
    def done(self) -> int:
        """How many calls have a response of OLD, and of NEW where there is one."""
        return len(self.pairs) or len(self._first)

    def add(self, pairs: Pairs) -> None:
        """Take in both exchanges of these calls, and compare them."""
        for old, new in pairs:
            if is_unsent(old) or (new is not None and is_unsent(new)):
                self._missing.add(old.case)
            elif old.case not in self.pairs:
                first = self.add_of_old(old)
                if new is not None:
                    self.pairs[old.case] = (first, parse(new))
                    self.tally.add(*self.pairs[old.case])

    def add_of_old(self, exchange: Exchange) -> Response:
        """Take in a response of OLD, and compare it with the first one to the same call."""
        response = parse(exchange)
        first = self._first.setdefault(replace(response.case, repeat=0), response)
        if first is not response:
            self._repeated.append((first, response))
            self.tally.add_sample(first, response)
        return response

    def leave_out(self, void: Collection[Case]) -> None:
        """Add up anew without these calls."""
        self.tally = Tally()
        for case, pair in self.pairs.items():
            if case not in void:
                self.tally.add(*pair)
        for first, second in self._repeated:
            if first.case not in void and second.case not in void:
                self.tally.add_sample(first, second)


def is_unsent(exchange: Exchange) -> bool:
    """Say whether the call was not made."""
    return exchange.problem is not None and exchange.problem.kind is TransportErrorKind.NOT_SENT
