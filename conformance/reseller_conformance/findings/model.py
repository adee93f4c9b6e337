"""What a person reads: findings, the outcome of each requirement, and the verdict of a run.

Plain records, made once by the suite and rendered by `reports`; they hold no secret, and travel
between processes as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.findings.excerpts import Span
from reseller_conformance.findings.kinds import Spot, kind_of, place_of
from reseller_conformance.findings.run_info import (
    BaselineStatus,
    SchemaCounts,
    SuiteInfo,
    TargetInfo,
)
from reseller_conformance.requirements import CATALOGUE, SUCCESS_RETURNED, Level, Requirement

if TYPE_CHECKING:
    from reseller_conformance.client.traffic import Traffic

__all__ = [
    "ExitCode",
    "Finding",
    "Outcome",
    "Result",
    "Run",
    "Verdict",
    "is_partial",
    "verdict",
]


class Outcome(StrEnum):
    """What became of one requirement in one format."""

    PASSED = "passed"
    """Every response that was judged by it conforms."""
    FAILED = "failed"
    """At least one response violates it."""
    NOT_TESTED = "not-tested"
    """Something that it needs was missing. The reason says what."""
    NOT_APPLICABLE = "not-applicable"
    """It has no meaning for this target or these options."""
    ERROR = "error"
    """The suite itself failed: nothing is said about the target."""


class ExitCode(IntEnum):
    """What a process returns to its shell."""

    CONFORMANT = 0
    VIOLATED = 1
    USAGE = 2
    """Wrong options or files: no request was sent."""
    UNVERIFIED = 3
    """Nothing was verified, or the suite itself failed."""
    INTERRUPTED = 130


class Verdict(StrEnum):
    """What a run says about its target."""

    CONFORMANT = "conformant"
    VIOLATED = "violated"
    UNVERIFIED = "unverified"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a run with this verdict."""
        return ExitCode[self.name]


WORST = (Verdict.VIOLATED, Verdict.UNVERIFIED, Verdict.CONFORMANT)
"""The verdicts, the worst first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation with its evidence.

    - `case`: the call in words. `curl` reproduces it. `excerpt` is a part of the response.
    - `times`: how many responses show the same violation. This one is the simplest.
    - `statuses`: how many of them had each status.
    - `app_log`: the output of the application during that call, if it runs in this process.
    - `known`: the reason for which the baseline accepts it.
    """

    requirement: str
    format: str
    where: str
    expected: str
    got: str
    hint: str = ""
    case: str = ""
    curl: str = ""
    status: int | None = None
    excerpt: str = ""
    times: int = 1
    app_log: str = ""
    statuses: Mapping[str, int] = field(default_factory=dict)
    known: str = ""
    excerpt_start: int = 0
    """Where the excerpt begins in the body. This and `marks` are not in the JSON report."""
    marks: tuple[Span, ...] = ()
    """The parts of the excerpt that violate the requirement."""

    def __post_init__(self) -> None:
        """Make tuples of the marks: between processes they travel as JSON, which has lists."""
        object.__setattr__(self, "marks", tuple((start, end) for start, end in self.marks))

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the JSON report."""
        entry = asdict(self)
        del entry["excerpt_start"], entry["marks"]
        return entry

    @property
    def spot(self) -> Spot:
        """Its place and its kind, without what changes from run to run."""
        place = place_of(self.where, self.expected)
        kind = kind_of(self.where, self.expected, self.got)
        return Spot(self.requirement, self.format, place, kind, self.known)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one requirement in one format (`both` where it compares the two).

    `known` is the reason for which the baseline accepts all of its findings; mostly empty.
    `target` names the target where a session tests several; otherwise it is empty. `violations` are
    all places and kinds at which it is violated, of which the findings show the simplest.
    `observed` says whether a target does what a MAY permits; None for other levels.
    """

    requirement: Requirement
    format: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    known: str = ""
    target: str = ""
    violations: tuple[Spot, ...] = ()
    observed: bool | None = None

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Where it is violated. The findings say it, unless the violations do."""
        return self.violations or tuple(dict.fromkeys(one.spot for one in self.findings))

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the JSON report."""
        entry: dict[str, Any] = {
            "id": self.requirement.id,
            "title": self.requirement.title,
            "level": self.requirement.level.value,
            "format": self.format,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "known": self.known,
            "findings": [finding.as_dict() for finding in self.findings],
        }
        if self.spots:
            entry["violations"] = [
                {"place": one.place, "kind": one.kind, "known": one.known} for one in self.spots
            ]
        return {**entry, "target": self.target} if self.target else entry


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as every report shows it.

    `complete` is False if calls were left out: the run was interrupted, or it ended
    early (`early_end` says why). `targets` names each target if a session tests several;
    otherwise it is empty.
    """

    results: tuple[Result, ...]
    level: Level = Level.MUST
    suite: SuiteInfo = field(default_factory=SuiteInfo)
    target: TargetInfo = field(default_factory=TargetInfo)
    traffic: Traffic | None = None
    complete: bool = True
    baseline: BaselineStatus | None = None
    schemas: SchemaCounts = field(default_factory=SchemaCounts)
    targets: tuple[TargetInfo, ...] = ()
    early_end: str = ""
    exercised: tuple[str, ...] | None = None
    """The kinds of data that the accounts showed; None if no target was called."""
    required_data: tuple[str, ...] = ()
    """The kinds of data without which the run verifies nothing."""
    environment: tuple[EnvironmentNote, ...] = ()
    """What stood in front of the target and refused calls, for a while or for good."""

    @property
    def missing_data(self) -> tuple[str, ...]:
        """The kinds of data that the operator requires, and no account showed."""
        return tuple(name for name in self.required_data if name not in (self.exercised or ()))

    def kept_from(self, note: EnvironmentNote) -> tuple[Result, ...]:
        """Return the results that were not tested because of this."""
        return tuple(
            one
            for one in self.sorted_results
            if one.outcome is Outcome.NOT_TESTED and note.ends_calls and note.reason in one.reason
        )

    @property
    def parts(self) -> tuple[Run, ...]:
        """A run for each target; this one alone where there are not several."""
        if not self.targets:
            return (self,)
        return tuple(
            self._of(target, tuple(one for one in self.results if one.target == target.name))
            for target in self.targets
        )

    def _of(self, target: TargetInfo, results: tuple[Result, ...]) -> Run:
        suite = replace(self.suite, partial=is_partial(results))
        return replace(self, results=results, suite=suite, target=target, targets=(), baseline=None)

    @property
    def partial(self) -> bool:
        """Whether a part of the catalogue was not selected, or not reached."""
        return bool(self.suite.partial)

    @property
    def stale(self) -> tuple[str, ...]:
        """A line for each entry of the baseline that does not hold; each fails the run."""
        return self.baseline.problems if self.baseline else ()

    @property
    def unexplained(self) -> tuple[str, ...]:
        """A line for each entry of the baseline that needs a reason; each fails the run."""
        return self.baseline.unexplained if self.baseline else ()

    @property
    def has_stale_entries(self) -> bool:
        """Whether the baseline must be corrected. The run then fails with any verdict."""
        return bool(self.stale or self.unexplained)

    @property
    def sorted_results(self) -> tuple[Result, ...]:
        """The results in the order of the catalogue."""
        place = {requirement.id: index for index, requirement in enumerate(CATALOGUE)}
        turn = {target.name: index for index, target in enumerate(self.targets)}

        def order(result: Result) -> tuple[int, int, str]:
            return place[result.requirement.id], turn.get(result.target, 0), result.format

        return tuple(sorted(self.results, key=order))

    @property
    def verdict(self) -> Verdict:
        """What the run says about its target; half a run can show a violation, but no more.

        Of several targets the worst counts.
        """
        each = {verdict(part.results, self.level) for part in self.parts}
        found = next(one for one in WORST if one in each)
        if found is Verdict.CONFORMANT and (self.missing_data or not self.complete):
            return Verdict.UNVERIFIED
        return found

    @property
    def standing(self) -> Verdict:
        """What the run comes to: the verdict, and violated where the baseline needs a person."""
        if self.verdict is Verdict.CONFORMANT and self.has_stale_entries:
            return Verdict.VIOLATED
        return self.verdict


def is_partial(results: Iterable[Result]) -> bool:
    """Return True if some requirement has no result in a format: not selected, or not reached."""
    judged = {(result.requirement, result.format) for result in results}
    return any(
        (requirement, format) not in judged
        for requirement in CATALOGUE
        for format in requirement.formats or ("both",)
    )


def verdict(results: tuple[Result, ...], level: Level) -> Verdict:
    """Judge a run: violated by a failure at its level, conformant only if something was tested.

    A known failure does not count. An error of the suite verifies nothing, and neither does a run
    whose documented call is refused, even if the baseline accepts that: the rest is not tested.
    """
    counting = (Level.MUST,) if level is Level.MUST else (Level.MUST, Level.SHOULD)
    counted = [result for result in results if result.requirement.level in counting]
    if any(result.outcome is Outcome.FAILED and not result.known for result in counted):
        return Verdict.VIOLATED
    if any(result.outcome is Outcome.ERROR for result in results):
        return Verdict.UNVERIFIED
    if any(_verifies(result) for result in counted):
        return Verdict.CONFORMANT
    return Verdict.UNVERIFIED


def _verifies(result: Result) -> bool:
    refused = result.requirement is SUCCESS_RETURNED
    return result.outcome is Outcome.PASSED or (result.outcome is Outcome.FAILED and not refused)
