"""The evidence of a violation in words: what was asked, expected and got, in the order of need.

Findings that one response shows are one piece of evidence, with a line for each place. Shared by
the reports that show findings one by one. How it looks, and what must be escaped, is left to each
of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from reseller_conformance.findings.model import Finding
from reseller_conformance.reports.text import counted, one_line, shortened, visible

__all__ = ["Evidence", "evidence_of", "headline", "labelled_lines"]

MAX_VALUE_CHARS = 4_000
"""Characters of one particular: what comes from an answer may be of any length."""
MAX_HEADLINE_CHARS = 300
MAX_STATUSES = 5

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one response shows: a finding for each place, the first of which stands for all.

    `formats` are those in which the same was found. `times` counts over all of them the responses
    that show it, and `statuses` how many of them had each status.
    """

    formats: tuple[str, ...]
    findings: tuple[Finding, ...]
    times: int
    statuses: tuple[tuple[str, int], ...] = ()

    @property
    def finding(self) -> Finding:
        """The first finding."""
        return self.findings[0]

    @property
    def expected(self) -> tuple[str, ...]:
        """What was expected, once where it was the same in every place."""
        lines = tuple(dict.fromkeys(finding.expected for finding in self.findings))
        if len(lines) == 1:
            return lines
        return tuple(dict.fromkeys(_at(_place(one), one.expected) for one in self.findings))

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Each place, or nothing where it says nothing more, and what came there."""
        return tuple(dict.fromkeys((_place(finding), finding.got) for finding in self.findings))

    @property
    def got(self) -> tuple[str, ...]:
        """What came in each place, in words."""
        return tuple(_at(place, got) for place, got in self.places)

    @property
    def hints(self) -> tuple[str, ...]:
        """What the cause may be."""
        return tuple(dict.fromkeys(one.hint for one in self.findings if one.hint))

    @property
    def seen_in(self) -> str:
        """How many responses show it: `180 responses: 422 × 120, 404 × 60`; nothing for one."""
        if self.times == 1:
            return ""
        said = counted(self.times, "response")
        if len(self.statuses) < 2:
            return said
        parts = [f"{status} × {times:,}" for status, times in self.statuses[:MAX_STATUSES]]
        left = len(self.statuses) - MAX_STATUSES
        return f"{said}: {', '.join([*parts, f'{left} more'] if left > 0 else parts)}"


def evidence_of(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """Return these findings by the response that shows them, in the order of the first of each."""
    seen: Counter[Hashable] = Counter()

    def says(finding: Finding) -> Hashable:
        # one format may say the same of several places: the other says it of as many
        said = (finding.expected, finding.got, finding.hint, finding.known)
        seen[finding.format, said] += 1
        return said, seen[finding.format, said]

    alike = [_alike(group) for group in _grouped(findings, says)]
    by_response = _grouped(alike, lambda one: (one.formats, _response(one.finding)))
    return tuple(_joined(group) for group in by_response)


def headline(evidence: Evidence) -> str:
    """Return the evidence in one line: `billing_end_date: 2010-02-30; expected a date`."""
    first, *more = (finding.where for finding in evidence.findings)
    also = f" (also {', '.join(dict.fromkeys(more))})" if set(more) - {first} else ""
    said = f"{evidence.got[0]}{also}; expected {evidence.finding.expected}"
    return shortened(one_line(visible(said)), MAX_HEADLINE_CHARS)


def labelled_lines(evidence: Evidence) -> list[tuple[str, str]]:
    """Return each thing that is known under its label, without controls."""
    finding = evidence.finding
    status = "" if finding.status is None else f"HTTP {finding.status}"
    lines = [
        ("asked" if finding.curl else "found in", finding.case),
        *(("expected", line) for line in evidence.expected),
        *(("got", line) for line in evidence.got),
        ("answer", f"{status} {finding.excerpt}".strip()),
        ("app", finding.app_log),
        *(("hint", line) for line in evidence.hints),
        ("known", finding.known),
        ("seen in", evidence.seen_in),
        ("again", finding.curl),
    ]
    return [
        (label, "\n".join(visible(line) for line in shortened(value, MAX_VALUE_CHARS).split("\n")))
        for label, value in lines
        if value
    ]


def _place(finding: Finding) -> str:
    return "" if finding.where == "answer" else finding.where


def _at(place: str, said: str) -> str:
    return f"{place}: {said}" if place else said


# --- Findings that belong together ---------------------------------------------------------------


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> Iterator[list[Item]]:
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from groups.values()


def _alike(group: list[Finding]) -> Evidence:
    """Join what was found alike in several formats; places of one response are joined later."""
    statuses: Counter[str] = Counter()
    for finding in group:
        statuses.update(finding.statuses)
    return Evidence(
        formats=tuple(dict.fromkeys(finding.format for finding in group)),
        findings=(group[0],),
        times=sum(finding.times for finding in group),
        statuses=tuple(statuses.most_common()),
    )


def _response(finding: Finding) -> Hashable:
    return finding.case, finding.curl, finding.status, finding.known


def _joined(group: list[Evidence]) -> Evidence:
    """Join the places of one response; the place that was seen most often counts."""
    most = max(group, key=lambda one: one.times)
    findings = tuple(finding for one in group for finding in one.findings)
    return Evidence(group[0].formats, findings, most.times, most.statuses)
