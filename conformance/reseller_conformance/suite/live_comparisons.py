"""Compares the responses of a stage with each other as soon as all of them are in.

`live_judge` announces what is found here. The items compare the same responses again, beside
control calls that are made later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reseller_conformance import requirements as r
from reseller_conformance.cases.sequences import COLD_CACHE_REPEAT
from reseller_conformance.cases.stages import (
    CLIENTS,
    CROWDS,
    CUSTOMERS,
    FORMATS,
    SEQUENCES,
    Stage,
)
from reseller_conformance.checks import clients, consistency
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import counts_alone
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import COMPARISONS
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.client_profiles import client_profiles
from reseller_conformance.suite.repetition import bracketed
from reseller_conformance.suite.rereadings import without_moving_values

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["COMPARED", "LiveComparison", "live_comparisons"]

COMPARED = (FORMATS, CUSTOMERS, CLIENTS, SEQUENCES, CROWDS)
"""The stages after which responses are compared."""


@dataclass(frozen=True, slots=True)
class LiveComparison:
    """Groups of responses that one requirement is about; `format` is None where both are compared.

    `is_confirmed` says that what differs was already compared with the same calls made alone.
    """

    requirement: Requirement
    format: Format | None
    groups: Iterable[Bracketed]
    check: Check[Bracketed]
    is_confirmed: bool = False

    def violations(self, session: TargetSession) -> Iterator[tuple[Bracketed, Violation]]:
        """Yield what the groups violate, and the group. Values that move violate nothing."""
        for group in self.groups:
            if any(self.check(group)):
                judged, _ = without_moving_values(session, group)
                yield from ((group, violation) for violation in self.check(judged))


def live_comparisons(session: TargetSession, stage: Stage) -> Iterator[LiveComparison]:
    """Yield what can be compared once this stage has been sent."""
    if stage is FORMATS:
        groups = session.groups.side_by_side if _has_overviews_in_all(session) else []
        for one in COMPARISONS:
            yield LiveComparison(one.requirement, one.format, groups, one.check)
    for format in session.settings.formats:
        if stage is CUSTOMERS:
            between = session.groups.others_between(format)
            yield LiveComparison(r.ISOLATION_CUSTOMERS, format, between, consistency.same_account)
        if stage is CLIENTS and _shows_difference(session, format):
            yield from _between_clients(session, format)
        if stage in (SEQUENCES, CROWDS):
            yield _in_isolation(session, stage, format)


def _between_clients(session: TargetSession, format: Format) -> Iterator[LiveComparison]:
    profiles = client_profiles(session, format)
    for requirement, groups in profiles.by_requirement.items():
        yield LiveComparison(requirement, format, groups, profiles.difference)


def _in_isolation(session: TargetSession, stage: Stage, format: Format) -> LiveComparison:
    """Compare calls that were sent in sequence, or at once, with the same calls made alone."""
    if stage is SEQUENCES:
        requirement, turn = r.ISOLATION_SEQUENCE, COLD_CACHE_REPEAT
        responses = session.groups.cache_probes(format)
    else:
        requirement, turn = r.ISOLATION_CONCURRENCY, 0
        responses = session.groups.concurrent_mix(format)
    groups = _affected(session, responses, turn)
    check = consistency.own_account_in_sequence
    return LiveComparison(requirement, format, groups, check, is_confirmed=True)


def _affected(session: TargetSession, responses: Sequence[Response], turn: int) -> list[Bracketed]:
    """Put the responses that other calls seem to have affected beside those made alone.

    Nothing is sent where there are none. What a lock or a quota may have refused is left out.
    """
    suspicious = [response for response in responses if _seems_affected(session, response, turn)]
    groups = bracketed(suspicious, session, turn) if suspicious else []
    return [
        group
        for group in groups
        if group.response.case.invalid or group.after.kind is EnvelopeKind.OVERVIEW
    ]


def _seems_affected(session: TargetSession, response: Response, turn: int) -> bool:
    if response.case.invalid:
        # the item sends the call alone if it was not: here it would come right after valid ones
        alone = session.responses.get(replace(response.case, repeat=turn))
        is_refused = alone is not None and alone.kind is EnvelopeKind.ERRORS
        return is_refused and response.kind is EnvelopeKind.OVERVIEW
    own = {a.case.customer: a for a in session.initial_calls[response.case.format]}
    before = own[response.case.customer]
    group = Bracketed(before, response, before)
    return any(consistency.own_account(group)) and not counts_alone(group)


def _has_overviews_in_all(session: TargetSession) -> bool:
    return all(map(session.customers_with_overview, session.settings.formats))


def _shows_difference(session: TargetSession, format: Format) -> bool:
    """Return True if the response to a client profile differs from that to the suite's own request.

    Nothing is sent for that.
    """
    if not session.customers_with_overview(format):
        return False
    usual = session.controls.plain_violations_so_far(format)
    own = {a.case.customer: a for a in session.initial_calls[format]}
    sent = [session.responses[c] for c in session.plan.clients(format) if c in session.responses]
    groups = [Bracketed(own[a.case.customer], a, own[a.case.customer]) for a in sent]
    return any(
        group.before.kind is EnvelopeKind.OVERVIEW
        and group.response.was_sent
        and not counts_alone(group)
        and any(clients.difference(group, usual))
        for group in groups
    )
