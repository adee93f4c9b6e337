"""Parsers for the values of options.

Each parser raises ValueError with the expected value in words: `a whole number from 1 on`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from reseller_conformance.contract import Format

__all__ = ["data_kinds", "duration", "formats", "number", "one_of", "rate"]

MIN_CALLS_PER_SECOND, MAX_CALLS_PER_SECOND = 1 / 3_600, 100_000.0
"""The rates that a limiter can keep."""

MAX_DURATION_SECONDS = 7 * 24 * 3600
"""A week: no run takes longer."""


T = TypeVar("T", bound=str)
N = TypeVar("N", int, float)


def one_of(values: Iterable[T]) -> Callable[[str], T]:
    """Return a parser that accepts these values only."""
    known = {str(value): value for value in values}

    def parse(text: str) -> T:
        if text not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return known[text]

    return parse


def number(
    kind: Callable[[str], N], least: float, most: float = math.inf, unit: str = ""
) -> Callable[[str], N]:
    """Return a parser for numbers of this kind between these bounds, which are included."""
    what = f"a {'whole ' if kind is int else ''}number{f' of {unit}' if unit else ''}"
    until = "on" if most == math.inf else f"to {most:g}"

    def parse(text: str) -> N:
        try:
            # Python reads the digits of every script. `rate` and `duration` read only ASCII.
            value = kind(text) if text.isascii() else None
        except ValueError:
            value = None
        if value is None or not least <= value <= most or value == math.inf:
            raise ValueError(f"{what} from {least} {until}")
        return value

    return parse


def rate(text: str) -> float:
    """Return the calls a second."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)/(s|m)", text)
    value = float(match[1]) / (60 if match[2] == "m" else 1) if match else 0.0
    if not MIN_CALLS_PER_SECOND <= value <= MAX_CALLS_PER_SECOND:
        most = f"{MAX_CALLS_PER_SECOND:.0f}"
        raise ValueError(f"from 1 call an hour to {most} calls a second, as 10/s or 600/m")
    return value


def duration(text: str) -> float:
    """Return the seconds of a time that may be in minutes or hours."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(s|m|h)?", text)
    value = float(match[1]) * {"m": 60, "h": 3600}.get(match[2] or "s", 1) if match else 0.0
    if not 0 < value <= MAX_DURATION_SECONDS:
        most = f"{MAX_DURATION_SECONDS // 3600}h"
        raise ValueError(f"a time above 0 and up to {most}, as 90s, 5m or 1h")
    return value


def formats(text: str) -> tuple[Format, ...]:
    """Return the formats that a list names, in the order of the API docs."""
    wanted = [word.strip() for word in text.split(",")]
    if any(word not in tuple(Format) for word in wanted):
        raise ValueError("json, xml, or json,xml")
    return tuple(format for format in Format if format in wanted)


def data_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of data that a list names."""
    # imported here, so that a host that does not use the plugin need not load the checks
    from reseller_conformance.checks.exercised import DATA_KINDS

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = [kind.name for kind in DATA_KINDS]
    if not names or not set(names) <= set(known):
        raise ValueError(f"a list of {', '.join(known)}")
    return tuple(names)
