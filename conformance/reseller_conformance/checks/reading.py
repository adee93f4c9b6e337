"""What the reader met, requirement by requirement."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.requirements import Requirement

__all__ = ["reader_violations"]


def reader_violations(requirement: Requirement) -> Check[Response]:
    """Return the check that yields the reader's problems with this requirement."""

    def check(response: Response) -> Iterator[Violation]:
        if not response.is_readable:
            return
        for problem in response.problems:
            if problem.requirement is requirement:
                yield Violation(
                    response, problem.where, problem.expected, problem.got, problem.hint
                )

    return check
