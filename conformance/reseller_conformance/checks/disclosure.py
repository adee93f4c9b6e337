"""An error discloses nothing of an account that the caller may not see (specification, section 4).

Only values that mean something on their own are searched for: the package, and dates. A value that
errors about no customer hold as well is there by chance. A word of a package counts if errors to
the same call about other customers lack it.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import EMPTY, State, Value
from reseller_conformance.checks.dates_in_text import dates_in
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import PARAMETERS
from reseller_conformance.envelope import EnvelopeKind, excerpt
from reseller_conformance.redaction.secret import MASK
from reseller_conformance.requirements import ERRORS_NO_ACCOUNT_FIELDS

__all__ = ["Disclosure", "concerns"]

MIN_PACKAGE_CHARS = 4
"""Length from which a package is searched for. A shorter one may be part of a word."""

ABOUT_NO_CUSTOMER = (State.UNKNOWN, *EMPTY)
CREDENTIALS = ("api_user", "api_key")
OWN_DATES = ("header date", "header expires", "header last-modified", "header set-cookie")
"""Headers whose dates are those of the response."""


def concerns(case: Case) -> bool:
    """Return True if this call may not see any account, or not the one that it names."""
    return case.user is State.FOREIGN or any(name in case.invalid for name in CREDENTIALS)


class Disclosure:
    """What errors must not disclose of the accounts, and the check for it."""

    def __init__(
        self, overviews: Iterable[Response], errors: Iterable[Response], sent: Collection[str]
    ) -> None:
        """Take the values of the accounts, less those that any error may hold.

        `overviews` show the accounts of the operator's customers. `errors` are all error envelopes;
        those about no customer show what any error may hold. `sent` are names that calls contain.
        """
        overviews, errors = list(overviews), list(errors)
        about_none = [error for error in errors if error.case.user in ABOUT_NO_CUSTOMER]
        named = "\n".join(sent).casefold()
        harmless = "\n".join((named, *(text for error in about_none for _, text in _texts(error))))
        self._usual_days = _days(harmless)
        self._packages = {one for one in _packages(overviews) if one not in harmless}
        self._days = {
            day: name
            for overview in overviews
            for name, day in overview.values.items()
            if isinstance(day, date) and day not in self._usual_days
        }
        self._words = _words_of_packages(overviews, errors, harmless)

    def check(self, response: Response) -> Iterator[Violation]:
        """An error that `concerns` selects holds no value of an account."""
        if response.kind is not EnvelopeKind.ERRORS or _has_fields(response):
            return
        expected = "nothing of an account that the call may not see"
        for place, text in _texts(response):
            disclosed = [*self._of_package(response, text), *self._of_dates(response, place, text)]
            for what, value in disclosed:
                yield Violation(response, place, expected, f"{what}: {excerpt(value)}")

    def _of_package(self, response: Response, text: str) -> Iterator[tuple[str, str]]:
        whole = {package for package in self._packages if package in text}
        yield from (("package", package) for package in whole)
        if not whole:
            found = self._words.get(response.case, frozenset()).intersection(_words(text))
            yield from (("a word of package", word) for word in sorted(found))

    def _of_dates(self, response: Response, place: str, text: str) -> Iterator[tuple[str, str]]:
        foreign = response.case.user is State.FOREIGN and place.lower() not in OWN_DATES
        for written, readings in dates_in(text).items():
            known = next((self._days[day] for day in readings if day in self._days), None)
            harmless = self._usual_days | _today(response)
            if known is not None:
                yield known, written
            elif foreign and not written.isdigit() and readings.isdisjoint(harmless):
                yield "a date", written


def _packages(overviews: Iterable[Response]) -> Iterator[str]:
    """Yield the packages of these accounts, in lower case, that mean something alone."""
    for overview in overviews:
        package = str(overview.values.get("package", "")).strip()
        # where the key is masked, other texts with the key look the same
        if len(package) >= MIN_PACKAGE_CHARS and MASK not in package:
            yield package.casefold()


def _words_of_packages(
    overviews: Iterable[Response], errors: Iterable[Response], harmless: str
) -> dict[Case, frozenset[str]]:
    """Return for each call the words of its customer's package that an error discloses.

    These are in no error to the same call about another customer. A call that was sent for one
    customer only shows nothing.
    """
    packages: dict[int, set[str]] = defaultdict(set)
    for overview in overviews:
        packages[overview.case.customer].update(_words("\n".join(_packages([overview]))))
    known = frozenset().union(*packages.values())
    held: dict[tuple[Value, ...], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    calls: dict[Case, tuple[Value, ...]] = {}
    for error in errors:
        case = error.case
        if concerns(case) and case.user is State.VALID:
            calls[case] = tuple(case.state(name) for name in PARAMETERS)
            texts = "\n".join(text for _, text in _texts(error))
            held[calls[case]][case.customer] |= known.intersection(_words(texts))
    usual = known.intersection(_words(harmless))
    found = {}
    for case, states in calls.items():
        others = [words for who, words in held[states].items() if who != case.customer]
        if others:
            found[case] = frozenset(packages[case.customer] - usual.union(*others))
    return found


def _words(text: str) -> Iterator[str]:
    """Yield its words one by one: the errors of a hostile server may hold a million."""
    return (found[0] for found in re.finditer(rf"\w{{{MIN_PACKAGE_CHARS},}}", text))


def _days(text: str) -> set[date]:
    return {day for readings in dates_in(text).values() for day in readings}


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


def _today(response: Response) -> set[date]:
    """Return the days on which the response may have been sent, in any time zone."""
    with suppress(ValueError):
        sent_on = parsedate_to_datetime(response.exchange.header("Date") or "").date()
        return {sent_on + timedelta(days=days) for days in (-1, 0, 1)}
    return set()
