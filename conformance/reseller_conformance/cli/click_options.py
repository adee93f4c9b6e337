"""The options of `config` as options of click, and the ways in which commands share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from reseller_conformance.cli.help import HeadedOption, HeadedOptions
from reseller_conformance.config.options import NOT_COMPARED, OPTIONS, Option, option_of
from reseller_conformance.requirements import Level

__all__ = [
    "BeforePytest",
    "compare_options",
    "file_named",
    "level_option",
    "not_empty",
    "parsed",
    "report_options",
    "run_options",
]

level_option = click.option(
    "--level",
    type=click.Choice([Level.MUST.value, Level.SHOULD.value]),
    default=option_of("level").default,
    help="lowest level that fails",
    show_default=True,
)


class BeforePytest(HeadedOptions):
    """A command that takes nothing after `--`, but keeps it for pytest."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words before `--`, and keep the others in `ctx.meta["pytest"]`."""
        if "--" in args:
            place = args.index("--")
            args, ctx.meta["pytest"] = args[:place], args[place + 1 :]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST OPTIONS]"]


def run_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a run, in the order of their list."""
    for option in reversed(OPTIONS):
        command = _click_option(option)(command)
    return command


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options for report files."""
    for option in reversed(OPTIONS):
        if option.name.startswith("report-"):
            command = _click_option(option)(command)
    return command


def _click_option(option: Option) -> Callable[[Callable[..., int]], Callable[..., int]]:
    text = f"{option.help} [{option.env}]" if option.env else option.help
    more: dict[str, Any] = {"cls": HeadedOption, "heading": option.heading, "help": text}
    if option.flag:
        return click.option(f"--{option.name}", is_flag=True, **more)
    # click does not check the values: `settings` reports the errors
    kind = click.Path() if option.metavar == "FILE" else str
    more |= {"metavar": option.metavar, "multiple": option.many, "callback": not_empty}
    return click.option(f"--{option.name}", type=kind, **more)


def not_empty(_: click.Context, option: click.Parameter, given: Any) -> Any:
    """Refuse an empty value: in a CI it is mostly an unset variable."""
    if given == "" or (isinstance(given, tuple) and "" in given):
        raise click.UsageError(f"the value is empty: {option.opts[0]}")
    return given


def file_named(_: click.Context, argument: click.Parameter, given: Any) -> Any:
    """Refuse the empty name of a file: the message that it is not there would end in nothing."""
    if "" in (given if isinstance(given, tuple) else (given,)):
        name = argument.human_readable_name.removesuffix("...")
        raise click.UsageError(f"the file name is empty: {name}")
    return given


def parsed(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """Return a callback that reads a value with a parser of `config.values`."""

    def read(_: click.Context, option: click.Parameter, given: str | None) -> Any:
        try:
            return None if given is None else parse(given)
        except ValueError as expected:
            raise click.UsageError(f"{option.opts[0]} must be {expected}, not: {given}") from None

    return read


def compare_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a run that a comparison has too."""
    for option in reversed(OPTIONS):
        if option.name not in NOT_COMPARED:
            command = _click_option(option)(command)
    return command
