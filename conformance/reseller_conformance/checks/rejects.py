"""An invalid call gets no overview."""

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
    """An invalid call gets no overview.

    `readable` and `errors` judge the error envelope that it gets.
    """
    if response.kind is EnvelopeKind.OVERVIEW:
        got, hint = f"an overview: {shown(response.values, IDENTITY)}", ""
        if response.case.invalid == ("user",) and response.case.user is not State.MISSING:
            hint = "if a customer is really called so, name it with --user"
        where = Place(_what_is_invalid(response), names=IDENTITY)
        yield Violation(response, where, "an error envelope", got, hint)


def _what_is_invalid(response: Response) -> str:
    case = response.case
    invalid = case.invalid or ("task",)
    return " and ".join(
        f"{name} {state.value}" if isinstance(state, State) else name
        for name in invalid
        for state in (case.invalid_state(name),)
    )
