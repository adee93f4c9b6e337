"""A departure as a finding: what was asked, what was expected, what came, how to see it again."""

from __future__ import annotations

from reseller_conformance.checks.departure import Departure
from reseller_conformance.contract import Format
from reseller_conformance.curl import curl
from reseller_conformance.findings import Finding
from reseller_conformance.requirements import Requirement
from reseller_conformance.target import Target

__all__ = ["MOST_FINDINGS", "finding"]

MOST_FINDINGS = 3
"""A person reads three examples of one departure, and then how many more there are."""

EXCERPT = 800
"""Characters of an answer that are kept as evidence: an overview in XML, with room for more."""


def finding(
    requirement: Requirement,
    format: Format | None,
    departure: Departure,
    target: Target,
    times: int = 1,
    hint: str = "",
) -> Finding:
    """Return what is told of this departure, seen so many times; `hint` where it has none."""
    exchange = departure.answer.exchange
    return Finding(
        requirement=requirement.id,
        format=format.value if format else "both",
        where=departure.where,
        expected=departure.expected,
        got=departure.got,
        hint=departure.hint or hint,
        case=str(exchange.case),
        curl=curl(exchange.case, target),
        status=exchange.status,
        excerpt=exchange.body[: 4 * EXCERPT].decode("utf-8", "replace")[:EXCERPT],
        times=times,
        app_log=exchange.app_log,
    )
