"""What a check yields: one departure, and the answer that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reseller_conformance.checks.response import Response

__all__ = ["Check", "Violation", "shown"]


@dataclass(frozen=True, slots=True)
class Violation:
    """Where an answer departs from what is required, what was expected there, and what came."""

    response: Response
    where: str
    expected: str
    actual: str
    hint: str = ""


Subject = TypeVar("Subject", contravariant=True)
Check = Callable[[Subject], Iterator[Violation]]


def shown(values: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return these fields as `name=value`, shortened."""
    return ", ".join(f"{name}={_short(values[name])}" for name in names if name in values)


def _short(value: object) -> str:
    # an int beyond 4,300 digits refuses to become text, and nobody reads 40
    if isinstance(value, int) and value.bit_length() > 128:
        return f"(a number of {value.bit_length()} bits)"
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
