"""Ctrl-C, a CI's request to end, a closed terminal: the run still reports what it has.

Each signal becomes KeyboardInterrupt. An exception in a callback of the garbage collector is lost,
and Hypothesis has such a callback. So the signal is sent again until `heard` returns True. From
then on the run only writes its reports, and another Ctrl-C is ignored for a while.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType

__all__ = ["block_signals", "ignore_signals", "signals_as_interrupts", "unblock_signals"]

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
SIGNALS = tuple(number for number in signal.Signals if number.name in NAMES)
RESEND_SECONDS = 0.5
"""Seconds after which an interrupt without effect is sent again."""
SHUTDOWN_SECONDS = 5.0
"""Seconds that an interrupted run has to end."""


@contextmanager
def block_signals() -> Iterator[None]:
    """Block signals until `unblock_signals`, because there is nothing to report yet."""
    _mask("SIG_BLOCK")
    try:
        yield
    finally:
        unblock_signals()


def unblock_signals() -> None:
    """Deliver the blocked signals now, and later ones at once."""
    _mask("SIG_UNBLOCK")


def _mask(how: str) -> None:
    if hasattr(signal, "pthread_sigmask"):  # Windows has none
        signal.pthread_sigmask(getattr(signal, how), SIGNALS)


@contextmanager
def signals_as_interrupts(heard: Callable[[], bool]) -> Iterator[None]:
    """Make these signals raise KeyboardInterrupt in the main thread, within this block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    # its `put` is reentrant, as a signal handler needs; that of other queues is not
    arrived: SimpleQueue[signal.Signals | None] = SimpleQueue()
    interrupt = _interrupt_handler(arrived, heard)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(arrived, over, heard), daemon=True)
    # a signal that the parent process ignores stays ignored
    wanted = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in wanted}
    watch.start()
    try:
        yield
    finally:
        over.set()
        arrived.put(None)
        watch.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt_handler(
    arrived: SimpleQueue[signal.Signals | None], heard: Callable[[], bool]
) -> Callable[[int, FrameType | None], None]:
    """Return the handler that notes a signal in `arrived` and raises KeyboardInterrupt."""
    last = -math.inf

    def interrupt(number: int, _: FrameType | None) -> None:
        nonlocal last
        now = time.monotonic()
        # The first one may not have had its effect yet, and a second would interrupt that.
        if now - last < (SHUTDOWN_SECONDS if heard() else RESEND_SECONDS):
            return
        last = now
        arrived.put(signal.Signals(number))
        raise KeyboardInterrupt

    return interrupt


def ignore_signals() -> None:
    """Ignore signals during the shutdown of an interrupted process.

    While Python shuts down, no code handles KeyboardInterrupt any more. A signal would then replace
    the exit code.
    """
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _watch(
    arrived: SimpleQueue[signal.Signals | None], over: threading.Event, heard: Callable[[], bool]
) -> None:
    while (number := arrived.get()) is not None:
        if not over.wait(RESEND_SECONDS) and not heard():
            _interrupt(number)


def _interrupt(number: signal.Signals) -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)  # ends a wait, too
    else:
        interrupt_main(number)
