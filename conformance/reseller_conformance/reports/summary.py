"""What a run comes to, in few words: the same for every report that a person reads.

Pure: takes a `Run`, and returns plain values. Each report decides how they look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from reseller_conformance import __version__
from reseller_conformance.checks.exercised import DATA_KINDS
from reseller_conformance.findings.model import Finding, Outcome, Result, Run, Verdict
from reseller_conformance.findings.run_info import SavedFile
from reseller_conformance.reports.finding_text import Evidence, evidence_of
from reseller_conformance.reports.text import counted
from reseller_conformance.requirements import CATALOGUE, Level, Requirement

__all__ = [
    "Cell",
    "CellKind",
    "Failure",
    "Row",
    "VerdictText",
    "baseline_parts",
    "by_topic",
    "cell_of",
    "environment",
    "failures",
    "files_judged",
    "known_violations",
    "not_shown",
    "observed",
    "outcome_words",
    "reasons_for",
    "rows",
    "settings_words",
    "table_lines",
    "target_lines",
    "tested_formats",
    "validated",
    "verdict_parts",
    "verdict_text",
    "version",
]

MAX_FILES = 6

MAX_SINGLE_LINES = 3
"""So many requirements of a topic that were not tested have a line each; more share one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A requirement that was violated, with what shows it.

    `known` is the reason for which the baseline accepts it; empty where it does not. `target` is
    named where there are several.
    """

    requirement: Requirement
    formats: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    reason: str
    known: str = ""
    target: str = ""

    @property
    def where(self) -> str:
        """The formats and, where there are several, the target: `json, xml at http://b`."""
        formats = ", ".join(self.formats)
        return f"{formats} at {self.target}" if self.target else formats


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement with its result in each format. A comparison is in both."""

    requirement: Requirement
    results: tuple[Result | None, ...]
    target: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """What happened to it everywhere, where there is no more to say of it than that.

        A failure is more, and so are outcomes that differ, and what a MAY observes.
        """
        outcomes = {result.outcome for result in self.results if result is not None}
        if len(outcomes) > 1 or Outcome.FAILED in outcomes:
            return None
        observed = any(result.observed is not None for result in self.results if result)
        return None if observed else next(iter(outcomes), None)


class CellKind(StrEnum):
    """What a report shows of one result, by its mark and colour."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTED = "not-tested"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"
    SHOULD = "should"
    """A violated SHOULD that does not count in the verdict."""
    KNOWN = "known"
    """A violation that the baseline accepts."""
    OBSERVED = "observed"
    """Whether a target does what it may do; it has no mark."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One result in the table of requirements."""

    kind: CellKind
    words: str


def cell_of(result: Result, level: Level) -> Cell:
    """Return the cell of a result in a run that fails at this level."""
    if result.observed is not None:
        return Cell(CellKind.OBSERVED, "yes" if result.observed else "no")
    if result.known:
        return Cell(CellKind.KNOWN, "known")
    if result.outcome is Outcome.FAILED and result.requirement.level not in (Level.MUST, level):
        return Cell(CellKind.SHOULD, "should")
    kind = CellKind(result.outcome.value)
    return Cell(kind, outcome_words(result.outcome))


def outcome_words(outcome: Outcome) -> str:
    """Return an outcome for a person: `not tested`."""
    return "n/a" if outcome is Outcome.NOT_APPLICABLE else outcome.value.replace("-", " ")


def failures(run: Run, level: Level) -> list[Failure]:
    """Return the violated requirements of one level, in the order of the catalogue.

    What the baseline accepts is not among them: see `accepted`.
    """
    failed = [part for result in _failed(run) for part in _parts(result) if not part.known]
    return [
        _failure(requirement, results)
        for requirement, results in _by_requirement(failed)
        if requirement.level is level
    ]


def known_violations(run: Run) -> list[Failure]:
    """Return the violations that the baseline accepts, those of one reason together."""
    made = []
    known = [part for result in _failed(run) for part in _parts(result) if part.known]
    for requirement, results in _by_requirement(known):
        for reason in dict.fromkeys(result.known for result in results):
            same = [result for result in results if result.known == reason]
            made.append(_failure(requirement, same))
    return made


def _failed(run: Run) -> list[Result]:
    return [result for result in run.sorted_results if result.outcome is Outcome.FAILED]


def _parts(result: Result) -> list[Result]:
    """Return a failed result in parts: what counts, and what the baseline accepts by reason."""
    parts: dict[str, list[Finding]] = {}
    for finding in result.findings:
        # a report that says it of the result alone says it of all
        parts.setdefault(finding.known or result.known, []).append(finding)
    places: dict[str, list[str]] = {}
    for spot in result.violations:
        if spot.known not in parts:
            places.setdefault(spot.known, []).append(spot.place)
    if len(parts) + len(places) < 2:
        return [result]
    shown = [
        replace(result, known=known, findings=tuple(findings), reason=findings[0].got)
        for known, findings in parts.items()
    ]
    # what a few simpler responses do not show has no evidence, but a reason
    return shown + [
        replace(result, known=known, findings=(), reason=", ".join(dict.fromkeys(names)))
        for known, names in places.items()
    ]


def _failure(requirement: Requirement, results: list[Result]) -> Failure:
    return Failure(
        requirement=requirement,
        formats=tuple(result.format for result in results),
        evidence=evidence_of(finding for result in results for finding in result.findings),
        reason=next((result.reason for result in results if result.reason), ""),
        known=results[0].known,
        target=results[0].target,
    )


def tested_formats(run: Run) -> tuple[str, ...]:
    """Return the formats that the run has results in, apart from `both`."""
    named = {result.format for result in run.results} - {"both"}
    return tuple(sorted(named)) or ("json", "xml")


def rows(run: Run) -> list[Row]:
    """Return a row for each requirement of the run."""
    formats = tested_formats(run)
    made = []
    for requirement, results in _by_requirement(run.sorted_results):
        by_format = {result.format: result for result in results}
        both = by_format.get("both")
        of_formats = tuple(by_format.get(name, both) for name in formats)
        made.append(Row(requirement, of_formats, results[0].target))
    return made


def by_topic(made: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows under their topics, which stand in the order of their first requirements."""
    topics: dict[str, list[Row]] = {}
    for row in made:
        topics.setdefault(row.requirement.topic, []).append(row)
    return list(topics.items())


def table_lines(of_topic: Iterable[Row]) -> list[list[Row]]:
    """Return the rows of a topic, those together that may share a line: what passed is last."""
    alone: list[list[Row]] = []
    together: dict[Outcome, list[Row]] = {}
    for row in of_topic:
        if row.outcome is None:
            alone.append([row])
        else:
            together.setdefault(row.outcome, []).append(row)
    passed = together.pop(Outcome.PASSED, [])
    for rows_alike in together.values():
        alone += (
            [rows_alike] if len(rows_alike) > MAX_SINGLE_LINES else [[row] for row in rows_alike]
        )
    return [*alone, passed] if passed else alone


def reasons_for(run: Run, outcome: Outcome) -> dict[str, list[str]]:
    """Return the reasons for this outcome, each with the requirements that it kept from more.

    What the environment kept from being tested is said by `environment`.
    """
    left = [result for result in run.sorted_results if result.outcome is outcome]
    if outcome is Outcome.NOT_TESTED:
        said = {id(one) for note in run.environment for one in run.kept_from(note)}
        left = [result for result in left if id(result) not in said]
    return _by_reason(run, left)


def environment(run: Run) -> dict[str, list[str]]:
    """Return what stood in front of the target, with the requirements not tested because of it."""
    formats = tested_formats(run)
    said = {}
    for note in run.environment:
        ids: dict[str, list[str]] = {}
        for result in run.kept_from(note):
            ids.setdefault(result.requirement.id, []).append(result.format)
        kept = [_named(*of, formats) for of in ids.items()] or ["nothing"]
        said[f"{note.kind}: {note.reason}. The way out: {note.way_out}"] = kept
    return said


def observed(run: Run) -> dict[str, list[str]]:
    """Return what a target was seen to do that it may do, with the requirements that say so."""
    return _by_reason(
        run,
        (result for result in run.sorted_results if result.observed),
    )


def not_shown(run: Run) -> dict[str, list[str]]:
    """Return the kinds of data that no account showed, by meaning; nothing of a partial run."""
    if run.exercised is None or run.partial:
        return {}
    missing = (kind for kind in DATA_KINDS if kind.name not in (run.exercised or ()))
    return {kind.meaning: [kind.name] for kind in missing}


def _by_reason(run: Run, results: Iterable[Result]) -> dict[str, list[str]]:
    reasons: dict[str, dict[str, list[str]]] = {}
    for result in results:
        at = f"{result.target}: " if result.target else ""
        ids = reasons.setdefault(f"{at}{result.reason}", {})
        ids.setdefault(result.requirement.id, []).append(result.format)
    formats = tested_formats(run)
    return {reason: [_named(*of, formats) for of in ids.items()] for reason, ids in reasons.items()}


def files_judged(files: Sequence[SavedFile]) -> str:
    """Return what was judged of saved responses: `3 saved responses in calls.har`."""
    names = [file.file for file in files[:MAX_FILES]]
    if len(files) > MAX_FILES:
        names.append(f"{len(files) - MAX_FILES} more")
    judged = sum(file.answers for file in files)
    passed_over = Counter[str]()
    for file in files:
        passed_over.update(file.passed_over)
    left = ", ".join(f"{times:,} {what}" for what, times in passed_over.items())
    said = f"{counted(judged, 'saved response')} in {', '.join(names)}"
    return f"{said}; passed over: {left}" if left else said


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
    """Return the verdict in words and, apart from it, its notes."""
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


def version(run: Run) -> str:
    """Return the version of the suite that made the run."""
    return run.suite.version or __version__


def settings_words(run: Run) -> list[str]:
    """Return the settings that are known: `depth quick`, `formats json, xml`, `level must`."""
    settings = {
        "depth": run.suite.depth,
        "formats": ", ".join(run.suite.formats or tested_formats(run)),
        "level": run.level,
        "seed": run.suite.seed,
    }
    return [f"{name} {value}" for name, value in settings.items() if value is not None]


def target_lines(run: Run) -> list[tuple[Verdict, str]]:
    """Return the verdict on each target, and a line that says it; nothing where there is one."""
    if not run.targets:
        return []
    return [(part.verdict, f"{part.target.name}: {verdict_text(part)}") for part in run.parts]


def _part(run: Run) -> str:
    """Return which part of the catalogue was tested; nothing where it was the whole of it."""
    formats = run.suite.formats or ()
    if not run.partial:
        return ""
    if len(formats) == 1:
        return f"{formats[0]} only"
    # of an interrupted run, another note says why something is missing
    return "not the whole catalogue" if run.complete else ""


def _wanting(run: Run) -> str:
    """Return how many entries of the baseline need a person, and what for."""
    said = []
    for lines, one, more in (
        (run.stale, "entry does not hold", "entries do not hold"),
        (run.unexplained, "entry needs a reason", "entries need a reason"),
    ):
        if lines:
            said.append(f"{len(lines)} {one if len(lines) == 1 else more}")
    return ", ".join(said)


def baseline_parts(run: Run) -> list[tuple[str, tuple[str, ...]]]:
    """Return what there is to do in the baseline: a title, and a line for each entry."""
    parts = (
        ("Entries of the baseline that do not hold, which fails the run", run.stale),
        ("Entries of the baseline that need a reason", run.unexplained),
    )
    return [(title, lines) for title, lines in parts if lines]


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


def _by_requirement(results: Iterable[Result]) -> Iterator[tuple[Requirement, list[Result]]]:
    for about, group in groupby(results, key=lambda result: (result.requirement, result.target)):
        yield about[0], list(group)


def _named(id: str, formats: list[str], all_formats: tuple[str, ...]) -> str:
    everywhere = set(formats) in ({"both"}, set(all_formats))
    return id if everywhere else f"{id} ({', '.join(formats)})"


def validated(run: Run) -> list[str]:
    """Return in words how many bodies the schema files judged, and with what result."""
    if run.schemas.validated is None:
        return []
    words = [f"{counted(run.schemas.validated, 'body', 'bodies')} validated by schema"]
    if run.schemas.disagreements:
        words.append(counted(run.schemas.disagreements, "disagreement"))
    return words
