"""Seeded faults are caught by name, and correct variants fail nothing but the SHOULDs they name.

By default one fault for each requirement runs, and the variants that need nothing but the
reference. `nox -s matrix` runs every fault and every variant, with a seed and a delay of each
answer to choose, and prints what `matrix_table` makes of it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache

import pytest

from faults import FAULTS, Fault
from judging import ACCOUNTS_FILE, Direct, Judged, Late, judge, settings, target_of
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.config.settings import Settings
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reference import Reference, default_reference, mocked
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import (
    CATALOGUE,
    REJECTS_USER_UNKNOWN,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    REQUEST_SEPARATORS,
    REQUEST_UNDOCUMENTED,
    VALUES_EXPECTED,
    Level,
    Requirement,
)
from variants import VARIANTS, Variant
from variants.registry import NotInstalledError

SHAKY = {"shared", "shaky"}
"""Families that show only where calls are in flight together, or in what is retried."""


def at_level_should(depth: str, seed: int | None, expect: str = "") -> Settings:
    """Return settings with which violations of SHOULD are announced during the run too."""
    return replace(settings(depth, seed, expect), level=Level.SHOULD)


@dataclass(frozen=True, slots=True)
class Bench:
    """How the faults and variants are run, and what each of them costs."""

    depths: tuple[str, ...]
    seed: int | None
    delay: float
    record: Callable[[str, object], None]

    def judge(self, fault: Fault, depth: str) -> list[Judged]:
        with client_of(fault, self.delay) as (target, client, mocking):
            expect = ACCOUNTS_FILE if fault.fails is VALUES_EXPECTED else ""
            judged = judge(target, at_level_should(depth, self.seed, expect), client, mocking)
            self.record("calls", client.traffic.calls)
        self.record_order(fault, judged)
        return judged

    def record_order(self, fault: Fault, judged: Iterable[Judged]) -> None:
        """Record with which call the fault is first seen, and how many calls show it."""
        named = {fault.fails, *fault.also}
        showing = {place for one in judged if one.requirement in named for place in one.showing}
        if showing:
            self.record("first", min(showing))
            self.record("showing", len(showing))


@pytest.fixture
def bench(request, record_property) -> Bench:
    seed, delay, depth = (request.config.getoption(name) for name in ("seed", "delay", "depth"))
    depths = (depth,) if depth else ("quick", "standard")
    return Bench(depths, seed, delay / 1000, record_property)


Asking = tuple[Target, Late | Direct, Callable[[], AbstractContextManager[object]]]


@contextmanager
def client_of(fault: Fault, delay: float) -> Iterator[Asking]:
    """Yield a target, its client, and the scope in which calls are sent."""
    made = fault.make()
    if not isinstance(made, Reference):
        with fault.serve() as url:
            target = target_of(default_reference(), url)
            hangs = fault.fails.id == "http.timeout"
            # beside other processes a response may take a second; late responses slow them more
            limits = Limits(timeout=2.5 + 40 * delay, retries=1) if hangs else Limits()
            with Late(target, limits, delay) as client:
                yield target, client, nullcontext
        return
    target = target_of(made, EMBEDDED_URL)
    if fault.family in SHAKY or fault.fails.id == "http.delivered":
        with Late(target, Limits(timeout=2.0), delay) as client:
            yield target, client, lambda: mocked(made)
    else:
        yield target, Direct(made, target, delay), nullcontext


def check(fault: Fault, bench: Bench) -> None:
    """The cheap run first: what it does not catch, the standard one must."""
    for depth in bench.depths:
        failed = {
            (one.requirement, one.format)
            for one in bench.judge(fault, depth)
            if one.outcome is Outcome.FAILED
        }
        named = {fault.fails, *(fault.also if fault.by_chance else ())}
        caught = {format for requirement, format in failed if requirement in named}
        if caught:
            break
    formats = {*fault.formats, "both"}
    beside = {requirement for requirement, _ in failed} - {fault.fails, *fault.also}
    assert caught, f"{fault.description}: fails {names({one for one, _ in failed}) or 'nothing'}"
    assert caught <= formats, f"{fault.description}: fails in {caught - formats} too"
    advice = "correct the check, or add to also= of the fault what it rightly finds"
    assert not beside, f"{fault.description}: fails too; {advice}: {names(beside)}"


def names(requirements: Iterable[Requirement]) -> list[str]:
    return sorted(requirement.id for requirement in requirements)


def of_each_requirement() -> list[Fault]:
    first = {fault.fails: fault for fault in reversed(FAULTS.values()) if not fault.needs_sockets}
    return [first[requirement] for requirement in CATALOGUE if requirement in first]


@pytest.mark.parametrize("fault", of_each_requirement(), ids=str)
def test_a_fault_fails_what_it_names_and_nothing_else(fault, bench):
    check(fault, bench)


COMPARED_WITH_CONTROL_CALLS = (
    REJECTS_USER_UNKNOWN,
    REQUEST_ORDER,
    REQUEST_ENCODING,
    REQUEST_UNDOCUMENTED,
    REQUEST_SEPARATORS,
)


@pytest.mark.parametrize(
    "fault",
    [one for one in of_each_requirement() if one.fails in COMPARED_WITH_CONTROL_CALLS],
    ids=str,
)
def test_a_run_that_stops_at_a_violation_reports_it(fault):
    """`judge` compares the report with what was announced."""
    made = fault.make()
    stopping = replace(at_level_should("quick", None), max_violations=1)
    target = target_of(made, EMBEDDED_URL)
    with Client(target, Limits()) as client:
        judged = judge(target, stopping, client, lambda: mocked(made))
    assert Outcome.FAILED in {one.outcome for one in judged}


@pytest.mark.matrix
@pytest.mark.parametrize("fault", FAULTS.values(), ids=str)
def test_each_fault_fails_what_it_names_and_nothing_else(fault, bench):
    bench.record("fails", fault.fails.id)
    bench.record("family", fault.family)
    check(fault, bench)


@cache
def named() -> set[Requirement]:
    return {fault.fails for fault in FAULTS.values()}


@pytest.mark.parametrize("requirement", CATALOGUE, ids=str)
def test_every_requirement_that_counts_can_fail(requirement):
    counts = requirement.level is not Level.MAY
    missing = f"no fault fails {requirement.id}: add one in tests/faults/"
    assert (requirement in named()) == counts, missing if counts else "a MAY cannot fail"


def test_the_reference_fails_nothing():
    reference = default_reference()
    target = target_of(reference, EMBEDDED_URL)
    chosen = settings("standard", expect=ACCOUNTS_FILE)
    judged = judge(target, chosen, Direct(reference, target))
    assert {one.outcome for one in judged} == {Outcome.PASSED}


LIVE = "live_accounts"
"""The topic whose variants get calls in flight together: their values move."""


@contextmanager
def client_of_variant(variant: Variant, delay: float) -> Iterator[tuple[Target, Late | Direct]]:
    """Yield a target and its client."""
    with variant.serve() as running:
        if running.reference and variant.topic != LIVE:
            target = replace(running.target, base_url=EMBEDDED_URL)
            yield target, Direct(running.reference, target, delay)
            return
        with Late(running.target, Limits(), delay) as client:
            yield running.target, client


def fails_no_must(variant: Variant, bench: Bench) -> None:
    try:
        with client_of_variant(variant, bench.delay) as (target, client):
            judged = judge(target, at_level_should(bench.depths[-1], bench.seed), client)
            bench.record("calls", client.traffic.calls)
    except NotInstalledError as missing:
        pytest.skip(f"waits for {missing} to be installed")
    violated = [
        (one.requirement.id, one.format, one.reason)
        for one in judged
        if one.outcome is Outcome.FAILED
        and one.requirement.id not in variant.should | variant.perhaps
    ]
    advice = "a false alarm: correct the check; a SHOULD that it rightly finds: add it to should="
    assert not violated, f"{variant.what}: {advice}: {violated}"


QUICK_TOPICS = ("bodies_json", "bodies_xml", "encodings", "live_accounts")


@pytest.mark.parametrize(
    "variant", [v for v in VARIANTS.values() if v.topic in QUICK_TOPICS], ids=lambda v: v.name
)
def test_a_correct_variant_fails_nothing(variant, bench):
    fails_no_must(variant, bench)


@pytest.mark.matrix
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda v: v.name)
def test_every_correct_variant_fails_nothing(variant, bench):
    bench.record("topic", variant.topic)
    fails_no_must(variant, bench)
