"""What the reader met, requirement by requirement."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Check, Departure
from reseller_conformance.requirements import Requirement

__all__ = ["met"]


def met(requirement: Requirement) -> Check[Answer]:
    """Return the check that yields the reader's problems with this requirement."""

    def check(answer: Answer) -> Iterator[Departure]:
        if not answer.speaks:
            return
        for problem in answer.problems:
            if problem.requirement is requirement:
                yield Departure(answer, problem.where, problem.expected, problem.got, problem.hint)

    return check
