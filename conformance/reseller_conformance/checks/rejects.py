"""An invalid call gets no overview."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import NAMES, State, Text
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.util.place import Place

__all__ = ["could_be_a_name", "refused"]

IDENTITY = ("package", "credits_used", "billing_start_date")
"""What a finding shows of an overview that should not have come."""

_NAME = re.compile(r"[\w.@+' -]+")


def could_be_a_name(case: Case) -> bool:
    """Return True if a customer could be registered under the `user` that this call sends."""
    if case.invalid != ("user",):
        return False
    if isinstance(case.user, Text):
        return bool(_NAME.fullmatch(case.user.text)) and "--" not in case.user.text
    return case.user in NAMES


def refused(response: Response) -> Iterator[Violation]:
    """An invalid call gets no overview.

    `readable` and `errors` judge the error envelope that it gets.
    """
    if response.kind is EnvelopeKind.OVERVIEW:
        got = f"an overview: {shown(response.values, IDENTITY)}"
        where = Place(_what_is_invalid(response), names=IDENTITY)
        yield Violation(response, where, "an error envelope", got, _way_out(response.case))


def _way_out(case: Case) -> str:
    if could_be_a_name(case):
        return "if a customer is really called so, name it with --user"
    if case.invalid == ("user",) and case.user is State.FOREIGN:
        return "if this customer is yours, give --foreign-user one of another reseller"
    return ""


def _what_is_invalid(response: Response) -> str:
    case = response.case
    invalid = case.invalid or ("task",)
    return " and ".join(
        f"{name} {state.value}" if isinstance(state, State) else name
        for name in invalid
        for state in (case.invalid_state(name),)
    )
