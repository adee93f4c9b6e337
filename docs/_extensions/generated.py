"""Directives for what the package knows best itself: none of it is written down a second time."""

from __future__ import annotations

import inspect
import json
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from operator import attrgetter
from typing import Any

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from reseller_conformance import plugin
from reseller_conformance.checks.second_opinion import BEYOND_SCHEMAS, Beyond
from reseller_conformance.cli import commands
from reseller_conformance.config.options import OPTIONS
from reseller_conformance.guidance import page_of
from reseller_conformance.requirements import CATALOGUE, Requirement
from reseller_conformance.schemas import schema_folder

WIDTH = 80
SUITE = "reseller_conformance.suite"


class Generated(SphinxDirective):
    """A directive that stands for Markdown: headed throughout, or without any heading.

    MyST puts what is headed into the page at once, before what the directive returns.
    """

    optional_arguments = 1

    @abstractmethod
    def markdown(self) -> Iterator[str]:
        """Give the paragraphs."""

    def run(self) -> list[nodes.Node]:
        """Return the paragraphs, read as if they stood in the page."""
        return self.parse_text_to_nodes("\n\n".join(self.markdown()), allow_section_headings=True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, one line a row."""
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([cell.replace("|", r"\|") for cell in row] for row in lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


def code(text: str) -> str:
    """Return the text as code; nothing where there is none."""
    return f"`{text}`" if text else ""


# --- Requirements ---------------------------------------------------------------------------------

TOPICS = {
    "success": "The success envelope",
    "http": "HTTP",
    "readable": "Is it readable?",
    "errors": "The error envelope",
    "rejects": "When an error is expected",
    "request": "The request",
    "clients": "The same call from any client",
    "consistency": "The two formats together",
    "isolation": "Each call by itself",
    "values": "Do the values make sense?",
}


BY_TOPIC = sorted(CATALOGUE, key=lambda known: list(TOPICS).index(known.topic))


class Catalogue(Generated):
    """A table of all requirements."""

    def markdown(self) -> Iterator[str]:
        """Give the table."""
        rows = ([f"[{one.id}](<#{one.id}>)", one.level.upper(), _plain(one)] for one in BY_TOPIC)
        yield table(["requirement", "level", "what"], rows)


class Requirements(Generated):
    """The page of each requirement, by topic; its anchor is its id, dot and all."""

    def markdown(self) -> Iterator[str]:
        """Give each."""
        for topic, known in groupby(BY_TOPIC, attrgetter("topic")):
            yield f"## {TOPICS[topic]}"
            for one in known:
                # its headings go below that of the topic
                yield re.sub(r"(?m)^(#{1,2}) ", r"##\1 ", page_of(one))

    def run(self) -> list[nodes.Node]:
        """Return the pages."""
        made = super().run()
        sections = self.state.document.findall(nodes.section)
        of_titles = {section[0].astext(): section for section in sections}
        for one in CATALOGUE:
            self._anchor(of_titles[one.id], one.id)
        return made

    def _anchor(self, section: nodes.section, name: str) -> None:
        """Name the section; docutils would write `success-dates`, a report `success.dates`."""
        document = self.state.document
        for id in section["ids"]:
            del document.ids[id]
        section["ids"], section["names"] = [name], [name]
        document.ids[name] = section
        document.nameids[name], document.nametypes[name] = name, True


def _plain(requirement: Requirement) -> str:
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", requirement.title)


# --- Options and commands -------------------------------------------------------------------------


class Options(Generated):
    """The options of a run."""

    def markdown(self) -> Iterator[str]:
        """Give one table."""
        rows = [["`--base-url URL`", "live target", "`RESELLER_BASE_URL`"]]
        for option in OPTIONS:
            said = option.help + "; may be repeated" * option.many
            rows.append([code(f"--{option.name} {option.metavar}".strip()), said, code(option.env)])
        yield table(["option", "what it means (default)", "environment"], rows)


class Commands(Generated):
    """What each command says of itself."""

    def markdown(self) -> Iterator[str]:
        """Give the help of the whole, then of each."""
        yield "## Commands"
        top = click.Context(
            commands.commands, info_name="reseller-conformance", max_content_width=WIDTH
        )
        yield _block(commands.commands.get_help(top))
        for name in commands.commands.list_commands(top):
            command = commands.commands.get_command(top, name)
            assert command
            context = click.Context(command, top, name, terminal_width=WIDTH)
            yield f"### `{name}`"
            yield _block(command.get_help(context))


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


# --- A schema -------------------------------------------------------------------------------------


class Schema(Generated):
    """Every member that a JSON Schema of ours describes, by its path."""

    required_arguments = 1

    def markdown(self) -> Iterator[str]:
        """Give one table."""
        schema = json.loads((schema_folder() / self.arguments[0]).read_text(encoding="utf-8"))
        rows = ([code(path), kind, said] for path, kind, said in _members(schema, schema, ""))
        yield table(["member", "value", "what it says"], rows)


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


# --- What no schema can judge ---------------------------------------------------------------------


class BeyondSchemas(Generated):
    """Where the reader and a schema may differ."""

    def markdown(self) -> Iterator[str]:
        """Give one table."""
        yield table(
            ["what", "format", "requirements", "why", "the body is"], map(_beyond, BEYOND_SCHEMAS)
        )


def _beyond(row: Beyond) -> list[str]:
    links = (f"[{one.id}](<requirements.md#{one.id}>)" for one in row.requirements)
    format = " or ".join(format.upper() for format in row.formats)
    left = "not validated" if row.whole else "validated, less this violation"
    return [row.what, format, ", ".join(links), row.reason, left]


# --- Python names ---------------------------------------------------------------------------------


class Names(Generated):
    """The public names of a module (`__all__`), or those of them that are given."""

    required_arguments = 1
    optional_arguments = 20

    def markdown(self) -> Iterator[str]:
        """Give autodoc its directives."""
        module = import_module(self.arguments[0])
        public = sorted((name for name in module.__all__ if name[0] != "_"), key=str.lower)
        for name in self.arguments[1:] or public:
            thing = getattr(module, name)
            # types are named by where they live, but for what the package offers by itself
            home = getattr(thing, "__module__", module.__name__)
            place = f"{module.__name__ if '.' not in module.__name__ else home}.{name}"
            if inspect.isclass(thing):
                # the members of the suite are its requirements
                members = (
                    "" if home.startswith(f"{SUITE}.") else "   :members:\n   :undoc-members:\n"
                )
                yield f"```{{eval-rst}}\n.. autoclass:: {place}\n{members}```"
            elif inspect.isroutine(thing):
                yield f"```{{eval-rst}}\n.. autofunction:: {place}\n```"
            else:
                yield f"```{{eval-rst}}\n.. autodata:: {module.__name__}.{name}\n```"


class Fixtures(Generated):
    """What the docstring of each of these fixtures says."""

    required_arguments = 1
    optional_arguments = 20

    def markdown(self) -> Iterator[str]:
        """Give each."""
        for name in self.arguments:
            made = getattr(plugin, name)
            said = inspect.cleandoc(made.__doc__ or "")
            yield f"### `{name}`"
            yield f"{said}\n\nIts scope is a {made._fixture_function_marker.scope}."


def anchor(app: Sphinx, _: nodes.document) -> None:
    """Let MyST find the requirements by their anchors, as `requirements.md#success.dates`."""
    if app.env.docname == "requirements":
        known = app.env.metadata["requirements"]["myst_slugs"]
        known.update({one.id: (None, one.id, one.id) for one in CATALOGUE})


def setup(app: Sphinx) -> dict[str, object]:
    """Tell Sphinx of the directives."""
    app.connect("doctree-read", anchor)
    for directive in (Catalogue, Requirements, Options, Commands, Schema, Names, Fixtures):
        app.add_directive(directive.__name__.lower(), directive)
    app.add_directive("beyond", BeyondSchemas)
    return {"parallel_read_safe": True}
