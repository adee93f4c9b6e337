"""Adds up the differences of all calls into kinds, and separates what is noise.

A kind is noise if two responses of OLD to one call differ in the same way. Memory grows with the
kinds, not with the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import is_ordinary
from reseller_conformance.checks.response import Response
from reseller_conformance.compare.contract import Judged, violates_must
from reseller_conformance.compare.differences import differences
from reseller_conformance.compare.model import (
    Aspect,
    Difference,
    DifferenceKind,
    Example,
    Grade,
    Latency,
)
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.requirements import Level
from reseller_conformance.util.text import shortened

__all__ = ["Curl", "Tally"]

MAX_KINDS = 500
"""Kinds that are kept; the differences of others are counted with none."""

MAX_EXAMPLE_CHARS = 4_000
"""Characters of each response of an example."""

SHOWN_HEADERS = 20

Curl = Callable[[Case], str]
"""Makes the command that reproduces a call."""

_TIME_BOUND = (
    Aspect.VALUE,
    Aspect.HEADER,
    Aspect.ERROR_TEXT,
    Aspect.BYTES,
    Aspect.WHITE_SPACE,
    Aspect.ORDER,
)
"""Aspects that are noise whatever the two texts are. Of others the same change must occur."""


def _order(case: Case) -> tuple[object, ...]:
    """Return what puts the simplest call first, and those that the API docs describe before all."""
    return not is_ordinary(case), case.complexity


_VERDICTS = (Aspect.VERDICT, Aspect.ENVELOPE, Aspect.DELIVERY)
_BY_CONTRACT = (*_VERDICTS, Aspect.ECHO)


@dataclass(slots=True)
class _Kind:
    """Differences of one kind, with the simplest call that shows them."""

    difference: Difference
    old: Response
    new: Response
    cases: set[Case] = field(default_factory=set)

    @property
    def formats(self) -> tuple[str, ...]:
        return tuple(sorted({str(case.format) for case in self.cases}))

    def add(self, difference: Difference, old: Response, new: Response) -> None:
        self.cases.add(old.case)
        if difference.grade.rank < self.difference.grade.rank:
            self.difference = replace(self.difference, grade=difference.grade)
        if _order(old.case) < _order(self.old.case):
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
        self._seconds: list[tuple[float, float]] = []
        self._formats: set[Format] = set()
        self._protections: list[Difference] = []

    def add(self, old: Response, new: Response) -> None:
        """Compare two responses to one call."""
        self.compared += 1
        self._formats.add(old.case.format)
        if old.exchange.problem is None and new.exchange.problem is None:
            self._seconds.append((old.exchange.seconds, new.exchange.seconds))
        self._count(self._kinds, old, new)

    def add_sample(self, first: Response, second: Response) -> None:
        """Compare two responses of OLD to one call: what differs is noise."""
        self.sampled += 1
        self._count(self._noise, first, second)
        self._count(self._noise, second, first)

    def _count(self, kinds: dict[str, _Kind], old: Response, new: Response) -> None:
        for one in differences(old, new):
            if one.id in kinds or len(kinds) < MAX_KINDS:
                kinds.setdefault(one.id, _Kind(one, old, new)).add(one, old, new)

    def settle_grades(self, breaking: Collection[Case]) -> None:
        """Set the grades that the contract decides: in `breaking` calls one side violates a MUST.

        Where both keep the contract, it leaves open what they differ in.
        """
        for kind in self._kinds.values():
            if kind.difference.aspect in _BY_CONTRACT:
                grade = Grade.VISIBLE if kind.cases.isdisjoint(breaking) else Grade.BREAKING
                kind.difference = replace(kind.difference, grade=grade)

    def add_contract(self, judged: Judged, old: Response, new: Response) -> None:
        """Add what NEW violates and OLD keeps, unless a difference of verdict says it."""
        requirement = judged.requirement
        grade = Grade.BREAKING if requirement.level is Level.MUST else Grade.VISIBLE
        verdicts = [self._kinds[id].difference for id in self.found]
        known = any(one.aspect in _VERDICTS and one.grade.rank <= grade.rank for one in verdicts)
        if known and (requirement.topic == "rejects" or requirement.id == "success.returned"):
            return
        said = f"violates it: {requirement.title}"
        one = Difference(Aspect.CONTRACT, requirement.id, grade, "keeps it", said)
        kind = self._kinds.setdefault(one.id, _Kind(one, old, new))
        kind.cases |= {response.case for response in judged.responses}

    def add_protection(self, old: EnvironmentNote | None, new: EnvironmentNote | None) -> None:
        """Add that something in front of one side alone refuses calls."""
        kind = next(note.kind for note in (old, new) if note)
        texts = [note.reason if note else "such calls are served" for note in (old, new)]
        difference = Difference(Aspect.PROTECTION, kind.value, Grade.VISIBLE, *texts)
        self._protections.append(difference)

    @property
    def unconfirmed(self) -> list[Response]:
        """The response of OLD that shows each kind: a second one shows whether it is noise."""
        return [self._kinds[id].old for id in self.found]

    @property
    def found(self) -> list[str]:
        """The ids of the kinds so far that are no noise."""
        return [id for id in list(self._kinds) if not self._is_noise(id)]

    def counts(self, grade: Grade) -> bool:
        """Say whether a kind of this grade, or a graver one, is no noise.

        A suspicion is breaking only where one of its responses violates a MUST by itself.
        """
        kinds = [self._kinds[id] for id in self.found]
        return any(
            grade is not Grade.BREAKING or violates_must(kind.old) or violates_must(kind.new)
            for kind in kinds
            if kind.difference.grade.rank <= grade.rank
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
            _made(self._kinds[id], old_curl, new_curl, accepted.get(id, "")) for id in self.found
        ]
        formats = tuple(str(one) for one in Format if one in self._formats)
        made += [
            _of_protection(one, accepted.get(one.id, ""), formats) for one in self._protections
        ]
        order = list(Aspect)
        return tuple(sorted(made, key=lambda k: (k.grade.rank, order.index(k.aspect), -k.calls)))

    def noise(self, old_curl: Curl) -> tuple[DifferenceKind, ...]:
        """Return the kinds in which OLD differs from itself."""
        return tuple(_made(kind, old_curl, old_curl, "") for kind in self._noise.values())

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
    return DifferenceKind(
        one.id,
        one.aspect,
        one.place,
        one.grade,
        len(kind.cases),
        kind.formats,
        example,
        accepted,
    )


def _of_protection(one: Difference, accepted: str, formats: tuple[str, ...]) -> DifferenceKind:
    example = Example("calls after a row of others", one.old, one.new)
    return DifferenceKind(one.id, one.aspect, one.place, one.grade, 1, formats, example, accepted)


def _shown(exchange: Exchange) -> str:
    """Return a response as text: status, headers, body."""
    if exchange.problem is not None:
        return f"{exchange.problem.kind}: {exchange.problem.detail}"
    lines = [f"HTTP {exchange.status}"]
    lines += [f"{name}: {value}" for name, value in exchange.headers[:SHOWN_HEADERS]]
    body = exchange.body[:MAX_EXAMPLE_CHARS].decode("utf-8", "replace")
    return shortened("\n".join([*lines, "", body]), MAX_EXAMPLE_CHARS)
