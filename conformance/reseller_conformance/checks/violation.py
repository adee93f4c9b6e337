"""What a check yields: one departure, and the answer that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reseller_conformance.checks.response import Response
from reseller_conformance.util.text import shortened

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
    return ", ".join(f"{name}={shortened(values[name], 40)}" for name in names if name in values)
