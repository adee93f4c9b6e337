"""Is an invalid call refused?"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.envelope import EnvelopeKind

__all__ = ["refused"]


def refused(response: Response) -> Iterator[Violation]:
    """A wrong call gets no overview.

    That what it gets is an error envelope in every detail is judged by `readable` and `errors`.
    """
    if response.kind is EnvelopeKind.OVERVIEW:
        identity = shown(response.values, ("package", "credits_used", "billing_start_date"))
        got, hint = f"an overview: {identity}", ""
        if response.case.invalid == ("user",) and response.case.user is not State.MISSING:
            hint = "if a customer is really called so, name it with --user"
        yield Violation(response, _what_is_wrong(response), "an error envelope", got, hint)


def _what_is_wrong(response: Response) -> str:
    case = response.case
    wrong = case.invalid or ("task",)
    return " and ".join(
        f"{name} {state.value}" if isinstance(state, State) else name
        for name in wrong
        for state in (case.invalid_state(name),)
    )
