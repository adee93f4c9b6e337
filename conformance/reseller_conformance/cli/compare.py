"""The command `compare`: its words, its progress, and what ends it.

What the words mean is left to `compare.settings`, the comparison to `compare.run`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from reseller_conformance.cli.progress import watch_on
from reseller_conformance.cli.signals import signals_as_interrupts, unblock_signals
from reseller_conformance.compare.run import run
from reseller_conformance.compare.session import Session
from reseller_conformance.compare.settings import SettingsError, compare_settings_from

__all__ = ["compare_targets"]


def compare_targets(
    targets: tuple[str, ...],
    words: Mapping[str, object],
    color: bool | None,
    **own: str | None,
) -> int:
    """Compare these targets, and return the exit code. Raises ClickException for wrong usage.

    Signals are held back until the words are read.
    """
    grade = own.pop("grade") or "visible"
    screen = _Screen()
    try:
        settings = compare_settings_from(targets, words, os.environ, grade=grade, **own)
        with signals_as_interrupts(screen.is_interrupted):
            unblock_signals()
            return run(settings, color, screen.watched)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


class _Screen:
    """Shows on a terminal how far the calls are; elsewhere nothing."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def is_interrupted(self) -> bool:
        """Return True if an interrupt has ended the calls."""
        return self._session is not None and self._session.interrupted

    @contextmanager
    def watched(self, session: Session) -> Iterator[None]:
        """Show the progress of this comparison."""
        self._session = session
        streams = [stream for stream in (sys.stdout, sys.stderr) if stream.isatty()]
        watch = watch_on(streams[0], None) if streams else None
        if watch is None:
            yield
            return
        watch.start(lambda: session.progress)
        try:
            yield
        finally:
            watch.close()
