"""Adds up what saved responses come to: for each requirement and format, outcome and findings.

Memory stays bounded however many responses there are. Single responses are judged by `rules`;
`comparator` adds the comparisons of several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reseller_conformance import requirements as r
from reseller_conformance.checks.rules import Evidence, Subject, rules_of, subjects_of
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import FIELDS, Format, Kind
from reseller_conformance.findings.aggregate import Aggregator
from reseller_conformance.findings.evidence import finding
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.offline.rules import (
    evidence_of,
    is_plain,
    reason_not_tested,
    saved_rules_for,
)
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.requirements import Requirement

__all__ = ["Tally"]


class Tally:
    """The outcomes of all responses so far."""

    def __init__(self) -> None:
        """Begin with none."""
        self.responses = 0
        self.bytes = 0
        self.schemas = SchemaTally()
        self._aggregator = Aggregator(finding)
        self._formats: set[Format] = set()
        self._recorded = False
        self._saved: dict[str, set[tuple[frozenset[Subject], Evidence]]] = defaultdict(set)

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats of the responses."""
        return tuple(format for format in Format if format in self._formats)

    def take(self, saved: SavedResponse) -> None:
        """Judge one response by every rule for single responses."""
        exchange = saved.response.exchange
        format = exchange.case.format
        self.responses += 1
        self.bytes += len(exchange.body)
        self.schemas.take([saved.response])
        self._formats.add(format)
        self._recorded = self._recorded or bool(saved.request)
        if is_plain(saved):
            self._saved[format.value].add((subjects_of(saved.response), evidence_of(saved)))
        for rule in saved_rules_for(saved):
            if format in rule.requirement.formats:
                self.judge(rule.requirement, rule.check(saved.response), (saved,), format)

    def judge(
        self,
        requirement: Requirement,
        violations: Iterable[Violation],
        of: Sequence[SavedResponse],
        format: Format | None = None,
    ) -> None:
        """Count one judgement of these responses; the format is None for what compares the two."""

        def place(violation: Violation) -> str:
            exchange = violation.response.exchange
            return next(saved.place for saved in of if saved.response.exchange is exchange)

        self._aggregator.add(requirement, format, violations, place)

    @property
    def results(self) -> tuple[Result, ...]:
        """The outcome of each requirement that such responses can test, in their formats."""
        return self.schemas.whole(self._aggregator.results(self.formats, self._not_judged))

    def _not_judged(self, requirement: Requirement, column: str) -> Result | None:
        saved: defaultdict[Subject, Evidence] = defaultdict(lambda: Evidence.NONE)
        for subjects, evidence in self._saved[column]:
            for subject in subjects:
                saved[subject] |= evidence
        why = reason_not_tested(requirement, saved, recorded=self._recorded)
        if not why:
            return None
        names = {name for rule in rules_of(requirement) for name in rule.fields}
        if names and Subject.OVERVIEW in saved:
            why += self._pointer_to_cause(names, column)
        return Result(requirement, column, Outcome.NOT_TESTED, why)

    def _pointer_to_cause(self, names: set[str], column: str) -> str:
        """Name the requirements that say why these fields could not be read."""
        kinds = {field.kind for field in FIELDS if field.name in names}
        likely = (
            r.SUCCESS_FIELDS,
            r.SUCCESS_NO_DUPLICATES,
            *(r.OF_KIND[kind] for kind in Kind if kind in kinds),
        )
        violated = [one.id for one in likely if self._aggregator.is_violated(one, column)]
        return f"; see {', '.join(violated)}" if violated else ""
