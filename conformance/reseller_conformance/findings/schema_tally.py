"""Counts the bodies that were validated against the schema files, and what came of it.

One tally belongs to a run, a load test, or a call of `validate`. Tallies of several processes are
added up. Whether a body is validated at all is decided in `checks.second_opinion`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.second_opinion import Disagreement, second_opinion
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.run_info import SchemaCounts
from reseller_conformance.requirements import Requirement, by_id

__all__ = ["SchemaTally"]

MAX_REMEMBERED = 20_000
"""Bodies that are recognized when they come again; a load test receives millions."""


class SchemaTally:
    """What the schemas say of the distinct bodies of a run."""

    def __init__(self) -> None:
        """Begin with no body."""
        self.validated = 0
        self.disagreements = 0
        self._seen: dict[int, None] = {}
        self._reasons: dict[tuple[str, str], str] = {}
        self._news = _News()

    def take(self, responses: Iterable[Response]) -> None:
        """Validate those of these bodies that are new."""
        for response in responses:
            body = _digest(response)
            if self._is_new(body):
                self._note(body, second_opinion(response))

    def _note(self, body: int, found: Sequence[Disagreement] | None) -> None:
        if found is None:
            return
        self._count(body, bool(found))
        for one in found:
            self._explain(one.requirement.id, one.format.value, one.reason)

    def _is_new(self, body: int) -> bool:
        if body in self._seen:
            return False
        self._seen[body] = None
        if len(self._seen) > MAX_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True

    def _count(self, body: int, disagrees: bool) -> None:
        self.validated += 1
        self.disagreements += disagrees
        self._news.bodies.append((body, disagrees))

    def _explain(self, id: str, format: str, reason: str) -> None:
        if (id, format) not in self._reasons:
            self._reasons[id, format] = self._news.reasons[id, format] = reason

    # --- What it comes to --------------------------------------------------------------------

    @property
    def counts(self) -> SchemaCounts:
        """The counts for reports."""
        return SchemaCounts(self.validated, self.disagreements)

    def reason(self, requirement: Requirement, format: str) -> str:
        """Return why nothing is proved about this requirement, or nothing where all is well."""
        return self._reasons.get((requirement.id, format), "")

    def judged(self, results: Iterable[Result]) -> list[Result]:
        """Return each of these results, as an error where reader and schema disagree about it."""
        return [self._judged(result) for result in results]

    def _judged(self, result: Result) -> Result:
        reason = self.reason(result.requirement, result.format)
        if not reason:
            return result
        return replace(result, outcome=Outcome.ERROR, reason=reason, findings=(), known="")

    def left_out(self, results: Iterable[Result]) -> list[Result]:
        """Return the errors of requirements that none of these results is about."""
        known = {(result.requirement.id, result.format) for result in results}
        return [
            Result(by_id(id), format, Outcome.ERROR, reason)
            for (id, format), reason in self._reasons.items()
            if (id, format) not in known
        ]

    def whole(self, results: Iterable[Result]) -> tuple[Result, ...]:
        """Return these results with every error."""
        judged = self.judged(results)
        return (*judged, *self.left_out(judged))

    # --- Between processes -------------------------------------------------------------------

    def drain(self) -> dict[str, Any]:
        """Return what is new since the last time, for the tally of another process."""
        news, self._news = self._news, _News()
        reasons = [[*key, reason] for key, reason in news.reasons.items()]
        return {"bodies": [list(body) for body in news.bodies], "reasons": reasons}

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what another process has drained from its tally."""
        for body, disagrees in other["bodies"]:
            if self._is_new(body):
                self._count(body, disagrees)
        for reason in other["reasons"]:
            self._explain(*reason)


@dataclass(frozen=True, slots=True)
class _News:
    """Bodies, each with whether it is disputed, and reasons that no other process knows yet."""

    bodies: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED))
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)


def _digest(response: Response) -> int:
    """Return a number for what is judged, the same in every process."""
    media_type = response.exchange.header("Content-Type")
    about = f"{response.case.format} {response.is_readable} {media_type}\n"
    digest = blake2b(about.encode("utf-8", "replace"), digest_size=7)
    digest.update(response.exchange.body)
    return int.from_bytes(digest.digest(), "big")
