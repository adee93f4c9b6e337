"""A run as Markdown, for a job's summary: the verdict, one table, and the findings, folded.

Texts of a server or an operator are in HTML's `code` and `pre`. Each character that could mean
anything is a character reference, so such a text is no markup, no mention and no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reseller_conformance.findings.model import Outcome, Result, Run, Verdict
from reseller_conformance.findings.run_info import TargetInfo
from reseller_conformance.guidance.documentation import documented_at, is_address
from reseller_conformance.reports.finding_text import Evidence, aligned, labelled_lines
from reseller_conformance.reports.json_report import NAME
from reseller_conformance.reports.summary import (
    Failure,
    baseline_parts,
    environment,
    failures,
    files_judged,
    known_violations,
    not_shown,
    observed,
    reasons_for,
    settings_words,
    validated,
    version,
)
from reseller_conformance.reports.table import (
    CellKind,
    by_topic,
    cell_of,
    rows,
    table_lines,
    tested_formats,
)
from reseller_conformance.reports.text import counted, one_line, shortened, visible
from reseller_conformance.reports.verdict_text import target_lines, verdict_text
from reseller_conformance.requirements import Level, Requirement

__all__ = ["MAX_SUMMARY_BYTES", "render"]

MAX_SUMMARY_BYTES = 1_000_000
"""GitHub accepts a step's summary of up to 1 MiB, and rejects a longer one."""
MAX_VALUE_CHARS = 300
MAX_NAMES = 6

_MARKS = {
    Verdict.CONFORMANT: "✅",
    Verdict.VIOLATED: "❌",
    Verdict.UNVERIFIED: "⚠️",
}
_CELL_MARKS = {
    CellKind.PASSED: "✅",
    CellKind.FAILED: "❌",
    CellKind.NOT_TESTED: "➖",
    CellKind.NOT_APPLICABLE: "➖",
    CellKind.ERROR: "⚠️",
    CellKind.SHOULD: "⚠️",
    CellKind.KNOWN: "⚠️",
    CellKind.OBSERVED: "",
}


def render(run: Run) -> str:
    """Return the report as text, of at most `MAX_BYTES`; a line says what is left out."""
    head = "\n".join([*_heading(run), *_tables(run), *_baseline(run), *_left_out(run)])
    found = [
        part
        for level in (Level.MUST, Level.SHOULD)
        for failure in failures(run, level)
        for part in _failure(failure)
    ]
    kept: list[str] = []
    # The last line is counted too.
    left = MAX_SUMMARY_BYTES - len(head.encode()) - 200
    for part in found:
        left -= len(part.encode()) + 1
        if left < 0:
            more = counted(len(found) - len(kept), "further finding")
            kept.append(f"\n{more} left out: a summary holds 1 MiB. The JSON report has them all.")
            break
        kept.append(part)
    return "\n".join([head, *kept]) + "\n"


# --- The run -------------------------------------------------------------------------------------


def _heading(run: Run) -> Iterator[str]:
    yield f"## {_MARKS[run.standing]} {NAME}: {plain(visible(one_line(verdict_text(run))))}"
    yield ""
    for part in run.parts:
        yield f"- Target: {_target(part.target)}"
    for verdict, line in target_lines(run):
        yield f"- {_MARKS[verdict]} {code(line)}"
    about = [f"version {version(run)}", *settings_words(run)]
    about += [f"started {run.suite.started}"] if run.suite.started else []
    yield f"- Suite: {plain(', '.join(about))}"
    if run.traffic:
        calls = f"{counted(run.traffic.calls, 'call')} in {run.traffic.seconds:.1f} s"
        yield f"- Traffic: {', '.join([calls, *validated(run)])}"
        for note in run.traffic.notes:
            yield f"- Note: {plain(note)}"
    yield ""


def _target(target: TargetInfo) -> str:
    if target.kind == "embedded":
        return "the embedded reference, no network"
    if target.files:
        return code(files_judged(target.files))
    customers = target.customers or ()
    more = len(customers) - MAX_NAMES
    parts = [f"{target.kind or 'unknown'} {code(target.base_url or '')}"]
    parts += [f"customer {code(name)}" for name in customers[:MAX_NAMES]]
    parts += [f"{more} more"] * (more > 0)
    if target.foreign_user:
        parts.append(f"foreign customer {code(target.foreign_user)}")
    return ", ".join(parts)


def _tables(run: Run) -> Iterator[str]:
    for part in run.parts:
        if run.targets:
            yield f"\n**At {code(part.target.name)}**\n"
        yield from _table(part)


def _table(run: Run) -> Iterator[str]:
    formats = tested_formats(run)
    yield f"| requirement | level | | {' | '.join(formats)} |"
    yield f"|---|---|---|{'---|' * len(formats)}"
    for topic, of_topic in by_topic(rows(run)):
        for line in table_lines(of_topic):
            name, level = line[0].requirement.id, line[0].requirement.level.upper()
            what = line[0].requirement.title
            if len(line) > 1:
                other = "other " * (len(line) < len(of_topic))
                name, level, what = f"{topic}.*", "", f"{len(line)} {other}requirements"
            columns = (
                next((row.results[i] for row in line if row.results[i]), None)
                for i in range(len(formats))
            )
            cells = (_cell(result, run.level) for result in columns)
            yield f"| {code(name)} | {level} | {plain(what)} | {' | '.join(cells)} |"


def _cell(result: Result | None, level: Level) -> str:
    if result is None:
        return ""
    cell = cell_of(result, level)
    return f"{_CELL_MARKS[cell.kind]} {cell.words}".lstrip()


def _baseline(run: Run) -> Iterator[str]:
    known = known_violations(run)
    if known:
        yield "\n**Known violations, which the baseline accepts**\n"
    for failure in known:
        name = f"{code(failure.requirement.id)} ({_where(failure)})"
        yield f"- {name}: {code(shortened(one_line(failure.known), MAX_VALUE_CHARS))}"
    changes = run.baseline.changes if run.baseline else ()
    for title, lines in [("The baseline was brought up to date", changes), *baseline_parts(run)]:
        if lines:
            yield f"\n**{title}**\n"
        yield from (f"- {code(line)}" for line in lines)


def _left_out(run: Run) -> Iterator[str]:
    for reasons, title in (
        (
            reasons_for(run, Outcome.ERROR),
            "The suite itself failed: this says nothing about the target",
        ),
        (observed(run), "Observed: permitted, and never counted"),
        (environment(run, topics=True), "Environment: it kept these from being tested"),
        (reasons_for(run, Outcome.NOT_TESTED, topics=True), "Not tested"),
        (reasons_for(run, Outcome.NOT_APPLICABLE, topics=True), "Not applicable"),
        (not_shown(run), "Not shown by these accounts"),
    ):
        if reasons:
            yield f"\n**{title}**\n"
        for reason, ids in reasons.items():
            text = shortened(one_line(reason), MAX_VALUE_CHARS) or "no reason was given"
            yield f"- {code(text)}: {plain(', '.join(ids))}"


# --- The findings --------------------------------------------------------------------------------


def _failure(failure: Failure) -> Iterator[str]:
    requirement = failure.requirement
    name = f"{requirement.level.upper()} {code(requirement.id)} ({_where(failure)})"
    title = plain(requirement.title)
    link = _link(requirement)
    if not failure.evidence:
        yield folded(f"{name}: {title}", [("reason", visible(failure.reason))], link)
    for evidence in failure.evidence:
        yield folded(f"{name}: {title}", _known(evidence, failure), link)


def _link(requirement: Requirement) -> str:
    """Return a link to the place that the requirement cites, if the pages have an address."""
    place = documented_at(requirement)
    return f"[{plain(requirement.citation)}]({place})\n\n" if is_address(place) else ""


def _where(failure: Failure) -> str:
    return plain(visible(one_line(failure.where)))


def _known(evidence: Evidence, failure: Failure) -> Iterable[tuple[str, str]]:
    yield "source", f"{failure.requirement.citation}. {failure.requirement.reason}"
    yield from [("docs", place)] if (place := documented_at(failure.requirement)) else []
    yield "format", ", ".join(evidence.formats)
    yield from labelled_lines(evidence)


def folded(summary: str, known: Iterable[tuple[str, str]], link: str = "") -> str:
    """Return a part that can be opened.

    After an empty line, `pre` is a block that ends only at its own tag.
    """
    text = _html(aligned(known))
    return f"\n<details><summary>{summary}</summary>\n\n{link}<pre>\n{text}\n</pre>\n\n</details>"


# --- Text from any source ------------------------------------------------------------------------


def code(text: str) -> str:
    """Return the text as code, on one line."""
    return f"<code>{plain(visible(one_line(text)))}</code>"


def plain(text: str) -> str:
    """Return the text with character references for all that GitHub's Markdown could interpret.

    Of its bare links, each needs a slash, an `@`, or a word that begins with `www.`.
    """
    safe = "".join(c if _is_plain(c) else f"&#{ord(c)};" for c in text)
    return re.sub(r"(?i)www\.", lambda found: f"{found[0][:3]}&#46;", safe)


def _is_plain(character: str) -> bool:
    return not character.isascii() or character.isalnum() or character in " ,.:;-()'\"=?%+"


def _html(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c in "&<>" else c for c in text)
