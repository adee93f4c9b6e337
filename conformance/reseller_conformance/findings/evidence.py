"""A departure as a finding: what was asked, what was expected, what came, how to see it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reseller_conformance.checks.violation import Departure
from reseller_conformance.client.secrets import redacted
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.curl import curl
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.model import Finding
from reseller_conformance.requirements import Requirement

__all__ = ["MOST_FINDINGS", "MOST_PLACES", "finding"]

MOST_FINDINGS = 3
"""A person reads three responses, and then how many more there are."""

MOST_PLACES = 12
"""Places that are told of one response: all ten fields, and some more."""

EXCERPT = 800
"""Characters of an answer that are kept as evidence: an overview in XML, with room for more."""

NONE = "none"
"""The status of a response that did not come."""


def finding(
    requirement: Requirement,
    format: Format | None,
    departure: Departure,
    target: Target,
    same: Sequence[Departure] = (),
    hint: str = "",
) -> Finding:
    """Return what is told of this departure; `same` are all of its kind, itself included.

    `hint` is for a departure that has none.
    """
    exchange = departure.answer.exchange
    body = exchange.body.decode("utf-8", "replace")
    return Finding(
        requirement=requirement.id,
        format=format.value if format else "both",
        where=departure.where,
        expected=departure.expected,
        got=departure.got,
        hint=departure.hint or hint,
        case=str(exchange.case),
        curl=curl(exchange.case, redacted(target)),
        status=exchange.status,
        excerpt=excerpt(body, departure.where, departure.got, EXCERPT),
        times=max(len(same), 1),
        statuses=_statuses(same or (departure,)),
        app_log=exchange.app_log,
    )


def _statuses(same: Sequence[Departure]) -> dict[str, int]:
    """Return how many responses had each status, the commonest first."""
    statuses = (departure.answer.exchange.status for departure in same)
    return dict(Counter(NONE if s is None else str(s) for s in statuses).most_common())
