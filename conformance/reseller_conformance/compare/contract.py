"""Which requirements a single response violates, judged by the rules of a run.

Requirements that compare several responses need a run on each implementation.
"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.kinds import is_ordinary
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import ALL_EVIDENCE, Evidence, Rule, Scope, rules_for
from reseller_conformance.requirements import REJECTS_USER_UNKNOWN, Requirement

__all__ = ["violated_by"]


def violated_by(response: Response) -> list[Requirement]:
    """Return the requirements that this response violates, in the order of the rules."""
    found = (rule.requirement for rule in _rules(response) if any(rule.check(response)))
    return list(dict.fromkeys(found))


def _rules(response: Response) -> Iterator[Rule]:
    case = response.case
    evidence = ALL_EVIDENCE
    if not (response.is_readable and case.expected is Expected.OVERVIEW):
        evidence &= ~Evidence.EXPECTED_KIND
    if not is_ordinary(case):
        yield from rules_for(response, evidence, _scope(case))
        return
    for rule in rules_for(response, evidence):
        # A run compares near misses of the user with the accounts of all customers.
        if rule.requirement is not REJECTS_USER_UNKNOWN:
            yield rule


def _scope(case: Case) -> Scope:
    return (
        Scope.UNUSUAL
        if case.invalid or case.arrays or case.repeated_parameters
        else (Scope.UNDOCUMENTED if case.extra else Scope.UNUSUAL)
    )
