"""Which counts go up and down between calls made in turn, so that neighbours do not bound them?

Credits are reserved and given back, a reputation jitters, and replicas lag (specification,
section 8). The formats are then compared by the ranges that they showed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from reseller_conformance.checks.consistency import ALL, Bracketed, differing
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import FIELDS, Format, Kind

__all__ = ["COUNTS", "counts_alone", "moving_counters"]

COUNTS = frozenset(field.name for field in FIELDS if field.kind is Kind.COUNT)


def moving_counters(readings: Sequence[Response], formats: Collection[Format]) -> frozenset[str]:
    """Return the counts that waver in these readings of one account, in the order of the calls.

    A count wavers where it moves both ways within one of these formats, and where the ranges that
    it showed in each of them overlap: otherwise the formats disagree.
    """
    return frozenset(name for name in COUNTS if _moves(_values_by_format(readings, formats, name)))


def counts_alone(group: Bracketed) -> bool:
    """Say whether counts, and nothing else, lie outside those around them: they may waver."""
    outside = set(differing(group, ALL))
    return bool(outside) and outside <= COUNTS


def _values_by_format(
    readings: Sequence[Response], formats: Collection[Format], name: str
) -> list[Sequence[int]]:
    """Return the values of this count in each format."""
    seen: dict[Format, list[int]] = {format: [] for format in formats}
    for response in readings:
        value = response.values.get(name)
        if response.case.format in seen and isinstance(value, int):
            seen[response.case.format].append(value)
    return [values for values in seen.values() if values]


def _moves(seen: Sequence[Sequence[int]]) -> bool:
    overlap = bool(seen) and max(map(min, seen)) <= min(map(max, seen))
    return overlap and any(map(_moves_both_ways, seen))


def _moves_both_ways(values: Sequence[int]) -> bool:
    steps = [after - before for before, after in pairwise(values)]
    return any(step > 0 for step in steps) and any(step < 0 for step in steps)
