"""The public names of Python, with signature, docstring and members, as griffe reads them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import griffe

from generator.regions import code, table, text_block
from reseller_conformance import plugin

__all__ = ["fixtures", "names"]

SUITE = "reseller_conformance.suite"


def names(module: str, *wanted: str) -> str:
    """Return a section for each name; without names, for all in the module's `__all__`."""
    imported = import_module(module)
    public = sorted((name for name in imported.__all__ if name[0] != "_"), key=str.lower)
    return "\n\n".join(_section(name, module) for name in wanted or public)


def fixtures(*wanted: str) -> str:
    """Return what the docstring of each of these fixtures says."""
    parts = []
    for name in wanted:
        made = getattr(plugin, name)
        parts.append(f"### `{name}`")
        parts.append(inspect.cleandoc(made.__doc__ or ""))
        parts.append(f"Its scope is a {made._fixture_function_marker.scope}.")
    return "\n\n".join(parts)


@cache
def _package() -> griffe.Module:
    found = griffe.load("reseller_conformance", try_relative_path=False)
    assert isinstance(found, griffe.Module)
    return found


def _section(name: str, module: str) -> str:
    thing = getattr(import_module(module), name)
    home = getattr(thing, "__module__", module)
    home = home if home.startswith("reseller_conformance") else module
    found = _object(home, name)
    parts = [f"### `{name}`", text_block(_signature(found)), _docstring(found)]
    # the members of the suite are its requirements
    if isinstance(found, griffe.Class) and not home.startswith(f"{SUITE}."):
        rows = list(_members(found))
        parts += [table(["member", "what it is"], rows)] * bool(rows)
    return "\n\n".join(part for part in parts if part)


def _object(module: str, name: str) -> griffe.Object:
    found = _package()[f"{module}.{name}".removeprefix("reseller_conformance.")]
    return found.final_target if isinstance(found, griffe.Alias) else found


def _signature(found: griffe.Object) -> str:
    if isinstance(found, griffe.Attribute):
        annotation = f": {found.annotation}" if found.annotation else ""
        return f"{found.name}{annotation}"
    if isinstance(found, griffe.Class):
        bases = [str(base) for base in found.bases]
        if any("Enum" in base for base in bases) or not len(found.parameters):
            return f"class {found.name}" + (f"({', '.join(bases)})" if bases else "")
    assert isinstance(found, (griffe.Class, griffe.Function))
    given = [_parameter(one) for one in found.parameters if one.name not in ("self", "cls")]
    returns = getattr(found, "returns", None)
    after = f" -> {returns}" if returns and isinstance(found, griffe.Function) else ""
    line = f"{found.name}({', '.join(given)}){after}"
    if len(line) <= 100:
        return line
    return f"{found.name}(\n" + "".join(f"    {one},\n" for one in given) + f"){after}"


def _parameter(one: griffe.Parameter) -> str:
    stars = {
        griffe.ParameterKind.var_positional: "*",
        griffe.ParameterKind.var_keyword: "**",
    }.get(one.kind or griffe.ParameterKind.positional_or_keyword, "")
    annotation = f": {one.annotation}" if one.annotation else ""
    default = f" = {one.default}" if one.default is not None and not stars else ""
    return f"{stars}{one.name}{annotation}{default}"


def _docstring(found: griffe.Object, paragraphs: int | None = None) -> str:
    text = inspect.cleandoc(found.docstring.value) if found.docstring else ""
    return "\n\n".join(text.split("\n\n")[:paragraphs])


def _members(found: griffe.Class) -> Iterator[list[str]]:
    for name, found_member in found.all_members.items():
        member = found_member.final_target if found_member.inherited else found_member
        if name.startswith("_") or isinstance(member, griffe.Alias) or "InitVar" in str(member):
            continue
        if isinstance(member, griffe.Function):
            shown = _signature(member)
            if len(shown) > 60:
                shown = f"{name}(…)"
        else:
            shown = name
        yield [code(" ".join(shown.split())), _docstring(member, 1)]
