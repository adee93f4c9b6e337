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
    told: NameIndex[V], fields: NameIndex[V] | None, dialect: Dialect[V], problems: Problems
) -> tuple[str, ...]:
    """Judge the error envelope in one scope, and return the readable messages.

    `fields` is the scope with fields of an account, if there is one.
    """
    page = _Context(told, dialect, problems)
    _judge_shape(page)
    _judge_message(page)
    errors = _judge_list(page)
    if fields is not None:
        names = ", ".join(name.name for name in FIELDS if fields.holds(name.name))
        got = f"fields of an account: {shortened(names)}"
        problems.add(ERRORS_NO_ACCOUNT_FIELDS, names, "no field of an account", got)
    _judge_closed(page, fields)
    return tuple(errors)


def _judge_shape(page: _Context[V]) -> None:
    level, dialect = page.errors_at.scope, page.dialect
    if level.where != dialect.errors_at:
        expected = f"message and errors in {dialect.errors_at or 'the one object itself'}"
        page.problems.add(ERRORS_SHAPE, level.where, expected, f"both in {level.where}")
    for link in level.chain:
        page.elements.append((link.where, link.value))
        if stray := dialect.stray(link.value):
            got = f"text between them: {excerpt(stray)}"
            page.problems.add(ERRORS_SHAPE, link.where, "elements only", got)


def _judge_message(page: _Context[V]) -> None:
    add = page.problems.add
    where, expected = page.errors_at.scope.place("message"), f"exactly {ERROR}"
    values = page.errors_at.exact.get("message", [])
    if not values:
        add(ERRORS_MESSAGE, where, expected, _ABSENT, _came_as(page.errors_at, "message"))
    if len(values) > 1:
        add(ERRORS_MESSAGE, where, "message once", f"{len(values)} of that name")
    for value in values:
        page.elements.append((where, value))
        text = page.dialect.text(value)
        if isinstance(text, BadValue):
            add(ERRORS_MESSAGE, where, expected, text.got)
        elif text is not None and text != ERROR:
            add(ERRORS_MESSAGE, where, expected, page.dialect.describe(value))


def _judge_list(page: _Context[V]) -> list[str]:
    told, dialect, add = page.errors_at, page.dialect, page.problems.add
    where = told.scope.place("errors")
    values = told.exact.get("errors", [])
    if len(values) > 1:
        add(ERRORS_SHAPE, where, "errors once", f"{len(values)} of that name")
    if values:
        return [text for value in values for text in _read_list(page, where, value)]
    if "errors" in told.near:
        spelt, value = told.near["errors"][0]
        add(ERRORS_LIST, where, dialect.listed, _ABSENT, _came_as(told, "errors"))
        return _read_list(page, told.scope.place(spelt), value)
    page.bare_errors.extend(value for name, value in told.scope.members if folded(name) == ERROR)
    if not page.bare_errors:
        add(ERRORS_LIST, where, dialect.listed, _ABSENT)
        return []
    add(dialect.lone_error, where, dialect.listed, _ABSENT, f"came as {ERROR}")
    texts = (dialect.text(value) for value in page.bare_errors)
    return [text for text in texts if isinstance(text, str)]


def _read_list(page: _Context[V], where: Place, value: V) -> list[str]:
    dialect, add = page.dialect, page.problems.add
    page.elements.append((where, value))
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
        page.elements.append((place, item))
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


def _judge_closed(page: _Context[V], fields: NameIndex[V] | None) -> None:
    level, add = page.errors_at.scope, page.problems.add
    used = {id(link.value) for link in level.chain} | set(map(id, page.bare_errors))
    if fields is not None:
        used.update(id(link.value) for link in fields.scope.chain)
    for name, value in level.members:
        apart = fields is not None and fields.scope is level and _is_field(fields, name)
        if not apart and id(value) not in used and not _is_error_member(page.errors_at, name):
            got = page.dialect.describe(value)
            add(ERRORS_NO_EXTRAS, level.place(name), "nothing undocumented", got)
    for where, element in page.elements:
        attributes = page.dialect.attributes(element)
        if id(attributes) in used:
            continue
        for name, value in attributes:
            got = page.dialect.describe(value)
            add(ERRORS_NO_EXTRAS, attribute(where, name), "nothing undocumented", got)


def _is_error_member(told: NameIndex[V], name: str) -> bool:
    """Return True for `message` or `errors`, or for another spelling that replaces one of them."""
    return name in ERROR_MEMBERS or (
        folded(name) in ERROR_MEMBERS and folded(name) not in told.exact
    )


def _is_field(sight: NameIndex[V], name: str) -> bool:
    return name in sight.exact or any(
        name == spelt for near in sight.near.values() for spelt, _ in near
    )


def _came_as(told: NameIndex[V], name: str) -> str:
    near = told.near.get(name)
    return f"came as {named(near[0][0])}" if near else ""
