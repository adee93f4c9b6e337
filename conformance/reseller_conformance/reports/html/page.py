"""The page: what the template is given, and what it makes safe by itself.

What a run comes to is worked out in `summary`, as for the terminal.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import cycle
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reseller_conformance.findings.model import Outcome, Result, Run, Verdict
from reseller_conformance.guidance import GUIDANCE
from reseller_conformance.reports.finding_text import Evidence
from reseller_conformance.reports.html.charts import charts, duration
from reseller_conformance.reports.html.documentation import PREFIX, documentation
from reseller_conformance.reports.html.highlight import marked
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.reports.summary import (
    baseline_parts,
    environment,
    failures,
    files_judged,
    known_violations,
    not_shown,
    observed,
    reasons_for,
)
from reseller_conformance.reports.table import (
    CellKind,
    Row,
    by_topic,
    cell_of,
    outcome_words,
    rows,
    tested_formats,
)
from reseller_conformance.reports.text import counted, pieces, shortened, visible
from reseller_conformance.reports.verdict_text import target_lines, verdict_parts
from reseller_conformance.requirements import Level, Requirement

__all__ = ["render", "shown", "templates"]

MARKS = {
    Verdict.CONFORMANT: "✓",
    Verdict.VIOLATED: "✗",
    Verdict.UNVERIFIED: "!",
}
CELL_MARKS = {
    CellKind.PASSED: "✓",
    CellKind.FAILED: "✗",
    CellKind.NOT_TESTED: "–",
    CellKind.NOT_APPLICABLE: "·",
    CellKind.ERROR: "!",
    CellKind.SHOULD: "~",
    CellKind.KNOWN: "=",
    CellKind.OBSERVED: "",
}
CELL_COLOURS = {CellKind.KNOWN: "should", CellKind.OBSERVED: "plain"}
"""The style sheet's class for a kind of cell, if it is not the kind itself."""

MAX_TEXT_CHARS = 8_000
"""Characters of one text: a command must stay whole, but what a server wrote may have no end."""
LEFT_OUT = {
    Outcome.ERROR: "The suite itself failed",
    Outcome.NOT_TESTED: "Not tested",
    Outcome.NOT_APPLICABLE: "Not applicable",
}


def render(run: Run) -> str:
    """Return the whole page."""
    report = as_json(run)
    made = rows(run)
    formats = tested_formats(run)
    verdict = verdict_parts(run)
    changes = run.baseline.changes if run.baseline else ()
    page = templates().get_template("report.html")
    return page.render(
        run=run,
        suite=report["suite"],
        targets=run.targets or [run.target],
        by_target=target_lines(run),
        turn=_turn(run),
        traffic=report["traffic"],
        schemas=report["schemas"],
        headline=verdict.head[:1].upper() + verdict.head[1:],
        notes="; ".join(verdict.notes),
        formats=formats,
        violated=failures(run, Level.MUST),
        should=failures(run, Level.SHOULD),
        accepted=known_violations(run),
        baseline=[("Brought up to date in the baseline", changes), *baseline_parts(run)],
        topics=by_topic(made),
        requirements=len(made),
        tally=_tally(made),
        left_out=[
            ("Environment", environment(run)),
            ("Observed", observed(run)),
            *((title, reasons_for(run, outcome)) for outcome, title in LEFT_OUT.items()),
            ("Not shown by these accounts", not_shown(run)),
        ],
        charts=charts(run.traffic) if run.traffic else [],
    )


def _turn(run: Run) -> Callable[[str], str]:
    """Return the suffix that makes the anchors of one target unique."""
    turns = {target.name: f"-{turn}" for turn, target in enumerate(run.targets[1:], 2)}
    return lambda name: turns.get(name, "")


def _tally(made: Sequence[Row]) -> dict[Outcome, int]:
    """Return the outcomes that there are, and how many rows have each in a format."""
    counts = Counter(
        outcome
        for row in made
        for outcome in {result.outcome for result in row.results if result is not None}
    )
    return {outcome: counts[outcome] for outcome in Outcome if outcome in counts}


# --- What the template can say -------------------------------------------------------------------


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the environment in which every page is made: all text is escaped."""
    made = Environment(
        loader=PackageLoader("reseller_conformance.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        shown=shown,
        command=_command,
        fix=_fix,
        marked_response=_marked_response,
        duration=duration,
        counted=counted,
        policy=_policy,
        time=_time,
        about=_about,
        judged=files_judged,
    )
    made.globals.update(
        CELL_COLOURS=CELL_COLOURS, CELL_MARKS=CELL_MARKS, MARKS=MARKS, Level=Level, Outcome=Outcome
    )
    made.globals.update(API_DOCS=PREFIX, documentation=documentation)
    made.globals.update(by_format=_by_format, cell_of=cell_of, outcome_words=outcome_words)
    return made


def _plain(value: Any) -> Any:
    """Make any text that the template prints harmless to a display; it is escaped after this."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return visible(value) if is_text else value


def shown(text: str) -> Markup:
    """Return text with its line breaks, what would act or not be seen written out and marked.

    It may stand between tags only: in an attribute, plain output does.
    """
    return Markup().join(
        Markup('<span class="odd">{}</span>').format(part) if odd else escape(part)
        for part, odd in pieces(shortened(text, MAX_TEXT_CHARS), keep="\n\t")
    )


def _command(text: str) -> Markup:
    """Return a command whose options break into no two lines, as they would at their dashes."""
    return Markup(" ").join(
        Markup('<span class="option">{}</span>').format(word)
        if re.fullmatch("--[a-z-]+", word)
        else shown(word)
        for word in text.split(" ")
    )


def _fix(requirement: Requirement) -> Markup:
    """Return how to meet a requirement, with the text in backticks as code."""
    forms = cycle((Markup("{}"), Markup("<code>{}</code>")))
    parts = GUIDANCE[requirement.id].fix.split("`")
    return Markup().join(form.format(part) for form, part in zip(forms, parts, strict=False))


def _policy(style: str, script: str) -> str:
    """Return the content security policy of a page with this style and this script alone."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _marked_response(evidence: Evidence) -> dict[str, Any]:
    """Return the response in pieces, and which of them, or its status, violate something."""
    finding = evidence.finding
    parts = marked(evidence.findings)
    in_status = finding.where == "status"
    return {
        "status": finding.status,
        "status_is_wrong": in_status,
        "parts": parts,
        "located": in_status or any(is_marked for _, is_marked in parts),
    }


def _by_format(results: Iterable[Result | None], formats: Iterable[str]) -> dict[str, str]:
    """Return what became of a requirement in each format, for the filters."""
    return {
        name: result.outcome.value if result else ""
        for name, result in zip(formats, results, strict=True)
    }


def _about(kind: str | None) -> str:
    """Return in words what kind of target it is."""
    kinds = {
        "embedded": "the reference implementation in the package, with no network",
        "app": "an app, served for this run only",
        "live": "a live server",
        "saved": "judged without a call",
    }
    return kinds.get(kind or "", "unknown: the run ended before any request was sent")


def _time(started: str) -> str:
    """Return `2010-08-30 12:00:00 UTC` for `2010-08-30T12:00:00+00:00`."""
    return started.replace("T", " ").replace("+00:00", " UTC")
