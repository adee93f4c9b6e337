"""Which requirements a run tests: what `--only` and `--skip` name, by id or by topic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reseller_conformance.requirements import CATALOGUE, Requirement
from reseller_conformance.util.suggestion import suggestion

__all__ = ["EVERYTHING", "Selection", "SelectionError", "selection_from"]


class SelectionError(ValueError):
    """A name is unknown, or no requirement is left. The message is one line."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The requirements that are left out, by id."""

    left_out: frozenset[str] = frozenset()

    def includes(self, id: str) -> bool:
        """Return True if this requirement is tested."""
        return id not in self.left_out


EVERYTHING = Selection()


def selection_from(only: Iterable[str], skip: Iterable[str]) -> Selection:
    """Return what these ids and topics select. Without `only` it is the whole catalogue.

    Raises SelectionError.
    """
    only, skip = tuple(only), tuple(skip)
    wanted = _named("only", only) if only else {known.id for known in CATALOGUE}
    wanted -= _named("skip", skip)
    if not wanted:
        raise SelectionError(f"--only and --skip leave nothing to test: {' '.join(skip)}")
    return Selection(frozenset(known.id for known in CATALOGUE) - wanted)


def _named(option: str, words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        same = {known.id for known in CATALOGUE if _fits(known, word.strip().lower())}
        if not same:
            topics = dict.fromkeys(known.topic for known in CATALOGUE)
            hint = suggestion(word.lower(), [*topics, *(known.id for known in CATALOGUE)])
            raise SelectionError(f"--{option} names no requirement and no topic{hint}: {word}")
        found |= same
    return found


def _fits(requirement: Requirement, word: str) -> bool:
    return word in (requirement.id, requirement.topic)
