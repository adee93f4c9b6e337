"""Ctrl-C, a CI's request to end, a closed terminal: the run reports what it has all the same.

Each becomes KeyboardInterrupt. One that arrives while the garbage collector calls back is lost, for
no exception leaves such a callback; Hypothesis has one, and collects often. So an interrupt is
sent again until whoever waits for it says that it was heard. From then on the run only ends and
writes its reports, so that another Ctrl-C is passed over for a while.
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
"""Seconds after which an interrupt that was not heard is sent again."""
SHUTDOWN_SECONDS = 5.0
"""Seconds that a run which was interrupted has to end in peace."""


@contextmanager
def block_signals() -> Iterator[None]:
    """Put off what comes in this block until `put_through`: nobody could report of it yet."""
    _mask("SIG_BLOCK")
    try:
        yield
    finally:
        unblock_signals()


def unblock_signals() -> None:
    """Let what was put off interrupt now, and what comes later at once."""
    _mask("SIG_UNBLOCK")


def _mask(how: str) -> None:
    if hasattr(signal, "pthread_sigmask"):  # Windows has none
        signal.pthread_sigmask(getattr(signal, how), SIGNALS)


@contextmanager
def signals_as_interrupts(heard: Callable[[], bool]) -> Iterator[None]:
    """Make these signals interrupt the block, in the main thread, and surely."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no other may set handlers
        return
    # its `put` may interrupt itself, as a handler does; that of no other queue may
    arrived: SimpleQueue[signal.Signals | None] = SimpleQueue()

    last = -math.inf

    def interrupt(number: int, _: FrameType | None) -> None:
        nonlocal last
        now = time.monotonic()
        # One that comes at once may not be heard yet: a second would end the hearing.
        if now - last < (SHUTDOWN_SECONDS if heard() else RESEND_SECONDS):
            return
        last = now
        arrived.put(signal.Signals(number))
        raise KeyboardInterrupt

    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(arrived, over, heard), daemon=True)
    # what whoever started this process wants ignored stays so
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


def ignore_signals() -> None:
    """Let no further signal end the process, which was interrupted and is about to end.

    While Python shuts down nobody hears KeyboardInterrupt any more: the process would die of the
    signal, and its exit code with it.
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
