"""What each parameter may be: right, missing, empty, or wrong in one of the ways people get wrong.

A state is made from the right value, so that a case can be written down, and printed, without any
secret. Which states are combined into calls is left to `cases`; how they are sent to `client`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "EMPTY",
    "LENIENT",
    "ODD",
    "WRONG",
    "State",
    "Text",
    "Value",
    "looks_alike",
    "make",
    "shell",
]


class State(StrEnum):
    """One way in which a parameter may be sent."""

    VALID = "valid"
    MISSING = "missing"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    """Another value altogether, that nobody could have registered."""
    PREFIX = "prefix"
    """All but the last character."""
    INITIAL = "initial"
    """The first character alone."""
    ENDING = "ending"
    """All but the first character."""
    INNER = "inner"
    """Neither the first nor the last character."""
    SUFFIX = "suffix"
    """One character more."""
    PREFACED = "prefaced"
    """One character before it."""
    ALTERED = "altered"
    """The last character exchanged for another."""
    OTHER_CASE = "other-case"
    """Every letter in the other case."""
    LISTED = "listed"
    """The right value in a list with another one."""
    WILDCARD = "wildcard"
    """`%`, which SQL's LIKE takes for anything."""
    GLOB = "glob"
    """`*`, which a shell, an LDAP server or a cache takes for anything."""
    REGEX = "regex"
    """`.*`, which a regular expression takes for anything."""
    PATTERN = "pattern"
    """The first half of the right value and `%`."""
    INJECTION = "injection"
    """A quote that ends the text and a condition that is always true."""
    INJECTION_DOUBLE = "injection-double"
    """The same with double quotes."""
    COMMENTED = "commented"
    """The right value, a quote that ends the text, and a comment."""
    NULL = "null"
    """The word that some serializers write for nothing."""
    STATS = "stats"
    """Another task that a mail API has."""
    DECODED_TWICE = "decoded-twice"
    """The right value percent-encoded: right only for who decodes twice."""
    FOREIGN = "foreign"
    """A customer registered under another reseller."""
    UPPER_CASE = "upper-case"
    CAPITALIZED = "capitalized"
    SPACE_BEFORE = "space-before"
    SPACE_AFTER = "space-after"


@dataclass(frozen=True, slots=True)
class Text:
    """A literal value, wrong for every parameter it is sent for."""

    text: str


Value = State | Text

UNKNOWN = "nobody-7f3a91c2@example.invalid"

_CREDENTIAL = (
    State.UNKNOWN,
    State.PREFIX,
    State.INITIAL,
    State.ENDING,
    State.SUFFIX,
    State.PREFACED,
    State.ALTERED,
    State.WILDCARD,
    State.GLOB,
    State.REGEX,
    State.INJECTION,
    State.INJECTION_DOUBLE,
    State.COMMENTED,
    State.NULL,
)

WRONG: dict[str, tuple[State, ...]] = {
    "task": (
        State.UNKNOWN,
        State.STATS,
        State.PREFIX,
        State.INITIAL,
        State.ENDING,
        State.INNER,
        State.SUFFIX,
        State.PREFACED,
        State.ALTERED,
        State.LISTED,
        State.WILDCARD,
        State.GLOB,
        State.REGEX,
        State.PATTERN,
        State.INJECTION,
        State.INJECTION_DOUBLE,
        State.COMMENTED,
        State.NULL,
        State.DECODED_TWICE,
    ),
    "user": (
        State.UNKNOWN,
        State.PREFIX,
        State.ENDING,
        State.INNER,
        State.SUFFIX,
        State.PREFACED,
        State.ALTERED,
        State.LISTED,
        State.WILDCARD,
        State.GLOB,
        State.REGEX,
        State.PATTERN,
        State.INJECTION,
        State.INJECTION_DOUBLE,
        State.COMMENTED,
        State.NULL,
        State.DECODED_TWICE,
        State.FOREIGN,
    ),
    "api_user": _CREDENTIAL,
    "api_key": (*_CREDENTIAL, State.OTHER_CASE),
}
"""The wrong states of each parameter: an error is due (specification, section 4)."""

EMPTY = (State.MISSING, State.EMPTY)
"""The two ways of sending nothing."""

ODD = (
    State.WILDCARD,
    State.GLOB,
    State.REGEX,
    State.PATTERN,
    State.INJECTION,
    State.INJECTION_DOUBLE,
    State.COMMENTED,
    State.DECODED_TWICE,
)
"""Those that are odd texts as well: what makes a server fail is the text, not that it is wrong."""

LENIENT = (
    State.UPPER_CASE,
    State.CAPITALIZED,
    State.SPACE_BEFORE,
    State.SPACE_AFTER,
)
"""Spellings of `task` that a lenient reader may accept: an error SHOULD be given."""


def _altered(value: str) -> str:
    return value[:-1] + ("x" if value[-1:] != "x" else "y")


def _encoded(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value[:1].encode()) + value[1:]


_MADE: dict[State, Callable[[str], str | None]] = {
    State.VALID: lambda value: value,
    State.MISSING: lambda _: None,
    State.EMPTY: lambda _: "",
    State.UNKNOWN: lambda _: UNKNOWN,
    State.PREFIX: lambda value: value[:-1],
    State.INITIAL: lambda value: value[:1],
    State.ENDING: lambda value: value[1:],
    State.INNER: lambda value: value[1:-1],
    State.SUFFIX: lambda value: value + "x",
    State.PREFACED: lambda value: "x" + value,
    State.ALTERED: _altered,
    State.OTHER_CASE: str.swapcase,
    State.LISTED: lambda value: f"{value},{UNKNOWN}",
    State.WILDCARD: lambda _: "%",
    State.GLOB: lambda _: "*",
    State.REGEX: lambda _: ".*",
    State.PATTERN: lambda value: value[: len(value) // 2] + "%",
    State.INJECTION: lambda _: "' OR '1'='1",
    State.INJECTION_DOUBLE: lambda _: '" OR "1"="1',
    State.COMMENTED: lambda value: f"{value}' -- ",
    State.NULL: lambda _: "null",
    State.STATS: lambda _: "stats",
    State.DECODED_TWICE: _encoded,
    State.UPPER_CASE: str.upper,
    State.CAPITALIZED: str.capitalize,
    State.SPACE_BEFORE: lambda value: f" {value}",
    State.SPACE_AFTER: lambda value: f"{value} ",
}

_KEY = '"$RESELLER_API_KEY"'
_SWAP = "tr '[:upper:][:lower:]' '[:lower:][:upper:]'"
_SHELL: dict[State, str] = {
    State.VALID: "$RESELLER_API_KEY",
    State.PREFIX: "${RESELLER_API_KEY%?}",
    State.INITIAL: f"$(printf %.1s {_KEY})",
    State.ENDING: "${RESELLER_API_KEY#?}",
    State.SUFFIX: "${RESELLER_API_KEY}x",
    State.PREFACED: "x$RESELLER_API_KEY",
    State.ALTERED: f"${{RESELLER_API_KEY%?}}$(case {_KEY} in (*x) echo y;; (*) echo x;; esac)",
    State.OTHER_CASE: f"$(printf %s {_KEY} | {_SWAP})",
    State.COMMENTED: "$RESELLER_API_KEY' -- ",
}


def make(state: Value, right: str) -> str | None:
    """Return the value to send in this state, given the right one; None for "send nothing".

    `FOREIGN` is not made from the right value: whoever resolves a case knows the name.
    """
    if isinstance(state, Text):
        return state.text
    return _MADE[state](right)


def shell(state: Value) -> str | None:
    """Return what a POSIX shell puts between double quotes to make this state of the key.

    None where the state holds nothing of the key, and its text can be written down.
    """
    return _SHELL.get(state) if isinstance(state, State) else None


def looks_alike(text: str, names: tuple[str, ...]) -> bool:
    """Say whether an honest implementation might take this text for one of these names.

    Databases compare without regard to case, accents, width or spaces at the ends; the
    specification does not ask whether they may.
    """
    return _folded(text) in {_folded(name) for name in names}


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()
