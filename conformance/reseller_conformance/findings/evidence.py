"""A violation as a finding: the call, what was expected, what came, and how to reproduce it."""

from __future__ import annotations

from reseller_conformance.checks.violation import Violation
from reseller_conformance.client.secrets import redacted
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.curl import curl
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.model import Finding
from reseller_conformance.requirements import Requirement, column_of

__all__ = ["finding", "status_of"]

MAX_EXCERPT_CHARS = 800
"""Characters of a response that are kept as evidence: an overview in XML, with room for more."""

NONE = "none"
"""The status of a response that did not come."""


def finding(
    requirement: Requirement,
    format: Format | None,
    violation: Violation,
    target: Target | None = None,
) -> Finding:
    """Return what is reported of this violation; a saved response has no target to send to."""
    exchange = violation.response.exchange
    body = exchange.body.decode("utf-8", "replace")
    shown = excerpt(body, violation.where, MAX_EXCERPT_CHARS)
    is_coded = exchange.header("Content-Encoding") is not None
    return Finding(
        requirement=requirement.id,
        format=column_of(format),
        where=str(violation.where),
        expected=violation.expected,
        got=violation.actual,
        hint=violation.hint,
        case=str(exchange.case) if target else "",
        curl=curl(exchange.case, redacted(target), is_coded=is_coded) if target else "",
        status=exchange.status,
        excerpt=shown.text,
        excerpt_start=shown.start,
        marks=shown.marks,
        app_log=exchange.app_log,
    )


def status_of(violation: Violation) -> str:
    """Return the status of the response, or `none` where no response came."""
    status = violation.response.exchange.status
    return NONE if status is None else str(status)
