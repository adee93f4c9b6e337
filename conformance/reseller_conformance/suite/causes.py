"""Names the requirement that is the cause of failures that pass when they are repeated alone.

A race, or a server that fails now and then, violates many requirements at once. They are reported
once, by the requirement that names the cause. `repetition` makes the calls again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import is_ordinary, is_ordinary_but_for_extra, is_unreadable
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks import success
from reseller_conformance.checks.consistency import Bracketed, own_account_in_sequence
from reseller_conformance.checks.firewall import is_refused_attack, is_stopped
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import CHECKS, form_violations
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import (
    HTTP_BODY,
    HTTP_COMPLETE,
    HTTP_DELIVERED,
    HTTP_REDIRECT,
    HTTP_SERVER_ERROR,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    ISOLATION_SEQUENCE,
    READABLE_FORMAT,
    READABLE_SYNTAX,
    Requirement,
)
from reseller_conformance.suite.refusals import is_documented
from reseller_conformance.suite.repetition import (
    MAX_REPEATED_CASES,
    Failure,
    bracketed,
    passes_alone,
)
from reseller_conformance.suite.rereadings import without_moving_values

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["INTERMITTENT", "cause_of", "intermittent_failures", "mixed_up_calls"]

MAX_IN_TURN = 64
"""Most calls of the concurrent mix that are repeated in turn."""

MAX_ACCEPTED_AGAIN = 20
"""How often an invalid call that the mix accepted is repeated in turn: it may pass now and then."""

INTERMITTENT = (
    HTTP_DELIVERED,
    HTTP_COMPLETE,
    HTTP_SERVER_ERROR,
    HTTP_REDIRECT,
    HTTP_BODY,
    READABLE_FORMAT,
    READABLE_SYNTAX,
)
"""What a server may do now and then. Timeouts are left out: repeating them takes too long."""

NEVER_REPEATED = (ISOLATION_CONCURRENCY, ISOLATION_CUSTOMERS, ISOLATION_SEQUENCE)
"""Requirements about concurrent calls, or about calls that are sent in turn anyway."""


def cause_of(requirement: Requirement, failure: Failure, sent: TargetSession) -> Requirement | None:
    """Return the requirement that names the cause, if the failure passes alone."""
    if requirement in NEVER_REPEATED:
        return None
    for violation in failure.violations:
        format = violation.response.case.format
        for violated in form_violations(violation.response):
            if violated in INTERMITTENT and _is_judged(violated, requirement, sent):
                check = CHECKS[violated]
                if any(any(check(response)) for response in sent.groups.ordinary(format)):
                    return violated
                if intermittent_failures(violated, format, sent):
                    return violated
        for one in _formats_to_race_in(violation.response.case, sent):
            if _is_judged(ISOLATION_CONCURRENCY, requirement, sent) and (
                races(one, sent) or mixed_up_calls(one, sent)
            ):
                return ISOLATION_CONCURRENCY
            if _is_judged(ISOLATION_CUSTOMERS, requirement, sent) and fails_in_turn(one, sent):
                return ISOLATION_CUSTOMERS
    return None


def _is_judged(cause: Requirement, requirement: Requirement, sent: TargetSession) -> bool:
    return cause is not requirement and (sent.judged is None or cause.id in sent.judged)


# --- Now and then --------------------------------------------------------------------------------


def intermittent_failures(
    requirement: Requirement, format: Format, sent: TargetSession
) -> Sequence[Failure]:
    """Return what violates it in responses to other than ordinary calls, and passes alone.

    Neither a special text nor an unusual way to write the call is the cause of it.
    """
    key = requirement, format
    if key not in sent.found_once.intermittent:
        sent.found_once.intermittent[key] = list(_intermittent_failures(requirement, format, sent))
    return sent.found_once.intermittent[key]


def _intermittent_failures(
    requirement: Requirement, format: Format, sent: TargetSession
) -> Iterator[Failure]:
    check = CHECKS[requirement]
    failed = [
        Failure(tuple(check(response)), (response,), lambda new: tuple(check(new[0])))
        for case, response in list(sent.responses.items())
        if case.format is format and _has_due_envelope(response) and not is_ordinary(case)
        if response.was_sent and any(check(response))
    ]
    failed.sort(key=lambda failure: failure.complexity)
    return (failure for failure in failed[:MAX_REPEATED_CASES] if passes_alone(failure, sent))


def _has_due_envelope(response: Response) -> bool:
    """Return False if the call has no body, or may be refused in any way (specification, 4).

    A firewall may stop a text that looks like an attack. Any other response to it is judged.
    """
    case = response.case
    is_free = any(case.around) or is_unreadable(case) or is_stopped(response)
    return case.method != "HEAD" and not is_free


# --- Races ---------------------------------------------------------------------------------------


def _formats_to_race_in(case: Case, sent: TargetSession) -> Sequence[Format]:
    """Return the formats in which a race may explain what a call gets.

    A rare race may show in the other format only. What accepts an invalid call now and then may
    look like a race there.
    """
    others = [one for one in sent.settings.formats if one is not case.format and not case.invalid]
    return [case.format, *others]


def races(format: Format, sent: TargetSession) -> bool:
    """Return True if concurrent calls fail, and the same calls in turn do not."""
    if format not in sent.found_once.races:
        sent.found_once.races[format] = _races(format, sent)
    return sent.found_once.races[format]


def _races(format: Format, sent: TargetSession) -> bool:
    crowd = sent.groups.concurrent_mix(format)
    if not _are_mixed_up(bracketed(crowd, sent), sent):
        return False
    accepted = [one for one in crowd if one.case.invalid and one.kind is EnvelopeKind.OVERVIEW]
    again = [*crowd[:MAX_IN_TURN], *accepted[:1] * MAX_ACCEPTED_AGAIN]
    [in_turn] = sent.send_in_sequence(sent.repeated(response.case for response in again))
    if not all(response.was_sent for response in in_turn):
        return False
    return not _are_mixed_up(bracketed(in_turn, sent), sent)


def mixed_up_calls(format: Format, sent: TargetSession) -> Sequence[Failure]:
    """Return valid calls that got another account, or an error, and pass when made alone.

    A rare race may spare the concurrent mix. Where this happens to calls in turn too, no race is
    the cause, and nothing is returned.
    """
    if format not in sent.found_once.mixed_up:
        sent.found_once.mixed_up[format] = list(_mixed_up_calls(format, sent))
    return sent.found_once.mixed_up[format]


def _mixed_up_calls(format: Format, sent: TargetSession) -> Iterator[Failure]:
    written_otherwise = [
        response
        for case, response in list(sent.responses.items())
        if case.format is format and _is_judged_as_valid(response)
    ]

    groups = bracketed(written_otherwise, sent)
    failed = [_failure(group, sent) for group in groups if _mistaken(group, sent)]
    failed.sort(key=lambda failure: failure.complexity)
    if failed and not fails_in_turn(format, sent):
        yield from (one for one in failed[:MAX_REPEATED_CASES] if passes_alone(one, sent))


def _failure(group: Bracketed, sent: TargetSession) -> Failure:
    def judge(again: Sequence[Response]) -> tuple[Violation, ...]:
        [response] = again
        anew = replace(group, response=response)
        return (*success.returned(response), *_mistaken(anew, sent))

    return Failure(_mistaken(group, sent), (group.response,), judge)


def _is_judged_as_valid(response: Response) -> bool:
    """Say whether a requirement demands the own account of this call, for the way it is written.

    Control calls and repeated calls are left out: a lock may have refused them.
    """
    case = response.case
    valid = all(case.state(name) is State.VALID for name in PARAMETERS)
    first = not (case.repeat or is_documented(case))
    return valid and first and is_ordinary_but_for_extra(case) and not is_refused_attack(response)


def fails_in_turn(format: Format, sent: TargetSession) -> bool:
    """Return True if calls for several customers in turn get another account, or an error."""
    if len(sent.customers_with_overview(format)) < 2:
        return False  # nor is ISOLATION_CUSTOMERS tested
    turns = [c for c in sent.plan.round_robin(format) if c in sent.responses]
    return _are_mixed_up(bracketed([sent.responses[case] for case in turns], sent), sent)


def _are_mixed_up(groups: Sequence[Bracketed], sent: TargetSession) -> bool:
    return any(_mistaken(group, sent) for group in groups)


def _mistaken(group: Bracketed, sent: TargetSession) -> tuple[Violation, ...]:
    """Return what ISOLATION_CONCURRENCY finds: what values that move do not explain."""
    if not any(own_account_in_sequence(group)):
        return ()
    judged, _ = without_moving_values(sent, group)
    return tuple(own_account_in_sequence(judged))
