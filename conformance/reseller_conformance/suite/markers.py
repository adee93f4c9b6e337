"""The marker that binds a test to the requirement it judges."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeVar

import pytest

from reseller_conformance.requirements import Requirement

__all__ = ["requirement"]

Test = TypeVar("Test", bound=Callable[..., None])


def requirement(judged: Requirement) -> Callable[[Test], Test]:
    """Mark a test as the judgement of this requirement: one item for each of its formats."""

    def bind(test: Test) -> Test:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)
                mark = pytest.mark.reseller_requirement(id=judged.id, level=judged.level.value)
        except pytest.fail.Exception:
            # --strict-markers, and the plugin that registers the marker is switched off: raised
            # here it would end the whole session, with every other test of the host.
            return test
        marked: Test = mark(test)
        return marked

    return bind
