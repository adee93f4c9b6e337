"""The user of a load test: sends valid and invalid calls, and judges every response.

A locustfile needs only `from reseller_conformance.soak import OverviewUser`. Locust receives no
URL. Its tables name calls by format and by invalid parameter.
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
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import SPECIAL
from reseller_conformance.cases.plan import Plan
from reseller_conformance.checks.rejects import could_be_a_name
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import refusal_due
from reseller_conformance.client.request import valid_values_of
from reseller_conformance.client.retry_policy import is_rate_limited
from reseller_conformance.requirements import Level
from reseller_conformance.soak.calls import Caller
from reseller_conformance.soak.locust_events import LoadTest, soak_of
from reseller_conformance.soak.rules import RuleResult, judged, judged_together

__all__ = ["OverviewUser"]

CALLS_IN_A_ROW = 4
"""Calls for one customer in a row. Each response is compared with its neighbours."""


class ViolationError(Exception):
    """Shown by Locust for a response with violations.

    It names the requirements, and nothing that was sent.
    """

    def __repr__(self) -> str:
        """Return only the message, so that Locust's table groups equal failures."""
        return str(self)


class OverviewUser(User):
    """One client of the account overview. Each starts one task a second.

    To change `wait_time` or add tasks, subclass it through the module, as `soak.OverviewUser`.
    Locust runs every user class that a locustfile imports by name.
    """

    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        """Prepare the calls. Stops this user if the options are invalid."""
        soak = soak_of(self.environment)
        if soak is None:  # The reason is already printed.
            raise StopUser
        self._soak: LoadTest = soak
        self._caller = Caller(soak.target, soak.settings.limits)
        self._invalid_cases = _invalid_cases(soak)

    def on_stop(self) -> None:
        """Close the connection."""
        if hasattr(self, "_caller"):
            self._caller.close()

    # --- Tasks -------------------------------------------------------------------------------

    @task(6)
    def read(self) -> None:
        """Request the overview of a random customer."""
        self._call(self._case())

    @task(3)
    def refuse(self) -> None:
        """Send an invalid call of the plan."""
        self._call(choice(choice(self._invalid_cases)))

    @task(3)
    def read_in_turn(self) -> None:
        """Request one customer several times in a row, in one format or alternating."""
        case = self._case()
        others = [each for each in self._soak.settings.formats if each is not case.format]
        turns = cycle([case.format, *choice([[], others])])
        responses = [
            self._call(replace(case, format=each)) for each in islice(turns, CALLS_IN_A_ROW)
        ]
        for judgement in judged_together([a for a in responses if not is_rate_limited(a.exchange)]):
            self._soak.note(judgement)

    def _case(self) -> Case:
        customers = range(len(self._soak.target.customers))
        formats = self._soak.settings.formats
        return Case(choice(formats), customer=choice(customers))

    # --- Send and judge ----------------------------------------------------------------------

    def _call(self, case: Case) -> Response:
        started = time.time()
        response = self._caller.call(case)
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
    ) -> ViolationError | None:
        if is_rate_limited(response.exchange):
            return ViolationError(f"rate limited: {response.exchange.status}")
        counts = (Level.MUST, self._soak.settings.level)
        failed = [one.requirement for one in judgements if one.violations]
        ids = [requirement.id for requirement in failed if requirement.level in counts]
        return ViolationError(", ".join(ids)) if ids else None


def _name(case: Case) -> str:
    return f"{case.format} invalid {' and '.join(case.invalid)}" if case.invalid else case.format


def _invalid_cases(soak: LoadTest) -> list[list[Case]]:
    """Return the plan's calls with one invalid parameter, grouped by the requirements that apply.

    Calls with special texts are excluded, because a run judges them by requirements of their own.
    Names of possible other customers are excluded too, because only a run compares the accounts.
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
