"""Counts what saved answers come to: for each requirement and format, its outcome and findings.

Memory stays bounded however many answers there are: of each kind of departure the first example is
kept, a few places, and the count. What is judged is left to `rules` and `together`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import FIELDS, Format, Kind
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.offline.rules import RULES, rules_for
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.requirements import (
    CATALOGUE,
    CONSISTENCY_COUNTERS,
    CONSISTENCY_FORMATS,
    CONSISTENCY_WHITE_SPACE,
    ERRORS_DETERMINISTIC,
    SUCCESS_COUNTS,
    SUCCESS_DATES,
    SUCCESS_FIELDS,
    SUCCESS_NO_DUPLICATES,
    SUCCESS_PACKAGE,
    Requirement,
)

__all__ = ["Tally", "finding_of"]

MAX_KINDS = 10
"""So many kinds of departure from one requirement are told apart."""

MAX_PLACES = 3
"""So many places are named where a departure is seen."""

MAX_EXCERPT_CHARS = 400
"""Characters of an answer that are shown as evidence."""

_OF_KIND = {
    Kind.COUNT: SUCCESS_COUNTS,
    Kind.DATE: SUCCESS_DATES,
    Kind.TEXT: SUCCESS_PACKAGE,
}
_RULES = {rule.requirement: rule for rule in reversed(RULES)}
_COMPARED = {
    CONSISTENCY_FORMATS: (
        "no customer's overview was recorded in one format between two in the other"
    ),
    CONSISTENCY_WHITE_SPACE: "no customer's overview was recorded in both formats",
    CONSISTENCY_COUNTERS: "no customer's overview was recorded twice in one format",
    ERRORS_DETERMINISTIC: "no wrong call was recorded twice",
}


@dataclass(slots=True)
class _Kind:
    """Departures of one kind: the first of them, and where the next ones are."""

    first: Finding
    places: list[str]
    times: int

    def see(self, place: str) -> None:
        """Count one more."""
        self.times += 1
        if len(self.places) < MAX_PLACES:
            self.places.append(place)

    @property
    def finding(self) -> Finding:
        """The first, with the places and the count of all."""
        more = self.times - len(self.places)
        words = [*self.places, f"{more:,} more"] if more else self.places
        return replace(self.first, case="; ".join(words), times=self.times)


@dataclass(slots=True)
class _Count:
    """What came of one requirement in one format: answers judged, and those that departed."""

    judged: int = 0
    departed: int = 0
    kinds: dict[str, _Kind] = field(default_factory=dict)

    def result(self, requirement: Requirement, format: str) -> Result:
        """Return the outcome."""
        if not self.departed:
            return Result(requirement, format, Outcome.PASSED)
        findings = tuple(kind.finding for kind in self.kinds.values())
        reason = f"{findings[0].got} ({self.departed:,} of {self.judged:,} answers depart)"
        return Result(requirement, format, Outcome.FAILED, reason, findings)


class Tally:
    """The outcomes of all answers so far."""

    def __init__(self) -> None:
        """Begin with none."""
        self.answers = 0
        self.bytes = 0
        self.schemas = SchemaTally()
        self._formats: set[Format] = set()
        self._recorded = False
        self._overviews: set[str] = set()
        self._counts: dict[tuple[str, str], _Count] = {}

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats of the answers."""
        return tuple(format for format in Format if format in self._formats)

    def take(self, saved: SavedResponse) -> None:
        """Judge one answer by everything that it alone can tell."""
        exchange = saved.answer.exchange
        format = exchange.case.format
        self.answers += 1
        self.bytes += len(exchange.body)
        self.schemas.take([saved.answer])
        self._formats.add(format)
        self._recorded = self._recorded or bool(saved.request)
        if saved.answer.kind is EnvelopeKind.OVERVIEW:
            self._overviews.add(format.value)
        for rule in rules_for(saved):
            if format in rule.requirement.formats:
                self.judge(rule.requirement, rule.check(saved.answer), (saved,), format)

    def judge(
        self,
        requirement: Requirement,
        violations: Iterable[Violation],
        of: Sequence[SavedResponse],
        format: Format | None = None,
    ) -> None:
        """Count one judgement of these answers; the format is None for what compares the two."""
        column = format.value if format else "both"
        count = self._counts.get((requirement.id, column))
        if count is None:
            count = self._counts[requirement.id, column] = _Count()
        count.judged += 1
        kinds: dict[str, Violation] = {}
        for violation in violations:
            kinds.setdefault(_kind_of(violation), violation)
        if not kinds:
            return
        count.departed += 1
        for name, violation in kinds.items():
            place = next(s.place for s in of if s.answer.exchange is violation.response.exchange)
            if name in count.kinds:
                count.kinds[name].see(place)
            elif len(count.kinds) < MAX_KINDS:
                first = finding_of(violation, requirement, column)
                count.kinds[name] = _Kind(first, [place], 1)

    @property
    def results(self) -> tuple[Result, ...]:
        """The outcome of each requirement that such answers may tell of, in their formats."""
        found = (
            self._result(requirement, column)
            for requirement in CATALOGUE
            for column in [f.value for f in requirement.formats if f in self._formats]
            or ["both"] * (not requirement.formats)
        )
        return self.schemas.whole(result for result in found if result is not None)

    def _result(self, requirement: Requirement, column: str) -> Result | None:
        count = self._counts.get((requirement.id, column))
        if count is not None:
            return count.result(requirement, column)
        rule = _RULES.get(requirement)
        why = rule.lacking if rule else _COMPARED.get(requirement, "")
        alone = rule is not None and not rule.recorded
        if not why or not (alone or self._recorded):
            return None
        if rule and rule.fields and column in self._overviews:
            why = self._unreadable(rule.fields, column)
        return Result(requirement, column, Outcome.NOT_TESTED, why)

    def _unreadable(self, names: Sequence[str], column: str) -> str:
        """Say which fields no overview had readable, and the requirements that say what it had."""
        kinds = {field.kind for field in FIELDS if field.name in names}
        likely = (
            SUCCESS_FIELDS,
            SUCCESS_NO_DUPLICATES,
            *(_OF_KIND[kind] for kind in Kind if kind in kinds),
        )
        counts = [(one.id, self._counts.get((one.id, column))) for one in likely]
        failed = [id for id, count in counts if count is not None and count.departed]
        see = f"; see {', '.join(failed)}" if failed else ""
        return f"no overview was saved with {', '.join(names)} readable{see}"


def finding_of(violation: Violation, requirement: Requirement, column: str) -> Finding:
    """Return what a person reads of one departure."""
    exchange = violation.response.exchange
    return Finding(
        requirement=requirement.id,
        format=column,
        where=violation.where,
        expected=violation.expected,
        got=violation.actual,
        hint=violation.hint,
        status=exchange.status,
        excerpt=excerpt(
            exchange.body.decode("utf-8-sig", "replace"),
            violation.where,
            violation.actual,
            MAX_EXCERPT_CHARS,
        ),
    )


def _kind_of(violation: Violation) -> str:
    """Departures at the same place are of one kind, whichever line or turn it is."""
    return re.sub(r"[0-9]+", "#", violation.where)
