"""What a load test has found, added up: in each worker, and over all of them in the master.

What workers send is text and numbers. It grows with the kinds of violations, not with the calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from reseller_conformance.checks.response import Response
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.aggregate import Aggregator
from reseller_conformance.findings.evidence import finding
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.requirements import HTTP_RETRIES, Requirement
from reseller_conformance.soak.rules import RuleResult, is_unreachable

__all__ = ["Tally"]

COUNTERS = ("calls", "retries", "bytes", "put_off", "unheard")


class Tally:
    """Adds up. `calls` are those that were made, tries beyond the first not counted."""

    def __init__(self, target: Target | None = None) -> None:
        """Start from nothing; findings name calls to this target."""
        self.schemas = SchemaTally()
        self._aggregator = Aggregator(partial(finding, target=target))
        self._clear()

    def _clear(self) -> None:
        self.calls = self.retries = self.bytes = self.put_off = self.unheard = 0

    # --- In a worker -------------------------------------------------------------------------

    def count(self, response: Response) -> None:
        """Count a call by what came of it."""
        self.calls += 1
        self.retries += len(response.exchange.retries)
        self.bytes += len(response.exchange.body)
        self.put_off += is_rate_limited(response.exchange)
        self.unheard += is_unreachable(response)
        self.schemas.take([response])

    def note(self, judgement: RuleResult) -> None:
        """Add one judgement of one requirement."""
        self._aggregator.add(judgement.requirement, judgement.format, judgement.violations)

    def take(self) -> dict[str, Any]:
        """Return what has been added since the last time, to be sent, and start anew."""
        taken = {
            **{name: getattr(self, name) for name in COUNTERS},
            "schemas": self.schemas.drain(),
            "counts": self._aggregator.drain(),
        }
        self._clear()
        return taken

    # --- In the master -----------------------------------------------------------------------

    def add(self, taken: Mapping[str, Any]) -> None:
        """Add what a worker has taken from its own."""
        for name in COUNTERS:
            setattr(self, name, getattr(self, name) + taken[name])
        self.schemas.add(taken["schemas"])
        self._aggregator.merge(taken["counts"])

    def results(self, formats: tuple[Format, ...]) -> tuple[Result, ...]:
        """Return the outcome of every requirement in each of these formats."""
        return self.schemas.whole(self._results(formats))

    def _results(self, formats: tuple[Format, ...]) -> Iterator[Result]:
        for result in self._aggregator.results(formats, _not_judged):
            requirement, format = result.requirement, result.format
            if self.calls == self.unheard:
                why = "the target cannot be reached" if self.calls else "nothing was sent"
                yield Result(requirement, format, Outcome.NOT_TESTED, why)
            elif requirement is HTTP_RETRIES and result.outcome is Outcome.PASSED and self.put_off:
                text = f"{self.put_off} of {self.calls} calls were turned away"
                yield replace(result, reason=f"{text}: 429, or Retry-After")
            else:
                yield result


def _not_judged(requirement: Requirement, format: str) -> Result:
    return Result(requirement, format, Outcome.NOT_TESTED, "not judged under load")
