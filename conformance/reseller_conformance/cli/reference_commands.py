"""The commands of the reference implementation: `serve` and `accounts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reseller_conformance.cli.click_options import parsed
from reseller_conformance.cli.output import echo_json
from reseller_conformance.config.values import number
from reseller_conformance.reports.text import visible

if TYPE_CHECKING:
    from reseller_conformance.reference import Accounts

__all__ = ["MALFORMED", "accounts", "serve"]

MALFORMED = ("truncated", "empty", "html", "other-format", "no-fields")
"""The values of `Malformed`, which the command line loads only to serve."""


@click.command()
@click.option("--host", default="127.0.0.1", metavar="HOST", show_default=True)
@click.option(
    "--port", default="8080", callback=parsed(number(int, 0, 65535)), metavar="N", show_default=True
)
@click.option("--accounts", metavar="FILE", help="accounts of your own, as JSON")
@click.option(
    "--slow",
    callback=parsed(number(float, 0, 3600, "seconds")),
    metavar="S",
    help="respond after S seconds",
)
@click.option(
    "--rate-limited",
    callback=parsed(number(int, 0, 86_400, "seconds")),
    metavar="S",
    help="429 to every second call, with Retry-After: S",
)
@click.option("--malformed", type=click.Choice(MALFORMED), help="a body that no client can read")
def serve(
    host: str,
    port: int,
    accounts: str | None,
    slow: float | None,
    rate_limited: int | None,
    malformed: str | None,
) -> None:
    """Serve the reference over HTTP, to try a client.

    Each request is a line on stderr. No line holds a key.
    """
    from reseller_conformance.app_server.access_log import logged
    from reseller_conformance.app_server.applications import AppError
    from reseller_conformance.app_server.server import serve_forever
    from reseller_conformance.redaction.secret import Scrubber
    from reseller_conformance.reference import AccountsError, Application, load_accounts
    from reseller_conformance.reference.scripted import HabitualReference, Malformed

    try:
        known = load_accounts(accounts)

        def announce(base_url: str) -> None:
            click.echo("\n".join(_invitation(base_url, known, accounts)))

        how = Malformed(malformed) if malformed else None
        reference = HabitualReference(known, slow or 0.0, rate_limited, how)
        redact = Scrubber([reseller.api_key for reseller in known.resellers]).text
        app = logged(
            Application(reference), lambda line: click.echo(visible(line), err=True), redact
        )
        serve_forever(app, host, port, announce)
    except (AccountsError, AppError) as error:
        raise click.ClickException(str(error)) from None


def _invitation(base_url: str, accounts: Accounts, file: str | None) -> list[str]:
    """Return what to paste to test what is served; the key only of the accounts that we ship."""
    from shlex import quote

    first = accounts.resellers[0]
    words = ["reseller-conformance run --base-url", quote(base_url)]
    for customer in first.customers:
        words += ["--user", quote(customer.user)]
    if accounts.foreign:
        words += ["--foreign-user", quote(accounts.foreign)]
    key = quote(first.api_key) if file is None else f"…  # as in {file}"
    return [
        f"serving the reference at {base_url}, until Ctrl-C; to test it:",
        "",
        f"export RESELLER_API_USER={quote(first.api_user)}",
        f"export RESELLER_API_KEY={key}",
        " ".join(words),
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="the file for `serve --accounts`")
def accounts(as_json: bool) -> None:
    """Print test accounts that show every kind of data."""
    from reseller_conformance.reference.accounts import account_rows, accounts_text

    if as_json:
        echo_json(accounts_text().rstrip())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    head, *rows = account_rows()
    for name in head:
        table.add_column(name, overflow="fold", no_wrap=name == "user")
    for row in rows:
        table.add_row(*row)
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(table)
