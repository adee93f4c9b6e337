"""What a lock may count failed logins by: an account, a customer of it, a key, and so on.

`doubtful_refusals` uses it to find an earlier failed login that the same lock would refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.contract import CREDENTIALS, PARAMETERS

__all__ = ["Identity", "account_of", "login_identities", "pairs_of"]

Identity = frozenset[tuple[str, object]]
"""Values of some parameters, by which a lock may count failed logins."""

COUNTED_BY = tuple(
    names
    for count in range(len(PARAMETERS), 0, -1)
    for names in combinations(PARAMETERS, count)
    if not set(names).isdisjoint(CREDENTIALS)
)
"""The parameters whose values a lock may count failed logins by, the most of them first."""


def pairs_of(case: Case) -> tuple[Identity, ...]:
    """Return the pairs of account and customer that this call may be about."""
    return tuple(_identities(case, ("api_user", "user")))


def account_of(case: Case) -> Identity:
    """Return the account that this call names."""
    return frozenset([("api_user", case.api_user)])


def login_identities(case: Case) -> tuple[Identity, ...]:
    """Return all that a lock may count this failed login by."""
    return tuple(one for names in COUNTED_BY for one in _identities(case, names))


def _identities(case: Case, names: Sequence[str]) -> Iterator[Identity]:
    for values in product(*(_values(case, name) for name in names)):
        yield frozenset(zip(names, values, strict=True))


def _values(case: Case, name: str) -> Iterator[object]:
    """Yield what a server may read as this parameter.

    Of one that is sent twice, most read the second value, and of an array none. To many, an empty
    parameter is a missing one.
    """
    again = (state for known, state in case.repeated_parameters if known == name)
    own = State.MISSING if name in case.arrays else case.state(name)
    empty = (State.EMPTY, State.MISSING) if own in (State.EMPTY, State.MISSING) else ()
    for value in dict.fromkeys((*again, own, *empty)):
        named = isinstance(value, State) and "{" in (value.template or "")
        yield (value, case.customer) if named and name == "user" else value
