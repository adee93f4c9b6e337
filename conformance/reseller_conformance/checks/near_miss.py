"""Does a near miss of a customer's name bring an account, and whose?

A near miss may be another customer's name: `client1` is a prefix of `client12`
(specification, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.consistency import OWN, Bracketed, differing
from reseller_conformance.checks.rejects import could_be_a_name, refused
from reseller_conformance.checks.violation import Violation
from reseller_conformance.envelope import EnvelopeKind

__all__ = ["another_customer", "no_account"]


def another_customer(group: Bracketed) -> bool:
    """Return True if a near miss brings the overview of another customer than the one meant.

    The group holds that customer's overviews before and after. An account that was never used
    looks like any other one, so it identifies no customer.
    """
    if group.response.kind is not EnvelopeKind.OVERVIEW or not could_be_a_name(group.response.case):
        return False
    used = any(group.response.values.get(name) for name in ("requests", "credits_used"))
    return not used or group.before.kind is not EnvelopeKind.OVERVIEW or any(differing(group, OWN))


def no_account(group: Bracketed) -> Iterator[Violation]:
    """A near miss brings no overview, unless it is another customer's name."""
    if not another_customer(group):
        yield from refused(group.response)
