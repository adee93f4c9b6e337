"""The error envelope: `message`, `errors` with one text or more, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reseller_conformance.contract import ERROR, FIELDS
from reseller_conformance.envelope.dialect import Dialect, Wrong
from reseller_conformance.envelope.problems import Problems
from reseller_conformance.envelope.tree import ATTRIBUTE, MOST, TOLD, Sight, folded
from reseller_conformance.requirements import (
    ERRORS_APART,
    ERRORS_CLOSED,
    ERRORS_LISTED,
    ERRORS_MESSAGE,
    ERRORS_SHAPE,
    ERRORS_TEXT,
)
from reseller_conformance.util.text import excerpt, named, shortened

__all__ = ["judge_errors"]

V = TypeVar("V")

_ABSENT = "none of that name"


@dataclass(frozen=True, slots=True)
class _Page(Generic[V]):
    """All that the judgements below look at; `elements` are those whose attributes are judged."""

    told: Sight[V]
    dialect: Dialect[V]
    problems: Problems
    elements: list[tuple[str, object]] = field(default_factory=list)
    lone: list[V] = field(default_factory=list)


def judge_errors(
    told: Sight[V], fields: Sight[V] | None, dialect: Dialect[V], problems: Problems
) -> tuple[str, ...]:
    """Judge the error envelope told at one level; return the messages that read.

    `fields` is where fields of an account were found as well.
    """
    page = _Page(told, dialect, problems)
    _judge_shape(page)
    _judge_message(page)
    errors = _judge_list(page)
    if fields is not None:
        names = ", ".join(name.name for name in FIELDS if fields.holds(name.name))
        got = f"fields of an account: {shortened(names)}"
        problems.add(ERRORS_APART, names, "no field of an account", got)
    _judge_closed(page, fields)
    return tuple(errors)


def _judge_shape(page: _Page[V]) -> None:
    level, dialect = page.told.level, page.dialect
    if level.where != dialect.errors_at:
        expected = f"message and errors in {dialect.errors_at or 'the one object itself'}"
        page.problems.add(ERRORS_SHAPE, level.where, expected, f"both in {level.where}")
    for link in level.chain:
        page.elements.append((link.where, link.value))
        if stray := dialect.stray(link.value):
            got = f"text between them: {excerpt(stray)}"
            page.problems.add(ERRORS_SHAPE, link.where, "elements only", got)


def _judge_message(page: _Page[V]) -> None:
    add = page.problems.add
    where, expected = page.told.level.place("message"), f"exactly {ERROR}"
    values = page.told.exact.get("message", [])
    if not values:
        add(ERRORS_MESSAGE, where, expected, _ABSENT, _came_as(page.told, "message"))
    if len(values) > 1:
        add(ERRORS_MESSAGE, where, "message once", f"{len(values)} of that name")
    for value in values:
        page.elements.append((where, value))
        text = page.dialect.text(value)
        if isinstance(text, Wrong):
            add(ERRORS_MESSAGE, where, expected, text.got)
        elif text is not None and text != ERROR:
            add(ERRORS_MESSAGE, where, expected, page.dialect.describe(value))


def _judge_list(page: _Page[V]) -> list[str]:
    told, dialect, add = page.told, page.dialect, page.problems.add
    where = told.level.place("errors")
    values = told.exact.get("errors", [])
    if len(values) > 1:
        add(ERRORS_SHAPE, where, "errors once", f"{len(values)} of that name")
    if values:
        return [text for value in values for text in _read_list(page, where, value)]
    if "errors" in told.near:
        spelt, value = told.near["errors"][0]
        add(ERRORS_LISTED, where, dialect.listed, _ABSENT, _came_as(told, "errors"))
        return _read_list(page, told.level.place(spelt), value)
    page.lone.extend(value for name, value in told.level.members if folded(name) == ERROR)
    if not page.lone:
        add(ERRORS_LISTED, where, dialect.listed, _ABSENT)
        return []
    add(dialect.lone_error, where, dialect.listed, _ABSENT, f"came as {ERROR}")
    texts = (dialect.text(value) for value in page.lone)
    return [text for text in texts if isinstance(text, str)]


def _read_list(page: _Page[V], where: str, value: V) -> list[str]:
    dialect, add = page.dialect, page.problems.add
    page.elements.append((where, value))
    entries = dialect.entries(value)
    if isinstance(entries, Wrong):
        add(ERRORS_LISTED, where, dialect.listed, entries.got)
        return []
    if stray := dialect.stray(value):
        add(ERRORS_SHAPE, where, "elements only", f"text between them: {excerpt(stray)}")
    for name in entries.others:
        add(ERRORS_CLOSED, where, "nothing undocumented", f"<{named(name)}>")
    errors: list[str] = []
    for step, item in entries.items[:MOST]:
        page.elements.append((f"{where}{step}", item))
        text = dialect.text(item)
        if isinstance(text, Wrong):
            add(ERRORS_LISTED, f"{where}{step}", "a text", text.got)
        elif text is not None:
            errors.append(text)
            if not text.strip():
                add(ERRORS_TEXT, f"{where}{step}", "a text that is not empty", excerpt(text))
    return errors


def _judge_closed(page: _Page[V], fields: Sight[V] | None) -> None:
    level, add = page.told.level, page.problems.add
    used = {id(link.value) for link in level.chain} | set(map(id, page.lone))
    if fields is not None:
        used.update(id(link.value) for link in fields.level.chain)
    for name, value in level.members:
        apart = fields is not None and fields.level is level and _is_field(fields, name)
        if not apart and id(value) not in used and not _is_told(page.told, name):
            got = page.dialect.describe(value)
            add(ERRORS_CLOSED, level.place(name), "nothing undocumented", got)
    for where, element in page.elements:
        attributes = page.dialect.attributes(element)
        if id(attributes) in used:
            continue
        for name, value in attributes:
            got = page.dialect.describe(value)
            add(ERRORS_CLOSED, f"{where}{ATTRIBUTE}{named(name)}", "nothing undocumented", got)


def _is_told(told: Sight[V], name: str) -> bool:
    """Say whether this is `message` or `errors`, or another spelling that came in its place."""
    return name in TOLD or (folded(name) in TOLD and folded(name) not in told.exact)


def _is_field(sight: Sight[V], name: str) -> bool:
    return name in sight.exact or any(
        name == spelt for near in sight.near.values() for spelt, _ in near
    )


def _came_as(told: Sight[V], name: str) -> str:
    near = told.near.get(name)
    return f"came as {named(near[0][0])}" if near else ""
