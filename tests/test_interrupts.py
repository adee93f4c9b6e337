"""An interrupt reaches the run, even where it first arrives at a place that swallows it."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress

import pytest

from reseller_conformance.interrupts import AGAIN, SIGNALS, delivered

LIMIT = 30


def lose_an_interrupt_and_wait(seconds: float) -> None:
    with suppress(KeyboardInterrupt):  # as in a callback of the garbage collector
        signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(seconds)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_interrupts(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), delivered(lambda: True):
        signal.raise_signal(number)


def test_an_interrupt_that_was_lost_is_sent_again() -> None:
    with pytest.raises(KeyboardInterrupt), delivered(lambda: False):
        lose_an_interrupt_and_wait(LIMIT)


def test_an_interrupt_that_was_heard_is_not_sent_again() -> None:
    with delivered(lambda: True):
        lose_an_interrupt_and_wait(3 * AGAIN)


def test_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with delivered(lambda: True):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with delivered(lambda: True):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def elsewhere() -> None:
        with delivered(lambda: True):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]
