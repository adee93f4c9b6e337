"""The parts of a run that every report for people shows: violations, reasons, environment.

Pure: takes a `Run`, and returns plain values. Each report decides how they look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reseller_conformance import __version__
from reseller_conformance.checks.exercised import DATA_KINDS
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import SavedFile
from reseller_conformance.reports.finding_text import Evidence, evidence_of
from reseller_conformance.reports.table import by_requirement, tested_formats
from reseller_conformance.reports.text import counted
from reseller_conformance.requirements import Level, Requirement

__all__ = [
    "Failure",
    "baseline_parts",
    "environment",
    "failures",
    "files_judged",
    "known_violations",
    "not_shown",
    "observed",
    "reasons_for",
    "settings_words",
    "validated",
    "version",
]

MAX_FILES = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """A requirement that was violated, with its evidence.

    `known` is the reason why the baseline accepts it; empty if it does not. `target` is set if
    the run has several.
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


def failures(run: Run, level: Level) -> list[Failure]:
    """Return the violated requirements of one level, in the order of the catalogue.

    Those that the baseline accepts are left out: see `known_violations`.
    """
    failed = [part for result in _failed(run) for part in _parts(result) if not part.known]
    return [
        _failure(requirement, results)
        for requirement, results in by_requirement(failed)
        if requirement.level is level
    ]


def known_violations(run: Run) -> list[Failure]:
    """Return the violations that the baseline accepts, those of one reason together."""
    made = []
    known = [part for result in _failed(run) for part in _parts(result) if part.known]
    for requirement, results in by_requirement(known):
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
        # without a reason of its own, a finding has that of the result
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
    # other places have no finding of their own, but a reason
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


def reasons_for(run: Run, outcome: Outcome, *, topics: bool = False) -> dict[str, list[str]]:
    """Return the reasons for this outcome, each with its requirements.

    Those that the environment kept from being tested are left out: see `environment`. With
    `topics`, `success.*` names all requirements of a topic.
    """
    left = [result for result in run.sorted_results if result.outcome is outcome]
    if outcome is Outcome.NOT_TESTED:
        elsewhere = {id(one) for note in run.environment for one in run.kept_from(note)}
        left = [result for result in left if id(result) not in elsewhere]
    return _by_reason(run, left, topics=topics)


def environment(run: Run, *, topics: bool = False) -> dict[str, list[str]]:
    """Return what protected the target, each with the requirements not tested because of it."""
    return {
        f"{note.kind}: {note.reason}. {_end(note)}The way out: {note.way_out}": (
            _names(run, run.kept_from(note), topics=topics) or ["nothing"]
        )
        for note in run.environment
    }


def _end(note: EnvironmentNote) -> str:
    if note.ends_calls:
        return ""
    return f"It ended: the run waited {note.waited_seconds:.0f} s in all, and repeated the calls. "


def observed(run: Run) -> dict[str, list[str]]:
    """Return what the target does of what it may do, with the requirements concerned."""
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


def _by_reason(
    run: Run, results: Iterable[Result], *, topics: bool = False
) -> dict[str, list[str]]:
    reasons: dict[str, list[Result]] = {}
    for result in results:
        at = f"{result.target}: " if result.target else ""
        reasons.setdefault(f"{at}{result.reason}", []).append(result)
    return {reason: _names(run, of_reason, topics=topics) for reason, of_reason in reasons.items()}


def _names(run: Run, results: Sequence[Result], *, topics: bool) -> list[str]:
    """Return the ids of these requirements, with the format if not all formats are meant."""
    formats = tested_formats(run)
    whole = _whole_topics(run, results) if topics else frozenset[str]()
    ids: dict[str, list[str]] = {}
    for result in results:
        topic = result.requirement.topic
        if topic in whole:
            ids[f"{topic}.*"] = list(formats)
        else:
            ids.setdefault(result.requirement.id, []).append(result.format)
    return [_named(*of, formats) for of in ids.items()]


def _whole_topics(run: Run, results: Iterable[Result]) -> frozenset[str]:
    """Return the topics of several requirements with all their results among these."""
    of_run = Counter((result.target, result.requirement.topic) for result in run.results)
    given = Counter((result.target, result.requirement.topic) for result in results)
    sizes = Counter(requirement.topic for requirement in {one.requirement for one in run.results})
    left_out = {about[1] for about, times in given.items() if times < of_run[about]}
    return frozenset(topic for _, topic in given if topic not in left_out and sizes[topic] > 1)


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
    text = f"{counted(judged, 'saved response')} in {', '.join(names)}"
    return f"{text}; passed over: {left}" if left else text


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


def baseline_parts(run: Run) -> list[tuple[str, tuple[str, ...]]]:
    """Return what an operator must do in the baseline: a title, and a line for each entry."""
    parts = (
        ("Entries of the baseline that do not hold, which fails the run", run.stale),
        ("Entries of the baseline that need a reason", run.unexplained),
    )
    return [(title, lines) for title, lines in parts if lines]


def _named(id: str, formats: list[str], all_formats: tuple[str, ...]) -> str:
    everywhere = set(formats) in ({"both"}, set(all_formats))
    return id if everywhere else f"{id} ({', '.join(formats)})"


def validated(run: Run) -> list[str]:
    """Return in words how many bodies were validated by schema, and with what result."""
    if run.schemas.validated is None:
        return []
    words = [f"{counted(run.schemas.validated, 'body', 'bodies')} validated by schema"]
    if run.schemas.disagreements:
        words.append(counted(run.schemas.disagreements, "disagreement"))
    return words
