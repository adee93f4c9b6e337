"""A place in a response: the text that reports show, with the values that find it in the body."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Place"]


class Place(str):
    """A place as reports show it, such as `result/errors/error[2]` or `line 1, column 5`.

    - `names`: the members, elements or attributes. Of those in `holder`, if it is set.
    - `number`: which of the elements of that name, from 1 on. 0 for all of them.
    - `line`, `column`: a position in the text, from 1 on. 0 for none.
    - `byte`: the position of a byte that does not decode, from 1 on. 0 for none.
    - `text`: the text itself, as it is in the body.
    """

    __slots__ = ("byte", "column", "holder", "line", "names", "number", "text")

    def __new__(
        cls,
        shown: str,
        *,
        names: tuple[str, ...] = (),
        number: int = 0,
        holder: str | None = None,
        line: int = 0,
        column: int = 0,
        byte: int = 0,
        text: str = "",
    ) -> Place:
        """Return a place with what is known of it."""
        place = super().__new__(cls, shown)
        place.names, place.number, place.holder = names, number, holder
        place.line, place.column, place.byte, place.text = line, column, byte, text
        return place

    names: tuple[str, ...]
    number: int
    holder: str | None
    line: int
    column: int
    byte: int
    text: str

    @classmethod
    def of(cls, names: Iterable[str]) -> Place:
        """Return the place of several fields: `package, requests`."""
        names = tuple(names)
        return cls(", ".join(names), names=names)

    @classmethod
    def at(cls, line: int, column: int, text: str = "") -> Place:
        """Return a position in a text. `text` is what is there."""
        return cls(f"line {line}, column {column}", line=line, column=column, text=text)
