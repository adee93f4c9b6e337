"""Kinds of cases by what is unusual about them. Each kind has requirements of its own."""

from __future__ import annotations

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import EMPTY, SPECIAL, UNREADABLE, State, Text

__all__ = [
    "holds_special_text",
    "is_ordinary",
    "is_ordinary_but_for_extra",
    "is_plainly_invalid",
    "is_unreadable",
]


def is_ordinary(case: Case) -> bool:
    """Return True if all requirements of form apply to the response."""
    return not case.extra and is_ordinary_but_for_extra(case)


def is_ordinary_but_for_extra(case: Case) -> bool:
    """Return True if it is ordinary without its undocumented parameters."""
    return not (
        holds_special_text(case)
        or is_unreadable(case)
        or case.repeated_parameters
        or case.arrays
        or any(case.around)
        or case.method != "GET"
        or case.profile
        or case.cookies
    )


def is_plainly_invalid(case: Case) -> bool:
    """Return True if its parameters are valid, empty or unknown, and not all valid."""
    states = [case.state(name) for name in case.invalid]
    plain = (*EMPTY, State.UNKNOWN)
    return bool(states) and is_ordinary(case) and all(state in plain for state in states)


def holds_special_text(case: Case) -> bool:
    """Return True if the value of a parameter is a special text."""
    states = [case.state(name) for name in case.invalid]
    return any(isinstance(state, Text) or state in SPECIAL for state in states)


def is_unreadable(case: Case) -> bool:
    """Say whether a value has characters or escapes that a server may refuse in any way."""
    return any(case.state(name) in UNREADABLE for name in case.invalid)
