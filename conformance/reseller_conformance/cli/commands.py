"""The command line `reseller-conformance`: it runs one command, and returns its exit code.

Each command imports what it needs. An error is one line, without a traceback.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from reseller_conformance import __version__
from reseller_conformance.cli.catalogue_commands import explain, requirements, schemas
from reseller_conformance.cli.file_commands import badge, diff, validate
from reseller_conformance.cli.help import InOrder
from reseller_conformance.cli.live_commands import compare, run
from reseller_conformance.cli.output import guarded_output
from reseller_conformance.cli.reference_commands import accounts, serve
from reseller_conformance.cli.signals import ignore_signals
from reseller_conformance.findings.model import ExitCode
from reseller_conformance.reports.text import one_line, visible

__all__ = ["commands", "main"]

KEYS = ("RESELLER_API_KEY", "RESELLER_OLD_API_KEY")
"""The environment variables that hold a key."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, by default that of this process, and return its exit code."""
    args = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    with guarded_output() as output:
        code = _exit_code(args)
        output.flush()
        if output.reason:
            click.echo(f"error: not all output could be written: {output.reason}", err=True)
            code = code or ExitCode.UNVERIFIED
    if code == ExitCode.INTERRUPTED and argv is None:
        ignore_signals()
    return code


def _exit_code(args: list[str]) -> int:
    try:
        return int(commands.main(args, "reseller-conformance", standalone_mode=False) or 0)
    except click.ClickException as error:
        click.echo(f"error: {visible(one_line(_without_key(_message(error))))}", err=True)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except Exception:
        # Python's own exit code for this would be that of a violation.
        click.echo(_without_key(traceback.format_exc()), err=True, nl=False)
        return ExitCode.UNVERIFIED


def _message(error: click.ClickException) -> str:
    # click would suggest --api-key-file, and the key would be taken for a file name
    if isinstance(error, click.NoSuchOption) and error.option_name == "--api-key":
        return f"the key is never an option, because others can see it: set {KEYS[0]}"
    return error.format_message()


def _without_key(text: str) -> str:
    """Replace the keys in the environment: a mistyped command may have one in a wrong place."""
    # imported here, because most commands print no error
    from reseller_conformance.redaction.secret import Scrubber

    keys = [os.environ.get(name, "") for name in KEYS]
    return Scrubber([*keys, *map(str.strip, keys)]).text(text)


@click.group(cls=InOrder)
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Test an implementation of the Reseller API's account overview against its documentation.

    Exit codes: 0 conformant, 1 violated, 2 wrong usage, 3 could not verify, 130 interrupted.
    """


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind, f"click knows no {shell}"
    name, variable = "reseller-conformance", "_RESELLER_CONFORMANCE_COMPLETE"
    click.echo(kind(commands, {}, name, variable).source())


for command in (
    *(run, compare, validate, serve, accounts),
    *(requirements, explain, badge, diff, schemas, completion),
):
    commands.add_command(command)
