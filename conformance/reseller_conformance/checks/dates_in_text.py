"""Dates in a text, as people and programs write them.

`disclosure` says which of them an error may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

__all__ = ["dates_in"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<{{}}>{'|'.join(_MONTHS)})[a-z]*"
_DAY = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"""(?<![\d.]) (?:
        (?P<year1>(?:19|20)\d\d) (?P<sign1>[-/.]?) (?P<month1>0[1-9]|1[0-2]) (?P=sign1)
            (?P<day1>0[1-9]|[12]\d|3[01])
        | (?P<first>[0-3]?\d) (?P<sign2>[./-]) (?P<second>[0-3]?\d) (?P=sign2)
            (?P<year2>(?:19|20)\d\d)
        | {_DAY.format("day3")} [ ]? (?:[.-]|of)? [ ]? {_MONTH.format("month3")} [-.,]? [ ]?
            (?P<year3>(?:19|20)\d\d)
        | {_MONTH.format("month4")} [.]? [ ] {_DAY.format("day4")} ,? [ ] (?P<year4>(?:19|20)\d\d)
    ) (?!\.?\d)""",
    re.VERBOSE,
)


# Much faster than the expression of a date, and most texts have no year.
_YEAR = re.compile(r"(?:19|20)\d\d")


def dates_in(text: str) -> dict[str, frozenset[date]]:
    """Return each date of a text in lower case, with the days that it may mean.

    `01/02/2010` means one of two days: which one depends on the country.
    """
    # no date goes over two lines, and many lines of a long text are alike
    lines = dict.fromkeys(text.split("\n"))
    dates = (one for line in lines if _YEAR.search(line) for one in _DATE.finditer(line))
    found = {one.group(): frozenset(_readings(one)) for one in dates}
    return {written: days for written, days in found.items() if days}


def _readings(found: re.Match[str]) -> Iterator[date]:
    part = found.groupdict()
    written = [(part["year1"], part["month1"], part["day1"])]
    if part["year2"]:
        one, other = part["first"], part["second"]
        written = [(part["year2"], one, other), (part["year2"], other, one)]
    elif month := part["month3"] or part["month4"]:
        year, day = part["year3"] or part["year4"], part["day3"] or part["day4"]
        written = [(year, str(_MONTHS.index(month) + 1), day)]
    for numbers in written:
        with suppress(ValueError):  # there is no such day
            yield date(*map(int, numbers))
