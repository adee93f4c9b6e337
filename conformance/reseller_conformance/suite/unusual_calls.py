"""What one response to an unusual call is certain to violate, as soon as it comes in.

Unusual are calls in another order or encoding, with undocumented or repeated parameters, with
special texts, and near misses. `live_judge` confirms what is found here. The items judge all of
these calls again, beside control calls that are made later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import holds_special_text
from reseller_conformance.cases.mutations import ADDRESSES, EMPTY, PARSED, State
from reseller_conformance.checks import near_miss
from reseller_conformance.checks.consistency import Bracketed, own_account
from reseller_conformance.checks.firewall import is_stopped
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import refusal_due
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.checks.well_formed import form_violations, is_well_formed
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Requirement

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["UnusualCalls"]

JUDGED_ELSEWHERE = frozenset({*EMPTY, State.FOREIGN, *ADDRESSES, *PARSED})
"""Values of `user` that have a requirement of their own, or may have."""


class UnusualCalls:
    """Which requirement an unusual call is about, and what its response violates."""

    def __init__(self, session: TargetSession) -> None:
        """Judge the calls of this session."""
        self._session = session

    def violated(self, response: Response) -> tuple[Requirement, Check[Response]] | None:
        """Return the requirement that this response violates, and the check that confirms it."""
        case = response.case
        if not response.was_sent or is_stopped(response):
            return None
        if not self._session.customers_with_overview(case.format):
            return None
        if case.invalid == ("user",) and response.kind is EnvelopeKind.OVERVIEW:
            return self._near_miss(response)
        requirement = self._requirement(case)
        if requirement is None:
            return None
        if response.kind is EnvelopeKind.ERRORS and not case.invalid:
            return self._refusal(response, requirement)
        return self._form(response, requirement)

    def _near_miss(self, response: Response) -> tuple[Requirement, Check[Response]] | None:
        if response.case.user in JUDGED_ELSEWHERE or holds_special_text(response.case):
            return None
        found = r.REJECTS_USER_UNKNOWN, self._shows_own_account
        return found if any(self._shows_own_account(response)) else None

    def _shows_own_account(self, response: Response) -> Iterator[Violation]:
        """A near miss brings the account of the customer whose name it nearly is."""
        if (documented := self._documented(response.case)) is not None:
            yield from near_miss.no_account(Bracketed(documented, response, documented))

    def _refusal(
        self, response: Response, requirement: Requirement
    ) -> tuple[Requirement, Check[Response]] | None:
        """A valid call is refused, which the documented call is not."""
        refusable = requirement not in (r.REQUEST_REPEATED, r.REQUEST_ARRAY)
        known = self._documented(response.case) is not None
        return (requirement, self._is_refused) if refusable and known else None

    def _is_refused(self, response: Response) -> Iterator[Violation]:
        documented = self._documented(response.case)
        if response.kind is EnvelopeKind.ERRORS and documented is not None:
            yield from own_account(Bracketed(documented, response, documented))

    def _form(
        self, response: Response, requirement: Requirement
    ) -> tuple[Requirement, Check[Response]] | None:
        """The response violates a requirement of form, which those to plain calls do not."""
        if requirement in (r.REQUEST_ORDER, r.REQUEST_ENCODING, r.REQUEST_SEPARATORS):
            return None
        broken = set(form_violations(response))
        if broken <= self._session.controls.plain_violations_so_far(response.case.format):
            return None
        return requirement, self._is_broken

    def _is_broken(self, response: Response) -> Iterator[Violation]:
        usual = self._session.controls.preexisting_violations(response.case.format, [response])
        yield from is_well_formed(response, usual)

    def _documented(self, case: Case) -> Response | None:
        """Return the overview that this customer's documented call brought; None without one."""
        opening = self._session.initial_calls[case.format]
        own = (a for a in opening if a.case.customer == case.customer)
        return next((a for a in own if a.kind is EnvelopeKind.OVERVIEW), None)

    def _requirement(self, case: Case) -> Requirement | None:
        if holds_special_text(case):
            return r.REQUEST_SPECIAL_TEXT
        if case.extra and not case.invalid and refusal_due(case) is None:
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
