"""The progress of the calls to one target, and the violations so far."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.stages import EXAMPLES, staged
from reseller_conformance.reports.progress import Progress
from reseller_conformance.suite.property_search import PROPERTY_STRATEGIES
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["LiveProgress"]


class LiveProgress:
    """Returns the progress of a session, without a call."""

    def __init__(self, sent: TargetSession) -> None:
        """Follow these calls."""
        self._session = sent
        self._live = sent.live

    def __call__(self) -> Progress:
        """Return the progress."""
        traffic = self._session.client.traffic
        total = max(self._planned, self._session.client.planned)
        violations = tuple(self._live.announced.values())
        stage = self._session.planned.stage.name if traffic.calls < total else ""
        return Progress(
            done=traffic.calls,
            total=total,
            seconds=traffic.seconds,
            violated=frozenset(one.requirement for one in violations),
            stage=self._session.environment.waits.status or stage,
            violations=violations,
        )

    @property
    def _planned(self) -> int:
        sent, budget = self._session, self._session.settings.limits.budget
        if sent.preflight.is_rejected_already:
            return 0
        return min(self._all, self._all if budget is None else budget)

    @cached_property
    def _all(self) -> int:
        """The number of planned calls, with an estimate of what Hypothesis adds."""
        sent = self._session
        cases = {case for case in self._cases() if sent.client.is_distinguishable(case)}
        explored = len(PROPERTY_STRATEGIES) * len(sent.settings.formats)
        explored *= sent.settings.depth.examples if sent.needs.includes(EXAMPLES) else 0
        return len(cases) + explored

    def _cases(self) -> Iterator[Case]:
        plan, formats = self._session.plan, self._session.settings.formats
        for stage, sequence in staged(plan, formats, lambda _: ()):
            if self._session.needs.includes(stage):
                yield from sequence
