"""Does what failed fail again when it is called alone?

A race, or a server that fails now and then, breaks many requirements at once. What passes when it
is called alone is reported once, by the requirement that names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.consistency import Bracketed, own_account_in_sequence
from reseller_conformance.checks.moving_counters import counts_alone
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import CHECKS, form_violations
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import (
    HTTP_COMPLETE,
    HTTP_DELIVERED,
    HTTP_SERVER_ERROR,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    ISOLATION_SEQUENCE,
    Requirement,
)
from reseller_conformance.suite.target_session import TargetSession

__all__ = [
    "MAX_REPEATED_CASES",
    "Failure",
    "bracketed",
    "cause_of",
    "members",
    "passes_alone",
    "whose",
]

MAX_REPEATED_CASES = 6
"""So many failures of one requirement are repeated, the simplest first."""

MAX_TRIES = 3
"""So often a call is repeated as long as it fails: what fails now and then may do so again."""

MAX_REPEATED_CALLS = 40
"""Calls of one failure that are repeated: all readings of one customer are judged together."""

IN_TURN = 64
"""Calls of the crowd that are repeated in turn: enough for a server that fails now and then."""

INTERMITTENT = (HTTP_DELIVERED, HTTP_COMPLETE, HTTP_SERVER_ERROR)
"""What a server may do now and then. To repeat a call that hangs would take too long."""

NEVER_REPEATED = (ISOLATION_CONCURRENCY, ISOLATION_CUSTOMERS, ISOLATION_SEQUENCE)
"""What is about calls together, or is called in turn anyway."""

Subject = Response | Bracketed | Sequence[Response]


@dataclass(frozen=True, slots=True)
class Failure:
    """Responses that violate a requirement, and how to judge them once more."""

    violations: tuple[Violation, ...]
    responses: tuple[Response, ...]
    again: Callable[[Sequence[Response]], bool]
    """Says whether such responses, to the same calls, violate it too."""

    @property
    def complexity(self) -> tuple[int, ...]:
        """How much there is to the simplest call of it."""
        return min(violation.response.case.complexity for violation in self.violations)


def members(subject: Subject) -> tuple[Response, ...]:
    """Return the responses that are judged together."""
    if isinstance(subject, Response):
        return (subject,)
    if isinstance(subject, Bracketed):
        return (subject.before, subject.response, subject.after)
    return tuple(subject)


def cause_of(requirement: Requirement, failure: Failure, sent: TargetSession) -> Requirement | None:
    """Return the requirement that names the cause, if the failure passes alone."""
    if requirement in NEVER_REPEATED:
        return None
    for violation in failure.violations:
        format = violation.response.case.format
        for trouble in form_violations(violation.response):
            if trouble in INTERMITTENT and _is_judged(trouble, requirement, sent):
                check = CHECKS[trouble]
                if any(any(check(response)) for response in sent.groups.ordinary(format)):
                    return trouble
        if _is_judged(ISOLATION_CONCURRENCY, requirement, sent) and races(format, sent):
            return ISOLATION_CONCURRENCY
    return None


def _is_judged(cause: Requirement, requirement: Requirement, sent: TargetSession) -> bool:
    return cause is not requirement and (sent.judged is None or cause.id in sent.judged)


def passes_alone(failure: Failure, sent: TargetSession) -> bool:
    """Repeat the calls of a failure one by one, and say whether they are as required for once."""
    if len(failure.responses) > MAX_REPEATED_CALLS:
        return False
    return any(_passes(failure, sent) for _ in range(MAX_TRIES))


def _passes(failure: Failure, sent: TargetSession) -> bool:
    cases = sent.repeated(response.case for response in failure.responses)
    [responses] = sent.send_in_sequence(cases)
    made = len(responses) == len(cases) and all(response.was_sent for response in responses)
    return made and not failure.again(responses)


# --- Is there a race? ----------------------------------------------------------------------------


def races(format: Format, sent: TargetSession) -> bool:
    """Say whether calls in flight at once fail, and the same calls in turn do not."""
    if format not in sent.races:
        sent.races[format] = _races(format, sent)
    return sent.races[format]


def _races(format: Format, sent: TargetSession) -> bool:
    crowd = sent.groups.concurrent_mix(format)
    if not _are_mixed_up(bracketed(crowd, sent)):
        return False
    [in_turn] = sent.send_in_sequence(sent.repeated(response.case for response in crowd[:IN_TURN]))
    if not all(response.was_sent for response in in_turn):
        return False
    return not _are_mixed_up(bracketed(in_turn, sent, in_turn=True))


def _are_mixed_up(groups: Sequence[Bracketed]) -> bool:
    # counts may waver without any race, and then the requirement on crowds would report nothing
    return any(any(own_account_in_sequence(group)) and not counts_alone(group) for group in groups)


def bracketed(
    responses: Sequence[Response], sent: TargetSession, turn: int = 0, *, in_turn: bool = False
) -> list[Bracketed]:
    """Put each response between those that show how it should be.

    A valid call's is between the customer's documented call before, and one made since, with
    others at once or `in_turn`; an invalid one's beside that of the same call in this turn.
    """
    after = {whose(a.case): a for a in sent.controls.after(responses, in_turn=in_turn)}
    before = {whose(a.case): a for f in sent.settings.formats for a in sent.initial_calls[f]}
    alone = sent.send(replace(a.case, repeat=turn) for a in responses if a.case.invalid)
    # a call that was accepted once, perhaps by what was remembered, may be refused another time
    accepted = [a for a in alone if a.kind is EnvelopeKind.OVERVIEW]
    again = sent.send(replace(a.case, repeat=0) for a in accepted)
    refused = [a for a in again if a.kind is EnvelopeKind.ERRORS]
    beside = {replace(a.case, repeat=0): a for a in (*alone, *refused)}
    return [
        Bracketed(beside.get(replace(a.case, repeat=0), a), a, a)
        if a.case.invalid
        else Bracketed(before.get(whose(a.case), a), a, after.get(whose(a.case), a))
        for a in responses
    ]


def whose(case: Case) -> tuple[Format, int]:
    """Return the format, and the place of the customer whom the call is about."""
    return case.format, case.customer
