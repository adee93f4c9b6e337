"""The commands that call targets: `run` and `compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reseller_conformance.cli.click_options import (
    BeforePytest,
    compare_options,
    not_empty,
    run_options,
)
from reseller_conformance.cli.help import HeadedOption, HeadedOptions
from reseller_conformance.cli.signals import block_signals
from reseller_conformance.config.options import MORE, OPTIONS

__all__ = ["compare", "run"]


@click.command(
    cls=BeforePytest,
    context_settings={"max_content_width": 100},
    epilog="Credentials are never options: set RESELLER_API_USER and RESELLER_API_KEY. "
    "What follows -- goes to pytest: -k, -x, -n 4.",
)
@click.option(
    "--base-url", metavar="URL", callback=not_empty, help="live target [RESELLER_BASE_URL]"
)
@run_options
@click.option(
    "--color/--no-color",
    default=None,
    cls=HeadedOption,
    heading=MORE,
    help="colours (where stdout is a terminal)",
)
@click.option(
    "--plan",
    is_flag=True,
    cls=HeadedOption,
    heading=MORE,
    help="print what would be sent, and send nothing",
)
@click.option(
    "--show-config",
    is_flag=True,
    cls=HeadedOption,
    heading=MORE,
    help="print each option with its origin, and send nothing",
)
@click.pass_context
def run(
    ctx: click.Context,
    /,
    base_url: str | None,
    color: bool | None,
    plan: bool,
    show_config: bool,
    **given: Any,
) -> int:
    """Test a target. If no option or variable is about a target, test the embedded reference."""
    words = {option.name: given[option.name.replace("-", "_")] for option in OPTIONS}
    try:
        Path.cwd()
    except OSError:
        raise click.ClickException("this folder is gone; change to one that exists: .") from None
    with block_signals():
        from reseller_conformance.cli import run

        rest = ctx.meta.get("pytest", [])
        try:
            counts = run.configured(words, base_url)
            with run.located(counts):
                if show_config:
                    return run.show_config(counts)
                if plan:
                    return run.show_plan(counts.words, counts.base_url, rest)
                return run.run(counts.words, counts.base_url, rest, color)
        except run.SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.command(
    cls=HeadedOptions,
    context_settings={"max_content_width": 100},
    epilog="OLD and NEW are base URLs, or app:MODULE:ATTR. Credentials are never options: set "
    "RESELLER_API_USER and RESELLER_API_KEY. If OLD has others, set RESELLER_OLD_API_KEY, ... too.",
)
@click.argument("targets", nargs=-1, metavar="OLD NEW")
@click.option(
    "--grade",
    type=click.Choice(["breaking", "visible", "cosmetic"]),
    default="visible",
    show_default=True,
    help="lowest grade of difference that fails",
)
@click.option("--accept", metavar="FILE", type=click.Path(), help="accepted differences, as TOML")
@click.option("--record", metavar="FILE", type=click.Path(), help="keep the responses of OLD")
@click.option(
    "--recorded", metavar="FILE", type=click.Path(), help="use these responses instead of OLD"
)
@compare_options
@click.option("--color/--no-color", default=None, help="colours (where stdout is a terminal)")
def compare(targets: tuple[str, ...], color: bool | None, **given: Any) -> int:
    """Say whether NEW can replace OLD without a client noticing.

    Exit codes: 0 no difference that counts, 1 some, 2 wrong usage, 3 could not verify.
    """
    own = {name: given.pop(name) for name in ("grade", "accept", "record", "recorded")}
    words = {name.replace("_", "-"): value for name, value in given.items()}
    with block_signals():
        from reseller_conformance.cli.compare import compare_targets

        return compare_targets(targets, words, color, **own)
