"""The evidence of a violation as labelled text: request, expected, actual, response, and more.

Findings of one response are one piece of evidence, with a line for each place. Every report uses
these labels. Each report escapes the text as its format needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from reseller_conformance.findings.excerpts import CUT, cut
from reseller_conformance.findings.model import Finding
from reseller_conformance.reports.text import counted, one_line, shortened, visible

__all__ = [
    "APP",
    "LABEL_WIDTH",
    "REPRODUCE",
    "RESPONSE",
    "Evidence",
    "aligned",
    "evidence_of",
    "headline",
    "labelled_lines",
]

RESPONSE, APP, REPRODUCE = "response", "app", "reproduce"
LABEL_WIDTH = len(REPRODUCE)
"""Characters of the longest label."""

MAX_VALUE_CHARS = 4_000
"""Maximum characters of one value: a part of a response may have any length."""
MAX_HEADLINE_CHARS = 300
MAX_STATUSES = 5

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one response shows: a finding for each place. The first one represents all.

    `formats` have the same finding. `times` counts the responses that show it in all formats, and
    `statuses` counts them by status.
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
        """What was expected, once if it was the same in every place."""
        lines = tuple(dict.fromkeys(finding.expected for finding in self.findings))
        if len(lines) == 1:
            return lines
        return tuple(dict.fromkeys(_at(_place(one), one.expected) for one in self.findings))

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Each place with its actual value. A place without further information is empty."""
        return tuple(dict.fromkeys((_place(finding), finding.got) for finding in self.findings))

    @property
    def actual(self) -> tuple[str, ...]:
        """The actual value in each place, in words."""
        return tuple(_at(place, actual) for place, actual in self.places)

    @property
    def hints(self) -> tuple[str, ...]:
        """What the cause may be."""
        return tuple(dict.fromkeys(one.hint for one in self.findings if one.hint))

    @property
    def affected(self) -> str:
        """How many responses show it: `180 responses: 422 × 120, 404 × 60; this is the simplest`.

        It is empty for a single response.
        """
        if self.times == 1:
            return ""
        which = "simplest" if self.finding.curl else "first"
        return f"{counted(self.times, 'response')}{self._by_status()}; this is the {which}"

    def _by_status(self) -> str:
        if len(self.statuses) < 2:
            return ""
        parts = [f"{status} × {times:,}" for status, times in self.statuses[:MAX_STATUSES]]
        left = len(self.statuses) - MAX_STATUSES
        return f": {', '.join([*parts, f'{left} more'] if left > 0 else parts)}"


def evidence_of(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """Return these findings by response, in the order of the first finding of each."""
    seen: Counter[Hashable] = Counter()

    def says(finding: Finding) -> Hashable:
        # the other format has as many places with the same text
        shown = (finding.expected, finding.got, finding.hint, finding.known)
        seen[finding.format, shown] += 1
        return shown, seen[finding.format, shown]

    alike = [_alike(group) for group in _grouped(findings, says)]
    by_response = _grouped(alike, lambda one: (one.formats, _shown_by(one.finding)))
    return tuple(_joined(group) for group in by_response)


def headline(evidence: Evidence) -> str:
    """Return the evidence in one line: `billing_end_date: 2010-02-30; expected a date`."""
    first, *more = (finding.where for finding in evidence.findings)
    also = f" (also {', '.join(dict.fromkeys(more))})" if set(more) - {first} else ""
    text = f"{evidence.actual[0]}{also}; expected {evidence.finding.expected}"
    return shortened(one_line(visible(text)), MAX_HEADLINE_CHARS)


def labelled_lines(
    evidence: Evidence, max_response_chars: int | None = None
) -> list[tuple[str, str]]:
    """Return each known text with its label, without controls.

    With `max_response_chars`, the response is one line: its part around the first place.
    """
    finding = evidence.finding
    lines = [
        ("request" if finding.curl else "found in", finding.case),
        *(("expected", line) for line in evidence.expected),
        *(("actual", line) for line in evidence.actual),
        (RESPONSE, _response(finding, max_response_chars)),
        (APP, finding.app_log),
        *(("hint", line) for line in evidence.hints),
        ("known", finding.known),
        ("affected", evidence.affected),
        (REPRODUCE, finding.curl),
    ]
    return [
        (label, "\n".join(visible(line) for line in shortened(value, MAX_VALUE_CHARS).split("\n")))
        for label, value in lines
        if value
    ]


def _response(finding: Finding, most: int | None) -> str:
    status = "" if finding.status is None else f"HTTP {finding.status}"
    text = finding.excerpt
    first = next((start for start, _ in finding.marks), 0)
    if most is None:
        return f"{status} {text}".strip()
    part, start = cut(text, first, most)
    left = len(text) - start - len(part) + len(CUT) * bool(start)
    more = f" [{counted(left, 'more character')}]" if left > 0 else ""
    return f"{status} {one_line(part)}{more}".strip()


def aligned(lines: Iterable[tuple[str, str]], indent: str = "") -> str:
    """Return one `label: value` on each line, the values below each other.

    Indented text goes to a log. There each line of a value has the label, because a CI server
    could take a line that begins with a value for a command.
    """
    each = [(k, line) for k, value in lines for line in (value.split("\n") if indent else [value])]
    return "\n".join(f"{indent}{label + ':':<{LABEL_WIDTH + 1}} {value}" for label, value in each)


def _place(finding: Finding) -> str:
    return "" if finding.where == "answer" else finding.where


def _at(place: str, text: str) -> str:
    return f"{place}: {text}" if place else text


# --- Findings that belong together ---------------------------------------------------------------


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> Iterator[list[Item]]:
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from groups.values()


def _alike(group: list[Finding]) -> Evidence:
    """Join equal findings of several formats. Places of one response are joined later."""
    statuses: Counter[str] = Counter()
    for finding in group:
        statuses.update(finding.statuses)
    return Evidence(
        formats=tuple(dict.fromkeys(finding.format for finding in group)),
        findings=(group[0],),
        times=sum(finding.times for finding in group),
        statuses=tuple(statuses.most_common()),
    )


def _shown_by(finding: Finding) -> Hashable:
    return finding.case, finding.curl, finding.status, finding.known


def _joined(group: list[Evidence]) -> Evidence:
    """Join the places of one response. Its count is that of the most frequent place."""
    most = max(group, key=lambda one: one.times)
    findings = tuple(finding for one in group for finding in one.findings)
    return Evidence(group[0].formats, findings, most.times, most.statuses)
