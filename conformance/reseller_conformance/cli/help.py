"""The help of the command line: options under headings, and suggestions for mistyped words.

`config.options` lists the options, and `commands` the commands.
"""

from __future__ import annotations

from typing import Any

import click

__all__ = ["HeadedOption", "HeadedOptions", "InOrder"]


class HeadedOption(click.Option):
    """An option that is listed under a heading."""

    def __init__(self, *args: Any, heading: str = "Options", **attributes: Any) -> None:
        """Take the heading, and the parameters of click."""
        super().__init__(*args, **attributes)
        self.heading = heading


class HeadedOptions(click.Command):
    """A command whose options are listed by heading, in the order of the headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options. The first heading has those that most runs need."""
        headed: dict[str, list[tuple[str, str]]] = {}
        # the usage line and the epilog say what the arguments are
        options = (one for one in self.get_params(ctx) if isinstance(one, click.Option))
        for option in options:
            record = option.get_help_record(ctx)
            if record is not None:
                headed.setdefault(getattr(option, "heading", "Options"), []).append(record)
        for heading, records in headed.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class InOrder(click.Group):
    """A group whose commands are listed in the order in which they were added."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return their names."""
        return list(self.commands)
