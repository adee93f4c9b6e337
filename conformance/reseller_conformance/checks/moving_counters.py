"""Finds the values that move both ways between calls, so that neighbours do not bound them.

Credits are reserved and given back, a reputation jitters, and replicas lag (specification,
section 8). The formats are then compared by what they showed. Further readings are made elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from reseller_conformance.checks.consistency import Bracketed, differing
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import FIELD_NAMES, FIELDS, Format, Kind
from reseller_conformance.envelope import FieldValue

__all__ = [
    "COUNTS",
    "CounterHistory",
    "counts_alone",
    "disagree",
    "may_lag",
    "moving_counters",
    "moving_values",
    "shows_account_of",
    "without_other_accounts",
]

COUNTS = frozenset(field.name for field in FIELDS if field.kind is Kind.COUNT)

PACKAGE = frozenset({"package"})

BEYOND_CYCLE = PACKAGE | {"credits_allowed"}
"""What the end of a cycle does not change."""

IDENTIFYING = (set(FIELD_NAMES) - COUNTS) | {"credits_allowed", "credits_used", "requests"}
"""What tells accounts apart. The other counts follow from these, or jitter."""


def moving_counters(readings: Iterable[Response], formats: Collection[Format]) -> frozenset[str]:
    """Return the counts that move both ways in these readings, which are in the order of calls."""
    history = CounterHistory()
    for response in readings:
        history.add(response)
    return history.moving(formats)


class CounterHistory:
    """The range of each count of one account in each format, and the ways in which it moved."""

    def __init__(self) -> None:
        """Begin with no reading."""
        self._ranges: dict[str, dict[Format, _Range]] = {}

    def add(self, response: Response) -> None:
        """Take in one more reading, which came after those before it."""
        for name in COUNTS:
            value = response.values.get(name)
            if isinstance(value, int):
                seen = self._ranges.setdefault(name, {})
                seen.setdefault(response.case.format, _Range(value, value, value)).add(value)

    def moving(self, formats: Collection[Format]) -> frozenset[str]:
        """Return the counts that their neighbours do not bound.

        Such a count moves both ways within one of these formats, and its ranges in them overlap.
        Where the ranges lie apart, the formats disagree.
        """
        return frozenset(
            name
            for name, seen in self._ranges.items()
            if _moves([seen[format] for format in seen if format in formats])
        )


@dataclass(slots=True)
class _Range:
    lowest: int
    highest: int
    latest: int
    rose: bool = False
    fell: bool = False

    def add(self, value: int) -> None:
        self.rose |= value > self.latest
        self.fell |= value < self.latest
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)
        self.latest = value


def _moves(ranges: Sequence[_Range]) -> bool:
    both_ways = any(one.rose and one.fell for one in ranges)
    return both_ways and max(one.lowest for one in ranges) <= min(one.highest for one in ranges)


def moving_values(readings: Sequence[Response], group: Bracketed) -> frozenset[str]:
    """Return the values of this group that move both ways in these readings of the customer.

    A count moves as in `moving_counters`. Any other value of the group moves if the readings show
    it too: in both formats if the group compares them.
    """
    formats = {group.before.case.format, group.response.case.format}
    if len(formats) > 1:
        counts = moving_counters(readings, formats)
        shown = [[a for a in readings if a.case.format is format] for format in formats]
    else:
        counts = frozenset().union(*(moving_counters(readings, {format}) for format in Format))
        shown = [list(readings)]
    texts = (name for name in FIELD_NAMES if name not in COUNTS)
    return counts.union(n for n in texts if all(_are_shown(n, group, some) for some in shown))


def _are_shown(name: str, group: Bracketed, readings: Iterable[Response]) -> bool:
    shown = {response.values.get(name) for response in readings}
    return {part.values.get(name) for part in _parts(group)} <= shown


def _parts(group: Bracketed) -> tuple[Response, Response, Response]:
    return group.before, group.response, group.after


def disagree(readings: Iterable[Response], name: str) -> bool:
    """Return True if each format always shows one value of this field, and another than the other.

    A copy that lags shows both values in each format.
    """
    values: dict[Format, set[FieldValue | None]] = {}
    for response in readings:
        values.setdefault(response.case.format, set()).add(response.values.get(name))
    return len(values) > 1 and all(
        len(one) == 1 and one.isdisjoint(other) for one, other in permutations(values.values(), 2)
    )


def may_lag(group: Bracketed) -> bool:
    """Return True if the response may come from a copy that lags by one change.

    Such a change concerns counts, and the package or the dates, but never all of them.
    """
    outside = set(differing(group, FIELD_NAMES))
    texts = outside - COUNTS
    return bool(outside) and (texts <= PACKAGE or texts.isdisjoint(PACKAGE))


def shows_account_of(group: Bracketed, values: Mapping[str, FieldValue]) -> bool:
    """Return True if the response is this account wherever the account differs from the group's.

    Other accounts may have the package, or the dates, that a copy that lags shows. Their counts
    may have moved since these values were read.
    """
    own, shown = group.before.values, group.response.values
    differs = {name for name in IDENTIFYING if values.get(name) != own.get(name)}
    texts = differs - COUNTS
    return (
        bool(texts)
        and not differs.isdisjoint(BEYOND_CYCLE)
        and differs <= set(differing(group, FIELD_NAMES))
        and all(shown.get(name) == values.get(name) for name in texts)
    )


def without_other_accounts(readings: Sequence[Sequence[Response]]) -> list[list[Response]]:
    """Return the readings of each customer that do not show the account of another customer.

    A customer's account is the one that most of the readings show: any single one, the first too,
    may be of another customer.
    """
    usual = [_most_frequent(some) for some in readings if some]
    return [
        [
            response
            for response in some
            if not any(
                shows_account_of(Bracketed(own, response, own), other.values)
                for other in usual
                if other is not own
            )
        ]
        for own, some in zip(usual, filter(None, readings), strict=True)
    ]


def _most_frequent(readings: Sequence[Response]) -> Response:
    def texts(response: Response) -> tuple[FieldValue | None, ...]:
        return tuple(response.values.get(name) for name in FIELD_NAMES if name not in COUNTS)

    [(most, _)] = Counter(map(texts, readings)).most_common(1)
    return next(response for response in readings if texts(response) == most)


def counts_alone(group: Bracketed) -> bool:
    """Return True if counts, and nothing else, lie outside those around them."""
    outside = set(differing(group, FIELD_NAMES))
    return bool(outside) and outside <= COUNTS
