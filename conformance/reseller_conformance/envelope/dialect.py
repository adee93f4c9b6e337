"""How each format writes a value: the difference between the formats once a tree is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from reseller_conformance.contract import Kind
from reseller_conformance.envelope.model import FieldValue
from reseller_conformance.requirements import Requirement
from reseller_conformance.util.place import Place

__all__ = ["MAX_NAMES", "BadValue", "Dialect", "ErrorItems"]

MAX_NAMES = 5
"""Names of members or elements in the description of a value."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value of another kind. `got` describes it."""

    got: str


@dataclass(frozen=True, slots=True)
class ErrorItems(Generic[V]):
    """The contents of `errors`: the messages, and the names of the rest."""

    items: Sequence[V]
    others: Sequence[str] = ()


class Dialect(ABC, Generic[V]):
    """How one format writes values in one body.

    A method returns None for a value whose loss is already reported. Examples are half a character
    and bytes that cannot be decoded.
    """

    overview_at: ClassVar[str]
    """Path of the level with the ten fields."""
    errors_at: ClassVar[str]
    """Path of the level with `message` and `errors`."""
    expected: ClassVar[Mapping[Kind, str]]
    """Description of each kind of value."""
    listed: ClassVar[str]
    """Description of a valid `errors`."""
    lone_error: ClassVar[Requirement]
    """Requirement that an `error` in place of `errors` violates."""

    def __init__(self, lossy: bool) -> None:
        """Prepare to read a body. `lossy` is True if some bytes could not be decoded."""
        self.lost = "\ufffd" if lossy else None

    @abstractmethod
    def describe(self, value: V) -> str:
        """Describe a value in a few words, with an excerpt at the end."""

    @abstractmethod
    def field(self, kind: Kind, value: V) -> FieldValue | BadValue | None:
        """Read a value of this kind."""

    @abstractmethod
    def text(self, value: V) -> str | BadValue | None:
        """Read a text."""

    @abstractmethod
    def entries(self, value: V) -> ErrorItems[V] | BadValue:
        """Read the contents of `errors`."""

    @abstractmethod
    def item(self, where: Place, number: int) -> Place:
        """Return the place of an error message, counted from 1, of the list at `where`."""

    def attributes(self, _value: object, /) -> Sequence[tuple[str, V]]:
        """Return the attributes of an element. JSON has none."""
        return ()

    def stray(self, _value: object, /) -> str:
        """Return the text between elements where only elements are allowed. JSON has none."""
        return ""
