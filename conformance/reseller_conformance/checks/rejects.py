"""Is an invalid call refused?"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.util.place import Place

__all__ = ["refused"]

IDENTITY = ("package", "credits_used", "billing_start_date")
"""What a finding shows of an overview that should not have come."""


def refused(response: Response) -> Iterator[Violation]:
    """A wrong call gets no overview.

    That what it gets is an error envelope in every detail is judged by `readable` and `errors`.
    """
    if response.kind is EnvelopeKind.OVERVIEW:
        got, hint = f"an overview: {shown(response.values, IDENTITY)}", ""
        if response.case.invalid == ("user",) and response.case.user is not State.MISSING:
            hint = "if a customer is really called so, name it with --user"
        where = Place(_what_is_wrong(response), names=IDENTITY)
        yield Violation(response, where, "an error envelope", got, hint)


def _what_is_wrong(response: Response) -> str:
    case = response.case
    wrong = case.invalid or ("task",)
    return " and ".join(
        f"{name} {state.value}" if isinstance(state, State) else name
        for name in wrong
        for state in (case.invalid_state(name),)
    )
