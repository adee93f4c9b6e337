"""Read the three kinds of value (specification, section 2) from their text."""

from __future__ import annotations

import re
from datetime import date

from reseller_conformance.contract import Kind

__all__ = ["DIGITS", "count", "day", "of_kind"]

DIGITS = 1_000_000
"""Maximum length of a count, in digits. Reading more would take too long."""

# sys.set_int_max_str_digits allows at least 640 digits, so shorter parts always convert.
_CHUNK_DIGITS = 512

_COUNT = re.compile(r"0|[1-9][0-9]*+")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def of_kind(kind: Kind, text: str) -> int | str | date | None:
    """Read a value of this kind. None if the text is not valid."""
    if kind is Kind.COUNT:
        return count(text)
    return day(text) if kind is Kind.DATE else text


def count(text: str) -> int | None:
    """Read a count: ASCII digits without sign, leading zero, separator or exponent."""
    if len(text) > DIGITS or not _COUNT.fullmatch(text):
        return None
    return _integer(text)


def day(text: str) -> date | None:
    """Read a date: YYYY-MM-DD, and an existing day."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def _integer(digits: str) -> int:
    """Convert in halves. int() is quadratic, and refuses more than 4,300 digits by default."""
    first = len(digits) % _CHUNK_DIGITS
    parts = [int(digits[:first] or "0")]
    parts += [
        int(digits[at : at + _CHUNK_DIGITS]) for at in range(first, len(digits), _CHUNK_DIGITS)
    ]
    base = 10**_CHUNK_DIGITS
    while len(parts) > 1:
        if len(parts) % 2:
            parts.insert(0, 0)
        parts = [high * base + low for high, low in zip(parts[::2], parts[1::2], strict=True)]
        if len(parts) > 1:
            base *= base
    return parts[0]
