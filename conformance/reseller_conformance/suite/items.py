"""The tests of a run without a pytest around them, each with its requirement and format."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from reseller_conformance.contract import Format
from reseller_conformance.requirements import CATALOGUE, Requirement, by_id
from reseller_conformance.suite.overview import OverviewConformance

__all__ = ["Item", "items"]

Item = tuple[Requirement, Format | None, Callable[..., None]]
"""A test method; its format is None where it compares both formats."""


@cache
def items() -> list[Item]:
    """Return each item of a run, in the order of the catalogue."""
    found: list[Item] = []
    for name in dir(OverviewConformance):
        test: Any = getattr(OverviewConformance, name)
        for mark in getattr(test, "pytestmark", ()):
            requirement = by_id(mark.kwargs["id"])
            found += [(requirement, format, test) for format in requirement.formats or (None,)]
    return sorted(found, key=lambda item: CATALOGUE.index(item[0]))
