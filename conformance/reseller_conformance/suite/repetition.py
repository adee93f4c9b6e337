"""Does what failed fail again when it is called alone?

A race, or a server that fails now and then, breaks many requirements at once. What passes when it
is called alone is reported once, by the requirement that names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reseller_conformance.cases.case import Case
from reseller_conformance.checks.consistency import Between, own_in_turn
from reseller_conformance.checks.moving_counters import counts_alone
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.checks.well_formed import CHECKS, troubles
from reseller_conformance.contract import Format
from reseller_conformance.requirements import (
    AGREEMENT_CONCURRENCY,
    AGREEMENT_CUSTOMERS,
    DUE_REMEMBERED,
    HTTP_COMPLETE,
    HTTP_DELIVERED,
    HTTP_SERVER_ERROR,
    Requirement,
)
from reseller_conformance.suite.target_session import Asked

__all__ = ["MOST_REPEATED", "Failure", "around", "members", "passes_alone", "told_by", "whose"]

MOST_REPEATED = 6
"""So many failures of one requirement are repeated, the simplest first."""

TRIES = 3
"""So often a call is repeated as long as it fails: what fails now and then may do so again."""

LONGEST = 40
"""Calls of one failure that are repeated: all readings of one customer are judged together."""

IN_TURN = 64
"""Calls of the crowd that are repeated in turn: enough for a server that fails now and then."""

NOW_AND_THEN = (HTTP_DELIVERED, HTTP_COMPLETE, HTTP_SERVER_ERROR)
"""What a server may do now and then. To repeat a call that hangs would take too long."""

BY_THEMSELVES = (AGREEMENT_CONCURRENCY, AGREEMENT_CUSTOMERS, DUE_REMEMBERED)
"""What is about calls together, or is called in turn anyway."""

Subject = Answer | Between | Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Failure:
    """Responses that violate a requirement, and how to judge them once more."""

    departures: tuple[Departure, ...]
    responses: tuple[Answer, ...]
    again: Callable[[Sequence[Answer]], bool]
    """Says whether such responses, to the same calls, violate it too."""

    @property
    def weight(self) -> tuple[int, ...]:
        """How much there is to the simplest call of it."""
        return min(departure.answer.case.weight for departure in self.departures)


def members(subject: Subject) -> tuple[Answer, ...]:
    """Return the responses that are judged together."""
    if isinstance(subject, Answer):
        return (subject,)
    if isinstance(subject, Between):
        return (subject.before, subject.answer, subject.after)
    return tuple(subject)


def told_by(requirement: Requirement, failure: Failure, asked: Asked) -> Requirement | None:
    """Return the requirement that names the cause, if the failure passes alone."""
    if requirement in BY_THEMSELVES:
        return None
    for departure in failure.departures:
        format = departure.answer.case.format
        for trouble in troubles(departure.answer):
            if trouble in NOW_AND_THEN and _judges(trouble, requirement, asked):
                check = CHECKS[trouble]
                if any(any(check(answer)) for answer in asked.everything(format)):
                    return trouble
        if _judges(AGREEMENT_CONCURRENCY, requirement, asked) and races(format, asked):
            return AGREEMENT_CONCURRENCY
    return None


def _judges(cause: Requirement, requirement: Requirement, asked: Asked) -> bool:
    return cause is not requirement and (asked.judged is None or cause.id in asked.judged)


def passes_alone(failure: Failure, asked: Asked) -> bool:
    """Repeat the calls of a failure one by one, and say whether they are as required for once."""
    if len(failure.responses) > LONGEST:
        return False
    return any(_passes(failure, asked) for _ in range(TRIES))


def _passes(failure: Failure, asked: Asked) -> bool:
    cases = asked.repeated(answer.case for answer in failure.responses)
    [responses] = asked.ask_in_turn(cases)
    made = len(responses) == len(cases) and all(answer.asked for answer in responses)
    return made and not failure.again(responses)


# --- Is there a race? ----------------------------------------------------------------------------


def races(format: Format, asked: Asked) -> bool:
    """Say whether calls in flight at once fail, and the same calls in turn do not."""
    if format not in asked.races:
        asked.races[format] = _races(format, asked)
    return asked.races[format]


def _races(format: Format, asked: Asked) -> bool:
    crowd = asked.crowd(format)
    if not _mixed_up(around(crowd, asked)):
        return False
    [in_turn] = asked.ask_in_turn(asked.repeated(answer.case for answer in crowd[:IN_TURN]))
    if not all(answer.asked for answer in in_turn):
        return False
    return not _mixed_up(around(in_turn, asked, in_turn=True))


def _mixed_up(groups: Sequence[Between]) -> bool:
    # counts may waver without any race, and then the requirement on crowds would report nothing
    return any(any(own_in_turn(group)) and not counts_alone(group) for group in groups)


def around(
    answers: Sequence[Answer], asked: Asked, turn: int = 0, *, in_turn: bool = False
) -> list[Between]:
    """Put each response between what tells how it should be.

    A valid call's stands between the customer's documented call before, and one made since, with
    others at once or `in_turn`; an invalid one's beside that of the same call in this turn.
    """
    after = {whose(a.case): a for a in asked.closing(answers, in_turn=in_turn)}
    before = {whose(a.case): a for f in asked.settings.formats for a in asked.opening[f]}
    alone = [replace(a.case, turn=turn) for a in answers if a.case.wrong]
    beside = {replace(a.case, turn=0): a for a in asked.ask(alone)}
    return [
        Between(beside.get(replace(a.case, turn=0), a), a, a)
        if a.case.wrong
        else Between(before.get(whose(a.case), a), a, after.get(whose(a.case), a))
        for a in answers
    ]


def whose(case: Case) -> tuple[Format, int]:
    """Return the format, and the place of the customer whom the call is about."""
    return case.format, case.customer
