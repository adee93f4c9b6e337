"""Repeats failed calls alone, because a failure that passes then has another cause.

`causes` names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = [
    "MAX_REPEATED_CASES",
    "Failure",
    "bracketed",
    "members",
    "passes_alone",
    "whose",
]

MAX_REPEATED_CASES = 6
"""Most failures of one requirement that are repeated, the simplest first."""

MAX_TRIES = 3
"""How often a call is repeated while it fails, because it may fail now and then."""

MAX_REPEATED_CALLS = 40
"""Most calls of one failure that are repeated. All readings of one customer are one failure."""

Subject = Response | Bracketed | Sequence[Response]


@dataclass(frozen=True, slots=True)
class Failure:
    """Responses that violate a requirement, and how to judge new responses to the same calls."""

    violations: tuple[Violation, ...]
    responses: tuple[Response, ...]
    judge: Callable[[Sequence[Response]], tuple[Violation, ...]]
    """What new responses, to the same calls, violate."""

    @property
    def complexity(self) -> tuple[int, ...]:
        """The complexity of its simplest call."""
        return min(violation.response.case.complexity for violation in self.violations)


def members(subject: Subject) -> tuple[Response, ...]:
    """Return the responses that are judged together."""
    if isinstance(subject, Response):
        return (subject,)
    if isinstance(subject, Bracketed):
        return (subject.before, subject.response, subject.after)
    return tuple(subject)


def passes_alone(failure: Failure, sent: TargetSession) -> bool:
    """Repeat the calls of a failure one by one. Return True if they pass at least once."""
    if len(failure.responses) > MAX_REPEATED_CALLS:
        return False
    return any(_passes(failure, sent) for _ in range(MAX_TRIES))


def _passes(failure: Failure, sent: TargetSession) -> bool:
    cases = sent.repeated(response.case for response in failure.responses)
    [responses] = sent.send_in_sequence(cases)
    made = len(responses) == len(cases) and all(response.was_sent for response in responses)
    return made and not failure.judge(responses)


def bracketed(responses: Sequence[Response], sent: TargetSession, turn: int = 0) -> list[Bracketed]:
    """Put each response between those that show what it should be.

    For a valid call these are the customer's first documented call and a later control call. For an
    invalid call it is the response to the same call alone.
    """
    after = {whose(a.case): a for a in sent.controls.after(responses)}
    before = {whose(a.case): a for f in sent.settings.formats for a in sent.initial_calls[f]}
    alone = sent.send(replace(a.case, repeat=turn) for a in responses if a.case.invalid)
    # a call that a cache accepted once may be refused another time
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
    """Return the format of the call, and the place of its customer."""
    return case.format, case.customer
