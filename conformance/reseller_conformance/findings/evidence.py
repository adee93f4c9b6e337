"""A departure as a finding: what was asked, what was expected, what came, how to see it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reseller_conformance.checks.violation import Violation
from reseller_conformance.client.secrets import redacted
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.curl import curl
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.model import Finding
from reseller_conformance.requirements import Requirement

__all__ = ["MAX_FINDINGS", "MAX_PLACES", "finding"]

MAX_FINDINGS = 3
"""A person reads three responses, and then how many more there are."""

MAX_PLACES = 12
"""Places that are told of one response: all ten fields, and some more."""

MAX_EXCERPT_CHARS = 800
"""Characters of an answer that are kept as evidence: an overview in XML, with room for more."""

NONE = "none"
"""The status of a response that did not come."""


def finding(
    requirement: Requirement,
    format: Format | None,
    violation: Violation,
    target: Target,
    same: Sequence[Violation] = (),
    hint: str = "",
) -> Finding:
    """Return what is told of this departure; `same` are all of its kind, itself included.

    `hint` is for a departure that has none.
    """
    exchange = violation.response.exchange
    body = exchange.body.decode("utf-8", "replace")
    return Finding(
        requirement=requirement.id,
        format=format.value if format else "both",
        where=violation.where,
        expected=violation.expected,
        got=violation.actual,
        hint=violation.hint or hint,
        case=str(exchange.case),
        curl=curl(exchange.case, redacted(target)),
        status=exchange.status,
        excerpt=excerpt(body, violation.where, violation.actual, MAX_EXCERPT_CHARS),
        times=max(len(same), 1),
        statuses=_statuses(same or (violation,)),
        app_log=exchange.app_log,
    )


def _statuses(same: Sequence[Violation]) -> dict[str, int]:
    """Return how many responses had each status, the commonest first."""
    statuses = (violation.response.exchange.status for violation in same)
    return dict(Counter(NONE if s is None else str(s) for s in statuses).most_common())
