"""One finding in words: its headline, and what was asked, expected and got, in the order of need.

Shared by the reports that show findings one by one. How it looks, and what must be escaped, is left
to each of them.
"""

from __future__ import annotations

from reseller_conformance.findings import Finding
from reseller_conformance.reports.text import one_line, shortened, visible

__all__ = ["got", "headline", "particulars"]

LONGEST = 4_000
"""Characters of one particular: what comes from an answer may be of any length."""
LONGEST_HEADLINE = 300


def got(finding: Finding) -> str:
    """Return what came, and where in the answer if that says more."""
    elsewhere = finding.where not in ("", "answer")
    return f"{finding.where}: {finding.got}" if elsewhere else finding.got


def headline(finding: Finding) -> str:
    """Return the finding in one line: `billing_end_date: 2010-02-30; expected a date`."""
    return shortened(
        one_line(visible(f"{got(finding)}; expected {finding.expected}")), LONGEST_HEADLINE
    )


def particulars(finding: Finding) -> list[tuple[str, str]]:
    """Return each thing that is known of a finding under its label, without controls."""
    status = "" if finding.status is None else f"HTTP {finding.status}"
    lines = [
        ("asked" if finding.curl else "found in", finding.case),
        ("expected", finding.expected),
        ("got", got(finding)),
        ("answer", f"{status} {finding.excerpt}".strip()),
        ("app", finding.app_log),
        ("hint", finding.hint),
        ("seen in", f"{finding.times:,} answers" if finding.times > 1 else ""),
        ("again", finding.curl),
    ]
    return [
        (label, "\n".join(visible(line) for line in shortened(value, LONGEST).split("\n")))
        for label, value in lines
        if value
    ]
