"""What a check yields: one violation, and the response that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reseller_conformance.checks.response import Response
from reseller_conformance.util.text import shortened

__all__ = ["Check", "Violation", "shown"]


@dataclass(frozen=True, slots=True)
class Violation:
    """The place of a response that violates a requirement, with what is expected and actual."""

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
