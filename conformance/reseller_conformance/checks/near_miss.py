"""Does a near miss of a customer's name bring an account, and whose?

A near miss may be another customer's name: `client1` is a prefix of `client12`
(specification, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import NAMES, Text
from reseller_conformance.checks.consistency import OWN, Bracketed, differing
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.violation import Violation
from reseller_conformance.envelope import EnvelopeKind

__all__ = ["another_customer", "could_be_a_name", "no_account"]

_NAME = re.compile(r"[\w.@+' -]+")


def could_be_a_name(case: Case) -> bool:
    """Return True if a customer could be registered under the `user` that this call sends."""
    if case.invalid != ("user",):
        return False
    if isinstance(case.user, Text):
        return bool(_NAME.fullmatch(case.user.text)) and "--" not in case.user.text
    return case.user in NAMES


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
