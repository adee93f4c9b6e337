"""Adds up violations into findings, for a run, saved responses and load tests alike.

Violations of a requirement at the same place and of the same kind are one finding. It shows the
first of them, so a caller adds the simplest response first. Memory grows with the kinds of
violations, not with the responses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.findings.evidence import status_of
from reseller_conformance.findings.kinds import Spot, kind_of, place_of
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.requirements import CATALOGUE, Requirement, column_of

__all__ = ["Aggregator", "of_few_responses", "spot_of"]

MAX_KINDS = 20
"""Kinds of violations of one requirement in one format that are kept."""

MAX_FINDINGS = 10
"""Kinds that are reported, the most frequent ones."""

MAX_PLACES = 3
"""Saved responses that a finding names."""

MAX_RESPONSES = 3
"""Responses that a person reads, before the findings say how many more there are."""

MAX_RESPONSE_FINDINGS = 12
"""Findings that one response shows: all ten fields, and some more."""

Describe = Callable[[Requirement, Format | None, Violation], Finding]


@dataclass(slots=True)
class _Kind:
    """Violations of one kind: an example, and the responses that show it."""

    example: Finding
    times: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def count(self, status: str, place: str) -> None:
        self.times += 1
        self.statuses[status] += 1
        if place and len(self.places) < MAX_PLACES:
            self.places.append(place)

    @property
    def finding(self) -> Finding:
        """The example, with what is known of all responses."""
        more = self.times - len(self.places)
        places = [*self.places, f"{more:,} more"] if more else self.places
        return replace(
            self.example,
            case="; ".join(places) if self.places else self.example.case,
            times=self.times,
            statuses=dict(self.statuses.most_common()),
        )


@dataclass(slots=True)
class _Aggregate:
    """One requirement in one format: how often it was judged and violated, and how."""

    judged: int = 0
    violated: int = 0
    kinds: dict[Spot, _Kind] = field(default_factory=dict)

    @property
    def findings(self) -> dict[Spot, Finding]:
        """The finding of each kind, in the order in which the kinds were first seen."""
        return {spot: kind.finding for spot, kind in self.kinds.items()}

    def result(self, requirement: Requirement, column: str) -> Result:
        """Return the outcome, with the most frequent findings first."""
        if not self.violated:
            return Result(requirement, column, Outcome.PASSED)
        found = sorted(self.findings.values(), key=lambda one: -one.times)[:MAX_FINDINGS]
        share = f"{self.violated:,} of {self.judged:,} responses violate it"
        reason = f"{found[0].got} ({share})"
        spots = tuple(self.kinds)
        return Result(requirement, column, Outcome.FAILED, reason, tuple(found), violations=spots)


class Aggregator:
    """The violations of all requirements. `describe` makes the example of a new kind."""

    def __init__(self, describe: Describe, max_kinds: int = MAX_KINDS) -> None:
        """Begin with none."""
        self._describe = describe
        self._max_kinds = max_kinds
        self._aggregates: defaultdict[tuple[str, str], _Aggregate] = defaultdict(_Aggregate)

    def findings(self, requirement: Requirement, format: Format | None) -> dict[Spot, Finding]:
        """Return the finding of each kind, in the order in which the kinds were first seen."""
        return self._aggregates[requirement.id, column_of(format)].findings

    def is_violated(self, requirement: Requirement, column: str) -> bool:
        """Return True if a response violated this requirement in this format."""
        aggregate = self._aggregates.get((requirement.id, column))
        return aggregate is not None and aggregate.violated > 0

    def add(
        self,
        requirement: Requirement,
        format: Format | None,
        violations: Iterable[Violation],
        place: Callable[[Violation], str] = lambda _: "",
    ) -> None:
        """Add one judgement. `place` says where a saved response is found."""
        aggregate = self._aggregates[requirement.id, column_of(format)]
        aggregate.judged += 1
        # A response that shows one kind several times counts once.
        kinds: dict[Spot, Violation] = {}
        for violation in violations:
            kinds.setdefault(spot_of(requirement, format, violation), violation)
        aggregate.violated += bool(kinds)
        for spot, violation in kinds.items():
            kind = aggregate.kinds.get(spot)
            if kind is None and len(aggregate.kinds) < self._max_kinds:
                kind = _Kind(self._describe(requirement, format, violation))
                aggregate.kinds[spot] = kind
            if kind is not None:
                kind.count(status_of(violation), place(violation))

    def results(
        self, formats: Iterable[Format], not_judged: Callable[[Requirement, str], Result | None]
    ) -> Iterator[Result]:
        """Yield the outcome of each requirement in each of these formats.

        `not_judged` gives the result of a requirement that was never judged; None for no result.
        """
        tested = frozenset(formats)
        for requirement in CATALOGUE:
            for format in requirement.formats or (None,):
                if format is None or format in tested:
                    column = column_of(format)
                    aggregate = self._aggregates.get((requirement.id, column))
                    if aggregate is not None:
                        yield aggregate.result(requirement, column)
                    elif (result := not_judged(requirement, column)) is not None:
                        yield result

    # --- Between processes -------------------------------------------------------------------

    def drain(self) -> list[list[Any]]:
        """Return everything as plain values for another process, and begin anew."""
        drained = [
            [*key, one.judged, one.violated, [asdict(found) for found in one.findings.values()]]
            for key, one in self._aggregates.items()
        ]
        self._aggregates.clear()
        return drained

    def merge(self, drained: Iterable[Iterable[Any]]) -> None:
        """Add what another process has drained."""
        for id, column, judged, violated, findings in drained:
            aggregate = self._aggregates[id, column]
            aggregate.judged += judged
            aggregate.violated += violated
            for found in findings:
                self._merge(aggregate, found)

    def _merge(self, aggregate: _Aggregate, found: Mapping[str, Any]) -> None:
        example = Finding(**found)
        kind = aggregate.kinds.get(example.spot)
        if kind is None and len(aggregate.kinds) < self._max_kinds:
            kind = aggregate.kinds[example.spot] = _Kind(example)
        if kind is not None:
            kind.times += example.times
            kind.statuses.update(example.statuses)


def spot_of(requirement: Requirement, format: Format | None, violation: Violation) -> Spot:
    """Return the place and kind by which violations are grouped."""
    where, expected = violation.where, violation.expected
    place, kind = place_of(where, expected), kind_of(where, expected, violation.actual)
    return Spot(requirement.id, column_of(format), place, kind)


def of_few_responses(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that the first few responses show."""
    chosen: list[Finding] = []
    shown: Counter[tuple[str, str, int | None]] = Counter()
    for one in findings:
        response = one.case, one.curl, one.status
        if response in shown or len(shown) < MAX_RESPONSES:
            shown[response] += 1
            if shown[response] <= MAX_RESPONSE_FINDINGS:
                chosen.append(one)
    return chosen
