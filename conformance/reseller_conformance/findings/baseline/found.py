"""What a run found of each requirement and format, as a baseline looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reseller_conformance.findings.baseline.entry import Entry, in_order
from reseller_conformance.findings.kinds import ANYWHERE, MAX_SPOTS, Spot, place_of
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.requirements import CATALOGUE, Level

__all__ = ["Found"]

_PLACE = {requirement.id: place for place, requirement in enumerate(CATALOGUE)}


class Found:
    """What became of each requirement and format; suites of one's own may test it twice."""

    def __init__(self, results: Iterable[Result], *, complete: bool = True) -> None:
        """Look at these results of a run, in which nothing is missing if it is complete."""
        self._outcomes: dict[tuple[str, str], set[Outcome]] = {}
        self._spots: dict[tuple[str, str], list[Spot]] = {}
        self._results = list(results)
        self._complete = complete
        for result in self._results:
            what = (result.requirement.id, result.format)
            self._outcomes.setdefault(what, set()).add(result.outcome)
            if result.outcome is Outcome.FAILED:
                self._spots.setdefault(what, []).extend(result.spots)

    def _covered(self, entry: Entry) -> list[Spot]:
        return [one for one in self._spots.get(entry.what, ()) if entry.covers(one)]

    def fails(self, entry: Entry) -> bool:
        """Return True if what it accepts was found."""
        if Outcome.FAILED not in self._outcomes.get(entry.what, ()):
            return False
        return bool(self._covered(entry)) or not self._spots[entry.what]

    def no_longer(self, entry: Entry) -> bool:
        """Return True if it was tested, and what the entry accepts was not found."""
        outcomes = self._outcomes.get(entry.what, set())
        if outcomes == {Outcome.PASSED}:
            return True
        return Outcome.FAILED in outcomes and self._all_told(entry) and not self.fails(entry)

    def gone(self, entry: Entry) -> tuple[str, ...]:
        """Return the places, and then the kinds, at which an entry no longer fails in part."""
        covered = self._covered(entry)
        if not covered or ANYWHERE in entry.where or not self._all_told(entry):
            return ()
        places, kinds = {one.place for one in covered}, {one.kind for one in covered}
        return (
            *(name for name in entry.where if place_of(name) not in places),
            *(name for name in entry.kind if name not in kinds),
        )

    def bound(self, entry: Entry) -> Entry:
        """Return the entry with the places and kinds at which it fails, and no others."""
        if (entry.where and not self.gone(entry)) or not self._all_told(entry):
            return entry
        return entry.seen(self._spots.get(entry.what, ()))

    def besides(self, known: Sequence[Entry], levels: Sequence[Level]) -> list[Entry]:
        """Return entries for what fails at these levels and none of those covers, by kind."""
        made: list[Entry] = []
        for result in self._results:
            if result.outcome is Outcome.FAILED and result.requirement.level in levels:
                held = [*known, *made]
                left = [f for f in result.spots if not any(one.covers(f) for one in held)]
                made += _entries(result, left)
                named = any(one.what == (result.requirement.id, result.format) for one in held)
                if not result.spots and not named:
                    made.append(Entry(result.requirement.id, result.format, ""))
        return sorted(made, key=lambda one: (_PLACE[one.requirement], one.format, one.kind))

    def _all_told(self, entry: Entry) -> bool:
        """Return True if each of its violations is known: of too many only the first are kept."""
        return self._complete and len(self._spots.get(entry.what, ())) < MAX_SPOTS


def _entries(result: Result, spots: Iterable[Spot]) -> list[Entry]:
    kinds: dict[str, set[str]] = {}
    for spot in spots:
        kinds.setdefault(spot.kind, set()).add(spot.place)
    return [
        Entry(
            result.requirement.id,
            result.format,
            "",
            where=in_order(places),
            kind=(kind,) if kind else (),
        )
        for kind, places in kinds.items()
    ]
