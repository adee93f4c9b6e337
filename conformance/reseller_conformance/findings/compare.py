"""Two JSON reports side by side: what broke, what was fixed, what is newly or no longer tested.

It compares outcomes and violations, requirement by requirement and format by format. Violations are
the same where their places and kinds are. The schema says whether a file is a report.
`cli` has the command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reseller_conformance.findings.kinds import Spot
from reseller_conformance.findings.model import ExitCode, Finding, Outcome, Verdict
from reseller_conformance.requirements import CATALOGUE, Level
from reseller_conformance.schemas import schema_text

__all__ = [
    "Change",
    "Comparison",
    "ReportFileError",
    "as_markdown",
    "as_text",
    "compare",
    "parsed",
    "read",
]

# The worst first: suites of one's own may test a requirement more than once.
_WORST = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.NOT_TESTED,
    Outcome.NOT_APPLICABLE,
    Outcome.PASSED,
)
_TESTED = (Outcome.PASSED, Outcome.FAILED)
_SUITE = ("version", "depth", "level", "formats", "seed")
_TARGET = ("kind", "base_url", "customers", "foreign_user")

MAX_SINGLE_LINES = 3
"""So many requirements that changed for one cause have lines of their own; more share them."""

MAX_COMMENT_CHARS = 60_000
"""Characters of a comparison in Markdown: GitHub takes 65,536 in a comment."""

Report = Mapping[str, Any]


class ReportFileError(ValueError):
    """A file is not a JSON report; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one requirement in one format; None where a report does not have it.

    `reason` is that of the newer outcome: what came, or why it was not tested. `new` says what the
    newer run violates and the older did not, place by place. `known` says why the newer run's
    baseline accepts all of that. `target` is named where both runs tested the same several.
    """

    id: str
    level: str
    format: str
    title: str
    before: str | None
    after: str | None
    reason: str = ""
    known: str = ""
    new: tuple[str, ...] = ()
    target: str = ""

    def fails(self, level: Level) -> bool:
        """Return True if this violation counts at this level, and the older report has none."""
        counting = (Level.MUST, level)
        return self.after == Outcome.FAILED and not self.known and self.level in counting


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs; `notes` tell what was different about the two runs themselves.

    `verified` is False where the newer run does not show that nothing broke: it was interrupted, or
    it tested nothing.
    """

    broke: tuple[Change, ...]
    fixed: tuple[Change, ...]
    newly_tested: tuple[Change, ...]
    no_longer_tested: tuple[Change, ...]
    notes: tuple[str, ...]
    verified: bool = True

    def exit_code(self, level: Level) -> ExitCode:
        """Return violated for a new violation that counts at this level."""
        if any(change.fails(level) for change in (*self.broke, *self.newly_tested)):
            return ExitCode.VIOLATED
        return ExitCode.CONFORMANT if self.verified else ExitCode.UNVERIFIED


def read(path: Path) -> Report:
    """Return the JSON report in this file. Raises ReportFileError where it holds none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportFileError(f"the report cannot be read ({error.strerror}): {path}") from None
    return parsed(content, path)


def parsed(content: bytes, path: Path | str) -> Report:
    """Return this JSON report, read from this file. Raises ReportFileError where it is none."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    try:
        report = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ReportFileError(f"the file is not a JSON report ({error}): {path}") from None
    schema = json.loads(schema_text("report.schema.json"))
    wrong = best_match(Draft202012Validator(schema).iter_errors(report))
    if wrong is not None:
        why = f"{wrong.json_path}: {wrong.message[:200]}"
        raise ReportFileError(f"the file is not a JSON report of this version ({why}): {path}")
    known: Report = report
    return known


def compare(old: Report, new: Report) -> Comparison:
    """Return what differs from the older report to the newer one, in the order of the catalogue."""
    changes = list(_changes(old, new))
    turned = [change for change in changes if change.before in _TESTED and change.after in _TESTED]
    others = [change for change in changes if change not in turned]
    return Comparison(
        broke=tuple(change for change in turned if change.new),
        fixed=tuple(c for c in turned if c.before != c.after == Outcome.PASSED),
        newly_tested=tuple(change for change in others if change.after in _TESTED),
        no_longer_tested=tuple(change for change in others if change.before in _TESTED),
        notes=tuple(_notes(old, new)),
        verified=new["complete"] and new["verdict"] != Verdict.UNVERIFIED,
    )


def _changes(old: Report, new: Report) -> Iterator[Change]:
    apart = _targets(old) == _targets(new)
    before, after = _by_what(old, apart), _by_what(new, apart)
    for what in [*after, *(what for what in before if what not in after)]:
        then, now = before.get(what), after.get(what)
        entry = now or then or {}
        fresh = _fresh(then, now)
        yield Change(
            id=what[0],
            level=entry["level"],
            format=what[1],
            title=entry["title"],
            before=then["outcome"] if then else None,
            after=now["outcome"] if now else None,
            reason=now["reason"] if now else "",
            known="; ".join(dict.fromkeys(fresh.values())) if all(fresh.values()) else "",
            new=tuple(fresh),
            target=what[2],
        )


def _fresh(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what the newer entry violates and the older did not, each with why it is known."""
    if now is None or now["outcome"] != Outcome.FAILED:
        return {}
    had = {(one.place, one.kind) for one in _spots(then)}
    words = {(one.spot.place, one.spot.kind): _words(one) for one in _findings(now)}
    found = {
        words.get((one.place, one.kind), f"{one.place}: {one.kind}"): one.known or now["known"]
        for one in _spots(now)
        if (one.place, one.kind) not in had
    }
    failed_before = then is not None and then["outcome"] == Outcome.FAILED
    # a failure without findings differs from one before only as a whole
    return found or ({} if failed_before else {now["reason"]: now["known"]})


def _spots(entry: Mapping[str, Any] | None) -> Iterable[Spot]:
    """Return where an entry is violated. Another version may have written its id."""
    if entry is None:
        return ()
    said = [Spot(entry["id"], entry["format"], **spot) for spot in entry.get("violations", ())]
    return said or [one.spot for one in _findings(entry)]


def _findings(entry: Mapping[str, Any]) -> list[Finding]:
    return [Finding(**finding) for finding in entry["findings"]]


def _words(finding: Finding) -> str:
    return finding.got if finding.where == "answer" else f"{finding.where}: {finding.got}"


def _by_what(report: Report, apart: bool) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """Return the worst entry for each requirement and format and, if they are apart, target."""
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for entry in report["requirements"]:
        what = entry["id"], entry["format"], entry.get("target", "") if apart else ""
        worst = min(found.get(what, entry), entry, key=lambda one: _WORST.index(one["outcome"]))
        found[what] = worst
    return found


def _targets(report: Report) -> list[str]:
    return [target["name"] for target in report.get("targets", ())]


def _notes(old: Report, new: Report) -> Iterator[str]:
    served = old["target"]["kind"] == new["target"]["kind"] == "app"
    for part, names in (("suite", _SUITE), ("target", _TARGET)):
        for name in names:
            then, now = old[part][name], new[part][name]
            # an app is served on another port each time
            if then != now and not (served and name == "base_url"):
                yield f"another {name.replace('_', ' ')}: {_word(then)}, then {_word(now)}"
    for which, report in (("older", old), ("newer", new)):
        if not report["complete"]:
            yield f"the {which} run was interrupted: what is missing was not sent"
        elif report is new and report["verdict"] == Verdict.UNVERIFIED:
            yield "the newer run verified nothing"
        if report["suite"]["partial"] and report["complete"]:
            yield f"the {which} run tested a part of the catalogue"


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


# --- For a person ---------------------------------------------------------------------------------


def as_text(found: Comparison) -> list[str]:
    """Return the comparison in lines, what broke first; changes of one cause share some."""
    parts = {
        "broke": found.broke,
        "fixed": found.fixed,
        "newly tested": found.newly_tested,
        "no longer tested": found.no_longer_tested,
    }
    lines = [] if any(parts.values()) else ["nothing changed"]
    for title, changes in parts.items():
        if changes:
            lines.append(f"{title}: {len(changes)}")
            lines += [line for group in _by_cause(changes) for line in _lines(group)]
    return lines + [f"note: {note}" for note in found.notes]


def as_markdown(found: Comparison, lines: Iterable[str]) -> str:
    """Return the comparison as a comment for a pull request: a heading, and its lines as code.

    The lines are those of `as_text`, fit to be shown. A longer text than GitHub takes is cut.
    """
    violated = [change for change in found.newly_tested if change.after == Outcome.FAILED]
    counts = {"broke": found.broke, "newly tested and violated": violated, "fixed": found.fixed}
    title = ", ".join(f"{len(changes)} {what}" for what, changes in counts.items() if changes)
    text = "\n".join(lines)
    if len(text) > MAX_COMMENT_CHARS:
        text = f"{text[:MAX_COMMENT_CHARS]}\n…"
    # a longer fence than any that a server wrote
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"### Conformance: {title or 'nothing broke'}\n\n{fence}text\n{text}\n{fence}"


def _by_cause(changes: Iterable[Change]) -> list[list[Change]]:
    """Return the changes in groups: those of one requirement or, where many share it, one cause."""
    causes: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        # what does not fail counts at no level
        level = change.level if change.after == Outcome.FAILED else ""
        cause = (level, change.target, change.after, change.reason, change.new, change.known)
        causes.setdefault(cause, []).append(change)
    groups: list[list[Change]] = []
    for same in causes.values():
        by_id: dict[str, list[Change]] = {}
        for change in same:
            by_id.setdefault(change.id, []).append(change)
        groups += [same] if len(by_id) > MAX_SINGLE_LINES else by_id.values()
    return groups


def _lines(group: Sequence[Change]) -> Iterator[str]:
    first = group[0]
    ids = list(dict.fromkeys(change.id for change in group))
    formats = ", ".join(dict.fromkeys(change.format for change in group))
    where = f"{formats} at {first.target}" if first.target else formats
    if len(ids) > 1:
        names = ", ".join(_shortened(ids))
        level = f"{first.level.upper()}, " if first.after == Outcome.FAILED else ""
        yield f"  {level}{len(ids)} requirements ({where}): {names}"
    else:
        yield f"  {first.level.upper()} {first.id} ({where}): {first.title}"
    if first.after == Outcome.FAILED:
        yield from (f"    actual {line}" for line in first.new or (first.reason,))
    elif first.after != Outcome.PASSED:
        yield f"    {first.after or 'not in this run'}{first.reason and f', {first.reason}'}"
    if first.known:
        yield f"    known: {first.known}"


def _shortened(ids: Sequence[str]) -> Iterator[str]:
    """Yield these ids; a topic with all its requirements replaces them."""
    topics = set[str]()
    for id in ids:
        topic = id.partition(".")[0]
        of_topic = {known.id for known in CATALOGUE if known.topic == topic}
        name = f"{topic}.*" if len(of_topic) > 1 and of_topic <= set(ids) else id
        if name not in topics:
            topics.add(name)
            yield name
