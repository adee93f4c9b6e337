"""Every seeded fault, and every correct variant, as NEW against the reference as OLD.

Marked `matrix`, because it takes minutes: `pytest -m matrix tests/test_compare_matrix.py -n 2`.
"""

from __future__ import annotations

import pytest

from comparing import compared, direct, kinds_of
from faults import FAULTS, Fault
from judging import Direct
from reseller_conformance.compare.model import Aspect, Grade
from reseller_conformance.reference import Reference, default_reference
from test_matrix import client_of, client_of_variant
from variants import VARIANTS, Variant
from variants.registry import NotInstalledError
from variants.shops import DEFAULT

NOT_IN_ONE_RESPONSE = frozenset({"http.timeout", "http.retries", "isolation.concurrency"})
"""Requirements about time and load: their faults need not change the response to one call."""


IN_ERRORS = {Aspect.STATUS, Aspect.ERROR_COUNT, Aspect.ERROR_TEXT, Aspect.FIELDS}
IN_HEADS = {Aspect.MEDIA_TYPE, Aspect.CHARSET, Aspect.HEADER}
IN_BYTES = {Aspect.WHITE_SPACE, Aspect.BYTES, Aspect.DECLARATION, Aspect.ORDER}
NO_OVERVIEW = {Aspect.VERDICT, Aspect.ENVELOPE, Aspect.DELIVERY}
VARIED = {
    "addresses": {Aspect.VALUE},
    "bodies_json": {Aspect.TYPE, Aspect.FIELDS, *IN_HEADS, *IN_BYTES},
    "bodies_xml": {Aspect.VALUE, Aspect.FIELDS, *IN_HEADS, *IN_BYTES},
    "clients": {*IN_HEADS, *NO_OVERVIEW},
    "credentials": {*IN_ERRORS, *IN_BYTES, Aspect.HEADER},
    "echoes": IN_ERRORS,
    "encodings": {*IN_HEADS, *IN_BYTES},
    "gateways": {*IN_ERRORS, *IN_HEADS, *NO_OVERVIEW, Aspect.VALUE},
    "live_accounts": {Aspect.VALUE},
    "locks": {Aspect.PROTECTION},
    "lookups": {*IN_ERRORS, *IN_HEADS, *NO_OVERVIEW},
    "names": {Aspect.VERDICT},
    "protection": {Aspect.PROTECTION, Aspect.VALUE},  # some are copies that lag
    "statuses": {*IN_ERRORS, Aspect.HEADER, Aspect.VERDICT},
    "transports": {*IN_HEADS, Aspect.VALUE},
    "values": {*IN_ERRORS, Aspect.TYPE, Aspect.VALUE},
}
"""What the correct variants of a topic vary. Other topics are written from scratch: any aspect."""


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
def test_a_correct_variant_differs_in_what_it_varies_and_breaks_nothing(variant: Variant) -> None:
    try:
        with client_of_variant(variant, 0) as (target, client):
            customers = len(target.customers)
            same = isinstance(client, Direct)
            accounts = client._reference.accounts if same else DEFAULT.accounts
            of_old = target if same else None
            old = direct(Reference(accounts), of_old)
            session = compared(old, stoppable(client), "quick", min(customers, 2), target, of_old)
    except NotInstalledError as missing:
        pytest.skip(f"waits for {missing} to be installed")
    kinds = kinds_of(session)
    contract = {kind.place for kind in kinds.values() if kind.aspect is Aspect.CONTRACT}
    aspects = {kind.aspect for kind in kinds.values()} - {Aspect.CONTRACT}
    assert not session.unverified
    assert {id for id, kind in kinds.items() if kind.grade is Grade.BREAKING} == set()
    assert contract <= variant.should | variant.perhaps
    assert aspects <= VARIED.get(variant.topic, set(Aspect))
