"""An error discloses nothing of an account that the caller may not see (specification, section 4).

Only values that mean something on their own are searched for: the package, and dates. A value that
errors about no customer hold as well is there by chance. A word of a package counts if errors to
the same call about other customers lack it.
"""

from __future__ import annotations

import html
import re
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import EMPTY, State, Value
from reseller_conformance.checks.dates_in_text import dates_in, is_unix_time, is_unmistakable
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import CREDENTIALS, PARAMETERS
from reseller_conformance.envelope import EnvelopeKind, excerpt
from reseller_conformance.redaction.secret import MASK
from reseller_conformance.requirements import ERRORS_NO_ACCOUNT_FIELDS

__all__ = ["Disclosure", "concerns"]

MIN_PACKAGE_CHARS = 4
"""Length from which a package is searched for. A shorter one may be part of a word."""

ABOUT_NO_CUSTOMER = (State.UNKNOWN, *EMPTY)
OWN_DATES = ("header date", "header expires", "header last-modified", "header set-cookie")
"""Headers whose dates are those of the response."""

_BASE64 = re.compile(r"[\w+/-]{24,}", re.ASCII)
_URL_SAFE = str.maketrans("+/", "-_")


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
        texts = dict.fromkeys(text for error in about_none for _, text in _texts(error))
        harmless = "\n".join(("\n".join(sent).casefold(), *texts))
        self._usual_days = _days(harmless)
        self._days = {
            day: name
            for overview in overviews
            for name, day in overview.values.items()
            if isinstance(day, date) and day not in self._usual_days
        }
        packages = {one for one in _packages(overviews) if one not in harmless}
        words = {word for one in _packages(overviews) for word in _words(one)}
        self._search = _Search(packages, words)
        self._words = _words_of_packages(overviews, errors, self._search, harmless)

    def check(self, response: Response) -> Iterator[Violation]:
        """An error that `concerns` selects holds no value of an account."""
        if response.kind is not EnvelopeKind.ERRORS or _has_fields(response):
            return
        expected = "nothing of an account that the call may not see"
        for place, found in self._search.parts(response):
            disclosed = [
                *self._of_package(response, found),
                *self._of_dates(response, place, found),
            ]
            for what, value in disclosed:
                yield Violation(response, place, expected, f"{what}: {excerpt(value)}")

    def _of_package(self, response: Response, found: _Found) -> Iterator[tuple[str, str]]:
        yield from (("package", package) for package in found.packages)
        if not found.packages:
            words = self._words.get(response.case, frozenset()).intersection(found.words)
            yield from (("a word of package", word) for word in sorted(words))

    def _of_dates(self, response: Response, place: str, found: _Found) -> Iterator[tuple[str, str]]:
        foreign = response.case.user is State.FOREIGN and place.lower() not in OWN_DATES
        for written, readings in found.dates.items():
            today = _today(response)
            # The reset of a rate limit is a whole hour, as the midnight of an account is.
            days = readings - today if is_unix_time(written) else readings
            known = next((self._days[day] for day in days if day in self._days), None)
            harmless = self._usual_days | today
            if known is not None:
                yield known, written
            elif foreign and is_unmistakable(written) and readings.isdisjoint(harmless):
                yield "a date", written


@dataclass(frozen=True, slots=True)
class _Found:
    """What a part of an error holds that may be of an account."""

    packages: frozenset[str]
    words: frozenset[str]
    dates: Mapping[str, frozenset[date]]


class _Search:
    """Searches errors for these packages and words, and for dates.

    Most errors of a run are alike, and an error may be long, so each body is searched once.
    """

    def __init__(self, packages: Collection[str], words: Collection[str]) -> None:
        """Search for these, in lower case."""
        self._packages = packages
        self._words = words
        # the responses themselves keep the bodies and texts that are the keys
        self._bodies: dict[tuple[bytes, tuple[str, ...]], _Found] = {}

    def parts(self, response: Response) -> Iterator[tuple[str, _Found]]:
        """Yield what each part of this error holds, with the place of the part."""
        key = response.exchange.body, response.errors
        if key not in self._bodies:
            self._bodies[key] = self._in(_body_text(response))
        yield "body", self._bodies[key]
        yield from ((place, self._in(text)) for place, text in _header_texts(response))

    def _in(self, text: str) -> _Found:
        packages = frozenset(package for package in self._packages if package in text)
        return _Found(packages, _held(self._words, text), dates_in(text))


def _packages(overviews: Iterable[Response]) -> Iterator[str]:
    """Yield the packages of these accounts, in lower case, that mean something alone."""
    for overview in overviews:
        package = str(overview.values.get("package", "")).strip()
        # where the key is masked, other texts with the key look the same
        if len(package) >= MIN_PACKAGE_CHARS and MASK not in package:
            yield package.casefold()


def _words_of_packages(
    overviews: Iterable[Response], errors: Iterable[Response], search: _Search, harmless: str
) -> dict[Case, frozenset[str]]:
    """Return for each call the words of its customer's package that an error discloses.

    These are in no error to the same call about another customer. A call that was sent for one
    customer only shows nothing.
    """
    packages: dict[int, set[str]] = defaultdict(set)
    for overview in overviews:
        packages[overview.case.customer].update(_words("\n".join(_packages([overview]))))
    held: dict[tuple[Value, ...], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    calls: dict[Case, tuple[Value, ...]] = {}
    for error in errors:
        case = error.case
        if concerns(case) and case.user is State.VALID:
            calls[case] = tuple(case.state(name) for name in PARAMETERS)
            words = (found.words for _, found in search.parts(error))
            held[calls[case]][case.customer].update(*words)
    usual = _held(frozenset().union(*packages.values()), harmless)
    found = {}
    for case, states in calls.items():
        others = [words for who, words in held[states].items() if who != case.customer]
        if others:
            found[case] = frozenset(packages[case.customer] - usual.union(*others))
    return found


def _held(words: Iterable[str], text: str) -> frozenset[str]:
    """Return those of these words that the text holds, each as a whole word."""
    # the first test is much faster, and most texts hold none of them
    return frozenset(
        word for word in words if word in text and re.search(rf"\b{re.escape(word)}\b", text)
    )


def _words(text: str) -> list[str]:
    return re.findall(rf"\w{{{MIN_PACKAGE_CHARS},}}", text)


def _days(text: str) -> set[date]:
    return {day for readings in dates_in(text).values() for day in readings}


def _texts(response: Response) -> Iterator[tuple[str, str]]:
    """Yield the texts of an error, in lower case, with their places."""
    yield "body", _body_text(response)
    yield from _header_texts(response)


def _body_text(response: Response) -> str:
    body = response.exchange.body.decode("utf-8", "replace")
    return "\n".join(dict.fromkeys((*response.errors, body, html.unescape(body)))).casefold()


def _header_texts(response: Response) -> Iterator[tuple[str, str]]:
    for name, value in response.exchange.headers:
        text = value.encode("latin-1", "replace").decode(errors="replace")
        plain = unquote(text)
        yield f"header {name}", "\n".join((text, plain, *_in_base64(plain))).casefold()


def _in_base64(text: str) -> Iterator[str]:
    """Yield the texts that are in base64 within this one, as in the cookies of a session.

    They may be in the URL-safe alphabet, without padding (RFC 4648, 5), and in base64 again.
    """
    for run in _BASE64.findall(text):
        # Rails separates the signature by two hyphens, which are of that alphabet too.
        written = run.partition("--")[0].translate(_URL_SAFE)
        with suppress(ValueError):
            held = urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
            yield held
            yield from _in_base64(held)


def _has_fields(response: Response) -> bool:
    """Return True if another requirement names this disclosure."""
    return any(one.requirement is ERRORS_NO_ACCOUNT_FIELDS for one in response.problems)


def _today(response: Response) -> set[date]:
    """Return the days on which the response may have been sent, in any time zone."""
    with suppress(ValueError):
        sent_on = parsedate_to_datetime(response.exchange.header("Date") or "").date()
        return {sent_on + timedelta(days=days) for days in (-1, 0, 1)}
    return set()
