"""Is an answer a readable envelope in every way that no other requirement excuses?

For calls whose form is the point: odd texts, arrays, repeated parameters. One requirement owns all
that goes wrong with them, and says what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from reseller_conformance import requirements as r
from reseller_conformance.checks import http
from reseller_conformance.checks.reading import reader_violations
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.second_opinion import disputed
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Level, Requirement

__all__ = ["CHECKS", "form_violations", "is_well_formed", "pointer_to_cause"]

CHECKS: Mapping[Requirement, Check[Response]] = {
    r.HTTP_DELIVERED: http.delivered,
    r.HTTP_TIMEOUT: http.in_time,
    r.HTTP_COMPLETE: http.complete,
    r.HTTP_SERVER_ERROR: http.server_error,
    r.HTTP_REDIRECT: http.redirect,
    r.HTTP_BODY: http.body,
    r.HTTP_STATUS: http.status,
    **{
        requirement: reader_violations(requirement)
        for requirement in r.CATALOGUE
        if requirement.topic in ("readable", "success", "errors")
        and requirement.level is Level.MUST
        and requirement not in (r.SUCCESS_RETURNED, r.ERRORS_NO_KEY_ECHO)
    },
}
"""What each MUST of form is judged by, one answer at a time; an echoed key is told by itself."""


def form_violations(response: Response) -> Mapping[Requirement, Violation]:
    """Return the first departure from each MUST of form, less those that its schema disputes."""
    found = {requirement: next(check(response), None) for requirement, check in CHECKS.items()}
    violations = {requirement: one for requirement, one in found.items() if one}
    if not violations:
        return {}
    doubtful = disputed(response)
    return {
        requirement: one for requirement, one in violations.items() if requirement not in doubtful
    }


def is_well_formed(
    response: Response, excused: Collection[Requirement] = ()
) -> Iterator[Violation]:
    """A readable envelope.

    What is wrong with plain calls too is not this one's doing: `excused` names what they violate.
    """
    for requirement, violation in form_violations(response).items():
        if requirement not in excused:
            hint = f"see {requirement.id}: {requirement.title}"
            yield Violation(response, violation.where, violation.expected, violation.actual, hint)
            return


def pointer_to_cause(responses: Iterable[Response]) -> str:
    """Name the requirement that says why these answers are not what was wanted of them."""
    for response in responses:
        for requirement in form_violations(response):
            return f"see {requirement}"
        if response.kind is EnvelopeKind.OVERVIEW and response.case.invalid:
            return "they bring an overview, see rejects"
    return "no requirement says why"
