"""Is an answer a readable envelope in every way that no other requirement excuses?

For calls whose form is the point: odd texts, arrays, repeated parameters. One requirement owns all
that goes wrong with them, and says what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from reseller_conformance import requirements as r
from reseller_conformance.checks import http
from reseller_conformance.checks.reading import met
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.second_opinion import disputed
from reseller_conformance.checks.violation import Check, Departure
from reseller_conformance.envelope import Looks
from reseller_conformance.requirements import Level, Requirement

__all__ = ["CHECKS", "envelope", "see", "troubles"]

CHECKS: Mapping[Requirement, Check[Answer]] = {
    r.HTTP_DELIVERED: http.delivered,
    r.HTTP_IN_TIME: http.in_time,
    r.HTTP_COMPLETE: http.complete,
    r.HTTP_SERVER_ERROR: http.server_error,
    r.HTTP_REDIRECT: http.redirect,
    r.HTTP_BODY: http.body,
    r.HTTP_STATUS: http.status,
    **{
        requirement: met(requirement)
        for requirement in r.CATALOGUE
        if requirement.topic in ("readable", "success", "errors")
        and requirement.level is Level.MUST
        and requirement not in (r.SUCCESS_ANSWERED, r.ERRORS_KEY)
    },
}
"""What each MUST of form is judged by, one answer at a time; an echoed key is told by itself."""


def troubles(answer: Answer) -> Mapping[Requirement, Departure]:
    """Return the first departure from each MUST of form, less those that its schema disputes."""
    found = {requirement: next(check(answer), None) for requirement, check in CHECKS.items()}
    departures = {requirement: one for requirement, one in found.items() if one}
    if not departures:
        return {}
    doubtful = disputed(answer)
    return {
        requirement: one for requirement, one in departures.items() if requirement not in doubtful
    }


def envelope(answer: Answer, excused: Collection[Requirement] = ()) -> Iterator[Departure]:
    """A readable envelope.

    What is wrong with plain calls too is not this one's doing: `excused` names what they violate.
    """
    for requirement, departure in troubles(answer).items():
        if requirement not in excused:
            hint = f"see {requirement.id}: {requirement.title}"
            yield Departure(answer, departure.where, departure.expected, departure.got, hint)
            return


def see(answers: Iterable[Answer]) -> str:
    """Name the requirement that says why these answers are not what was wanted of them."""
    for answer in answers:
        for requirement in troubles(answer):
            return f"see {requirement}"
        if answer.looks is Looks.OVERVIEW and answer.case.wrong:
            return "they bring an overview, see due"
    return "no requirement says why"
