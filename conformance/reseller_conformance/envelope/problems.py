"""Collect the problems of one body, and build its envelope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from reseller_conformance.envelope.heuristics import guess
from reseller_conformance.envelope.model import (
    Envelope,
    EnvelopeKind,
    ErrorList,
    FieldValue,
    Overview,
    Problem,
    Unreadable,
)
from reseller_conformance.requirements import Level, Requirement

__all__ = ["MAX_PROBLEMS", "OtherFormat", "Problems", "build_envelope", "salvage"]

MAX_PROBLEMS = 20
"""Maximum number of problems kept for one requirement. A hostile body could have 100,000."""


@dataclass(frozen=True, slots=True)
class OtherFormat:
    """A body in another format. `got` describes it, with an excerpt at the end."""

    got: str
    text: str


class Problems:
    """Problems in the order in which they were found."""

    __slots__ = ("_kept", "_met")

    def __init__(self, *problems: Problem) -> None:
        """Start with these problems."""
        self._kept: list[Problem] = []
        self._met: Counter[Requirement] = Counter()
        for problem in problems:
            self.keep(problem)

    def add(
        self, requirement: Requirement, where: str, expected: str, got: str, hint: str = ""
    ) -> None:
        """Add a problem."""
        self.keep(Problem(requirement, where or "body", expected, got, hint))

    def keep(self, problem: Problem) -> None:
        """Add an existing problem."""
        self._met[problem.requirement] += 1
        if self._met[problem.requirement] <= MAX_PROBLEMS:
            self._kept.append(problem)

    def include(self, requirement: Requirement) -> bool:
        """Return True if there is a problem of this requirement."""
        return self._met[requirement] > 0

    @property
    def all(self) -> tuple[Problem, ...]:
        """All kept problems. The last one of a requirement says how many more there were."""
        problems = list(self._kept)
        for requirement, met in self._met.items():
            if met > MAX_PROBLEMS:
                last = max(i for i, p in enumerate(problems) if p.requirement is requirement)
                problems[last] = replace(
                    problems[last], hint=f"and {met - MAX_PROBLEMS} more like this"
                )
        return tuple(problems)


def build_envelope(
    problems: Problems,
    looks: EnvelopeKind,
    values: Mapping[str, FieldValue] | None = None,
    errors: tuple[str, ...] = (),
) -> Envelope:
    """Return the envelope, or `Unreadable` if a MUST is violated."""
    found = problems.all
    values = values or {}
    violated = any(problem.requirement.level is Level.MUST for problem in found)
    if violated or looks is EnvelopeKind.UNKNOWN:
        return Unreadable(found, looks, values, errors)
    if looks is EnvelopeKind.ERRORS:
        return ErrorList(errors, found)
    return Overview(**cast("dict[str, Any]", values), problems=found)


def salvage(problems: Problems, envelope: Envelope | OtherFormat | None, text: str) -> Unreadable:
    """Build `Unreadable` from a partial parse, with its kind and its readable values.

    Its other problems are dropped, because they have the same cause.
    """
    match envelope:
        case Overview(problems=_):
            return Unreadable(problems.all, EnvelopeKind.OVERVIEW, envelope.values)
        case ErrorList(errors=errors):
            return Unreadable(problems.all, EnvelopeKind.ERRORS, errors=errors)
        case Unreadable(kind=looks, values=values, errors=errors) if (
            looks is not EnvelopeKind.UNKNOWN
        ):
            return Unreadable(problems.all, looks, values, errors)
        case _:
            return Unreadable(problems.all, guess(text))
