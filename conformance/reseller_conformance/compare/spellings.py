"""A customer's name in other spellings: whether they are accepted is left open by the contract.

A run does not send them. A comparison does, because clients may depend on what OLD does with them.
"""

from __future__ import annotations

from collections.abc import Iterable

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.contract import Format

__all__ = ["is_spelling", "spellings"]

SPELLINGS = (State.OTHER_CASE, State.UPPER_CASE, State.SPACE_BEFORE, State.SPACE_AFTER)


def spellings(formats: Iterable[Format]) -> list[Case]:
    """Return the calls with the first customer's name in another spelling."""
    return [Case(format, user=state) for format in formats for state in SPELLINGS]


def is_spelling(case: Case) -> bool:
    """Say whether this is such a call."""
    return case.user in SPELLINGS and case.invalid == ("user",)
