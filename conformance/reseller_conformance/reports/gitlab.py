"""A run as GitLab's code-quality report: a list of issues, one for each finding.

GitLab expects an issue in a file. Here its path is that of the call. The fingerprint depends on the
kind of violation, and on no count or value: in the next run, the same violation is the same issue.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reseller_conformance.contract import Format, path_of
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.reports.finding_text import evidence_of, headline, labelled_lines
from reseller_conformance.reports.text import one_line, visible
from reseller_conformance.requirements import Level

__all__ = ["issues", "render"]

_SEVERITY = {Level.MUST: "critical", Level.SHOULD: "minor", Level.MAY: "info"}
COUNTS = "major"
"""The severity of a SHOULD that fails the run."""
KNOWN = "info"
"""The severity of what the baseline accepts."""


def render(run: Run) -> str:
    """Return the report as text."""
    return json.dumps(issues(run), ensure_ascii=False, indent=2) + "\n"


def issues(run: Run) -> list[dict[str, Any]]:
    """Return the issues, one for each fingerprint, because GitLab shows no second one."""
    found = [
        _issue(result, finding, run.level)
        for result in run.sorted_results
        if result.outcome is Outcome.FAILED
        for finding in result.findings
    ]
    return list({issue["fingerprint"]: issue for issue in reversed(found)}.values())[::-1]


def _issue(result: Result, finding: Finding, level: Level) -> dict[str, Any]:
    requirement = result.requirement
    severity = _SEVERITY[requirement.level]
    if result.known or finding.known:
        severity = KNOWN
    elif requirement.level is level is Level.SHOULD:
        severity = COUNTS
    same = [requirement.id, finding.format, finding.where, finding.expected]
    same += [result.target] * bool(result.target)
    at = f" (at {visible(one_line(result.target))})" if result.target else ""
    [shown] = evidence_of([finding])
    evidence = "\n".join(f"{label}: {value}" for label, value in labelled_lines(shown))
    # A comparison of both formats belongs to the first: an issue has one path.
    format = next((known for known in Format if known == finding.format), next(iter(Format)))
    return {
        "description": f"{requirement.title}. {headline(shown)}{at}",
        "check_name": requirement.id,
        "fingerprint": hashlib.sha256("\0".join(same).encode("utf-8", "replace")).hexdigest(),
        "severity": severity,
        "location": {"path": path_of(format).lstrip("/"), "lines": {"begin": 1}},
        "content": {"body": evidence},
    }
