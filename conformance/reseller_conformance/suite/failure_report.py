"""The findings of a violated requirement, and the text that pytest shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.violation import Violation
from reseller_conformance.client import scrubber_of
from reseller_conformance.contract import Format
from reseller_conformance.findings.aggregate import Aggregator, spot_of
from reseller_conformance.findings.evidence import finding
from reseller_conformance.findings.kinds import MAX_SPOTS, Spot
from reseller_conformance.findings.model import Finding
from reseller_conformance.reports.finding_text import Evidence, aligned, evidence_of, labelled_lines
from reseller_conformance.requirements import HTTP_DELIVERED, HTTP_TIMEOUT, Requirement
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["FailureReport"]

MAX_SHOWN_CHARS = 400
"""Characters of a response that pytest shows."""


class FailureReport:
    """The findings of one requirement in one format.

    `named` replaces the names of options in a sentence by those of the command in use.
    """

    def __init__(
        self,
        requirement: Requirement,
        format: Format | None,
        session: TargetSession,
        named: Callable[[str], str],
    ) -> None:
        """Report on this requirement, as this session tested it."""
        self._requirement = requirement
        self._format = format
        self._session = session
        self._named = named

    def findings_by_kind(self, violations: Iterable[Violation], hint: str) -> dict[Spot, Finding]:
        """Return a finding for each kind of violation, the simplest example first.

        Kinds that the baseline accepts come last: they hide no others. `hint` is for findings
        that have none.
        """
        found = Aggregator(partial(finding, target=self._session.target), MAX_SPOTS)
        for together in self._by_response(violations):
            found.add(self._requirement, self._format, together)
        return {
            spot: replace(one, hint=self._hint(one, hint), known=self._known(spot))
            for spot, one in found.findings(self._requirement, self._format).items()
        }

    def _by_response(self, violations: Iterable[Violation]) -> Iterable[list[Violation]]:
        """Return the violations of each response, the simplest call first."""
        new: dict[Case, list[Violation]] = {}
        known: dict[Case, list[Violation]] = {}
        for violation in sorted(violations, key=lambda one: one.response.case.complexity):
            accepted = self._known(spot_of(self._requirement, self._format, violation))
            (known if accepted else new).setdefault(violation.response.case, []).append(violation)
        return (*new.values(), *known.values())

    def _known(self, spot: Spot) -> str:
        """Return the reason why the baseline accepts this kind; empty if it does not."""
        baseline = self._session.settings.baseline
        entry = baseline.known_entry(spot) if baseline else None
        # The operator writes the reason, and may have written the key into it.
        return scrubber_of(self._session.target).text(entry.why) if entry else ""

    def _hint(self, one: Finding, otherwise: str) -> str:
        """Return the hint. For a 5xx of an app that raised nothing, it names --app-log."""
        if self._requirement in (HTTP_DELIVERED, HTTP_TIMEOUT):
            otherwise = self._session.environment.silence_hint or otherwise
        settings = self._session.settings
        silent = settings.app and not settings.app_log and not one.app_log
        failed = one.status is not None and one.status >= 500
        looked = "the app raised nothing: --app-log shows what it prints and logs"
        return self._named(one.hint or otherwise or (looked if silent and failed else ""))

    def text(self, findings: Iterable[Finding]) -> str:
        """Return what pytest shows of the findings that the baseline does not accept."""
        paragraphs = map(self._paragraph, evidence_of(one for one in findings if not one.known))
        to_fix = f"to fix: reseller-conformance explain {self._requirement}"
        return "\n\n".join([*paragraphs, to_fix])

    def _paragraph(self, evidence: Evidence) -> str:
        level, title = self._requirement.level.upper(), self._requirement.title
        source = self._named(self._requirement.citation)
        lines = [("source", source), *labelled_lines(evidence, MAX_SHOWN_CHARS)]
        return f"{level} {self._requirement.id}: {title}\n{aligned(lines, indent='  ')}"
