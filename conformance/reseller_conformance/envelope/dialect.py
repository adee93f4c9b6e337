"""What differs between the two formats once a tree is read: how a value is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from reseller_conformance.contract import Kind
from reseller_conformance.envelope.model import FieldValue
from reseller_conformance.requirements import Requirement

__all__ = ["BadValue", "Dialect", "ErrorItems"]

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class BadValue:
    """Not a value of its kind: what came instead, in words."""

    got: str


@dataclass(frozen=True, slots=True)
class ErrorItems(Generic[V]):
    """What `errors` holds: the messages with their places in it, and the names of all else."""

    items: Sequence[tuple[str, V]]
    others: Sequence[str] = ()


class Dialect(ABC, Generic[V]):
    """One format's way of writing values, over one body.

    A reading returns None for a value that is lost for a reason told already: half a character,
    bytes that do not decode.
    """

    overview_at: ClassVar[str]
    """The path of the level that holds the ten fields."""
    errors_at: ClassVar[str]
    """The path of the level that holds `message` and `errors`."""
    expected: ClassVar[Mapping[Kind, str]]
    """Each kind of value, in words."""
    listed: ClassVar[str]
    """What `errors` is to be, in words."""
    lone_error: ClassVar[Requirement]
    """What an `error` in the place of `errors` violates."""

    @abstractmethod
    def describe(self, value: V) -> str:
        """Say in a few words what this is, an excerpt at the end."""

    @abstractmethod
    def field(self, kind: Kind, value: V) -> FieldValue | BadValue | None:
        """Read a value of this kind."""

    @abstractmethod
    def text(self, value: V) -> str | BadValue | None:
        """Read a text."""

    @abstractmethod
    def entries(self, value: V) -> ErrorItems[V] | BadValue:
        """Read what `errors` holds."""

    def attributes(self, _value: object, /) -> Sequence[tuple[str, V]]:
        """Return the attributes of an element; JSON has none."""
        return ()

    def stray(self, _value: object, /) -> str:
        """Return the text between elements, where only elements belong; JSON has none."""
        return ""
