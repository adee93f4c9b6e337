"""How far the calls of one target are, and what the responses violate already.

Items judge when their calls are done, which may take an hour. Whoever waits wants to know earlier.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.stages import staged
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.well_formed import form_violations
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.reports.progress import Progress
from reseller_conformance.suite.target_session import (
    PROPERTY_STRATEGIES,
    TargetSession,
    is_ordinary,
)

__all__ = ["LiveProgress"]

MAX_RESPONSES_READ = 300
"""How many responses are read at a time: this must not hold up the calls."""

NOT_IN_FULL = ("rejects", "consistency", "isolation", "request")
"""Topics whose requirements need some calls of the plan only."""

DUE = {State.MISSING: "missing", State.EMPTY: "empty", State.UNKNOWN: "wrong"}
UNKNOWN = {"task": "other", "user": "unknown"}


class LiveProgress:
    """Looks at what a target has answered so far; it makes no call."""

    def __init__(self, sent: TargetSession) -> None:
        """Follow these calls."""
        self._asked = sent
        self._read = 0
        self._violated: set[str] = set()

    def __call__(self) -> Progress:
        """Return how far the calls are."""
        self._look()
        traffic = self._asked.client.traffic
        total = max(self._planned, self._asked.client.planned)
        return Progress(
            done=traffic.calls,
            total=total,
            seconds=traffic.seconds,
            violated=frozenset(self._violated),
            stage=self._asked.stage.name if traffic.calls < total else "",
        )

    def _look(self) -> None:
        for exchange in self._asked.client.heard(self._read, MAX_RESPONSES_READ):
            self._read += 1
            if is_ordinary(exchange.case):
                self._violated.update(_violated(parse(exchange)))

    @property
    def _planned(self) -> int:
        sent, budget = self._asked, self._asked.settings.limits.max_requests
        ids = sent.judged
        in_full = ids is None or any(id.partition(".")[0] not in NOT_IN_FULL for id in ids)
        if not in_full or sent.preflight.is_rejected_already:
            return 0
        return min(self._all, self._all if budget is None else budget)

    @cached_property
    def _all(self) -> int:
        """How many calls the plan has, and about how many Hypothesis adds."""
        sent = self._asked
        cases = {case for case in self._cases() if sent.client.is_distinguishable(case)}
        explored = (
            sent.settings.depth.examples * len(PROPERTY_STRATEGIES) * len(sent.settings.formats)
        )
        return len(cases) + explored

    def _cases(self) -> Iterator[Case]:
        plan, formats = self._asked.plan, self._asked.settings.formats
        for _, sequence in staged(plan, formats, lambda _: ()):
            yield from sequence


def _violated(response: Response) -> Iterator[str]:
    """Yield the MUSTs that this response surely violates."""
    yield from (requirement.id for requirement in form_violations(response))
    case = response.case
    if response.kind is EnvelopeKind.OVERVIEW and len(case.invalid) == 1:
        [name] = case.invalid
        state = case.state(name)
        if isinstance(state, State) and state in DUE:
            kind = UNKNOWN.get(name, "wrong") if state is State.UNKNOWN else DUE[state]
            yield f"rejects.{name.replace('_', '-')}-{kind}"
