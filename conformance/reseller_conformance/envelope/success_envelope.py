"""Judge a success envelope: the ten fields at their place, each of its kind, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reseller_conformance.contract import FIELDS
from reseller_conformance.envelope.dialect import BadValue, Dialect
from reseller_conformance.envelope.model import FieldValue
from reseller_conformance.envelope.problems import Problems
from reseller_conformance.envelope.tree import ERROR_MEMBERS, NameIndex, Scope, attribute
from reseller_conformance.requirements import (
    OF_KIND,
    SUCCESS_FIELDS,
    SUCCESS_NO_DUPLICATES,
    SUCCESS_NO_ERROR_MEMBERS,
    SUCCESS_NO_EXTRAS,
    SUCCESS_SHAPE,
)
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import excerpt, named

__all__ = ["judge_overview", "read_fields"]

V = TypeVar("V")

_NAMED = tuple((f.name, f.kind) for f in FIELDS)


@dataclass(frozen=True, slots=True)
class _Found(Generic[V]):
    """A field: its scope, its spelling there, and its values."""

    scope: Scope[V]
    spelt: str
    values: Sequence[V]

    @property
    def where(self) -> Place:
        """The path of the field."""
        return self.scope.place(self.spelt)


@dataclass(frozen=True, slots=True)
class _Context(Generic[V]):
    """The input of the functions below.

    `used` are the ids of containers that are already explained.
    """

    fields_at: Scope[V]
    found: Mapping[str, _Found[V]]
    dialect: Dialect[V]
    problems: Problems
    used: set[int] = field(default_factory=set)

    def use(self, level: Scope[V]) -> None:
        self.used.update(id(link.value) for link in level.chain)


def judge_overview(
    sights: Sequence[NameIndex[V]],
    home: NameIndex[V],
    aside: NameIndex[V] | None,
    dialect: Dialect[V],
    problems: Problems,
) -> dict[str, FieldValue]:
    """Judge an overview, and return the readable fields. `home` has most of the fields."""
    context = _Context(home.scope, _find(sights, home), dialect, problems)
    context.use(home.scope)
    _judge_shape(context)
    if aside is not None:
        _judge_apart(context, sights, aside)
    values = _read(context.found, dialect, problems)
    _judge_closed(context)
    return values


def read_fields(
    sights: Sequence[NameIndex[V]], home: NameIndex[V], dialect: Dialect[V]
) -> dict[str, FieldValue]:
    """Read the fields in something other than an overview, without judging them."""
    return _read(_find(sights, home), dialect, Problems())


def _find(sights: Sequence[NameIndex[V]], home: NameIndex[V]) -> dict[str, _Found[V]]:
    found: dict[str, _Found[V]] = {}
    for name, _ in _NAMED:
        sight = home if home.holds(name) else next((s for s in sights if s.holds(name)), None)
        if sight is None:
            continue
        if name in sight.exact:
            found[name] = _Found(sight.scope, name, sight.exact[name])
        else:
            spelt, value = sight.near[name][0]
            found[name] = _Found(sight.scope, spelt, (value,))
    return found


def _judge_shape(context: _Context[V]) -> None:
    dialect, add = context.dialect, context.problems.add
    where = context.fields_at.where
    if where != dialect.overview_at:
        expected = f"the ten fields in {dialect.overview_at or 'the one object itself'}"
        add(SUCCESS_SHAPE, where, expected, f"the fields in {where}")
    away: dict[int, list[str]] = {}
    for name, found in context.found.items():
        if found.scope is not context.fields_at:
            away.setdefault(id(found.scope), []).append(name)
    for names in away.values():
        level = context.found[names[0]].scope
        context.use(level)
        got = f"in {level.where or 'the outermost object'}: {', '.join(names)}"
        add(SUCCESS_SHAPE, level.where, f"all ten fields in {where or 'one object'}", got)
    for level in context.fields_at.chain:
        if stray := dialect.stray(level.value):
            add(SUCCESS_SHAPE, level.where, "elements only", f"text between them: {excerpt(stray)}")


def _judge_apart(context: _Context[V], sights: Sequence[NameIndex[V]], aside: NameIndex[V]) -> None:
    beside = {id(level) for level in (*context.fields_at.chain, aside.scope)}
    # Other spellings are ordinary additions.
    places = [
        sight.scope.place(name)
        for sight in sights
        if id(sight.scope) in beside
        for name in ERROR_MEMBERS
        if name in sight.exact
    ]
    if places:
        context.use(aside.scope)
        together = Place(", ".join(places), names=tuple(n for one in places for n in one.names))
        got = f"beside the fields: {together}"
        context.problems.add(SUCCESS_NO_ERROR_MEMBERS, together, "no message and no errors", got)


def _read(
    found: Mapping[str, _Found[V]], dialect: Dialect[V], problems: Problems
) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    for name, kind in _NAMED:
        if name not in found:
            problems.add(SUCCESS_FIELDS, name, f"the field {name}", "none of that name")
            continue
        spelt, raw = found[name].spelt, found[name].values
        if spelt != name:
            hint = f"came as {named(spelt)}"
            problems.add(SUCCESS_FIELDS, name, f"the field {name}", "none of that name", hint)
        if len(raw) > 1:
            got = f"{len(raw)} of that name"
            problems.add(SUCCESS_NO_DUPLICATES, found[name].where, f"{name} once", got)
        read = [dialect.field(kind, value) for value in raw]
        for bad in read:
            if isinstance(bad, BadValue):
                expected = dialect.expected[kind]
                problems.add(OF_KIND[kind], found[name].where, expected, bad.got)
        first = read[0]
        if first is not None and not isinstance(first, BadValue) and all(v == first for v in read):
            values[name] = first
    return values


def _judge_closed(context: _Context[V]) -> None:
    spelt = {found.spelt for found in context.found.values() if found.scope is context.fields_at}
    for name, value in context.fields_at.members:
        if name not in spelt and not _accounted(context, name, value):
            _undocumented(context, context.fields_at.place(name), context.dialect.describe(value))
    above = context.fields_at.above
    if above is not None and context.fields_at.where == context.dialect.overview_at:
        _judge_beside(context, above)
    _judge_attributes(context)


def _judge_beside(context: _Context[V], above: Scope[V]) -> None:
    """Judge the siblings of the element with the fields, if it is at the documented place."""
    again = 0
    taken = {found.spelt for found in context.found.values() if found.scope is above}
    for name, value in above.members:
        if name in taken or _accounted(context, name, value):
            continue
        if name == context.fields_at.step:
            again += 1
        else:
            _undocumented(context, above.place(name), context.dialect.describe(value))
    if again:
        got = f"{again + 1} of that name"
        context.problems.add(
            SUCCESS_SHAPE, context.fields_at.where, f"{context.fields_at.step} once", got
        )


def _judge_attributes(context: _Context[V]) -> None:
    elements: list[tuple[Scope[V] | _Found[V], object]]
    elements = [(level, level.value) for level in context.fields_at.chain]
    for found in context.found.values():
        elements += [(found, value) for value in found.values]
    for holder, element in elements:
        attributes = context.dialect.attributes(element)
        if id(attributes) in context.used:
            continue
        for name, value in attributes:
            _undocumented(context, attribute(holder.where, name), context.dialect.describe(value))


def _accounted(context: _Context[V], name: str, value: V) -> bool:
    return id(value) in context.used or name in ERROR_MEMBERS


def _undocumented(context: _Context[V], where: str, got: str) -> None:
    context.problems.add(SUCCESS_NO_EXTRAS, where, "nothing undocumented", got)
