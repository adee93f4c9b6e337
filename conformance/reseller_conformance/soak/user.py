"""The user of a load test: asks rightly and wrongly, judges every answer, tells Locust.

`from reseller_conformance.soak import OverviewUser` in a locustfile is all it takes. Locust is told
no URL: its tables name calls by their format and by what is wrong with them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from random import choice

from locust import User, constant_throughput, task
from locust.exception import StopUser

from reseller_conformance.cases.case import Case, is_distinguishable
from reseller_conformance.cases.mutations import SPECIAL
from reseller_conformance.cases.plan import Depth, Plan
from reseller_conformance.checks.near_miss import could_be_a_name
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import refusal_due
from reseller_conformance.client.request import valid_values_of
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.requirements import Level
from reseller_conformance.soak.calls import Caller
from reseller_conformance.soak.locust_events import LoadTest, soak_of
from reseller_conformance.soak.rules import RuleResult, judged, judged_together

__all__ = ["OverviewUser"]

IN_TURN = 4
"""Readings of one customer in a row: both of those between others are compared with them."""


class DepartureError(Exception):
    """What Locust shows of an answer that departs: the requirements, and nothing that was sent."""

    def __repr__(self) -> str:
        """Return the message alone, as one kind of failure in Locust's table."""
        return str(self)


class OverviewUser(User):
    """One client of the account overview; each starts one task a second.

    Subclass it, with another `wait_time` or further tasks, by way of the module, for Locust runs
    every class of users that a locustfile imports.
    """

    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        """Find out who is to be asked."""
        soak = soak_of(self.environment)
        if soak is None:  # Locust has been told why
            raise StopUser
        self._soak: LoadTest = soak
        self._asker = Caller(soak.target, soak.settings.limits)
        self._wrong = _wrong_cases(soak)

    def on_stop(self) -> None:
        """Let go of the connection."""
        if hasattr(self, "_asker"):
            self._asker.close()

    # --- What is asked -----------------------------------------------------------------------

    @task(6)
    def read(self) -> None:
        """Ask for the overview of any customer."""
        self._call(self._case())

    @task(3)
    def refuse(self) -> None:
        """Ask wrongly, in one of the ways of the plan."""
        self._call(choice(choice(self._wrong)))

    @task(3)
    def read_in_turn(self) -> None:
        """Ask for one customer several times in a row: in one format, or in both by turns."""
        case = self._case()
        others = [each for each in self._soak.settings.formats if each is not case.format]
        turns = cycle([case.format, *choice([[], others])])
        responses = [self._call(replace(case, format=each)) for each in islice(turns, IN_TURN)]
        for judgement in judged_together([a for a in responses if not is_rate_limited(a.exchange)]):
            self._soak.note(judgement)

    def _case(self) -> Case:
        customers = range(len(self._soak.target.customers))
        formats = self._soak.settings.formats
        return Case(choice(formats), customer=choice(customers))

    # --- What becomes of it ------------------------------------------------------------------

    def _call(self, case: Case) -> Response:
        started = time.time()
        response = self._asker.call(case)
        self._soak.count(response)
        judgements = [] if is_rate_limited(response.exchange) else list(judged(response))
        for judgement in judgements:
            self._soak.note(judgement)
        self.environment.events.request.fire(
            request_type=case.method,
            name=_name(case),
            response_time=response.exchange.seconds * 1000,
            response_length=len(response.exchange.body),
            exception=self._failure(response, judgements),
            context={},
            start_time=started,
        )
        return response

    def _failure(
        self, response: Response, judgements: Sequence[RuleResult]
    ) -> DepartureError | None:
        if is_rate_limited(response.exchange):
            return DepartureError(f"turned away: {response.exchange.status}")
        counts = (Level.MUST, self._soak.settings.level)
        failed = [one.requirement for one in judgements if one.violations]
        ids = [requirement.id for requirement in failed if requirement.level in counts]
        return DepartureError(", ".join(ids)) if ids else None


def _name(case: Case) -> str:
    return f"{case.format} {' and '.join(case.invalid)} wrong" if case.invalid else f"{case.format}"


def _wrong_cases(soak: LoadTest) -> list[list[Case]]:
    """Return the plan's calls with one wrong parameter, by what they are refused for.

    Odd texts are left to a run: what becomes of them has requirements of its own. So are texts
    that could be another customer's name: a run compares the accounts.
    """
    plan = Plan(Depth.STANDARD, len(soak.target.customers))
    valid = valid_values_of(soak.target)
    groups: dict[object, list[Case]] = {}
    for format in soak.settings.formats:
        for case in plan.singles(format):
            plain = not case.extra and all(case.state(name) not in SPECIAL for name in case.invalid)
            if (
                case.invalid
                and plain
                and not could_be_a_name(case)
                and is_distinguishable(case, valid)
            ):
                groups.setdefault((format, refusal_due(case)), []).append(case)
    return list(groups.values())
