"""When calls are sent: the rate, the calls in flight, pauses, and the order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from threading import Event, Thread
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from reseller_conformance.client import throttle as throttle_module
from reseller_conformance.client.throttle import RESPONSES_TO_GROW, StoppedError, Throttle


class Calls:
    """Calls in threads, each of which holds its place until it is let go."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self.gone: list[str] = []
        self._threads: list[Thread] = []
        self._let_go: dict[str, Event] = {}

    def start(self, name: str, tries: int = 0, due: float = 0.0, *, alone: bool = False) -> None:
        self._let_go[name] = Event()

        def call() -> None:
            try:
                with self.throttle.slot(tries, due, alone=alone):
                    self.gone.append(name)
                    self._let_go[name].wait(10)
            except StoppedError:
                self.gone.append(f"{name} stopped")

        self._threads.append(Thread(target=call, daemon=True))
        self._threads[-1].start()

    def let_go(self, name: str) -> None:
        self._let_go[name].set()

    def settled(self, *names: str) -> bool:
        """Wait for these calls to have gone, and a little to see that no other does."""
        until = time.monotonic() + 5
        while len(self.gone) < len(names) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.05)
        return self.gone == [*names]

    def end(self) -> None:
        self.throttle.stop()
        for name in self._let_go:
            self.let_go(name)
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def calls(request: pytest.FixtureRequest) -> Iterator[Calls]:
    calls = Calls(Throttle(None, request.param))
    yield calls
    calls.end()


def spend(throttle: Throttle, times: int) -> None:
    for _ in range(times):
        with throttle.slot():
            pass


@pytest.mark.parametrize("calls", [2], indirect=True)
def test_no_more_are_in_flight_than_allowed(calls: Calls) -> None:
    calls.start("a")
    assert calls.settled("a")
    calls.start("b")
    assert calls.settled("a", "b")
    calls.start("c")
    assert calls.settled("a", "b")
    calls.let_go("a")
    assert calls.settled("a", "b", "c")


@pytest.mark.parametrize("calls", [1], indirect=True)
def test_who_has_been_tried_more_goes_first(calls: Calls) -> None:
    calls.start("now")
    assert calls.settled("now")
    calls.start("new")
    calls.start("second try", tries=1)
    calls.start("third try", tries=2)
    assert calls.settled("now")
    for name in ("now", "third try", "second try"):
        calls.let_go(name)
        time.sleep(0.05)
    assert calls.settled("now", "third try", "second try", "new")


@pytest.mark.parametrize("calls", [1], indirect=True)
def test_who_is_not_due_keeps_nobody_waiting(calls: Calls) -> None:
    calls.start("later", tries=1, due=time.monotonic() + 0.3)
    calls.start("now")
    assert calls.settled("now")
    calls.let_go("now")
    assert calls.settled("now", "later")


@pytest.mark.parametrize("calls", [4], indirect=True)
def test_a_call_alone_waits_for_all_others_and_all_others_wait_for_it(calls: Calls) -> None:
    calls.start("before")
    assert calls.settled("before")
    calls.start("alone", tries=2, alone=True)
    assert calls.settled("before")
    calls.start("after")
    assert calls.settled("before")
    calls.let_go("before")
    assert calls.settled("before", "alone")
    calls.let_go("alone")
    assert calls.settled("before", "alone", "after")


@pytest.mark.parametrize("calls", [4], indirect=True)
def test_a_pause_holds_everybody_and_then_one_goes_ahead(calls: Calls) -> None:
    calls.throttle.pause(0.4, since=time.monotonic())
    for name in "abcd":
        calls.start(name)
    assert calls.settled()
    time.sleep(0.4)
    assert len(calls.gone) == 1
    calls.let_go(calls.gone[0])
    time.sleep(0.1)
    assert len(calls.gone) == 3


def test_the_flight_is_halved_once_for_calls_in_flight_together() -> None:
    throttle = Throttle(None, 8)
    began = time.monotonic()
    for _ in range(8):
        throttle.pause(0, since=began)
    spend(throttle, 8)
    assert throttle.window == 4
    spend(throttle, RESPONSES_TO_GROW)
    assert throttle.window in (4, 5)
    spend(throttle, 10 * RESPONSES_TO_GROW)
    assert throttle.window == 8


def test_the_flight_is_never_less_than_one() -> None:
    throttle = Throttle(None, 2)
    for _ in range(5):
        throttle.pause(0, since=time.monotonic())
    spend(throttle, 3)
    assert throttle.window == 1


@pytest.mark.parametrize("calls", [1], indirect=True)
def test_a_stop_ends_every_wait(calls: Calls) -> None:
    calls.start("a")
    calls.start("later", tries=1, due=time.monotonic() + 60)
    calls.throttle.pause(60, since=time.monotonic())
    calls.start("paused")
    assert calls.settled("a")
    calls.throttle.stop()
    until = time.monotonic() + 5
    while len(calls.gone) < 3 and time.monotonic() < until:
        time.sleep(0.005)
    assert sorted(calls.gone) == ["a", "later stopped", "paused stopped"]


def test_a_rate_spaces_calls_evenly_over_threads() -> None:
    throttle = Throttle(50.0, 8)
    at: list[float] = []

    def call() -> None:
        for _ in range(5):
            with throttle.slot():
                at.append(time.monotonic())

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at.sort()
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert 0.019 * 19 < at[-1] - at[0] < 5
    assert sorted(gaps)[len(gaps) // 2] > 0.015


def test_calls_are_one_interval_apart_and_an_idle_time_brings_no_burst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    throttle = Throttle(10.0, 1)
    monkeypatch.setattr(throttle_module, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(throttle, "_changed", MagicMock(wait=wait))
    at = []
    for idle in (0.0, 0.0, 0.0, 5.0, 0.0):
        now += idle
        with throttle.slot():
            at.append(now)
    assert [later - earlier for earlier, later in pairwise(at)] == pytest.approx(
        [0.105, 0.105, 5.0, 0.105]
    )


def test_a_slow_rate_can_be_stopped() -> None:
    throttle = Throttle(0.01, 1)
    spend(throttle, 1)
    Thread(target=lambda: (time.sleep(0.1), throttle.stop())).start()
    with pytest.raises(StoppedError), throttle.slot():
        pass


@pytest.mark.parametrize("rate", [1e6, 1000.0, 3.0])
def test_every_rate_lets_the_first_call_go(rate: float) -> None:
    spend(Throttle(rate, 1), 1)
