"""Find the documented names in a tree of either format.

A scope contains names side by side: the members of one JSON object, the children of one XML
element, or its attributes. The fields are searched in all scopes, so that a wrapper causes one
problem and not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from reseller_conformance.contract import FIELD_NAMES
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import named

__all__ = [
    "ATTRIBUTE",
    "ERROR_MEMBERS",
    "MAX_SCOPES",
    "NameIndex",
    "Scope",
    "attribute",
    "folded",
    "index_names",
]

V = TypeVar("V")

ERROR_MEMBERS = ("message", "errors")
"""The names of the two members of an error envelope."""

ATTRIBUTE = "/@"
"""Separator before an attribute in a path."""

_FIELDS = frozenset(FIELD_NAMES)
_NAMES = _FIELDS | frozenset(ERROR_MEMBERS)
MAX_SCOPES = 10_000
"""Maximum number of scopes to search. An envelope has a few; a hostile body may have a million."""

_MAX_NAME_CHARS = 64


@dataclass(frozen=True, slots=True)
class Scope(Generic[V]):
    """Names side by side. `value` contains them, and `joint` precedes each of them in a path."""

    above: Scope[V] | None
    step: str
    value: object
    members: Sequence[tuple[str, V]]
    joint: str = "."
    number: int = 0
    """Which of the elements of one name this is, from 1 on. 0 for the first or only one."""

    @property
    def where(self) -> Place:
        """The path to this scope."""
        if self.above is None:
            return Place(self.step, names=(self.step,) if self.step else ())
        return self.above.place(self.step, self.number)

    def place(self, step: str, number: int = 0) -> Place:
        """Return the path of the member with this name. Of several elements, of that one."""
        # The path of an attribute starts at its element: result/overview/@id.
        is_attribute = self.above is not None and self.joint == ATTRIBUTE
        where = self.above.where if self.above is not None and is_attribute else self.where
        if is_attribute:
            return attribute(where, step)
        shown = f"{named(step)}[{number}]" if number else named(step)
        path = f"{where}{self.joint}{shown}" if where else shown
        # An item of a list has no name of its own.
        return Place(path, names=(step,) if self.joint else where.names, number=number)

    @property
    def chain(self) -> list[Scope[V]]:
        """This scope and the scopes around it, from the outermost."""
        chain: list[Scope[V]] = []
        level: Scope[V] | None = self
        while level is not None:
            chain.append(level)
            level = level.above
        return chain[::-1]


@dataclass(frozen=True, slots=True)
class NameIndex(Generic[V]):
    """The documented names in one scope, in the exact spelling and in similar spellings."""

    scope: Scope[V]
    exact: dict[str, list[V]] = field(default_factory=dict)
    near: dict[str, list[tuple[str, V]]] = field(default_factory=dict)

    @property
    def fields(self) -> int:
        """The number of the ten fields in this scope."""
        return len(_FIELDS & (self.exact.keys() | self.near.keys()))

    @property
    def error_member_count(self) -> int:
        """The number of `message` and `errors` in this scope: 0, 1 or 2."""
        return sum(map(self.holds, ERROR_MEMBERS))

    def holds(self, name: str) -> bool:
        """Return True if this scope has the name in any spelling."""
        return name in self.exact or name in self.near


def attribute(where: Place, name: str) -> Place:
    """Return the path of an attribute of the element at this path."""
    holder = next(iter(where.names), None)
    path = f"{where}{ATTRIBUTE}{named(name)}"
    return Place(path, names=(name,), number=where.number, holder=holder)


def folded(name: str) -> str:
    """Return the common form of `credits_used`, `Credits-Used` and `creditsUsed`."""
    return name[:_MAX_NAME_CHARS].replace("_", "").replace("-", "").lower()


_FOLDED = {folded(name): name for name in _NAMES}


def index_names(levels: Iterable[Scope[V]]) -> list[NameIndex[V]]:
    """Search all scopes for the documented names."""
    return [_index(level) for level in islice(levels, MAX_SCOPES)]


def _index(level: Scope[V]) -> NameIndex[V]:
    sight = NameIndex(level)
    for name, value in level.members:
        if name in _NAMES:
            sight.exact.setdefault(name, []).append(value)
        elif (meant := _FOLDED.get(folded(name))) is not None:
            sight.near.setdefault(meant, []).append((name, value))
    return sight
