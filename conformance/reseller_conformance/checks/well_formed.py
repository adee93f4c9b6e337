"""Is a response a well-formed envelope?

Special texts, arrays and repeated parameters each have one requirement. It reports everything that
is wrong with the form of the response.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import RULES
from reseller_conformance.checks.second_opinion import disputed
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import HTTP_DELIVERED, HTTP_TIMEOUT, Requirement

__all__ = ["CHECKS", "form_violations", "is_lost", "is_well_formed", "pointer_to_cause"]

CHECKS: Mapping[Requirement, Check[Response]] = {
    rule.requirement: rule.check for rule in RULES if rule.form
}
"""The check of each MUST of form, for one response."""


def form_violations(response: Response) -> Mapping[Requirement, Violation]:
    """Return the first violation of each MUST of form, without those that the schema disputes."""
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
    """The response is a well-formed envelope.

    `excused` are the requirements that ordinary calls violate too: this call is not their cause.
    """
    for requirement, violation in form_violations(response).items():
        if requirement not in excused:
            hint = f"see {requirement.id}: {requirement.title}"
            yield Violation(response, violation.where, violation.expected, violation.actual, hint)
            return


def is_lost(response: Response) -> bool:
    """Return True if the call was made, and no response of the implementation came."""
    return any(any(CHECKS[requirement](response)) for requirement in (HTTP_DELIVERED, HTTP_TIMEOUT))


def pointer_to_cause(responses: Iterable[Response]) -> str:
    """Return `see <id>`: the violated requirement that explains why these cannot be used."""
    for response in responses:
        for requirement in form_violations(response):
            return f"see {requirement}"
        if response.kind is EnvelopeKind.OVERVIEW and response.case.invalid:
            return "they bring an overview, see rejects"
    return "no requirement says why"
