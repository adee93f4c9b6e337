"""The command `compare`: its words, and what is wrong with them in one line.

What they mean is left to `compare.settings`, the comparison to `compare.run`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from reseller_conformance.compare.run import run
from reseller_conformance.compare.settings import SettingsError, compare_settings_from

__all__ = ["compare_targets"]


def compare_targets(
    targets: tuple[str, ...],
    words: Mapping[str, object],
    color: bool | None,
    **own: str | None,
) -> int:
    """Compare these targets, and return the exit code. Raises ClickException for wrong usage."""
    grade = own.pop("grade") or "visible"
    try:
        settings = compare_settings_from(targets, words, os.environ, grade=grade, **own)
        return run(settings, color)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
