"""Where names stand in a tree, whichever format it came in.

A level is what stands side by side: the members of one JSON object, the children of one XML
element, or its attributes. Which level holds the fields is looked for, not taken for granted, so
that a wrapper costs one problem and not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from reseller_conformance.contract import FIELDS
from reseller_conformance.util.text import named

__all__ = [
    "ATTRIBUTE",
    "ERROR_MEMBERS",
    "MAX_SCOPES",
    "NameIndex",
    "Scope",
    "folded",
    "index_names",
]

V = TypeVar("V")

ERROR_MEMBERS = ("message", "errors")
"""The two names of the error envelope."""

ATTRIBUTE = "/@"
"""What stands before an attribute in a path."""

_FIELDS = frozenset(field.name for field in FIELDS)
_NAMES = _FIELDS | frozenset(ERROR_MEMBERS)
MAX_SCOPES = 10_000
"""Levels that are looked at; no envelope has a hundredth, a body of nothing else has a million."""

_MAX_NAME_CHARS = 64


@dataclass(frozen=True, slots=True)
class Scope(Generic[V]):
    """Names side by side; `value` is what holds them, `joint` what stands before each in a path."""

    above: Scope[V] | None
    step: str
    value: object
    members: Sequence[tuple[str, V]]
    joint: str = "."

    @property
    def where(self) -> str:
        """The path to this level."""
        return self.above.place(self.step) if self.above else self.step

    def place(self, step: str) -> str:
        """Return the path of what stands here under this name."""
        # Attributes stand at the element itself: result/overview/@id.
        base = self.above if self.above and self.joint == ATTRIBUTE else self
        where = base.where
        return f"{where}{self.joint}{named(step)}" if where else named(step)

    @property
    def chain(self) -> list[Scope[V]]:
        """This level and those that hold it, from the outermost."""
        chain: list[Scope[V]] = []
        level: Scope[V] | None = self
        while level is not None:
            chain.append(level)
            level = level.above
        return chain[::-1]


@dataclass(frozen=True, slots=True)
class NameIndex(Generic[V]):
    """The documented names at one level: as documented, and in another spelling."""

    scope: Scope[V]
    exact: dict[str, list[V]] = field(default_factory=dict)
    near: dict[str, list[tuple[str, V]]] = field(default_factory=dict)

    @property
    def fields(self) -> int:
        """How many of the ten fields stand here."""
        return len(_FIELDS & (self.exact.keys() | self.near.keys()))

    @property
    def error_member_count(self) -> int:
        """How many of `message` and `errors` stand here."""
        return sum(map(self.holds, ERROR_MEMBERS))

    def holds(self, name: str) -> bool:
        """Say whether this name stands here, in whatever spelling."""
        return name in self.exact or name in self.near


def folded(name: str) -> str:
    """Return a name as `credits_used`, `Credits-Used` and `creditsUsed` have it in common."""
    return name[:_MAX_NAME_CHARS].replace("_", "").replace("-", "").lower()


_FOLDED = {folded(name): name for name in _NAMES}


def index_names(levels: Iterable[Scope[V]]) -> list[NameIndex[V]]:
    """Look at every level for the documented names."""
    return [_index(level) for level in islice(levels, MAX_SCOPES)]


def _index(level: Scope[V]) -> NameIndex[V]:
    sight = NameIndex(level)
    for name, value in level.members:
        if name in _NAMES:
            sight.exact.setdefault(name, []).append(value)
        elif (meant := _FOLDED.get(folded(name))) is not None:
            sight.near.setdefault(meant, []).append((name, value))
    return sight
