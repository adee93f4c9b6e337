"""Does an overview hold the values that the operator expects?

Nothing else can find fields that are swapped, or dates that are a day late, in both formats alike
(specification, section 9).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.envelope import FieldValue

__all__ = ["Expectations", "Range", "expected_values"]

T = TypeVar("T", int, date)


@dataclass(frozen=True, slots=True)
class Range:
    """A live value lies between these two, both included; None leaves an end open."""

    lowest: int | date | None
    highest: int | date | None

    def holds(self, value: FieldValue) -> bool:
        """Return True if a value of the right kind lies in the range."""
        if isinstance(value, int):
            return _is_between(value, self.lowest, self.highest, int)
        return isinstance(value, date) and _is_between(value, self.lowest, self.highest, date)

    def __str__(self) -> str:
        """Write it as `from 0 to 100`, `at least 0` or `at most 100`."""
        if self.lowest is None:
            return f"at most {self.highest}"
        return (
            f"at least {self.lowest}"
            if self.highest is None
            else (f"from {self.lowest} to {self.highest}")
        )


Expectations = Mapping[str, Mapping[str, FieldValue | Range]]
"""What is expected, by the name of the customer and then of the field."""


def expected_values(
    response: Response, expected: Mapping[str, FieldValue | Range]
) -> Iterator[Violation]:
    """Yield each field of an overview that does not hold what is expected of it."""
    for name, wanted in expected.items():
        if name not in response.values:
            continue  # `success.fields` reports what is missing
        value = response.values[name]
        if isinstance(wanted, Range):
            if not wanted.holds(value):
                yield Violation(response, name, str(wanted), shown(response.values, (name,)))
        elif _plain(value) != _plain(wanted):
            yield Violation(
                response, name, shown({name: wanted}, (name,)), shown(response.values, (name,))
            )


def _plain(value: FieldValue) -> FieldValue:
    """Return a text without white space around it, which has a requirement of its own."""
    return value.strip() if isinstance(value, str) else value


def _is_between(value: T, lowest: object, highest: object, kind: type[T]) -> bool:
    above = lowest is None or (isinstance(lowest, kind) and lowest <= value)
    return above and (highest is None or (isinstance(highest, kind) and value <= highest))
