"""What a load test has found, added up: in each worker, and over all of them in the master.

Everything in it is text and numbers, so that it travels; it grows with the kinds of departures, not
with the calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.evidence import MAX_FINDINGS, finding
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.requirements import CATALOGUE, HTTP_RETRIES, Requirement
from reseller_conformance.soak.rules import RuleResult, is_unreachable

__all__ = ["Tally"]

MAX_KINDS = 20
"""So many kinds of departures from a requirement are kept; values tell one kind from another."""

Key = tuple[str, str]
"""A requirement's id, and the format that it was judged in."""


@dataclass(slots=True)
class _Count:
    """How often a requirement was judged, and its departures by place and expectation."""

    judged: int = 0
    kinds: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def add(self, seen: Mapping[str, Any]) -> None:
        kind = (seen["where"], seen["expected"])
        if kind in self.kinds:
            known = self.kinds[kind]
            known["times"] += seen["times"]
            known["statuses"] = dict(Counter(known["statuses"]) + Counter(seen["statuses"]))
        elif len(self.kinds) < MAX_KINDS:
            self.kinds[kind] = dict(seen)


class Tally:
    """Adds up. `calls` are those that were made, tries beyond the first not counted."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.schemas = SchemaTally()
        self._clear()

    def _clear(self) -> None:
        self.calls = self.retries = self.bytes = self.put_off = self.unheard = 0
        self._counts: dict[Key, _Count] = {}

    # --- In a worker -------------------------------------------------------------------------

    def count(self, response: Response) -> None:
        """Count a call by what came of it."""
        self.calls += 1
        self.retries += len(response.exchange.retries)
        self.bytes += len(response.exchange.body)
        self.put_off += is_rate_limited(response.exchange)
        self.unheard += is_unreachable(response)
        self.schemas.take([response])

    def note(self, judgement: RuleResult, target: Target) -> None:
        """Add one look at one requirement."""
        count = self._count(judgement.requirement.id, judgement.format or "both")
        count.judged += 1
        for violation in judgement.departures:
            told = finding(judgement.requirement, judgement.format, violation, target)
            count.add(asdict(told))

    def take(self) -> dict[str, Any]:
        """Return what has been added since the last time, to be sent, and start anew."""
        taken = {
            "calls": self.calls,
            "retries": self.retries,
            "bytes": self.bytes,
            "put_off": self.put_off,
            "unheard": self.unheard,
            "schemas": self.schemas.drain(),
            "counts": [
                [*key, count.judged, list(count.kinds.values())]
                for key, count in self._counts.items()
            ],
        }
        self._clear()
        return taken

    # --- In the master -----------------------------------------------------------------------

    def add(self, taken: Mapping[str, Any]) -> None:
        """Add what a worker has taken from its own."""
        self.calls += taken["calls"]
        self.retries += taken["retries"]
        self.bytes += taken["bytes"]
        self.put_off += taken["put_off"]
        self.unheard += taken["unheard"]
        self.schemas.add(taken["schemas"])
        for id, format, judged, kinds in taken["counts"]:
            count = self._count(id, format)
            count.judged += judged
            for kind in kinds:
                count.add(kind)

    def results(self, formats: tuple[Format, ...]) -> tuple[Result, ...]:
        """Return the outcome of every requirement in each of these formats."""
        return self.schemas.whole(
            self._result(requirement, format)
            for requirement in CATALOGUE
            for format in [wanted.value for wanted in requirement.formats if wanted in formats]
            or ["both"] * (not requirement.formats)
        )

    def _result(self, requirement: Requirement, format: str) -> Result:
        count = self._counts.get((requirement.id, format))
        if self.calls == self.unheard:
            why = "nobody answers" if self.calls else "nothing was asked"
            return Result(requirement, format, Outcome.NOT_TESTED, why)
        if count is None:
            return Result(requirement, format, Outcome.NOT_TESTED, "not judged under load")
        seen = sorted(count.kinds.values(), key=lambda kind: -int(kind["times"]))
        findings = tuple(Finding(**kind) for kind in seen[:MAX_FINDINGS])
        if findings:
            return Result(requirement, format, Outcome.FAILED, findings[0].got, findings)
        said = ""
        if requirement is HTTP_RETRIES and self.put_off:
            said = f"{self.put_off} of {self.calls} calls were turned away: 429, or Retry-After"
        return Result(requirement, format, Outcome.PASSED, said)

    def _count(self, id: str, format: str) -> _Count:
        return self._counts.setdefault((id, str(format)), _Count())
