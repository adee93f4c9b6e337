"""Calls that are sent in one format and for one customer, and more calls where they fail.

A call that fails is also sent in the other format, and in the documented notation, so that a
finding names the cause. `plan` has the cases, and `evaluation` judges the responses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import Value
from reseller_conformance.cases.variations import (
    VARIATIONS,
    Variation,
    simplifications,
    variations,
)
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check
from reseller_conformance.checks.well_formed import form_violations
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["MakeCases", "SharedCalls"]

MAX_COUNTERPARTS = 10
"""Most failed calls that are also sent in the other format."""

MAX_TAKEN_APART = 2
"""Most failures for which simpler calls are sent."""

MakeCases = Callable[[Format], list[Case]]


class SharedCalls:
    """The calls of one target that its formats share."""

    def __init__(self, session: TargetSession) -> None:
        """Send them by this session."""
        self._session = session

    def send(self, format: Format, make: MakeCases, fails: Check[Response]) -> list[Response]:
        """Send the share of this format, and the calls that failures in others make necessary."""
        planned = [*make(format), *self._counterparts(format, make, fails)]
        cases = list(dict.fromkeys(self._usable(planned)))
        responses = self._session.send(cases)
        simpler = [case for case in self._simpler(responses, fails) if case not in cases]
        return [*responses, *self._session.send(simpler)]

    def _counterparts(
        self, format: Format, make: MakeCases, fails: Check[Response]
    ) -> Iterator[Case]:
        """Yield in this format the calls that fail in another one.

        A format without overviews refuses everything, so all of its calls are sent in this one.
        """
        for other in self._session.settings.formats:
            if other is format:
                continue
            cases = make(other)
            if self._session.customers_with_overview(other):
                responses = self._session.send(self._usable(cases))
                cases = _failing(responses, fails)[:MAX_COUNTERPARTS]
            yield from (replace(case, format=format) for case in cases)

    def _simpler(self, responses: list[Response], fails: Check[Response]) -> list[Case]:
        """Return simpler forms of failed calls, unless a simple call has failed."""
        failing = [case for case in _failing(responses, fails) if case.invalid]
        if any(not variations(case) for case in failing):
            return []
        some = [
            one
            for case in failing[:MAX_TAKEN_APART]
            for one in simplifications(case, self._first_customer(case.format))
        ]
        return list(dict.fromkeys(some))

    def _usable(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Yield these calls, without valid ones for customers whose documented call fails.

        Invalid calls use the documented notation if their own makes valid calls fail too.
        """
        for case in cases:
            is_known = case.customer in self._session.customers_with_overview(case.format)
            if not case.invalid:
                if is_known:
                    yield case
            elif is_known and not self._is_spoilt(case):
                yield case
            else:
                yield next(simplifications(case, self._first_customer(case.format)))

    def _is_spoilt(self, case: Case) -> bool:
        written = variations(case)
        return bool(written) and not self._spoiling.isdisjoint(written)

    def _first_customer(self, format: Format) -> int:
        return next(iter(self._session.customers_with_overview(format)), 0)

    @cached_property
    def _spoiling(self) -> set[Variation]:
        """The notations in which valid calls bring no overview, or one with other violations."""
        session, plan = self._session, self._session.plan
        valid = [
            case
            for f in session.settings.formats
            for case in (*plan.orders(f), *plan.encodings(f), *plan.undocumented(f))
            if case.customer in session.customers_with_overview(f)
            and not VARIATIONS.isdisjoint(variations(case))
        ]
        usual = {f: session.controls.preexisting_violations(f) for f in session.settings.formats}
        spoilt = [
            a
            for a in session.send(valid)
            if a.kind is not EnvelopeKind.OVERVIEW
            or not usual[a.case.format].issuperset(form_violations(a))
        ]
        return {variation for a in spoilt for variation in variations(a.case)}

    @cached_property
    def accepted_mutations(self) -> set[tuple[str, Value]]:
        """Each parameter and invalid state that alone brings an overview in any format."""
        session = self._session
        formats = filter(session.customers_with_overview, session.settings.formats)
        singles = self._usable(case for f in formats for case in session.plan.singles(f))
        return {
            (name, response.case.state(name))
            for response in session.send(singles)
            if response.kind is EnvelopeKind.OVERVIEW
            for name in response.case.invalid
        }


def _failing(responses: list[Response], fails: Check[Response]) -> list[Case]:
    return [a.case for a in responses if a.was_sent and any(fails(a))]
