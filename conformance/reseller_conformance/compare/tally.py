"""Adds up the differences of all calls into kinds, and separates what is noise.

A kind is noise if two responses of OLD to one call differ in the same way. Memory grows with the
kinds, not with the calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.checks.response import Response
from reseller_conformance.compare.contract import violated_by
from reseller_conformance.compare.differences import Identity, differences, identity_of
from reseller_conformance.compare.model import (
    Aspect,
    Difference,
    DifferenceKind,
    Example,
    Grade,
    Latency,
    Violated,
)
from reseller_conformance.exchange import Exchange
from reseller_conformance.requirements import by_id
from reseller_conformance.util.text import shortened

__all__ = ["Curl", "Tally"]

MAX_KINDS = 500
"""Kinds that are kept; the differences of others are counted with none."""

MAX_EXAMPLE_CHARS = 4_000
"""Characters of each response of an example."""

SHOWN_HEADERS = 20

Curl = Callable[[Case], str]
"""Makes the command that reproduces a call."""

_TIME_BOUND = (Aspect.VALUE, Aspect.HEADER, Aspect.ERROR_TEXT, Aspect.BYTES)
"""Aspects that are noise whatever the two texts are. Of others the same change must occur."""


@dataclass(slots=True)
class _Kind:
    """Differences of one kind, with the simplest call that shows them."""

    difference: Difference
    old: Response
    new: Response
    calls: int = 0
    formats: set[str] = field(default_factory=set)

    def add(self, difference: Difference, old: Response, new: Response) -> None:
        self.calls += 1
        self.formats.add(str(old.case.format))
        if difference.grade.rank < self.difference.grade.rank:
            self.difference = replace(self.difference, grade=difference.grade)
        if old.case.complexity < self.old.case.complexity:
            grade = self.difference.grade
            self.difference = replace(difference, grade=grade)
            self.old, self.new = old, new


class Tally:
    """The differences between two targets so far."""

    def __init__(self) -> None:
        """Begin with none."""
        self.compared = 0
        self.sampled = 0
        self._kinds: dict[str, _Kind] = {}
        self._noise: dict[str, _Kind] = {}
        self._violated: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        self._seconds: list[tuple[float, float]] = []
        self._accounts: set[Identity] = set()

    def add(self, old: Response, new: Response) -> None:
        """Compare two responses to one call."""
        self.compared += 1
        if old.exchange.problem is None and new.exchange.problem is None:
            self._seconds.append((old.exchange.seconds, new.exchange.seconds))
        for counts, response in zip(self._violated, (old, new), strict=True):
            if response.case.expected is Expected.OVERVIEW and response.values:
                self._accounts.add(identity_of(response))
            counts.update(one.id for one in violated_by(response))
        self._count(self._kinds, old, new)

    def add_sample(self, first: Response, second: Response) -> None:
        """Compare two responses of OLD to one call: what differs is noise."""
        self.sampled += 1
        self._count(self._noise, first, second)

    def _count(self, kinds: dict[str, _Kind], old: Response, new: Response) -> None:
        for one in differences(old, new, self._accounts):
            if one.id in kinds or len(kinds) < MAX_KINDS:
                kinds.setdefault(one.id, _Kind(one, old, new)).add(one, old, new)

    @property
    def unconfirmed(self) -> list[Response]:
        """The response of OLD that shows each kind: a second one tells whether it is noise."""
        return [kind.old for id, kind in self._kinds.items() if not self._is_noise(id)]

    def counts(self, grade: Grade) -> bool:
        """Say whether a kind of this grade, or a graver one, is no noise."""
        return any(
            kind.difference.grade.rank <= grade.rank
            for id, kind in self._kinds.items()
            if not self._is_noise(id)
        )

    def _is_noise(self, id: str) -> bool:
        noise = self._noise.get(id)
        if noise is None:
            return False
        kind = self._kinds[id].difference
        if kind.aspect in _TIME_BOUND:
            return True
        return {kind.old, kind.new} == {noise.difference.old, noise.difference.new}

    # --- The result --------------------------------------------------------------------------

    def kinds(
        self, old_curl: Curl, new_curl: Curl, accepted: Mapping[str, str]
    ) -> tuple[DifferenceKind, ...]:
        """Return the kinds that are no noise, the gravest and most frequent first."""
        made = [
            _made(kind, old_curl, new_curl, accepted.get(id, ""))
            for id, kind in self._kinds.items()
            if not self._is_noise(id)
        ]
        order = list(Aspect)
        return tuple(sorted(made, key=lambda k: (k.grade.rank, order.index(k.aspect), -k.calls)))

    def noise(self, old_curl: Curl) -> tuple[DifferenceKind, ...]:
        """Return the kinds in which OLD differs from itself."""
        return tuple(_made(kind, old_curl, old_curl, "") for kind in self._noise.values())

    @property
    def violated(self) -> tuple[Violated, ...]:
        """The requirements that single responses violate."""
        old, new = self._violated
        return tuple(
            Violated(id, by_id(id).level.value, by_id(id).title, old[id], new[id])
            for id in sorted({*old, *new})
        )

    @property
    def latency(self) -> Latency:
        """The latency of both in the calls that both answered."""
        if not self._seconds:
            return Latency()
        old, new = (sorted(side) for side in zip(*self._seconds, strict=True))
        rank = -(-len(old) * 95 // 100) - 1
        return Latency(median(old), median(new), old[rank], new[rank])


def _made(kind: _Kind, old_curl: Curl, new_curl: Curl, accepted: str) -> DifferenceKind:
    one = kind.difference
    example = Example(
        str(kind.old.case),
        one.old,
        one.new,
        _shown(kind.old.exchange),
        _shown(kind.new.exchange),
        old_curl(kind.old.case),
        new_curl(kind.old.case),
    )
    formats = tuple(sorted(kind.formats))
    return DifferenceKind(
        one.id, one.aspect, one.place, one.grade, kind.calls, formats, example, accepted
    )


def _shown(exchange: Exchange) -> str:
    """Return a response as text: status, headers, body."""
    if exchange.problem is not None:
        return f"{exchange.problem.kind}: {exchange.problem.detail}"
    lines = [f"HTTP {exchange.status}"]
    lines += [f"{name}: {value}" for name, value in exchange.headers[:SHOWN_HEADERS]]
    body = exchange.body[:MAX_EXAMPLE_CHARS].decode("utf-8", "replace")
    return shortened("\n".join([*lines, "", body]), MAX_EXAMPLE_CHARS)
