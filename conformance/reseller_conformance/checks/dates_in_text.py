"""Dates in a text, as people and programs write them.

`disclosure` says which of them an error may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

__all__ = ["dates_in", "is_unix_time", "is_unmistakable"]

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
        | (?P<day5>[0-3]?\d) (?P<sign5>[ -]) {_MONTH.format("month5")} (?P=sign5)
            (?P<year5>\d\d) (?!:)
    ) (?!\.?\d)""",
    re.VERBOSE,
)
_UNIX_TIME = re.compile(r"(?<![\d.])(?P<seconds>[1-9]\d{9})(?:000)?(?!\d|\.\d*[1-9])")
_HOUR = 3600
_EARLIEST_ZONE = timedelta(hours=13)
"""What the time of Tonga is ahead of UTC. The time of Hawaii is ten hours behind."""

# Much faster than the expressions of a date, and most texts have neither year nor Unix time.
_YEAR = re.compile(rf"(?:19|20)\d\d|\d[ -](?:{'|'.join(_MONTHS)})")
_LONG_NUMBER = re.compile(r"\d{10}")
_UNMISTAKABLE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def dates_in(text: str) -> dict[str, frozenset[date]]:
    """Return each date of a text in lower case, with the days that it may mean.

    `01/02/2010` means one of two days: which one depends on the country.
    """
    # no date goes over two lines, and many lines of a long text are alike
    lines = dict.fromkeys(text.split("\n"))
    dates = (one for line in lines if _YEAR.search(line) for one in _DATE.finditer(line))
    found = {one.group(): frozenset(_readings(one)) for one in dates}
    numbers = (line for line in lines if _LONG_NUMBER.search(line))
    times = (one for line in numbers for one in _UNIX_TIME.finditer(line))
    found |= {one.group(): frozenset(_midnight(int(one["seconds"]))) for one in times}
    return {written: days for written, days in found.items() if days}


def is_unmistakable(written: str) -> bool:
    """Return True if nothing but a date is written like this."""
    return _UNMISTAKABLE.search(written) is not None


def is_unix_time(written: str) -> bool:
    """Return True if this is the Unix time of a day, not the day in digits."""
    return _UNIX_TIME.fullmatch(written) is not None


def _readings(found: re.Match[str]) -> Iterator[date]:
    part = found.groupdict()
    written = [(part["year1"], part["month1"], part["day1"])]
    if part["year2"]:
        one, other = part["first"], part["second"]
        written = [(part["year2"], one, other), (part["year2"], other, one)]
    elif part["month5"]:
        written = [(f"20{part['year5']}", _number(part["month5"]), part["day5"])]
    elif month := part["month3"] or part["month4"]:
        year, day = part["year3"] or part["year4"], part["day3"] or part["day4"]
        written = [(year, _number(month), day)]
    for numbers in written:
        with suppress(ValueError):  # there is no such day
            yield date(*map(int, numbers))


def _number(month: str) -> str:
    return str(_MONTHS.index(month) + 1)


def _midnight(seconds: int) -> Iterator[date]:
    """Yield the day that begins at this Unix time in some zone, if one does.

    A time of day is hardly ever a whole hour, and neither is a random number.
    """
    if seconds % _HOUR == 0:
        yield (datetime.fromtimestamp(seconds, UTC) + _EARLIEST_ZONE).date()
