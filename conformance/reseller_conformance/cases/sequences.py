"""Valid and invalid calls whose order or number matters: repeated, in turn, or all at once.

They show what a cache, a race or a counter does. `plan` has the calls that are judged alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice, product
from typing import Any, TypeVar, cast

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import EMPTY, State, Value
from reseller_conformance.contract import PARAMETERS, Format

__all__ = [
    "COLD_CACHE_REPEAT",
    "FIRST_CONTROL_REPEAT",
    "MAX_REREADINGS",
    "PREFLIGHT",
    "REPEATED",
    "Sequences",
    "rotated",
    "with_states",
]

Item = TypeVar("Item")

CACHE_PROBES: tuple[dict[str, Value], ...] = tuple(
    {name: state}
    for name in ("api_key", "api_user", "task", "user")
    for state in (State.UNKNOWN, *EMPTY)
)
"""The parameters that a cache may leave out of its key, with invalid states."""

PREFLIGHT = 50
"""The repeat number of the documented call that is sent again in the preflight."""

COLD_CACHE_REPEAT = 100
"""The repeat number of the invalid calls that are sent before any valid one."""

FIRST_REREADING_REPEAT = 600
"""The first repeat number of the calls that show which values move."""

MAX_REREADINGS = 12
"""Parts of such calls for one customer: of a copy that answers 1 call in 100, most runs see one."""

FIRST_CONTROL_REPEAT = 1000
"""The first repeat number of control calls."""

REPEATED = 10_000
"""The first repeat number of calls that are sent again to see whether they fail again."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """The sequences of a run, for as many customers as the operator has named."""

    depth: Depth
    customers: int
    formats: tuple[Format, ...] = tuple(Format)
    """The formats that share calls: many calls are sent in one of them only."""

    @property
    def sampled_customers(self) -> range:
        """The customers that calls are spread over. The first one is always among them."""
        return range(self.customers if self.depth is Depth.THOROUGH else min(self.customers, 3))

    def share(self, format: Format, items: Sequence[Item]) -> list[Item]:
        """Return the part of these that falls to this format: the formats take turns.

        What fails in one format is sent in the others when it is judged. A thorough run sends all
        of them in each format.
        """
        if self.depth is Depth.THOROUGH:
            return list(items)
        return list(items[self.formats.index(format) :: len(self.formats)])

    def share_at_quick(self, format: Format, items: Sequence[Item]) -> list[Item]:
        """Return the part of these that falls to this format at `quick`; otherwise all."""
        return self.share(format, items) if self.depth is Depth.QUICK else list(items)

    def documented(self, format: Format, turn: int = 0) -> list[Case]:
        """The documented call, for each customer."""
        return [Case(format, customer=who, repeat=turn) for who in range(self.customers)]

    def repeated_calls(self, format: Format) -> list[list[Case]]:
        """Some invalid calls, each sent three times, or twice."""
        turns = 2 if self.depth is Depth.QUICK else 3
        alone = product(("task", "user", "api_key"), (State.MISSING, State.UNKNOWN))
        invalid: list[dict[str, Value]] = [{name: state} for name, state in alone]
        invalid.append(dict.fromkeys(PARAMETERS, State.MISSING))
        cases = [with_states(Case(format), states) for states in invalid]
        return [
            [replace(case, repeat=turn) for turn in range(turns)]
            for case in self.share_at_quick(format, cases)
        ]

    def cold_cache_probes(self, format: Format) -> list[Case]:
        """Invalid calls for the last customer, to be sent before any valid one: at once.

        Then no cache has a response for it. There are none with one customer. Two of these calls
        fail the login, one in each format: some servers lock a customer after three.
        """
        if self.customers < 2:
            return []
        last = Case(format, customer=self.customers - 1, repeat=COLD_CACHE_REPEAT)
        names = ("api_key", "api_user")[self.formats.index(format) :: len(self.formats)]
        logins: list[dict[str, Value]] = [{name: State.UNKNOWN} for name in names]
        others = [one for one in self._cache_changes(format) if one.keys() <= {"task", "user"}]
        return [with_states(last, change) for change in (*logins, *others)]

    def _cache_changes(self, format: Format) -> Sequence[dict[str, Value]]:
        if self.depth is not Depth.QUICK:
            return CACHE_PROBES
        return self.share(format, [one for one in CACHE_PROBES if State.EMPTY not in one.values()])

    def cache_probes(self, format: Format) -> list[Case]:
        """Valid calls for the last customer, each followed by an invalid one: sent one by one."""
        cases: list[Case] = []
        changes = self._cache_changes(format)
        for turn, change in enumerate(changes, start=COLD_CACHE_REPEAT + 1):
            valid = Case(format, customer=self.customers - 1, repeat=turn)
            cases += [valid, with_states(valid, change)]
        return [*cases, replace(cases[0], repeat=COLD_CACHE_REPEAT + len(cases))]

    def alternating_formats(self, customer: int, *, again: bool = False) -> list[Case]:
        """One customer in both formats by turns. With `again`, the same calls once more."""
        formats = islice(
            cycle((Format.JSON, Format.XML)), 7 if customer in self.sampled_customers else 4
        )
        first = 250 if again else 200
        return [
            Case(format, customer=customer, repeat=i) for i, format in enumerate(formats, first)
        ]

    def rereadings(self, customer: int, part: int = 0) -> list[Case]:
        """One customer in both formats, often enough to see which counters move.

        There are `MAX_REREADINGS` parts: the further ones show a copy that seldom answers.

        The formats follow the Thue-Morse sequence, which has no period: of replicas that take
        turns, and of values that come by turns, each format meets every one.
        """
        formats = ((Format.JSON, Format.XML)[i.bit_count() % 2] for i in range(32))
        first = FIRST_REREADING_REPEAT + 32 * part
        return [
            Case(format, customer=customer, repeat=i) for i, format in enumerate(formats, first)
        ]

    def round_robin(self, format: Format) -> list[Case]:
        """Each customer, the first again after each, and the others once more: one by one.

        So each is read between two readings of each that comes before it.
        """
        others = range(1, self.customers)
        order = [0, *(who for other in others for who in (other, 0)), *others]
        return [Case(format, customer=who, repeat=300 + i) for i, who in enumerate(order)]

    def concurrent_mix(self, format: Format) -> list[Case]:
        """Calls for different customers, valid and invalid, in both formats: sent at once."""
        other = Format.XML if format is Format.JSON else Format.JSON
        invalid: tuple[dict[str, Value], ...] = (
            {"user": State.UNKNOWN},
            {"api_key": State.UNKNOWN},
            {"task": State.MISSING},
            {"user": State.PREFIX},
        )
        size = 12 if self.depth is Depth.QUICK else 52
        cases = []
        for turn, who in zip(range(400, 400 + size), cycle(range(self.customers)), strict=False):
            valid = Case(format if turn % 5 else other, customer=who, repeat=turn)
            cases += [valid, with_states(valid, invalid[turn % 4])] if turn % 3 == 0 else [valid]
        return cases


def with_states(case: Case, states: dict[str, Value]) -> Case:
    """Return this case with these parameters in these states."""
    # `replace` is typed for all fields of Case, of which four are parameters
    return replace(case, **cast("dict[str, Any]", states))


def rotated(order: tuple[str, ...], by: int) -> tuple[str, ...]:
    """Return this order, begun so many places later."""
    return order[by:] + order[:by]
