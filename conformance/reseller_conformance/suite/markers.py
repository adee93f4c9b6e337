"""The marker that binds a test to its requirement, and tests made from the rules."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pytest

from reseller_conformance.requirements import Requirement

if TYPE_CHECKING:
    from reseller_conformance.suite.evaluation import Evaluation

__all__ = ["requirement", "single_response_test"]

Test = TypeVar("Test", bound=Callable[..., None])
TestMethod = Callable[[object, "Evaluation"], None]


def requirement(judged: Requirement) -> Callable[[Test], Test]:
    """Mark a test as the judgement of this requirement. It gets one item for each format."""

    def bind(test: Test) -> Test:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)
                mark = pytest.mark.reseller_requirement(id=judged.id, level=judged.level.value)
        except pytest.fail.Exception:
            # With --strict-markers and without the plugin, the marker is unknown. An error here
            # would end the session, with all tests of the host.
            return test
        marked: Test = mark(test)
        return marked

    return bind


def single_response_test(judged: Requirement) -> TestMethod:
    """Return a test that judges responses by the rules of this requirement.

    The rules say which responses are judged. pytest shows the title of the requirement.
    """

    def test(_: object, reseller_evaluation: Evaluation) -> None:
        reseller_evaluation.judge_by_rules()

    test.__name__ = "test_" + re.sub(r"\W", "_", judged.id)
    test.__doc__ = judged.title
    return requirement(judged)(test)
