"""The parts of a response that violate something, marked in its excerpt."""

from __future__ import annotations

from collections.abc import Sequence

from reseller_conformance.findings.excerpts import CUT, Span, joined
from reseller_conformance.findings.model import Finding

__all__ = ["marked"]


def marked(findings: Sequence[Finding]) -> list[tuple[str, bool]]:
    """Return the first finding's excerpt in pieces, and with each whether a finding marks it.

    The findings are about one response. Their excerpts may begin at different places.
    """
    excerpt, first = findings[0].excerpt, _offset(findings[0])
    spans = [
        _within(excerpt, (start + _offset(one) - first, end + _offset(one) - first))
        for one in findings
        for start, end in one.marks
    ]
    pieces, done = [], 0
    for start, end in joined(spans):
        pieces += [(excerpt[done:start], False), (excerpt[start:end], True)]
        done = end
    return [piece for piece in [*pieces, (excerpt[done:], False)] if piece[0]]


def _offset(finding: Finding) -> int:
    """Return the place of the excerpt's first character in the body. The sign of a cut is extra."""
    return finding.excerpt_start - len(CUT) if finding.excerpt_start else 0


def _within(excerpt: str, span: Span) -> Span:
    start, end = (min(max(at, 0), len(excerpt)) for at in span)
    return start, end
