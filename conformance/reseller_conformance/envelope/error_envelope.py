"""Judge an error envelope: `message`, `errors` with one text or more, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reseller_conformance.contract import ERROR, FIELDS
from reseller_conformance.envelope.dialect import BadValue, Dialect
from reseller_conformance.envelope.problems import Problems
from reseller_conformance.envelope.tree import (
    ERROR_MEMBERS,
    MAX_SCOPES,
    NameIndex,
    attribute,
    folded,
)
from reseller_conformance.requirements import (
    ERRORS_LIST,
    ERRORS_MESSAGE,
    ERRORS_NO_ACCOUNT_FIELDS,
    ERRORS_NO_EMPTY_TEXT,
    ERRORS_NO_EXTRAS,
    ERRORS_SHAPE,
)
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import excerpt, named, shortened

__all__ = ["judge_errors"]

V = TypeVar("V")

_ABSENT = "none of that name"


@dataclass(frozen=True, slots=True)
class _Context(Generic[V]):
    """The input of the functions below. `elements` are the elements whose attributes are judged."""

    errors_at: NameIndex[V]
    dialect: Dialect[V]
    problems: Problems
    elements: list[tuple[Place, object]] = field(default_factory=list)
    bare_errors: list[V] = field(default_factory=list)


def judge_errors(
    index: NameIndex[V], fields: NameIndex[V] | None, dialect: Dialect[V], problems: Problems
) -> tuple[str, ...]:
    """Judge the error envelope in one scope, and return the readable messages.

    `fields` is the scope with fields of an account, if there is one.
    """
    context = _Context(index, dialect, problems)
    _judge_shape(context)
    _judge_message(context)
    errors = _judge_list(context)
    if fields is not None:
        names = ", ".join(name.name for name in FIELDS if fields.holds(name.name))
        got = f"fields of an account: {shortened(names)}"
        problems.add(ERRORS_NO_ACCOUNT_FIELDS, names, "no field of an account", got)
    _judge_closed(context, fields)
    return tuple(errors)


def _judge_shape(context: _Context[V]) -> None:
    level, dialect = context.errors_at.scope, context.dialect
    if level.where != dialect.errors_at:
        expected = f"message and errors in {dialect.errors_at or 'the one object itself'}"
        context.problems.add(ERRORS_SHAPE, level.where, expected, f"both in {level.where}")
    for link in level.chain:
        context.elements.append((link.where, link.value))
        if stray := dialect.stray(link.value):
            got = f"text between them: {excerpt(stray)}"
            context.problems.add(ERRORS_SHAPE, link.where, "elements only", got)


def _judge_message(context: _Context[V]) -> None:
    add = context.problems.add
    where, expected = context.errors_at.scope.place("message"), f"exactly {ERROR}"
    values = context.errors_at.exact.get("message", [])
    if not values:
        add(ERRORS_MESSAGE, where, expected, _ABSENT, _came_as(context.errors_at, "message"))
    if len(values) > 1:
        add(ERRORS_MESSAGE, where, "message once", f"{len(values)} of that name")
    for value in values:
        context.elements.append((where, value))
        text = context.dialect.text(value)
        if isinstance(text, BadValue):
            add(ERRORS_MESSAGE, where, expected, text.got)
        elif text is not None and text != ERROR:
            add(ERRORS_MESSAGE, where, expected, context.dialect.describe(value))


def _judge_list(context: _Context[V]) -> list[str]:
    index, dialect, add = context.errors_at, context.dialect, context.problems.add
    where = index.scope.place("errors")
    values = index.exact.get("errors", [])
    if len(values) > 1:
        add(ERRORS_SHAPE, where, "errors once", f"{len(values)} of that name")
    if values:
        return [text for value in values for text in _read_list(context, where, value)]
    if "errors" in index.near:
        spelt, value = index.near["errors"][0]
        add(ERRORS_LIST, where, dialect.listed, _ABSENT, _came_as(index, "errors"))
        return _read_list(context, index.scope.place(spelt), value)
    context.bare_errors.extend(
        value for name, value in index.scope.members if folded(name) == ERROR
    )
    if not context.bare_errors:
        add(ERRORS_LIST, where, dialect.listed, _ABSENT)
        return []
    add(dialect.lone_error, where, dialect.listed, _ABSENT, f"came as {ERROR}")
    texts = (dialect.text(value) for value in context.bare_errors)
    return [text for text in texts if isinstance(text, str)]


def _read_list(context: _Context[V], where: Place, value: V) -> list[str]:
    dialect, add = context.dialect, context.problems.add
    context.elements.append((where, value))
    entries = dialect.entries(value)
    if isinstance(entries, BadValue):
        add(ERRORS_LIST, where, dialect.listed, entries.got)
        return []
    if stray := dialect.stray(value):
        add(ERRORS_SHAPE, where, "elements only", f"text between them: {excerpt(stray)}")
    for name in entries.others:
        add(ERRORS_NO_EXTRAS, where, "nothing undocumented", f"<{named(name)}>")
    errors: list[str] = []
    for number, item in enumerate(entries.items[:MAX_SCOPES], 1):
        place = dialect.item(where, number)
        context.elements.append((place, item))
        text = dialect.text(item)
        if isinstance(text, BadValue):
            add(ERRORS_LIST, place, "a text", text.got)
        elif text is not None:
            errors.append(text)
            if not text.strip():
                add(
                    ERRORS_NO_EMPTY_TEXT,
                    place,
                    "a text that is not empty",
                    excerpt(text),
                )
    return errors


def _judge_closed(context: _Context[V], fields: NameIndex[V] | None) -> None:
    level, add = context.errors_at.scope, context.problems.add
    used = {id(link.value) for link in level.chain} | set(map(id, context.bare_errors))
    if fields is not None:
        used.update(id(link.value) for link in fields.scope.chain)
    for name, value in level.members:
        apart = fields is not None and fields.scope is level and _is_field(fields, name)
        if not apart and id(value) not in used and not _is_error_member(context.errors_at, name):
            got = context.dialect.describe(value)
            add(ERRORS_NO_EXTRAS, level.place(name), "nothing undocumented", got)
    for where, element in context.elements:
        attributes = context.dialect.attributes(element)
        if id(attributes) in used:
            continue
        for name, value in attributes:
            got = context.dialect.describe(value)
            add(ERRORS_NO_EXTRAS, attribute(where, name), "nothing undocumented", got)


def _is_error_member(index: NameIndex[V], name: str) -> bool:
    """Return True for `message` or `errors`, or for another spelling that replaces one of them."""
    return name in ERROR_MEMBERS or (
        folded(name) in ERROR_MEMBERS and folded(name) not in index.exact
    )


def _is_field(sight: NameIndex[V], name: str) -> bool:
    return name in sight.exact or any(
        name == spelt for near in sight.near.values() for spelt, _ in near
    )


def _came_as(index: NameIndex[V], name: str) -> str:
    near = index.near.get(name)
    return f"came as {named(near[0][0])}" if near else ""
