"""Hypothesis in two passes with one seed: collect the examples, then shrink what failed.

In between they are sent as one concurrent batch. Only shrinking sends single calls. Lists of cases
in one example do not shrink well.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import HypothesisDeprecationWarning, HypothesisException
from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases import strategies
from reseller_conformance.cases.case import Case
from reseller_conformance.contract import Format

__all__ = ["PROPERTY_STRATEGIES", "Strategy", "collect", "drawn_cases", "shrink"]

Strategy = Callable[[Format, int], SearchStrategy[Case]]
"""Returns the strategy for a format and a number of customers."""

PROPERTY_STRATEGIES: tuple[Strategy, ...] = (
    strategies.text_cases,
    strategies.undocumented_cases,
)
"""The strategies whose examples are sent beside the plan in each format."""


class _FailsError(Exception):
    """An example fails. It is raised to Hypothesis only."""


def collect(strategy: SearchStrategy[Case], examples: int, start: int) -> list[Case]:
    """Return this many examples, the same ones for the same seed."""
    found: list[Case] = []
    _run(strategy, found.append, examples, start, Phase.generate)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=16)
def drawn_cases(strategy: Strategy, customers: int, examples: int, seed: int) -> tuple[Case, ...]:
    """Draw the examples once for both formats: drawing takes as long as the calls."""
    return tuple(collect(strategy(Format.JSON, customers), examples, seed))


def shrink(
    strategy: SearchStrategy[Case],
    fails: Callable[[Case], bool],
    examples: int,
    start: int,
) -> Case | None:
    """Return the simplest case that fails; None if none fails any more."""
    simplest: list[Case] = []

    def example(case: Case) -> None:
        if fails(case):
            simplest[:] = [case]
            raise _FailsError

    try:
        _run(strategy, example, examples, start, Phase.generate, Phase.shrink)
    except (_FailsError, HypothesisException):
        # Hypothesis raises for a target that fails only now and then: keep the last failure
        return simplest[0] if simplest else None
    return None


def _run(
    strategy: SearchStrategy[Case],
    body: Callable[[Case], object],
    examples: int,
    start: int,
    *phases: Phase,
) -> None:
    @seed(start)
    @settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def run(case: Case) -> None:
        body(case)

    with warnings.catch_warnings():
        # an application in this process may use `random`, about which Hypothesis warns
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)
        run()
