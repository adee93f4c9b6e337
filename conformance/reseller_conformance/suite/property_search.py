"""Hypothesis in two passes with one seed: collect the examples, then shrink what failed.

In between they are sent as one concurrent batch. Lists of cases in one example were tried and do
not shrink; live calls are made only to shrink.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import HypothesisDeprecationWarning, HypothesisException
from hypothesis.strategies import SearchStrategy

from reseller_conformance.cases.case import Case

__all__ = ["collect", "shrink"]


class _FailsError(Exception):
    """Tells Hypothesis that an example fails; never seen outside."""


def collect(strategy: SearchStrategy[Case], examples: int, start: int) -> list[Case]:
    """Return this many examples, the same ones for the same seed."""
    found: list[Case] = []
    _run(strategy, found.append, examples, start, Phase.generate)
    return list(dict.fromkeys(found))


def shrink(
    strategy: SearchStrategy[Case],
    fails: Callable[[Case], bool],
    examples: int,
    start: int,
) -> Case | None:
    """Return the simplest case that fails, or None where none does any more."""
    simplest: list[Case] = []

    def example(case: Case) -> None:
        if fails(case):
            simplest[:] = [case]
            raise _FailsError

    try:
        _run(strategy, example, examples, start, Phase.generate, Phase.shrink)
    except (_FailsError, HypothesisException):
        # Hypothesis calls a target that fails only now and then flaky; the last failure is kept
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
        # that a strategy uses `random`: it is an application, served by this process meanwhile
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)
        run()
