"""Calls a customer again to see which of its values move, before a difference counts.

`checks/moving_counters` says what moves. The readings of one customer are sent once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_conformance.cases.sequences import MAX_REREADINGS
from reseller_conformance.checks.consistency import Bracketed, differing
from reseller_conformance.checks.moving_counters import (
    disagree,
    may_lag,
    moving_values,
    shows_account_of,
)
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import FIELD_NAMES

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["differs_again", "without_moving_values"]

REPUTATION = frozenset({"reputation"})
"""What may go up and down from call to call."""

MAX_TRIES = 3
"""How often what differs must differ again before it counts."""


def without_moving_values(
    session: TargetSession, group: Bracketed
) -> tuple[Bracketed, list[Response]]:
    """Return the group without the values that move, if the account is its own otherwise.

    More calls show which values move, until they explain the group, or show that the formats
    disagree. If they cannot be made, the values in question are not compared, and these calls are
    the second part of the result.
    """
    if not may_lag(group) or _shows_another(session, group):
        return group, []
    if set(differing(group, FIELD_NAMES)) == REPUTATION:
        return _without_reputation(session, group)
    return _reread(session, group)


def _without_reputation(
    session: TargetSession, group: Bracketed
) -> tuple[Bracketed, list[Response]]:
    """Return the group without its reputation if that goes up and down; found out once a customer.

    It may dip for a moment that no reading sees, so the calls of the group are made again too.
    """
    customer = group.response.case.customer
    if customer not in session.found_once.jitters:
        judged, missing = _reread(session, group)
        if missing:
            return judged, missing
        explained = not _differs(judged)
        session.found_once.jitters[customer] = explained or not differs_again(
            session, group, _differs
        )
    return (
        replace(group, wavering=REPUTATION) if session.found_once.jitters[customer] else group
    ), []


def _differs(group: Bracketed) -> bool:
    return any(differing(group, FIELD_NAMES))


def differs_again(
    session: TargetSession, group: Bracketed, differs: Callable[[Bracketed], bool]
) -> bool:
    """Make the calls of a group again in turn, several times. Return True if it always differs."""
    cases = [group.before.case, group.response.case, group.after.case]
    for _ in range(MAX_TRIES):
        [again] = session.send_in_sequence(session.repeated(cases))
        if len(again) < len(cases) or not all(response.was_sent for response in again):
            return False
        before, response, after = again
        if not differs(Bracketed(before, response, after)):
            return False
    return True


def _reread(session: TargetSession, group: Bracketed) -> tuple[Bracketed, list[Response]]:
    customer = group.response.case.customer
    readings: list[Response] = []
    if group.before.case.format is not group.response.case.format:
        # these were read in turn, the customer's calls alone
        turns = session.groups.alternating_formats
        readings = [a for turn in turns for a in turn if a.case.customer == customer]
    for part in range(MAX_REREADINGS):
        more = session.groups.rereadings(customer, part)
        if missing := [response for response in more if not response.was_sent]:
            return replace(group, wavering=frozenset(differing(group, FIELD_NAMES))), missing
        readings += more
        group = replace(group, wavering=moving_values(readings, group))
        outside = list(differing(group, FIELD_NAMES))
        if not outside or any(disagree(readings, name) for name in outside):
            break
    return group, []


def _shows_another(session: TargetSession, group: Bracketed) -> bool:
    """Return True if what differs is as in the account of another customer."""
    opening = session.initial_calls[group.response.case.format]
    others = (a for a in opening if a.case.customer != group.response.case.customer)
    return any(shows_account_of(group, response.values) for response in others)
