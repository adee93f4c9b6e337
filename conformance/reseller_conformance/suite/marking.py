"""The marker that binds a test to the requirement it judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from reseller_conformance.requirements import Requirement

__all__ = ["requirement"]

Test = TypeVar("Test", bound=Callable[..., None])


def requirement(judged: Requirement) -> Callable[[Test], Test]:
    """Mark a test as the judgement of this requirement: one item for each of its formats."""
    mark = pytest.mark.reseller_requirement(id=judged.id, level=judged.level.value)

    def bind(test: Test) -> Test:
        marked: Test = mark(test)
        return marked

    return bind
