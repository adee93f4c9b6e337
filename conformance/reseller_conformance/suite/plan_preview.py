"""What a run would send, stage by stage: the dry run of `--plan`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reseller_conformance.cases.case import Case, is_distinguishable
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.risks import sends_wrong_credentials
from reseller_conformance.cases.stages import DOCUMENTED, EXAMPLES, STAGES, Stage, staged
from reseller_conformance.client.request import valid_values_of
from reseller_conformance.client.target import Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.requirements import CATALOGUE
from reseller_conformance.suite.needs import Needs
from reseller_conformance.suite.property_search import PROPERTY_STRATEGIES
from reseller_conformance.suite.target_session import planned_customers

__all__ = ["StageCalls", "planned_calls", "preview"]


@dataclass(slots=True)
class StageCalls:
    """How many calls a stage makes, and how many of them with wrong credentials."""

    stage: Stage
    calls: int = 0
    wrong_credentials: int = 0


def planned_calls(target: Target, settings: Settings) -> list[StageCalls]:
    """Count the calls of each stage. The count of examples is an upper bound."""
    left_out = settings.selection.left_out
    judged = [one.id for one in CATALOGUE if one.id not in left_out] if left_out else None
    needs = Needs(judged, settings.depth)
    plan = Plan(settings.depth, planned_customers(target, settings), settings.formats)
    values = valid_values_of(target)
    counts: dict[str, StageCalls] = {}
    seen: set[Case] = set()
    for stage, sequence in staged(plan, settings.formats, lambda _: ()):
        for case in sequence:
            probe = stage is DOCUMENTED and bool(case.invalid) and not needs.cold_cache_probes
            if probe or case in seen or not needs.may_send(stage, case):
                continue
            seen.add(case)
            wrong = sends_wrong_credentials(case)
            if is_distinguishable(case, values) and (settings.wrong_credentials or not wrong):
                count = counts.setdefault(stage.name, StageCalls(stage))
                count.calls += 1
                count.wrong_credentials += wrong
    if needs.includes(EXAMPLES) and settings.depth.examples:
        # a thorough run sends each example in each format
        formats = len(settings.formats) if settings.depth is Depth.THOROUGH else 1
        drawn = settings.depth.examples * len(PROPERTY_STRATEGIES) * formats
        counts[EXAMPLES.name] = StageCalls(EXAMPLES, drawn)
    return sorted(counts.values(), key=lambda one: STAGES.index(one.stage))


def preview(target: Target, settings: Settings) -> Iterator[str]:
    """Yield a line for each stage, and one for the sum."""
    stages = planned_calls(target, settings)
    for one in stages:
        yield _line(
            one.stage.name, one.calls, one.wrong_credentials, one.stage.purpose_at(settings.depth)
        )
    calls, wrong = sum(one.calls for one in stages), sum(one.wrong_credentials for one in stages)
    most, rate = settings.limits.budget, settings.limits.rate
    sent = calls if most is None else min(calls, most)
    time = f"About {sent / rate:,.0f} s at {_rate(rate)}" if rate else "No rate is set"
    more = "A few more calls compare or confirm responses."
    if sent < calls:
        more = f"Only the first {sent:,} are sent."
    yield _line("all", calls, wrong, f"{time}. {more}")


def _rate(a_second: float) -> str:
    """Return a rate as `--rate` takes it: a second, or a minute where it would be a fraction."""
    return f"{a_second:g}/s" if a_second >= 1 else f"{a_second * 60:g}/m"


def _line(name: str, calls: int, wrong: int, text: str) -> str:
    return f"{name:13} {calls:5,} calls, {wrong:5,} with wrong credentials  {text}"
