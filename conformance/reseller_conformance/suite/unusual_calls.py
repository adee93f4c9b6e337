"""What one response to an unusual call is certain to violate, as soon as it comes in.

Unusual are calls in another order or encoding, with undocumented or repeated parameters, with
special texts, and near misses. `live_judge` confirms what is found here. The items judge all of
these calls again, beside control calls that are made later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import holds_special_text
from reseller_conformance.cases.mutations import ADDRESSES, EMPTY, PARSED, State, Text
from reseller_conformance.cases.variations import simplifications
from reseller_conformance.checks import near_miss
from reseller_conformance.checks.consistency import Bracketed, own_account
from reseller_conformance.checks.firewall import is_stopped
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import refusal_due
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.checks.well_formed import form_violations, is_well_formed
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Requirement

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["Doubt", "UnusualCalls"]

JUDGED_ELSEWHERE = frozenset({State.VALID, *EMPTY, State.FOREIGN, *ADDRESSES, *PARSED})
"""Values of `user` that have a requirement of their own, or may have.

A valid value is invalid because of what is written around it.
"""


REFUSABLE = frozenset({r.REQUEST_REPEATED, r.REQUEST_ARRAY, r.REQUEST_SPECIAL_TEXT})
"""What these requirements are about may be refused."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A requirement that a response seems to violate.

    `shows` finds the violation in that response, without another call. `confirms` finds it in the
    response to the same call once more, and sends control calls: what spoils valid calls too, as a
    lockout does, is not due to this one.
    """

    requirement: Requirement
    shows: Check[Response]
    confirms: Check[Response]


class UnusualCalls:
    """Which requirement an unusual call is about, and whether its response violates it."""

    def __init__(self, session: TargetSession) -> None:
        """Judge the calls of this session."""
        self._session = session

    def doubt(self, response: Response) -> Doubt | None:
        """Return what this response seems to violate; None where nothing is certain yet."""
        case = response.case
        if not response.was_sent or is_stopped(response) or self._documented(case) is None:
            return None
        if case.invalid == ("user",) and response.kind is EnvelopeKind.OVERVIEW:
            elsewhere = case.user in JUDGED_ELSEWHERE or isinstance(case.user, Text)
            check = self._shows_known_account
            return None if elsewhere else Doubt(r.REJECTS_USER_UNKNOWN, check, check)
        requirement = self._requirement(case)
        if requirement is None:
            return None
        if requirement not in REFUSABLE and response.kind is EnvelopeKind.ERRORS:
            return Doubt(requirement, self._is_refused, self._is_refused_alone)
        if requirement in (*REFUSABLE, r.REQUEST_UNDOCUMENTED):
            return Doubt(requirement, self._is_broken, self._is_broken_alone)
        return None

    def _shows_known_account(self, response: Response) -> Iterator[Violation]:
        """A near miss brings the account of a known customer, or is no name at all."""
        for documented in self._session.initial_calls[response.case.format]:
            found = list(near_miss.no_account(Bracketed(documented, response, documented)))
            if documented.kind is EnvelopeKind.OVERVIEW and found:
                yield from found
                return

    def _is_refused(self, response: Response) -> Iterator[Violation]:
        """A valid call is refused, which the documented call was not."""
        documented = self._documented(response.case)
        if response.kind is EnvelopeKind.ERRORS and documented is not None:
            yield from own_account(Bracketed(documented, response, documented))

    def _is_refused_alone(self, response: Response) -> Iterator[Violation]:
        documented = Case(response.case.format, customer=response.case.customer)
        controls = self._session.controls.send(documented)
        if all(control.kind is EnvelopeKind.OVERVIEW for control in controls):
            yield from self._is_refused(response)

    def _is_broken(self, response: Response) -> Iterator[Violation]:
        """The response violates a requirement of form, which those to plain calls do not."""
        usual = self._session.controls.plain_violations_so_far(response.case.format)
        return is_well_formed(response, usual)

    def _is_broken_alone(self, response: Response) -> Iterator[Violation]:
        """It does so in the documented writing too, and a plain invalid call does not by now."""
        session, case = self._session, response.case
        usual = session.controls.preexisting_violations(case.format, [response])
        for control in session.send_again(Case(case.format, user=State.UNKNOWN)):
            usual |= set(form_violations(control))
        plain = [next(simplifications(case, case.customer))] if case.invalid else []
        if all(any(is_well_formed(again, usual)) for again in session.send(plain)):
            yield from is_well_formed(response, usual)

    def _documented(self, case: Case) -> Response | None:
        """Return the overview that this customer's documented call brought; None without one."""
        opening = self._session.initial_calls[case.format]
        own = (a for a in opening if a.case.customer == case.customer)
        return next((a for a in own if a.kind is EnvelopeKind.OVERVIEW), None)

    def _requirement(self, case: Case) -> Requirement | None:
        if holds_special_text(case):
            return r.REQUEST_SPECIAL_TEXT
        if _has_undocumented_names(case) and not case.invalid and refusal_due(case) is None:
            return r.REQUEST_UNDOCUMENTED
        return self._requirements.get(replace(case, format=Format.JSON))

    @cached_property
    def _requirements(self) -> dict[Case, Requirement]:
        """The requirement of each planned call, whichever format it is sent in."""
        plan = self._session.plan
        made = {
            r.REQUEST_ORDER: plan.orders,
            r.REQUEST_ENCODING: plan.encodings,
            r.REQUEST_SEPARATORS: plan.separators,
            r.REQUEST_REPEATED: plan.repeated_parameters,
            r.REQUEST_ARRAY: plan.arrays,
        }
        return {
            replace(case, format=Format.JSON): requirement
            for requirement, make in made.items()
            for format in self._session.settings.formats
            for case in make(format)
        }


def _has_undocumented_names(case: Case) -> bool:
    """Return True for more parameters, none of which is a documented one as an array."""
    names = {name.partition("[")[0] for name, _ in case.extra}
    return bool(names) and names.isdisjoint(PARAMETERS)
