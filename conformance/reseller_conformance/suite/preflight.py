"""The documented calls, which go first, and what is called where none of them is accepted.

Wrong credentials must not cost thousands of calls, each of them a failed login. So a handful of
calls shows what is probably wrong, and nothing more is called.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from reseller_conformance.checks.refusal_cause import Cause, cause
from reseller_conformance.checks.response import Answer
from reseller_conformance.contract import Format
from reseller_conformance.envelope import Looks
from reseller_conformance.exchange import Transport

if TYPE_CHECKING:
    from reseller_conformance.suite.target_session import Asked

__all__ = ["Preflight"]

MORE_CUSTOMERS = 3
"""How many further customers are tried, in each format, before all of them count as refused."""


class Preflight:
    """The documented call for each customer and format, and what it comes to."""

    def __init__(self, asked: Asked) -> None:
        """Call nothing yet."""
        self._asked = asked
        self._formats = asked.settings.formats

    @cached_property
    def opening(self) -> dict[Format, list[Answer]]:
        """The documented calls, before anything else.

        Only the last customer is asked about wrongly before it is asked about rightly.
        """
        asked, plan = self._asked, self._asked.plan
        known = [answer.case.format for answer in self._first if _accepted(answer)]
        asked.ask(case for format in known for case in plan.before(format))
        more = [plan.documented(format)[1:] for format in self._formats]
        if not known and not asked.settings.keep_going:
            tried = asked.ask(case for cases in more for case in cases[: self._more_customers])
            if not any(map(_accepted, tried)):
                return self._by_format([*self._first, *tried])
        rest = asked.ask(case for cases in more for case in cases)
        return self._by_format(self._repeated([*self._first, *rest]))

    @cached_property
    def rejected(self) -> bool:
        """Whether no documented call is accepted, and no more is to be called because of that."""
        answers = [answer for answers in self.opening.values() for answer in answers]
        return not self._asked.settings.keep_going and not any(map(_accepted, answers))

    @property
    def is_rejected_already(self) -> bool:
        """Whether it is known by now, without a call, that no more is to be called."""
        return bool(vars(self).get("opening")) and self.rejected

    @cached_property
    def cause(self) -> Cause:
        """What is probably wrong where the first customer's documented call is refused."""
        refused = self._refused
        target = self._asked.target
        names = (target.api_user, *target.customers)
        return cause(refused, self.beside, names) if refused else Cause()

    @cached_property
    def beside(self) -> list[Answer]:
        """The calls that show the cause: the documented one again, and one for each parameter."""
        refused = self._refused
        if refused is None:
            return []
        return self._asked.ask(self._asked.plan.beside(refused.case.format))

    @cached_property
    def _first(self) -> list[Answer]:
        plan = self._asked.plan
        first = self._asked.ask(c for format in self._formats for c in plan.documented(format)[:1])
        return self._repeated(first)

    def _repeated(self, answers: list[Answer]) -> list[Answer]:
        """Return these responses, with an overview in place of what was no overview by chance.

        A server that fails now and then, or a race, must not keep everything else from being
        tested. Other requirements report the first response.
        """
        some = any(map(_accepted, answers))
        failed = [a for a in answers if not _accepted(a) and (some or _failed_by_chance(a))]
        [again] = self._asked.ask_in_turn(self._asked.repeated(a.case for a in failed))
        accepted = {_whose(answer): answer for answer in again if _accepted(answer)}
        return [accepted.get(_whose(answer), answer) for answer in answers]

    @property
    def _refused(self) -> Answer | None:
        """The first customer's call that the target refused, an error envelope before others.

        A server that fails, or does not answer, tells nothing about the parameters.
        """
        if any(map(_accepted, self._first)):
            return None
        refused = [a for a in self._first if a.looks is Looks.ERRORS]
        refused += [a for a in self._first if 400 <= (a.exchange.status or 0) < 429]
        return next(iter(refused), None)

    @property
    def _more_customers(self) -> int:
        return MORE_CUSTOMERS if self.cause.concerns_customer else 0

    def _by_format(self, answers: list[Answer]) -> dict[Format, list[Answer]]:
        return {
            format: [answer for answer in answers if answer.case.format is format]
            for format in self._formats
        }


def _failed_by_chance(answer: Answer) -> bool:
    """Say whether a gateway, a dropped connection or a crash may be what failed."""
    problem, status = answer.exchange.problem, answer.exchange.status
    dropped = problem is not None and problem.kind is Transport.DROPPED
    return dropped or (problem is None and status is not None and status >= 500)


def _whose(answer: Answer) -> tuple[Format, int]:
    return answer.case.format, answer.case.customer


def _accepted(answer: Answer) -> bool:
    return answer.looks is Looks.OVERVIEW
