"""Which kinds of data the accounts of a run showed (specification, section 9).

A green run against plain accounts proves little. This is information, never a violation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.values import CYCLE
from reseller_conformance.contract import FIELD_NAMES
from reseller_conformance.envelope import EnvelopeKind, FieldValue

__all__ = ["DATA_KINDS", "DataKind", "data_kinds"]


@dataclass(frozen=True, slots=True)
class DataKind:
    """A kind of data: its name for `--require-data`, and what it is in words."""

    name: str
    meaning: str


DATA_KINDS: tuple[DataKind, ...] = (
    DataKind("under-allowance", "an account that has used less than its allowance"),
    DataKind("over-allowance", "an account that has used more than its allowance"),
    DataKind("at-allowance", "an account that has used exactly its allowance"),
    DataKind("unused", "an account that has used nothing"),
    DataKind("beyond-32-bits", "a count of 2^31 or more"),
    DataKind("beyond-double", "a count above 2^53, which a double cannot hold exactly"),
    DataKind("package-markup", "a package with one of < > & \" '"),
    DataKind("package-non-ascii", "a package with a character beyond ASCII"),
    DataKind("package-beyond-latin-1", "a package with a character beyond ISO-8859-1"),
    DataKind("cycle-over-month-end", "a billing cycle that goes over the end of a month"),
    DataKind("cycle-over-year-end", "a billing cycle that goes over the end of a year"),
    DataKind("leap-day", "a billing cycle with a 29 February"),
    DataKind("dates-differ", "an account whose three billing dates all differ"),
    DataKind("one-error", "an error envelope with one message"),
    DataKind("several-errors", "an error envelope with several messages"),
    DataKind("user-plus", "a user name with +"),
    DataKind("user-upper-case", "a user name with an upper-case letter"),
    DataKind("user-non-ascii", "a user name with a character beyond ASCII"),
    DataKind("customers-differ", "two customers that differ in every field"),
)
"""Every kind, in the order of reports."""


Values = dict[str, FieldValue]


def data_kinds(responses: Iterable[Response], customers: Sequence[str]) -> frozenset[str]:
    """Return the names of the kinds of data that these responses to a run show.

    `customers` are the names of the operator's customers, in the order in which cases count them.
    """
    found: set[str] = set()
    overviews: dict[int, Values] = {}
    for response in responses:
        if response.kind is EnvelopeKind.ERRORS and response.errors:
            found.add("several-errors" if len(response.errors) > 1 else "one-error")
        elif response.kind is EnvelopeKind.OVERVIEW and not response.case.invalid:
            overviews[response.case.customer] = dict(response.values)
    for values in overviews.values():
        found |= {*_of_credits(values), *_of_counts(values), *_of_package(values)}
        found |= set(_of_cycle(values))
    for place in overviews:
        found |= set(_of_name(customers[place]))
    if any(_differ(one, other) for one, other in combinations(overviews.values(), 2)):
        found.add("customers-differ")
    return frozenset(found)


def _of_credits(values: Values) -> Iterator[str]:
    allowed, used = values.get("credits_allowed"), values.get("credits_used")
    if not isinstance(allowed, int) or not isinstance(used, int):
        return
    if used == 0:
        yield "unused"
    elif used == allowed:
        yield "at-allowance"
    else:
        yield "under-allowance" if used < allowed else "over-allowance"


def _of_counts(values: Values) -> Iterator[str]:
    highest = max((value for value in values.values() if isinstance(value, int)), default=0)
    if highest >= 2**31:
        yield "beyond-32-bits"
    if highest > 2**53:
        yield "beyond-double"


def _of_package(values: Values) -> Iterator[str]:
    package = values.get("package")
    if not isinstance(package, str):
        return
    if set(package) & set("<>&\"'"):
        yield "package-markup"
    if not package.isascii():
        yield "package-non-ascii"
    if any(ord(letter) > 0xFF for letter in package):
        yield "package-beyond-latin-1"


def _of_cycle(values: Values) -> Iterator[str]:
    days = [day for name in CYCLE if isinstance(day := values.get(name), date)]
    if len(days) < len(CYCLE):
        return
    start, end, _ = days
    if (start.year, start.month) != (end.year, end.month):
        yield "cycle-over-month-end"
    if start.year != end.year:
        yield "cycle-over-year-end"
    if any(_holds_leap_day(start, end, year) for year in {start.year, end.year}):
        yield "leap-day"
    if len(set(days)) == len(days):
        yield "dates-differ"


def _holds_leap_day(start: date, end: date, year: int) -> bool:
    leap_day = date(year, 3, 1) - timedelta(days=1)
    return leap_day.day == 29 and start <= leap_day <= end


def _of_name(name: str) -> Iterator[str]:
    if "+" in name:
        yield "user-plus"
    if any(letter.isupper() for letter in name):
        yield "user-upper-case"
    if not name.isascii():
        yield "user-non-ascii"


def _differ(one: Values, other: Values) -> bool:
    return all(name in one and name in other and one[name] != other[name] for name in FIELD_NAMES)
