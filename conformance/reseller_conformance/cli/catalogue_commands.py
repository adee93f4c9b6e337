"""The commands that print what the package knows: requirements, their pages, and schema files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from reseller_conformance.cli.output import echo_json
from reseller_conformance.requirements import CATALOGUE, Level, Requirement, by_id
from reseller_conformance.util.suggestion import suggestion

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["explain", "requirements", "schemas"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@click.option(
    "--level", type=click.Choice([level.value for level in Level]), help="only this level"
)
def requirements(as_json: bool, level: str | None) -> None:
    """List what is required, where the API docs say so, and why."""
    wanted = [known for known in CATALOGUE if level in (None, known.level.value)]
    if as_json:
        import json

        echo_json(json.dumps([_as_dict(known) for known in wanted], ensure_ascii=False, indent=2))
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
    text = f"{known.title}. {known.citation}: {known.reason}"
    body = click.wrap_text(text, width, initial_indent="      ", subsequent_indent="      ")
    formats = ", ".join(known.formats) or "both formats together"
    return f"  {known.id}  {known.level.upper()}  {formats}\n{body}"


def _begins(_: click.Context, __: click.Parameter, word: str) -> list[str]:
    return [known.id for known in CATALOGUE if known.id.startswith(word)]


@click.command()
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


@click.command()
@click.option(
    "--export", "to", metavar="DIR", type=click.Path(path_type=Path), help="copy them to DIR"
)
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
        raise click.ClickException(f"--export cannot be written ({error.strerror}): {to}") from None
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
