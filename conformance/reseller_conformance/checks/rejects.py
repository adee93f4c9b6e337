"""Is a wrong call refused?"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure, shown
from reseller_conformance.envelope import Looks

__all__ = ["refused"]


def refused(answer: Answer) -> Iterator[Departure]:
    """A wrong call gets no overview.

    That what it gets is an error envelope in every detail is judged by `readable` and `errors`.
    """
    if answer.looks is Looks.OVERVIEW:
        identity = shown(answer.values, ("package", "credits_used", "billing_start_date"))
        got, hint = f"an overview: {identity}", ""
        if answer.case.wrong == ("user",) and answer.case.user is not State.MISSING:
            hint = "if a customer is really called so, name it with --user"
        yield Departure(answer, _what_is_wrong(answer), "an error envelope", got, hint)


def _what_is_wrong(answer: Answer) -> str:
    case = answer.case
    wrong = case.wrong or ("task",)
    return " and ".join(
        f"{name} {state.value}" if isinstance(state, State) else name
        for name in wrong
        for state in (case.state(name),)
    )
