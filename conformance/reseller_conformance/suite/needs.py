"""Which calls a run needs for the requirements that it judges."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.stages import DOCUMENTED, STAGES, Stage
from reseller_conformance.checks.rules import refusal_due

__all__ = ["NOT_AT_SMOKE", "Needs"]

ALL = frozenset(stage.name for stage in STAGES)

_STAGES_FOR: Mapping[str, Collection[str]] = {
    "success": ["formats"],
    "values": ["formats"],
    "consistency": ["formats"],
    "errors": ["invalid", "errors"],
    "errors.no-key-echo": ALL,
    "request": [],
    "request.special-text": ["texts", "examples", "credentials"],
    "request.attack-text": ["texts", "near-misses", "examples", "credentials"],
    "clients": ["clients"],
    "rejects": [],
    "isolation": [],
}
"""The stages that a requirement or a topic needs. Those that are not named need all stages.

A topic without stages sends its few calls when it is judged.
"""

_STAGES_WHEN_JUDGED: Mapping[str, Collection[str]] = {
    "request": ["writing"],
    "isolation": ["customers", "sequences", "crowds"],
}
"""The stages of which these topics send calls when they are judged."""

_BEFORE_VALID_CALLS = ("rejects", "isolation")
"""Topics that need invalid calls for a customer before the first valid one."""

NOT_AT_SMOKE = ("clients", "consistency", "isolation", "request")
"""Topics that compare more calls than `--depth smoke` makes."""


@dataclass(frozen=True)
class Needs:
    """The calls that these requirements need; `judged` is None for the whole catalogue."""

    judged: Collection[str] | None
    depth: Depth

    def includes(self, stage: Stage) -> bool:
        """Return True if the calls of this stage are needed."""
        return stage is DOCUMENTED or stage.name in self._stages

    def may_send(self, stage: Stage, case: Case) -> bool:
        """Return True if this call is needed, by its stage or by the item that judges it."""
        if self.includes(stage):
            return True
        judged = self.judged or ()
        due = refusal_due(case)
        if due is not None and due.id in judged:
            return True
        topics = [id.partition(".")[0] for id in judged]
        return any(stage.name in _STAGES_WHEN_JUDGED.get(topic, ()) for topic in topics)

    @property
    def cold_cache_probes(self) -> bool:
        """Whether invalid calls go before a customer's first valid one."""
        topics = [id.partition(".")[0] for id in self.judged or _BEFORE_VALID_CALLS]
        named = any(topic in _BEFORE_VALID_CALLS for topic in topics)
        return self.depth is not Depth.SMOKE and (named or self._stages == ALL)

    @cached_property
    def _stages(self) -> frozenset[str]:
        if self.judged is None:
            return ALL
        needed = (
            _STAGES_FOR.get(id, _STAGES_FOR.get(id.partition(".")[0], ALL)) for id in self.judged
        )
        return frozenset().union(*needed)
