"""Protection before OLD or NEW: it is reported once, and its refusals are not compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from comparing import compared, direct, kinds_of
from judging import settings, target_of
from reseller_conformance.compare.model import Grade
from reseller_conformance.compare.paired import Sender
from reseller_conformance.compare.recording import Recorder, Recording, read_recording
from reseller_conformance.compare.session import Session
from reseller_conformance.compare.sides import Protection, Side
from reseller_conformance.reference import Account, Reference, Refusal, Response, default_reference
from reseller_conformance.reference.core import Parameters
from reseller_conformance.reference.mock import EMBEDDED_URL
from variants.address_locks import AddressLock
from variants.locks import ANSWERS, Counting, in_turn, locked
from variants.protection import Ban, CallerLock, Quota, page, refusal

ACCOUNTS = default_reference().accounts

STOPPED = {"contract:request.attack-text"}
"""Requirements that a firewall violates if it stops texts like an attack, in addition to bans."""

UNPROTECTED = Protection()

LOCKOUT, FIREWALL, QUOTA = "protection:lockout", "protection:firewall", "protection:quota"


def lock(most: int, answer: str) -> type[Reference]:
    return locked(Counting(most), answer)


def guard(base: type[Reference], **members: object) -> type[Reference]:
    return type("Guarded", (base,), members)


def caller_lock(answer: str, **members: object) -> tuple[str, type[Reference]]:
    return LOCKOUT, guard(CallerLock, answers=staticmethod(ANSWERS[answer]), **members)


def quota(most: int, answer: Callable[..., Response]) -> type[Reference]:
    return guard(Quota, most=most, answers=staticmethod(answer))


PROTECTIONS = {
    "locked_by_10_as_401": (LOCKOUT, lock(10, "401")),
    "locked_by_10_as_page": (LOCKOUT, lock(10, "423_page")),
    "locked_by_10_as_rate_limit": (LOCKOUT, lock(10, "429")),
    "locked_by_10_as_wrong_key": (LOCKOUT, lock(10, "wrong_key")),
    "one_customer_locked_by_3": caller_lock("403_page", most=3, counted_by=("user",)),
    "one_customer_locked_by_10": caller_lock("429_page", most=10, counted_by=("user",)),
    "one_pair_locked_by_3": caller_lock("403_page", most=3, counted_by=("api_user", "user")),
    "one_pair_locked_by_5": caller_lock("403_page", most=5, counted_by=("api_user", "user")),
    "failed_logins_refused_as_page": caller_lock("403_page", failed_only=True),
    "failed_logins_refused_as_401": caller_lock("401", failed_only=True),
    "address_locked_for_20_calls": (LOCKOUT, guard(AddressLock, lasts=20.0)),
    "quota_of_300": (QUOTA, quota(300, refusal(200, "Rate limit reached."))),
    "quota_of_300_as_page": (QUOTA, quota(300, page(429))),
    "attacks_ban": (FIREWALL, guard(Ban)),
    "attacks_ban_for_30_calls": (FIREWALL, guard(Ban, lasts=30.0)),
}


def reference(kind: type[Reference] = Reference) -> Reference:
    return kind(ACCOUNTS)


def shown(session: Session) -> dict[str, Grade]:
    return {id: kind.grade for id, kind in kinds_of(session).items()}


class AcceptsMissingTask(Reference):
    def find_errors(self, parameters: Parameters) -> Iterator[str]:
        yield from (text for text in super().find_errors(parameters) if "task" not in text)


class NamesAnotherPackage(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        return found if isinstance(found, Refusal) else replace(found, package="Other")


# --- One side alone ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROTECTIONS)
def test_protection_in_front_of_new_alone_is_one_visible_difference(name: str) -> None:
    id, kind = PROTECTIONS[name]
    session = compared(direct(reference()), direct(reference(kind)))
    assert shown(session).keys() - STOPPED == {id}
    assert set(shown(session).values()) == {Grade.VISIBLE}


@pytest.mark.parametrize("name", PROTECTIONS)
def test_protection_in_front_of_old_alone_is_one_visible_difference(name: str) -> None:
    id, kind = PROTECTIONS[name]
    session = compared(direct(reference(kind)), direct(reference()))
    assert shown(session).keys() - STOPPED == {id}
    assert set(shown(session).values()) == {Grade.VISIBLE}


def test_a_lock_that_ends_before_it_is_known_is_one_visible_difference() -> None:
    locking = guard(AddressLock, lasts=10.0)
    session = compared(direct(reference()), direct(reference(locking)))
    assert shown(session) == {LOCKOUT: Grade.VISIBLE}


NODES = [(2, 3, "401"), (2, 3, "wrong_key"), (3, 3, "wrong_key"), (4, 10, "401"), (4, 10, "429")]


@pytest.mark.parametrize(("nodes", "most", "answer"), NODES)
def test_a_lock_on_some_nodes_of_new_is_one_visible_difference(
    nodes: int, most: int, answer: str
) -> None:
    locking = in_turn(nodes, lock(most, answer))
    session = compared(direct(reference()), direct(reference(locking)))
    assert shown(session) == {LOCKOUT: Grade.VISIBLE}


@pytest.mark.parametrize(("nodes", "most", "answer"), NODES)
def test_a_lock_on_some_nodes_of_old_is_one_visible_difference(
    nodes: int, most: int, answer: str
) -> None:
    locking = in_turn(nodes, lock(most, answer))
    session = compared(direct(reference(locking)), direct(reference()))
    assert shown(session) == {LOCKOUT: Grade.VISIBLE}


@pytest.mark.parametrize("seed", range(6, 9))
def test_refusals_after_the_last_control_call_are_no_differences(seed: int) -> None:
    """The seed decides which of the last calls a locked node gets."""
    locking = in_turn(4, lock(10, "423_page"))
    session = compared(direct(reference()), direct(reference(locking)), seed=seed)
    assert shown(session) == {LOCKOUT: Grade.VISIBLE}


def test_a_lock_on_some_nodes_hides_no_difference() -> None:
    locking = in_turn(4, type("GuardedFault", (lock(10, "401"), AcceptsMissingTask), {}))
    session = compared(direct(reference()), direct(reference(locking)))
    assert shown(session)["verdict:task invalid"] is Grade.BREAKING


def test_bans_for_a_moment_differ_only_in_the_texts_that_are_stopped() -> None:
    banning = guard(Ban, most=3, lasts=5.0)
    assert shown(compared(direct(reference()), direct(reference(banning)))).keys() <= STOPPED
    assert shown(compared(direct(reference(banning)), direct(reference()))).keys() <= STOPPED


def test_the_note_names_the_side_and_what_to_do() -> None:
    session = compared(direct(reference()), direct(reference(lock(10, "401"))))
    [note] = session.notes
    assert note.startswith("NEW: the account is locked")
    assert "--wrong-credentials" in note


@pytest.mark.parametrize("most", [5, 25])
def test_a_quota_that_is_used_up_early_breaks_nothing(most: int) -> None:
    session = compared(direct(reference()), direct(reference(quota(most, page(429)))))
    assert len(shown(session)) == 1
    assert next(iter(shown(session))).startswith("protection:")


# --- Both sides ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROTECTIONS)
def test_the_same_protection_in_front_of_both_is_no_difference(name: str) -> None:
    _, kind = PROTECTIONS[name]
    session = compared(direct(reference(kind)), direct(reference(kind)))
    assert shown(session) == {}
    assert session.tally.compared > 100
    assert session.tally.noise(str) == ()


# --- A recording of OLD --------------------------------------------------------------------------


def recorded(kind: type[Reference], folder: Path) -> Recording:
    """Return what `compare --record` writes of such an OLD."""
    recording = Recording("old", {})
    session = Session(side_of(Recorder(direct(reference(kind)), recording)), None)
    session.run()
    recording.protection = session.protection_of_old
    recording.write(folder / "old.json")
    return read_recording(folder / "old.json")


def side_of(sender: Sender, protection: Protection = UNPROTECTED) -> Side:
    target = target_of(reference(), EMBEDDED_URL)
    target = replace(target, customers=target.customers[:2])
    return Side(sender, target, settings("quick"), protection)


@pytest.mark.parametrize("name", PROTECTIONS)
def test_a_recording_holds_no_refused_calls_and_says_what_refused_them(
    name: str, tmp_path: Path
) -> None:
    id, kind = PROTECTIONS[name]
    recording = recorded(kind, tmp_path)
    session = Session(
        side_of(recording, recording.protection), side_of(direct(reference(NamesAnotherPackage)))
    )
    session.run()
    found = shown(session)
    assert found.pop(id) is Grade.VISIBLE
    assert found == {"value:package": Grade.VISIBLE}


@pytest.mark.parametrize("name", PROTECTIONS)
def test_a_recording_and_the_same_protection_are_no_difference(name: str, tmp_path: Path) -> None:
    _, kind = PROTECTIONS[name]
    recording = recorded(kind, tmp_path)
    session = Session(side_of(recording, recording.protection), side_of(direct(reference(kind))))
    session.run()
    assert shown(session) == {}
    assert session.tally.compared


# --- A difference behind a protection ------------------------------------------------------------


@pytest.mark.parametrize("name", PROTECTIONS)
@pytest.mark.parametrize(
    ("fault", "difference", "grade"),
    [
        (AcceptsMissingTask, "verdict:task invalid", Grade.BREAKING),
        (NamesAnotherPackage, "value:package", Grade.VISIBLE),
    ],
)
def test_protection_hides_no_difference(
    name: str, fault: type[Reference], difference: str, grade: Grade
) -> None:
    id, kind = PROTECTIONS[name]
    both = type("GuardedFault", (kind, fault), {})
    session = compared(direct(reference()), direct(reference(both)))
    found = shown(session)
    assert found[id] is Grade.VISIBLE
    assert found[difference] is grade
    others = found.keys() - {id, difference, *STOPPED}
    assert {id.partition(":")[0] for id in others} <= {"verdict", "error-count"}
