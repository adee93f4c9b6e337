"""The responses to the client profiles, and the header field that makes each difference.

If the response to a profile differs, each of its changes is sent alone. A difference counts only if
it occurs again, and if the valid call still succeeds after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.profiles import (
    Change,
    Profile,
    decodable,
    own_with,
    profiles_with,
    restored,
)
from reseller_conformance.checks import clients
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import counts_alone
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.repetition import whose
from reseller_conformance.suite.rereadings import without_moving_values

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["ClientProfiles", "client_profiles"]

ORDER = "request head"
"""The place of a finding that no single field causes."""

CONTROLS = 3
"""Control calls in a row for each response that differs."""

MAX_DISSECTED = 8
"""Most profiles of one format whose changes are sent alone."""


@dataclass(frozen=True, slots=True)
class _Blame:
    """The changes that make a difference, and the response that shows it."""

    changes: tuple[Change, ...]
    group: Bracketed


def client_profiles(session: TargetSession, format: Format) -> ClientProfiles:
    """Return the responses to the client profiles in this format, which are sent once."""
    known = session.found_once.client_profiles
    if format not in known:
        known[format] = ClientProfiles(session, format)
    return known[format]


class ClientProfiles:
    """The responses to all profiles in one format, by the requirement that they are about."""

    def __init__(self, session: TargetSession, format: Format) -> None:
        """Send the profiles, and find the changes that make responses differ."""
        self._session = session
        self._format = format
        self._usual = session.controls.preexisting_violations(format)
        self._given = {name.lower() for name, _ in session.target.headers}
        plan = session.plan
        planned = [*plan.clients(format), *plan.charsets(format, self._beyond_ascii())]
        cases = [case for case in planned if self._tests(case)]
        self.responses = self._send(cases)
        self.by_requirement: dict[Requirement, list[Bracketed]] = defaultdict(list)
        self._places: dict[Profile | None, str] = {}
        self._senders: dict[str, set[str]] = {}
        groups = self._compared_anew(self._groups(self.responses))
        different = [group for group in groups if self._differs(group)]
        for group in groups:
            if group not in different:
                self._note(group)
        self._take_apart(self._confirmed(different))

    def difference(self, group: Bracketed) -> Iterator[Violation]:
        """The response equals the one that the suite's own request gets."""
        profile = group.response.case.profile
        place = self._places.get(profile, "")
        senders = ", ".join(sorted(self._senders.get(place, ())))
        hint = f"clients with another response because of it: {senders}" if senders else ""
        return clients.difference(group, self._usual, place, hint)

    def no_credential(self, group: Bracketed) -> Iterator[Violation]:
        """A cookie of the target changes no response."""
        return clients.no_credential(group, self._usual)

    # --- What is sent ------------------------------------------------------------------------

    def _beyond_ascii(self) -> int:
        """Return a customer whose package has characters beyond ASCII, or else the first."""
        initial = self._session.initial_calls[self._format]
        overviews = [a for a in initial if a.kind is EnvelopeKind.OVERVIEW]
        showing = [a for a in overviews if not str(a.values.get("package", "")).isascii()]
        return next(iter([*showing, *overviews])).case.customer

    def _tests(self, case: Case) -> bool:
        """Return True if a change remains that the operator's own fields do not override."""
        return case.profile is not None and bool(self._changes(case.profile))

    def _changes(self, profile: Profile) -> tuple[Change, ...]:
        return tuple(one for one in profile.changes if one.field.lower() not in self._given)

    def _send(self, cases: Iterable[Case]) -> list[Response]:
        """Send these in turn, and again without the codings that the suite cannot undo.

        What differs only among concurrent calls is not due to the client.
        """
        [responses] = self._session.send_in_sequence(self._session.testable(cases))
        return [
            self._session.send([replace(a.case, profile=decodable(a.case.profile))])[0]
            if a.case.profile and clients.has_undecodable_coding(a)
            else a
            for a in responses
        ]

    def _groups(self, responses: Sequence[Response]) -> Iterator[Bracketed]:
        """Put each response beside the one that the suite's own request gets.

        If that is not the expected envelope, or no longer, the response is left out.
        """
        session = self._session
        before = {whose(a.case): a for a in session.initial_calls[self._format]}
        after = {whose(a.case): a for a in session.controls.after(responses)}
        for response in responses:
            case = response.case
            if case.invalid:
                [control] = session.send([replace(case, profile=None, repeat=0)])
                if control.kind is EnvelopeKind.ERRORS:
                    yield Bracketed(control, response, control)
                continue
            last = after.get(whose(case))
            if last is not None and last.kind is EnvelopeKind.OVERVIEW:
                yield Bracketed(before[whose(case)], response, last)

    def _differs(self, group: Bracketed) -> bool:
        return group.response.was_sent and any(clients.difference(group, self._usual))

    def _compared_anew(self, groups: Iterable[Bracketed]) -> list[Bracketed]:
        """Compare responses that differ with fresh control calls: the server may have changed.

        An invalid call that the suite's own request now gets accepted is left out.
        """
        compared = (self._compared_with_controls(group) for group in groups)
        return [group for group in compared if group is not None]

    def _compared_with_controls(self, group: Bracketed) -> Bracketed | None:
        """Return the group with a fresh control call; None if nothing can be compared.

        If only counters differ, several readings show between which values they move.
        """
        if not self._differs(group):
            return group
        session, case = self._session, group.response.case
        plain = [replace(case, profile=None, cookies=False)] * CONTROLS
        [controls] = session.send_in_sequence(session.repeated(plain))
        if case.invalid and any(control.kind is EnvelopeKind.OVERVIEW for control in controls):
            return None
        beside = [Bracketed(group.before, group.response, control) for control in controls]
        if counts_alone(group):
            pairs = combinations([group.before, *controls, group.after], 2)
            beside += [Bracketed(one, group.response, other) for one, other in pairs]
        same = (one for one in beside if not self._differs(one))
        return next(same, without_moving_values(session, group)[0])

    def _note(self, group: Bracketed) -> None:
        """Keep a response as evidence for the requirements that it meets."""
        profile = group.response.case.profile
        changes = self._changes(profile) if profile else ()
        met = {one for change in changes for one in clients.concerned(change)}
        for requirement in {r.CLIENTS_SAME_RESPONSE, *met}:
            self.by_requirement[requirement].append(group)

    # --- Which change makes the difference ---------------------------------------------------

    def _confirmed(self, different: Sequence[Bracketed]) -> list[Bracketed]:
        """Return those that differ again alone. A race makes many differ at once."""
        again = self._send_and_group([_later(group.response.case) for group in different])
        confirmed = {group.response.case for group in again}
        return [group for group in different if _later(group.response.case) in confirmed]

    def _take_apart(self, different: Sequence[Bracketed]) -> None:
        """Find the changes that make each difference. Known ones are tried first, alone.

        The profile is sent again without them, because the others may make a difference too.
        """
        left = [group.response.case for group in different]
        blamed: set[str] = set()
        dissected = 0
        while left:
            case = left.pop(0)
            assert case.profile is not None
            changes = self._changes(case.profile)
            found = self._alone(case, [one for one in changes if one.field in blamed])
            if not found:
                dissected += 1
                found = self._dissected(case, changes, whole=dissected > MAX_DISSECTED)
            fields = {change.field for blame in found for change in blame.changes}
            blamed |= fields
            for blame in found:
                self._keep(blame)
            if fields and len(fields) < len(changes):
                rest = self._sent_without(case, fields)
                left += [group.response.case for group in rest if self._differs(group)]

    def _dissected(self, case: Case, changes: Sequence[Change], *, whole: bool) -> list[_Blame]:
        """Return the changes that make the difference; all of them if it is left `whole`."""
        if whole:
            again = self._differing([_later(case)])
            return [_Blame(tuple(changes), group) for group in again]
        return self._alone(case, changes) or self._together(case, changes)

    def _sent_without(self, case: Case, fields: Iterable[str]) -> list[Bracketed]:
        """Send the profile with these fields as in the suite's own request."""
        profile = case.profile
        for field in sorted(fields):
            profile = restored(profile, field) if profile else None
        sent = self._groups(self._send([replace(case, profile=profile)]))
        groups = self._compared_anew(sent)
        for group in groups:
            if not self._differs(group):
                self._note(group)
        return groups

    def _alone(self, case: Case, changes: Sequence[Change]) -> list[_Blame]:
        """Return the changes that make the difference each alone."""
        probes = {replace(case, profile=own_with(change)): change for change in changes}
        return [
            _Blame((probes[group.response.case],), group)
            for group in self._differing(list(probes))
            if group.response.case in probes
        ]

    def _together(self, case: Case, changes: Sequence[Change]) -> list[_Blame]:
        """Return the changes that make the difference only together.

        Each of them is undone alone. If the difference is gone then, the change is needed.
        """
        again = self._differing([_later(case)])
        if not again or case.profile is None:
            return []  # it occurred by chance
        undone = {replace(case, profile=restored(case.profile, c.field)): c for c in changes}
        still = {group.response.case for group in self._differing(list(undone))}
        needed = tuple(change for probe, change in undone.items() if probe not in still)
        return [_Blame(needed, again[0])]

    def _differing(self, cases: Sequence[Case]) -> list[Bracketed]:
        """Send each of these twice, and return those whose response differs both times."""
        groups = self._send_and_group(cases)
        repeated = self._send_and_group(
            [
                replace(group.response.case, repeat=group.response.case.repeat + 1)
                for group in groups
            ]
        )
        confirmed = {replace(g.response.case, repeat=g.response.case.repeat - 1) for g in repeated}
        return [group for group in groups if group.response.case in confirmed]

    def _send_and_group(self, cases: Sequence[Case]) -> list[Bracketed]:
        groups = self._compared_anew(self._groups(self._send(cases)))
        return [group for group in groups if self._differs(group)]

    def _keep(self, blame: _Blame) -> None:
        profile = blame.group.response.case.profile
        requirement = clients.violated(blame.changes, blame.group)
        found = self.by_requirement[requirement]
        if all(blame.group.response.case != known.response.case for known in found):
            found.append(blame.group)
        place = " and ".join(change.field for change in blame.changes) or ORDER
        self._places[profile] = place
        self._senders.setdefault(place, set()).update(_senders(blame))


def _later(case: Case) -> Case:
    """Return the case whose response confirms this one's difference."""
    return replace(case, repeat=case.repeat + 2)


def _senders(blame: _Blame) -> set[str]:
    """Return the names of the clients whose requests have all of these changes."""
    if not blame.changes:
        profile = blame.group.response.case.profile
        return {profile.phrase.removeprefix("as ")} if profile else set()
    return set.intersection(*(set(profiles_with(change)) for change in blame.changes))
