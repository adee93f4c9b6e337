"""Seeded faults are caught, and correct variants fail nothing but the SHOULDs that they name.

By default one fault for each requirement runs, which must fail just under that name, and the
variants that need nothing but the reference. `nox -s matrix` runs a fault of every family, which
must be caught at its level, and every variant.
"""

from functools import cache

import pytest

from faults import FAULTS, Fault
from judging import Direct, Judged, judge, settings, target_of
from reseller_conformance.client import Client
from reseller_conformance.findings import Outcome
from reseller_conformance.reference import Reference, default_reference, mocked
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import CATALOGUE, Level, by_id
from reseller_conformance.target import Limits
from variants import VARIANTS, Variant
from variants.registry import NotInstalledError

SHAKY = {"shared", "shaky"}
"""Families that show only where calls are in flight together, or in what is retried."""


def outcomes(fault: Fault, depth: str) -> list[Judged]:
    made, chosen = fault.make(), settings(depth)
    if not isinstance(made, Reference):
        with fault.serve() as url:
            target = target_of(default_reference(), url)
            with Client(target, Limits(timeout=1.0, retries=1)) as client:
                return judge(target, chosen, client)
    target = target_of(made, EMBEDDED_URL)
    if fault.family in SHAKY or fault.fails.id == "http.delivered":
        with Client(target, Limits(timeout=2.0)) as client:
            return judge(target, chosen, client, lambda: mocked(made))
    return judge(target, chosen, Direct(made, target))


def failed(judged: list[Judged]) -> set[str]:
    return {one.requirement.id for one in judged if one.outcome is Outcome.FAILED}


def check(fault: Fault, by_name: bool = True) -> None:
    """The cheap run first: what it does not catch, the standard one must."""
    found = failed(outcomes(fault, "quick"))
    if fault.fails.id not in found:
        found |= failed(outcomes(fault, "standard"))
    levels = {by_id(name).level for name in found}
    caught = fault.fails.id in found if by_name else levels & {fault.level, Level.MUST}
    assert caught, f"{fault.description}: fails {sorted(found) or 'nothing'}"


def of_each_requirement() -> list[Fault]:
    first = {fault.fails: fault for fault in reversed(FAULTS.values()) if not fault.needs_sockets}
    return [first[requirement] for requirement in CATALOGUE if requirement in first]


def of_each_family() -> list[Fault]:
    return list({(f.family, f.fails, f.formats): f for f in reversed(FAULTS.values())}.values())


@pytest.mark.parametrize("fault", of_each_requirement(), ids=str)
def test_a_fault_fails_what_it_names(fault):
    check(fault)


@pytest.mark.matrix
@pytest.mark.parametrize("fault", of_each_family(), ids=str)
def test_a_fault_of_each_family_is_caught_at_its_level(fault):
    check(fault, by_name=False)


@cache
def names() -> set[str]:
    return {fault.fails.id for fault in FAULTS.values()}


@pytest.mark.parametrize("requirement", CATALOGUE, ids=str)
def test_every_requirement_that_counts_can_fail(requirement):
    assert (requirement.id in names()) == (requirement.level is not Level.MAY)


def test_the_reference_fails_nothing():
    reference = default_reference()
    target = target_of(reference, EMBEDDED_URL)
    judged = judge(target, settings("standard"), Direct(reference, target))
    assert {one.outcome for one in judged} == {Outcome.PASSED}


def fails_no_must(variant: Variant, depth: str) -> None:
    try:
        with variant.serve() as running, Client(running.target, Limits()) as client:
            judged = judge(running.target, settings(depth), client)
    except NotInstalledError as missing:
        pytest.skip(f"waits for {missing} to be installed")
    violated = [
        (one.requirement.id, one.format, one.reason)
        for one in judged
        if one.outcome is Outcome.FAILED
        and one.requirement.id not in variant.should | variant.perhaps
    ]
    assert violated == []


QUICK_TOPICS = ("bodies_json", "bodies_xml", "encodings", "live_accounts")


@pytest.mark.parametrize(
    "variant", [v for v in VARIANTS.values() if v.topic in QUICK_TOPICS], ids=lambda v: v.name
)
def test_a_correct_variant_fails_nothing(variant):
    fails_no_must(variant, "quick")


@pytest.mark.matrix
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda v: v.name)
def test_every_correct_variant_fails_nothing(variant):
    fails_no_must(variant, "quick")
