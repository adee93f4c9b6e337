"""Every seeded fault, and every correct variant, as NEW against the reference as OLD.

Marked `matrix`, because it takes minutes: `pytest -m matrix tests/test_compare_matrix.py -n 2`.
"""

from __future__ import annotations

import pytest

from comparing import compared, direct, kinds_of
from faults import FAULTS, Fault
from judging import Direct
from reseller_conformance.compare.model import Grade
from reseller_conformance.reference import Reference, default_reference
from test_matrix import client_of, client_of_variant
from variants import VARIANTS, Variant
from variants.registry import NotInstalledError
from variants.shops import DEFAULT

NOT_IN_ONE_RESPONSE = frozenset({"http.timeout", "http.retries", "isolation.concurrency"})
"""Requirements about time and load: their faults need not change the response to one call."""


def stoppable(client):
    if isinstance(client, Direct):
        client.stop = lambda _="": None
    return client


@pytest.mark.matrix
@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS.values() if fault.fails.id not in NOT_IN_ONE_RESPONSE],
    ids=str,
)
def test_each_fault_is_a_breaking_or_visible_difference(fault: Fault) -> None:
    seen: dict[str, object] = {}
    for depth in ("quick", "standard"):
        with client_of(fault, 0) as (target, client, mocking), mocking():
            session = compared(direct(default_reference()), stoppable(client), depth, 5, target)
            seen = dict(kinds_of(session, Grade.VISIBLE))
            if seen:
                return
    assert seen, fault.description


@pytest.mark.matrix
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda v: v.name)
def test_no_correct_variant_is_a_breaking_difference(variant: Variant) -> None:
    try:
        with client_of_variant(variant, 0) as (target, client):
            customers = len(target.customers)
            old = direct(Reference(DEFAULT.accounts))
            session = compared(old, stoppable(client), "quick", min(customers, 2), target)
    except NotInstalledError as missing:
        pytest.skip(f"waits for {missing} to be installed")
    breaking = kinds_of(session, Grade.BREAKING)
    shown = {id: (kind.example.case, kind.example.new_response) for id, kind in breaking.items()}
    assert not session.unverified
    assert shown == {}
