"""What OLD and NEW have responded so far: the pairs, and what OLD responds when called again.

Each pair is compared as it comes. `tally` adds up the differences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.compare.paired import Pairs
from reseller_conformance.compare.tally import Tally
from reseller_conformance.exchange import Exchange, is_unsent

__all__ = ["Responses"]


class Responses:
    """The responses of both."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pairs: dict[Case, tuple[Response, Response]] = {}
        """Both responses, the one of OLD first, in the order in which they came."""
        self._first: dict[Case, Response] = {}
        self._repeated: list[tuple[Response, Response]] = []
        self._missing: set[Case] = set()
        self._tally = Tally()
        self._is_outdated = False

    @property
    def tally(self) -> Tally:
        """The differences so far."""
        if self._is_outdated:
            self._add_up()
        return self._tally

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
                    self._tally.add(*self.pairs[old.case])

    def add_of_old(self, exchange: Exchange) -> Response:
        """Take in a response of OLD, and compare it with the first one to the same call."""
        response = parse(exchange)
        first = self._first.setdefault(replace(response.case, repeat=0), response)
        if first is not response:
            self._repeated.append((first, response))
            self._tally.add_sample(first, response)
        return response

    def leave_out(self, void: Iterable[Case]) -> None:
        """Forget these calls: their responses count for nothing. They may be made once more."""
        cases = set(void)
        known = len(self.pairs)
        self.pairs = {case: pair for case, pair in self.pairs.items() if case not in cases}
        self._first = {call: one for call, one in self._first.items() if one.case not in cases}
        self._repeated = [pair for pair in self._repeated if not cases & {one.case for one in pair}]
        self._is_outdated |= len(self.pairs) < known

    def leave_out_refused_samples(self) -> list[Case]:
        """Forget second responses of another kind: something in front of OLD refused them."""
        refused = [two.case for one, two in self._repeated if one.kind is not two.kind]
        self._repeated = [pair for pair in self._repeated if pair[0].kind is pair[1].kind]
        self._is_outdated = True
        return refused

    def _add_up(self) -> None:
        self._is_outdated = False
        self._tally = Tally()
        for pair in self.pairs.values():
            self._tally.add(*pair)
        for pair in self._repeated:
            self._tally.add_sample(*pair)
