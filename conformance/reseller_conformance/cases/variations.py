"""How invalid calls are written: the customer, order, encoding and undocumented parameters vary.

So each call tests several things at once. `plan` says what is invalid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.contract import PARAMETERS

__all__ = ["VARIATIONS", "Variation", "simplifications", "variations", "varied"]

ORDERS = (*(PARAMETERS[by:] + PARAMETERS[:by] for by in range(4)), PARAMETERS[::-1])
"""Orders in which each parameter comes first, and before each other one."""

ENCODINGS = (Encoding.PLAIN, Encoding.VALUES, Encoding.PLAIN)
"""`@` as it is, and as `%40`."""

UNDOCUMENTED: tuple[tuple[tuple[str, str], ...], ...] = (
    *((),) * 4,
    (("debug", "1"),),
    (("callback", "done"),),
    (("_", "1"),),
)
"""Undocumented parameters, which four of seven calls do without."""

Variation = tuple[str, object]
"""A field of a case, and a value that is not the plain one."""

VARIATIONS: frozenset[Variation] = frozenset(
    [
        *(("order", order) for order in ORDERS[1:]),
        ("encoding", Encoding.VALUES),
        *(("extra", extra) for extra in UNDOCUMENTED if extra),
    ]
)
"""All variations, without the customers."""

# each field has its own type
_PLAIN: dict[str, Any] = {"order": PARAMETERS, "encoding": Encoding.PLAIN, "extra": ()}


def varied(cases: Iterable[Case], customers: Sequence[int]) -> list[Case]:
    """Spread customers and ways of writing over these calls, so that every two of them meet.

    The cycles of ways have lengths without a common factor. The customer changes after each cycle
    of encodings, because there may be as many customers as encodings.
    """
    who = cycle(customer for customer in customers for _ in ENCODINGS)
    ways = zip(cycle(ORDERS), cycle(ENCODINGS), cycle(UNDOCUMENTED), who, strict=False)
    return [
        replace(case, order=order, encoding=encoding, extra=extra, customer=customer)
        for case, (order, encoding, extra, customer) in zip(cases, ways, strict=False)
    ]


def variations(case: Case) -> set[Variation]:
    """Return in what the writing of a call differs from that of the API docs."""
    return {(name, getattr(case, name)) for name in _PLAIN} - set(_PLAIN.items())


def simplifications(case: Case, customer: int) -> Iterator[Case]:
    """Yield the same call without its variations: all of them, then one at a time."""
    plain = {**_PLAIN, "customer": customer}
    yield replace(case, **plain)
    for name, value in plain.items():
        yield replace(case, **{name: value})
