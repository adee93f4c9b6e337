"""An error discloses nothing of an account that the caller may not see (specification, section 4).

Only values that mean something on their own are searched for: the package, and dates. A value that
errors about no customer hold as well is there by chance.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import EMPTY, State
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.envelope import EnvelopeKind, excerpt
from reseller_conformance.redaction.secret import MASK
from reseller_conformance.requirements import ERRORS_NO_ACCOUNT_FIELDS

__all__ = ["concerns", "discloses"]

MIN_PACKAGE_CHARS = 4
"""Length from which a package is searched for. A shorter one may be part of a word."""

ABOUT_NO_CUSTOMER = (State.UNKNOWN, *EMPTY)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"""(?<![\d.]) (?:
        (?:19|20)\d\d ([-/]) (?:0[1-9]|1[0-2]) \1 (?:0[1-9]|[12]\d|3[01])
        | [0-3]?\d ([./-]) [0-3]?\d \2 (?:19|20)\d\d
        | [0-3]?\d [ ] {_MONTH} [ ] (?:19|20)\d\d
        | {_MONTH} [ ] [0-3]?\d, [ ] (?:19|20)\d\d
    ) (?!\.?\d)""",
    re.VERBOSE,
)
"""A date in a text in lower case, as `_DATE_FORMATS` write it."""
_DATE_FORMATS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y"),
    *("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y"),
)


def concerns(case: Case) -> bool:
    """Return True if this call may not see any account, or not the one that it names."""
    credentials = (case.api_user, case.api_key)
    return case.user is State.FOREIGN or any(state is not State.VALID for state in credentials)


def discloses(
    overviews: Iterable[Response], errors: Iterable[Response], sent: Collection[str]
) -> Check[Response]:
    """Return the check of an error that `concerns` selects.

    `overviews` show the accounts of the operator's customers. `errors` are all error envelopes;
    those about no customer show what any error may hold. `sent` are names that calls contain.
    """
    values = _telling(overviews)
    named = [name.casefold() for name in sent]
    about_none = (error for error in errors if error.case.user in ABOUT_NO_CUSTOMER)
    harmless = "\n".join(text for error in about_none for _, text in _texts(error))
    values = {
        value: what
        for value, what in values.items()
        if value not in harmless and not any(value in name for name in named)
    }
    usual_dates = _dates("\n".join((harmless, *named)))

    def check(response: Response) -> Iterator[Violation]:
        if response.kind is not EnvelopeKind.ERRORS or _has_fields(response):
            return
        expected = "nothing of an account that the call may not see"
        for place, text in _texts(response):
            found = {value: what for value, what in values.items() if value in text}
            if response.case.user is State.FOREIGN:
                dates = _dates(text) - usual_dates
                found |= dict.fromkeys(_not_of_today(dates, response), "a date")
            for value, what in found.items():
                yield Violation(response, place, expected, f"{what}: {excerpt(value)}")

    return check


def _telling(overviews: Iterable[Response]) -> dict[str, str]:
    """Return the values of these accounts that mean something alone, each with its name."""
    found: dict[str, str] = {}
    for overview in overviews:
        for name, value in overview.values.items():
            if isinstance(value, date):
                found |= dict.fromkeys(_written(value), name)
            elif isinstance(value, str) and _is_telling(value.strip()):
                found[value.strip().casefold()] = name
    return found


def _written(day: date) -> Iterator[str]:
    """Yield a date as people write it, in lower case."""
    yield from (day.strftime(form).casefold() for form in _DATE_FORMATS)


def _dates(text: str) -> set[str]:
    return {found.group() for found in _DATE.finditer(text)}


def _is_telling(package: str) -> bool:
    # where the key is masked, other texts with the key look the same
    return len(package) >= MIN_PACKAGE_CHARS and MASK not in package


def _texts(response: Response) -> Iterator[tuple[str, str]]:
    """Yield the texts of an error, in lower case, with their places."""
    exchange = response.exchange
    body = exchange.body.decode("utf-8", "replace")
    yield "body", "\n".join((*response.errors, body, html.unescape(body))).casefold()
    for name, value in exchange.headers:
        text = value.encode("latin-1", "replace").decode(errors="replace")
        yield f"header {name}", f"{text}\n{unquote(text)}".casefold()


def _has_fields(response: Response) -> bool:
    """Return True if another requirement names this disclosure."""
    return any(one.requirement is ERRORS_NO_ACCOUNT_FIELDS for one in response.problems)


def _not_of_today(dates: Iterable[str], response: Response) -> Iterator[str]:
    """Yield the dates that are not those of the response itself."""
    today: set[str] = set()
    with suppress(ValueError):
        sent_on = parsedate_to_datetime(response.exchange.header("Date") or "").date()
        near = (sent_on + timedelta(days=days) for days in (-1, 0, 1))
        padded = {text for day in near for text in _written(day)}
        today = padded | {re.sub(r"\b0(?=\d\b)", "", text) for text in padded}
    yield from sorted(set(dates) - today)
