"""The command line: `reseller-conformance run`, and the smaller commands beside it.

It reads the arguments, calls the module for each command, and returns the exit code. Each command
imports what it needs. An error is one line, without a traceback.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TextIO

import click

from reseller_conformance import __version__
from reseller_conformance.cli.help import HeadedOption, HeadedOptions, InOrder
from reseller_conformance.cli.output import guarded_output
from reseller_conformance.cli.signals import block_signals, ignore_signals
from reseller_conformance.config.options import MORE, NOT_COMPARED, OPTIONS, Option, option_of
from reseller_conformance.contract import Format
from reseller_conformance.findings.model import ExitCode
from reseller_conformance.reports.text import json_text, one_line, visible
from reseller_conformance.requirements import CATALOGUE, Level, Requirement, by_id
from reseller_conformance.util.suggestion import suggestion

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from reseller_conformance.reference import Accounts

__all__ = ["main"]


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
        click.echo(f"error: {visible(one_line(error.format_message()))}", err=True)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except Exception:
        # Python's own exit code for this would be that of a violation.
        traceback.print_exc()
        return ExitCode.UNVERIFIED


@click.group(cls=InOrder)
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Test an implementation of the Reseller API's account overview against its documentation.

    Exit codes: 0 conformant, 1 violated, 2 wrong usage, 3 could not verify, 130 interrupted.
    """


# --- run -----------------------------------------------------------------------------------------


class _BeforePytest(HeadedOptions):
    """A command that takes nothing after `--`, but keeps it for pytest."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            place = args.index("--")
            args, ctx.meta["pytest"] = args[:place], args[place + 1 :]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST OPTIONS]"]


def _run_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a run, in the order of their list."""
    for option in reversed(OPTIONS):
        command = _click_option(option)(command)
    return command


def _report_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options for report files."""
    for option in reversed(OPTIONS):
        if option.name.startswith("report-"):
            command = _click_option(option)(command)
    return command


def _click_option(option: Option) -> Callable[[Callable[..., int]], Callable[..., int]]:
    said = f"{option.help} [{option.env}]" if option.env else option.help
    more: dict[str, Any] = {"cls": HeadedOption, "heading": option.heading, "help": said}
    if option.flag:
        return click.option(f"--{option.name}", is_flag=True, **more)
    # click does not check the values: `settings` reports the errors
    kind = click.Path() if option.metavar == "FILE" else str
    more |= {"metavar": option.metavar, "multiple": option.many, "callback": _not_empty}
    return click.option(f"--{option.name}", type=kind, **more)


def _not_empty(_: click.Context, option: click.Parameter, given: Any) -> Any:
    """Refuse an empty word, as a variable is that a CI has not set: it would name no target."""
    if given == "" or (isinstance(given, tuple) and "" in given):
        raise click.UsageError(f"an empty value says nothing: {option.opts[0]}")
    return given


@commands.command(
    cls=_BeforePytest,
    context_settings={"max_content_width": 100},
    epilog="Credentials are never options: set RESELLER_API_USER and RESELLER_API_KEY. "
    "What follows -- goes to pytest: -k, -x, -n 4.",
)
@click.option(
    "--base-url", metavar="URL", callback=_not_empty, help="live target [RESELLER_BASE_URL]"
)
@_run_options
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
    """Test a target. Where none is named and nothing about one is set: the embedded reference."""
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
            if show_config:
                return run.show_config(counts)
            if plan:
                return run.show_plan(counts.words, counts.base_url, rest)
            return run.run(counts.words, counts.base_url, rest, color)
        except run.SettingsError as error:
            raise click.ClickException(str(error)) from None


_level_option = click.option(
    "--level",
    type=click.Choice([Level.MUST.value, Level.SHOULD.value]),
    default=option_of("level").default,
    help="what fails",
    show_default=True,
)


# --- compare -------------------------------------------------------------------------------------


def _compare_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a run that a comparison has too."""
    for option in reversed(OPTIONS):
        if option.name not in NOT_COMPARED:
            command = _click_option(option)(command)
    return command


@commands.command(
    cls=HeadedOptions,
    context_settings={"max_content_width": 100},
    epilog="OLD and NEW are base URLs, or app:MODULE:ATTR. Credentials are never options: set "
    "RESELLER_API_USER and RESELLER_API_KEY, and RESELLER_OLD_API_KEY, ... where OLD has others.",
)
@click.argument("targets", nargs=-1, metavar="OLD NEW")
@click.option(
    "--grade",
    type=click.Choice(["breaking", "visible", "cosmetic"]),
    default="visible",
    show_default=True,
    help="the slightest difference that fails",
)
@click.option("--accept", metavar="FILE", type=click.Path(), help="accepted differences, as TOML")
@click.option("--record", metavar="FILE", type=click.Path(), help="keep the responses of OLD")
@click.option("--recorded", metavar="FILE", type=click.Path(), help="use those instead of OLD")
@_compare_options
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


# --- validate ------------------------------------------------------------------------------------


@commands.command(
    context_settings={"max_content_width": 100},
    epilog="A FILE is one body, a HAR, or (.ndjson, .jsonl) a JSON body on each line; - is stdin.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", type=click.Choice([*map(str, Format)]), help="of bodies (by name)")
@click.option("--expect", type=click.Choice(["overview", "error"]), help="the envelope that is due")
@click.option("--content-type", metavar="TYPE", help="header of bodies: 'text/xml; charset=utf-8'")
@click.option("--ndjson", "sort", flag_value="ndjson", help="a JSON body on each line")
@click.option("--har", "sort", flag_value="har", help="calls recorded by a browser or a proxy")
@_level_option
@_report_options
@click.option("--color/--no-color", default=None, help="colours (where stdout is a terminal)")
def validate(files: tuple[str, ...], color: bool | None, **said: Any) -> int:
    """Judge saved responses, with no network."""
    from reseller_conformance.offline import validate

    try:
        return validate.validate(files, validate.wanted(said), color)
    except (validate.InputError, validate.ReportError) as error:
        raise click.ClickException(str(error)) from None


MALFORMED = ("truncated", "empty", "html", "other-format", "no-fields")
"""The values of `Malformed`, which the command line loads only to serve."""

# --- serve ---------------------------------------------------------------------------------------


@commands.command()
@click.option("--host", default="127.0.0.1", metavar="HOST", show_default=True)
@click.option("--port", default=8080, type=click.IntRange(0, 65535), show_default=True)
@click.option("--accounts", metavar="FILE", help="accounts of your own, as JSON")
@click.option("--slow", type=click.FloatRange(0, 3600), metavar="S", help="respond after S seconds")
@click.option(
    "--rate-limited",
    type=click.IntRange(0, 86_400),
    metavar="S",
    help="429 to every second call, with Retry-After: S",
)
@click.option("--malformed", type=click.Choice(MALFORMED), help="what no client can read")
def serve(
    host: str,
    port: int,
    accounts: str | None,
    slow: float | None,
    rate_limited: int | None,
    malformed: str | None,
) -> None:
    """Serve the reference over HTTP, to try a client with.

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


# --- accounts ------------------------------------------------------------------------------------


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="the file for `serve --accounts`")
def accounts(as_json: bool) -> None:
    """Print test accounts that show every kind of data."""
    from reseller_conformance.reference.accounts import account_rows, accounts_text

    if as_json:
        click.echo(accounts_text().rstrip())
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


# --- requirements --------------------------------------------------------------------------------


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="only these")
def requirements(as_json: bool, level: str | None) -> None:
    """List what is required, where the API docs say so, and why."""
    wanted = [known for known in CATALOGUE if level in (None, known.level.value)]
    if as_json:
        import json

        click.echo(json.dumps([_as_dict(known) for known in wanted], ensure_ascii=False, indent=2))
        return
    topics = dict.fromkeys(known.topic for known in wanted)
    click.echo("\n\n".join(_chapter(topic, wanted) for topic in topics))


def _as_dict(known: Requirement) -> dict[str, object]:
    return {
        "id": known.id,
        "level": known.level.value,
        "formats": [wanted.value for wanted in known.formats] or ["both"],
        "title": known.title,
        "source": known.source,
        "reason": known.reason,
    }


def _chapter(topic: str, known: list[Requirement]) -> str:
    return "\n".join([topic, *(_paragraph(one) for one in known if one.topic == topic)])


def _paragraph(known: Requirement) -> str:
    width = min(get_terminal_size().columns, 100)
    said = f"{known.title}. {known.citation}: {known.reason}"
    body = click.wrap_text(said, width, initial_indent="      ", subsequent_indent="      ")
    formats = ", ".join(known.formats) or "both formats together"
    return f"  {known.id}  {known.level.upper()}  {formats}\n{body}"


# --- explain ---------------------------------------------------------------------------------


def _begins(_: click.Context, __: click.Parameter, word: str) -> list[str]:
    return [known.id for known in CATALOGUE if known.id.startswith(word)]


@commands.command()
@click.argument("requirement", shell_complete=_begins)
def explain(requirement: str) -> None:
    """Print a requirement's page: why, how to fix it, examples."""
    from reseller_conformance.guidance import page_of, text_of

    try:
        wanted = by_id(requirement.strip().lower())
    except KeyError:
        hint = suggestion(requirement.lower(), (known.id for known in CATALOGUE))
        raise click.ClickException(f"there is no such requirement{hint}: {requirement}") from None
    if not sys.stdout.isatty():
        click.echo(text_of(wanted), nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(get_terminal_size().columns, 100)).print(
        Markdown(page_of(wanted), code_theme="ansi_dark")
    )


# --- badge -----------------------------------------------------------------------------------


@commands.command(name="badge")
@click.argument("report", type=click.File(encoding="utf-8"), metavar="REPORT.json")
def show_badge(report: TextIO) -> None:
    """Print a shields.io badge of a JSON report."""
    import json

    from reseller_conformance.reports.badge import badge

    try:
        made = badge(json.load(report))
    except (ValueError, RecursionError):
        raise click.ClickException(f"this is no JSON report of a run: {report.name}") from None
    click.echo(json.dumps(made))


# --- diff ----------------------------------------------------------------------------------------


@commands.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@_level_option
@click.option("--json", "form", flag_value="json", help="for programs")
@click.option("--markdown", "form", flag_value="markdown", help="for a pull request's comment")
def diff(old: Path, new: Path, level: str, form: str | None) -> int:
    """Compare two JSON reports: what broke, what was fixed.

    Exit codes: 0 no new violation, 1 NEW has one that counts, 2 one of them is no report, 3 NEW is
    incomplete or verified nothing.
    """
    from dataclasses import asdict

    from reseller_conformance.findings.compare import (
        ReportFileError,
        as_markdown,
        as_text,
        compare,
        read,
    )

    try:
        found = compare(read(old), read(new))
    except ReportFileError as error:
        raise click.ClickException(str(error)) from None
    if form == "json":
        click.echo(json_text(asdict(found)))
        return found.exit_code(Level(level))
    lines = [visible(one_line(line)) for line in as_text(found)]
    click.echo(as_markdown(found, lines) if form == "markdown" else "\n".join(lines))
    return found.exit_code(Level(level))


# --- schemas -------------------------------------------------------------------------------------


@commands.command()
@click.option("--export", "to", metavar="DIR", type=click.Path(path_type=Path), help="copy them")
def schemas(to: Path | None) -> None:
    """Print the folder of the schema files, or copy them."""
    from reseller_conformance.schemas import schema_folder

    folder = schema_folder()
    if to is None:
        click.echo(str(folder))
        return
    files = dict(_files(folder, Path()))
    try:
        _export(files, to)
    except OSError as error:
        raise click.ClickException(f"cannot write there, {error.strerror}: {to}") from None
    click.echo(f"{len(files)} files in {to}")


def _files(folder: Traversable, below: Path) -> list[tuple[Path, bytes]]:
    found: list[tuple[Path, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        place = below / entry.name
        found += _files(entry, place) if entry.is_dir() else [(place, entry.read_bytes())]
    return found


def _export(files: Mapping[Path, bytes], to: Path) -> None:
    """Write the files, but none where one would overwrite another text."""
    for place, content in files.items():
        there = to / place
        if there.exists() and (there.is_dir() or there.read_bytes() != content):
            raise click.ClickException(f"another file is there already, nothing copied: {there}")
    for place, content in files.items():
        (to / place).parent.mkdir(parents=True, exist_ok=True)
        (to / place).write_bytes(content)


# --- completion ------------------------------------------------------------------------------


@commands.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what a shell runs to complete this command's words."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind, f"click knows no {shell}"
    name, variable = "reseller-conformance", "_RESELLER_CONFORMANCE_COMPLETE"
    click.echo(kind(commands, {}, name, variable).source())
