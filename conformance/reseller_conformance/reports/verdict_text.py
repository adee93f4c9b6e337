"""The verdict of a run in words: `violated: 2 MUST, 1 SHOULD (partial: json only)`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reseller_conformance.findings.model import Outcome, Run, Verdict
from reseller_conformance.reports.summary import failures, known_violations, reasons_for
from reseller_conformance.reports.text import counted
from reseller_conformance.requirements import CATALOGUE, Level

__all__ = ["VerdictText", "target_lines", "verdict_parts", "verdict_text"]


@dataclass(frozen=True, slots=True)
class VerdictText:
    """The verdict in words: `violated: 2 MUST, 1 SHOULD (partial: json only)`."""

    head: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the verdict with its notes in parentheses."""
        return f"{self.head} ({'; '.join(self.notes)})" if self.notes else self.head


def verdict_text(run: Run) -> str:
    """Return the verdict in words, with its notes."""
    return str(verdict_parts(run))


def verdict_parts(run: Run) -> VerdictText:
    """Return the verdict in words, and its notes."""
    found, notes = f"{run.verdict}{_why(run)}", []
    if part := _part(run):
        conformant = run.verdict is Verdict.CONFORMANT
        found = f"partial: {found}" if conformant else found
        notes.append(part if conformant else f"partial: {part}")
    wanting = _wanting(run)
    if run.standing is not run.verdict:
        found = f"baseline: {wanting}; otherwise {found}"
    elif wanting:
        notes.append(f"baseline: {wanting}")
    if run.missing_data:
        notes.append(f"required data that no account showed: {', '.join(run.missing_data)}")
    if not run.complete:
        saved = run.target.kind == "saved"
        why = run.early_end or "interrupted"
        notes.append("not everything was read" if saved else f"{why}: not everything was sent")
    tested = {
        result.requirement.id
        for result in run.results
        if result.outcome in (Outcome.PASSED, Outcome.FAILED)
    }
    if tested and len(tested) < len(CATALOGUE):
        notes.append(f"{len(tested)} of {len(CATALOGUE)} requirements tested")
    if run.target.kind == "embedded":
        notes.append("only the embedded reference was tested")
    return VerdictText(found, tuple(notes))


def target_lines(run: Run) -> list[tuple[Verdict, str]]:
    """Return the verdict on each target, and its line; nothing if there is one target."""
    if not run.targets:
        return []
    return [(part.verdict, f"{part.target.name}: {verdict_text(part)}") for part in run.parts]


def _part(run: Run) -> str:
    """Return which part of the catalogue was tested; empty if all of it was."""
    formats = run.suite.formats or ()
    if not run.partial:
        return ""
    if len(formats) == 1:
        return f"{formats[0]} only"
    # of an interrupted run, another note says why something is missing
    return "not the whole catalogue" if run.complete else ""


def _wanting(run: Run) -> str:
    """Return how many entries of the baseline an operator must change, and why."""
    parts = []
    for lines, one, more in (
        (run.stale, "entry does not hold", "entries do not hold"),
        (run.unexplained, "entry needs a reason", "entries need a reason"),
    ):
        if lines:
            parts.append(f"{len(lines)} {one if len(lines) == 1 else more}")
    return ", ".join(parts)


def _why(run: Run) -> str:
    must, should = (len(failures(run, level)) for level in (Level.MUST, Level.SHOULD))
    if run.verdict is Verdict.VIOLATED:
        counts = [f"{must} MUST"] * bool(must) + [f"{should} SHOULD"] * bool(should)
        return f": {', '.join(counts)}"
    if run.targets and run.verdict is Verdict.UNVERIFIED:
        part = next(part for part in run.parts if part.verdict is Verdict.UNVERIFIED)
        return f" at {part.target.name}{_why(part)}"
    if run.verdict is Verdict.CONFORMANT:
        known = len(known_violations(run))
        found = [counted(known, "known violation")] * bool(known)
        found += [counted(should, "SHOULD finding")] * bool(should)
        return f", with {' and '.join(found)}" if found else ""
    errors = sum(map(len, reasons_for(run, Outcome.ERROR).values()))
    if errors:
        return f": the suite itself failed at {counted(errors, 'requirement')}"
    if not run.complete:
        return ": no violation so far"
    if any(result.outcome is Outcome.PASSED for result in run.results):
        return ": no requirement that counts was tested"
    reasons = Counter(r.reason for r in run.results if r.outcome is Outcome.NOT_TESTED and r.reason)
    commonest = reasons.most_common(1)
    return f": nothing was tested, {commonest[0][0]}" if commonest else ": nothing was tested"
