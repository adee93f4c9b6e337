"""The reference of the command line, of a JSON report, and extracts of the sources."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from generator.regions import code, table, text_block
from reseller_conformance.cli.commands import commands
from reseller_conformance.config.options import OPTIONS
from reseller_conformance.schemas import schema_folder

__all__ = ["help_texts", "options", "schema", "source"]

ROOT = Path(__file__).parents[2]
WIDTH = 80


def options() -> str:
    """Return a table of the options of a run."""
    rows = [["`--base-url URL`", "live target", "`RESELLER_BASE_URL`"]]
    for option in OPTIONS:
        meaning = option.help + "; may be repeated" * option.many
        rows.append([code(f"--{option.name} {option.metavar}".strip()), meaning, code(option.env)])
    return table(["option", "what it means (default)", "environment"], rows)


def help_texts() -> str:
    """Return the help of the whole, then of each command."""
    top = click.Context(commands, info_name="reseller-conformance", terminal_width=WIDTH)
    parts = ["## Commands", text_block(commands.get_help(top))]
    for name in commands.list_commands(top):
        command = commands.get_command(top, name)
        assert command
        context = click.Context(command, top, name, terminal_width=WIDTH)
        parts += [f"### `{name}`", text_block(command.get_help(context))]
    return "\n\n".join(parts)


def schema(file: str) -> str:
    """Return a table of every member that this JSON Schema describes, by its path."""
    whole = json.loads((schema_folder() / file).read_text(encoding="utf-8"))
    rows = ([code(path), kind, meaning] for path, kind, meaning in _members(whole, whole, ""))
    return table(["member", "value", "what it says"], rows)


def source(file: str, start: str, end: str, around: str = "") -> str:
    """Return the lines of a file from the first with `start` to before the next with `end`.

    `@` means a space. `around` says that the line before the first belongs to it, and the line
    with `end`.
    """
    start, end = start.replace("@", " "), end.replace("@", " ")
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if start in line)
    last = next(number for number, line in enumerate(lines) if number > first and end in line)
    if around:
        first, last = first - 1, last + 3
    text = textwrap.dedent("\n".join(lines[first:last])).strip()
    return f"<!-- not run: an extract of {file} -->\n```python\n{text}\n```"


def _members(
    schema: Mapping[str, Any], whole: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, str]]:
    for name, written in schema.get("properties", {}).items():
        member = _resolved(written, whole)
        here = f"{path}.{name}".lstrip(".")
        yield here, _kind(member), member.get("description", member.get("title", ""))
        yield from _members(member, whole, here)
        yield from _members(_resolved(member.get("items", {}), whole), whole, f"{here}[]")


def _resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    found = whole["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    return {**found, **schema}


def _kind(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(json.dumps(value)) for value in schema["enum"])
    kinds = schema.get("type", "any")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)
