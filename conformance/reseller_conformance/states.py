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
    LISTED_LAST = "listed-last"
    """The same the other way round."""
    QUOTED = "quoted"
    """The right value in quotes."""
    TAGGED = "tagged"
    """The right value in a tag, which some strip."""
    REFERENCED = "referenced"
    """The first character as a character reference: right only for who decodes HTML."""
    BACKSLASHED = "backslashed"
    """A backslash before the last character, which some strip."""
    CUT_SEMICOLON = "cut-semicolon"
    """The right value and more, behind a character at which some readers cut."""
    CUT_AMPERSAND = "cut-ampersand"
    CUT_HASH = "cut-hash"
    CUT_SPACE = "cut-space"
    CUT_SLASH = "cut-slash"
    SLASHED = "slashed"
    """A slash behind the right value."""
    DOTTED = "dotted"
    """A dot behind the right value."""
    EXTENDED = "extended"
    """A file's ending behind the right value."""
    PLURAL = "plural"
    DOUBLED = "doubled"
    """The right value twice."""
    HYPHENATED = "hyphenated"
    """A hyphen in the middle."""
    REPLACED = "replaced"
    """The first character exchanged for another."""
    EXCHANGED = "exchanged"
    """The last two characters, in the other order."""
    SQUEEZED = "squeezed"
    """Letters and digits alone."""
    ONE_ANY = "one-any"
    """`_` for the second character, which SQL's LIKE takes for any."""
    ONE_DOT = "one-dot"
    """`.` for the second character, which a regular expression takes for any."""
    OTHER_DOT = "other-dot"
    """Another character for each dot, which a regular expression takes for any."""
    QUESTION = "question"
    """`?`, which a shell takes for any character."""
    ALL_ANY = "all-any"
    """`_` for each character."""
    ZERO = "zero"
    ONE = "one"
    TRUE = "true"
    NONE = "none"
    UNDEFINED = "undefined"
    ALL = "all"
    WITHOUT_DOMAIN = "without-domain"
    """What stands before the `@`."""
    WITH_TAG = "with-tag"
    """`+x` before the `@`, which some mail servers ignore."""
    WITH_DOT = "with-dot"
    """A dot behind the first character, which some mail servers ignore."""
    WITH_NAME = "with-name"
    """As in a mail's header: `A <a@example.com>`."""
    FOREIGN = "foreign"
    """A customer registered under another reseller."""
    LOWER_CASE = "lower-case"
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
    State.QUOTED,
    State.TAGGED,
    State.REFERENCED,
    State.BACKSLASHED,
    State.CUT_SEMICOLON,
    State.CUT_AMPERSAND,
    State.CUT_HASH,
    State.WITH_NAME,
)
"""Those that are odd texts as well: what makes a server fail is the text, not that it is wrong."""

_NEAR = (
    State.LISTED_LAST,
    State.QUOTED,
    State.TAGGED,
    State.REFERENCED,
    State.BACKSLASHED,
    State.CUT_SEMICOLON,
    State.CUT_AMPERSAND,
    State.CUT_HASH,
    State.CUT_SPACE,
    State.CUT_SLASH,
    State.SLASHED,
    State.DOTTED,
    State.DOUBLED,
    State.REPLACED,
    State.EXCHANGED,
    State.ALL_ANY,
    State.QUESTION,
    State.ZERO,
    State.ONE,
    State.TRUE,
    State.NONE,
    State.UNDEFINED,
    State.ALL,
)

NEAR: dict[str, tuple[State, ...]] = {
    "task": (*_NEAR, State.EXTENDED, State.PLURAL, State.HYPHENATED, State.ONE_ANY, State.ONE_DOT),
    "user": (
        *_NEAR,
        State.ONE_ANY,
        State.ONE_DOT,
        State.OTHER_DOT,
        State.WITHOUT_DOMAIN,
        State.WITH_TAG,
        State.WITH_DOT,
        State.WITH_NAME,
    ),
    "api_user": (*_NEAR, State.LISTED, State.DECODED_TWICE, State.ONE_ANY, State.ONE_DOT),
    "api_key": (
        *_NEAR,
        State.LISTED,
        State.DECODED_TWICE,
        State.UPPER_CASE,
        State.LOWER_CASE,
        State.SQUEEZED,
    ),
}
"""Rarer wrong states, which are asked alone and left out of combinations."""

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
    State.LISTED_LAST: lambda value: f"{UNKNOWN},{value}",
    State.QUOTED: lambda value: f'"{value}"',
    State.TAGGED: lambda value: f"<b>{value}</b>",
    State.REFERENCED: lambda value: f"&#{ord(value[:1] or ' ')};{value[1:]}",
    State.BACKSLASHED: lambda value: f"{value[:-1]}\\{value[-1:]}",
    State.CUT_SEMICOLON: lambda value: f"{value};x",
    State.CUT_AMPERSAND: lambda value: f"{value}&x=1",
    State.CUT_HASH: lambda value: f"{value}#x",
    State.CUT_SPACE: lambda value: f"{value} x",
    State.CUT_SLASH: lambda value: f"{value}/x",
    State.SLASHED: lambda value: f"{value}/",
    State.DOTTED: lambda value: f"{value}.",
    State.EXTENDED: lambda value: f"{value}.json",
    State.PLURAL: lambda value: f"{value}s",
    State.DOUBLED: lambda value: value * 2,
    State.HYPHENATED: lambda value: f"{value[:4]}-{value[4:]}",
    State.REPLACED: lambda value: ("x" if value[:1] != "x" else "y") + value[1:],
    State.EXCHANGED: lambda value: value[:-2] + value[-2:][::-1],
    State.SQUEEZED: lambda value: "".join(c for c in value if c.isascii() and c.isalnum()),
    State.ONE_ANY: lambda value: f"{value[:1]}_{value[2:]}",
    State.ONE_DOT: lambda value: f"{value[:1]}.{value[2:]}",
    State.OTHER_DOT: lambda value: value.replace(".", "x"),
    State.QUESTION: lambda _: "?",
    State.ALL_ANY: lambda value: "_" * len(value),
    State.ZERO: lambda _: "0",
    State.ONE: lambda _: "1",
    State.TRUE: lambda _: "true",
    State.NONE: lambda _: "None",
    State.UNDEFINED: lambda _: "undefined",
    State.ALL: lambda _: "all",
    State.WITHOUT_DOMAIN: lambda value: value.partition("@")[0],
    State.WITH_TAG: lambda value: value.replace("@", "+x@", 1),
    State.WITH_DOT: lambda value: f"{value[:1]}.{value[1:]}",
    State.WITH_NAME: lambda value: f"A <{value}>",
    State.LOWER_CASE: str.lower,
    State.UPPER_CASE: str.upper,
    State.CAPITALIZED: str.capitalize,
    State.SPACE_BEFORE: lambda value: f" {value}",
    State.SPACE_AFTER: lambda value: f"{value} ",
}

_KEY = '"$RESELLER_API_KEY"'
_SWAP = "tr '[:upper:][:lower:]' '[:lower:][:upper:]'"
_FIRST = f"$(printf %.1s {_KEY} | od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F)"
_NUMBER = f"$(printf %.1s {_KEY} | od -An -v -tu1 | tr -d ' \\n')"
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
    State.LISTED: f"$RESELLER_API_KEY,{UNKNOWN}",
    State.LISTED_LAST: f"{UNKNOWN},$RESELLER_API_KEY",
    State.QUOTED: '\\"$RESELLER_API_KEY\\"',
    State.TAGGED: "<b>$RESELLER_API_KEY</b>",
    State.REFERENCED: f"&#{_NUMBER};${{RESELLER_API_KEY#?}}",
    State.BACKSLASHED: f"${{RESELLER_API_KEY%?}}\\\\$(printf %s {_KEY} | sed 's/.*\\(.\\)$/\\1/')",
    State.CUT_SEMICOLON: "$RESELLER_API_KEY;x",
    State.CUT_AMPERSAND: "$RESELLER_API_KEY&x=1",
    State.CUT_HASH: "$RESELLER_API_KEY#x",
    State.CUT_SPACE: "$RESELLER_API_KEY x",
    State.CUT_SLASH: "$RESELLER_API_KEY/x",
    State.SLASHED: "$RESELLER_API_KEY/",
    State.DOTTED: "$RESELLER_API_KEY.",
    State.DOUBLED: "$RESELLER_API_KEY$RESELLER_API_KEY",
    State.REPLACED: f"$(case {_KEY} in (x*) echo y;; (*) echo x;; esac)${{RESELLER_API_KEY#?}}",
    State.EXCHANGED: f"$(printf %s {_KEY} | sed 's/\\(.\\)\\(.\\)$/\\2\\1/')",
    State.SQUEEZED: f"$(printf %s {_KEY} | tr -cd 'A-Za-z0-9')",
    State.ALL_ANY: f"$(printf %s {_KEY} | sed 's/./_/g')",
    State.DECODED_TWICE: f"%{_FIRST}${{RESELLER_API_KEY#?}}",
    State.UPPER_CASE: f"$(printf %s {_KEY} | tr '[:lower:]' '[:upper:]')",
    State.LOWER_CASE: f"$(printf %s {_KEY} | tr '[:upper:]' '[:lower:]')",
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
