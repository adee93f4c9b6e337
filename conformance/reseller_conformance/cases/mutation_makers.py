"""How a state is made of the right value: by this suite, and by the shell of whoever asks again.

Also whether a text could pass for a right value. Which states there are is left to `states`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from reseller_conformance.cases.mutations import UNREGISTERED, State, Text, Value

__all__ = ["looks_alike", "make", "shell"]


def _other(letter: str) -> str:
    return "x" if letter not in ("x", "X") else "y"


def _encoded(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value[:1].encode()) + value[1:]


_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

_MADE: dict[State, Callable[[str], str | None]] = {
    State.VALID: lambda value: value,
    State.MISSING: lambda _: None,
    State.EMPTY: lambda _: "",
    State.PREFIX: lambda value: value[:-1],
    State.INITIAL: lambda value: value[:1],
    State.ENDING: lambda value: value[1:],
    State.INNER: lambda value: value[1:-1],
    State.SUFFIX: lambda value: value + "x",
    State.PREFACED: lambda value: "x" + value,
    State.ALTERED: lambda value: value[:-1] + _other(value[-1:]),
    State.OTHER_CASE: str.swapcase,
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
    State.REPLACED: lambda value: _other(value[:1]) + value[1:],
    State.SECOND_ALTERED: lambda value: value[:1] + _other(value[1:2]) + value[2:],
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
    State.ONE_QUESTION: lambda value: f"{value[:1]}?{value[2:]}",
    State.OTHER_UNDERSCORE: lambda value: value.replace("_", "x"),
    State.LAST_UNDERSCORE: lambda value: f"x_{value}",
    State.LAST_DOT: lambda value: f"x.{value}",
    State.LAST_SLASH: lambda value: f"x/{value}",
    State.LAST_BACKSLASH: lambda value: f"x\\{value}",
    State.LAST_COLON: lambda value: f"x:{value}",
    State.LAST_BAR: lambda value: f"x|{value}",
    State.CUT_HYPHEN: lambda value: f"{value}-x",
    State.CUT_QUESTION: lambda value: f"{value}?x",
    State.CUT_BAR: lambda value: f"{value}|x",
    State.CALLED: lambda value: f"{value}()",
    State.ANGLED: lambda value: f"<{value}>",
    State.HALF: lambda value: value[: len(value) // 2],
    State.ACCENTED: lambda value: f"{value}é",
    State.EMOJI: lambda value: f"{value}\N{GRINNING FACE}x",
    State.FULL_WIDTH: lambda value: value.translate(_FULL_WIDTH),
    State.ZERO_WIDTH: lambda value: f"{value[:1]}\N{ZERO WIDTH SPACE}{value[1:]}",
    State.ZERO_BEFORE: lambda value: f"0{value}",
    State.FIRST_CASE: lambda value: value[:1].swapcase() + value[1:],
    State.PLUS_SPACE: lambda value: value.replace("+", " "),
    State.URL_SAFE: lambda value: value.translate(str.maketrans("+/_-", "-_/+")),
    State.INJECTION_PARENTHESES: lambda _: "') OR ('1'='1",
    State.INJECTION_LOWER: lambda _: "' or '1'='1",
    State.INJECTION_BACKSLASH: lambda _: "\\' OR 1=1 -- ",
    State.INJECTION_EQUAL: lambda _: "'='",
    State.CONSTRUCTOR: lambda _: "constructor",
    State.PROTO: lambda _: "__proto__",
    State.VIEW: lambda _: "view",
    State.GET: lambda _: "get",
    State.INFO: lambda _: "info",
    State.SUMMARY: lambda _: "summary",
    State.LOWER_CASE: str.lower,
    State.UPPER_CASE: str.upper,
    State.CAPITALIZED: str.capitalize,
    State.SPACE_BEFORE: lambda value: f" {value}",
    State.SPACE_AFTER: lambda value: f"{value} ",
}

_BESIDE_ANOTHER: dict[State, Callable[[str, str], str]] = {
    State.UNKNOWN: lambda _, another: another,
    State.LISTED: lambda value, another: f"{value},{another}",
    State.LISTED_LAST: lambda value, another: f"{another},{value}",
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
    State.ALTERED: f"${{RESELLER_API_KEY%?}}$(case {_KEY} in (*[xX]) echo y;; (*) echo x;; esac)",
    State.OTHER_CASE: f"$(printf %s {_KEY} | {_SWAP})",
    State.COMMENTED: "$RESELLER_API_KEY' -- ",
    State.LISTED: f"$RESELLER_API_KEY,{UNREGISTERED['api_key']}",
    State.LISTED_LAST: f"{UNREGISTERED['api_key']},$RESELLER_API_KEY",
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
    State.REPLACED: f"$(case {_KEY} in ([xX]*) echo y;; (*) echo x;; esac)${{RESELLER_API_KEY#?}}",
    State.SECOND_ALTERED: (
        f"$(printf %.1s {_KEY})$(case {_KEY} in (?[xX]*) echo y;; (*) echo x;; esac)"
        "${RESELLER_API_KEY#??}"
    ),
    State.LAST_UNDERSCORE: "x_$RESELLER_API_KEY",
    State.LAST_DOT: "x.$RESELLER_API_KEY",
    State.LAST_SLASH: "x/$RESELLER_API_KEY",
    State.LAST_BACKSLASH: "x\\\\$RESELLER_API_KEY",
    State.LAST_COLON: "x:$RESELLER_API_KEY",
    State.LAST_BAR: "x|$RESELLER_API_KEY",
    State.CUT_HYPHEN: "$RESELLER_API_KEY-x",
    State.CUT_QUESTION: "$RESELLER_API_KEY?x",
    State.CUT_BAR: "$RESELLER_API_KEY|x",
    State.ANGLED: "<$RESELLER_API_KEY>",
    State.ACCENTED: "${RESELLER_API_KEY}é",
    State.EMOJI: "${RESELLER_API_KEY}\N{GRINNING FACE}x",
    State.HYPHENATED: f"$(printf %s {_KEY} | sed 's/^.\\{{0,4\\}}/&-/')",
    State.ZERO_WIDTH: f"$(printf %.1s {_KEY})\N{ZERO WIDTH SPACE}${{RESELLER_API_KEY#?}}",
    State.ZERO_BEFORE: "0$RESELLER_API_KEY",
    State.FIRST_CASE: f"$(printf %.1s {_KEY} | {_SWAP})${{RESELLER_API_KEY#?}}",
    State.PLUS_SPACE: f"$(printf %s {_KEY} | tr + ' ')",
    State.URL_SAFE: f"$(printf %s {_KEY} | tr '+/_-' '\\055_/+')",
    State.EXCHANGED: f"$(printf %s {_KEY} | sed 's/\\(.\\)\\(.\\)$/\\2\\1/')",
    State.SQUEEZED: f"$(printf %s {_KEY} | tr -cd 'A-Za-z0-9')",
    State.ALL_ANY: f"$(printf %s {_KEY} | sed 's/./_/g')",
    State.DECODED_TWICE: f"%{_FIRST}${{RESELLER_API_KEY#?}}",
    State.UPPER_CASE: f"$(printf %s {_KEY} | tr '[:lower:]' '[:upper:]')",
    State.LOWER_CASE: f"$(printf %s {_KEY} | tr '[:upper:]' '[:lower:]')",
}


def make(state: Value, right: str, parameter: str) -> str | None:
    """Return the value to send in this state, given the right one; None for "send nothing".

    `FOREIGN`, `OWN_NAME`, `CUSTOMER` and `KEY` are not made of it: whoever resolves a case knows
    them.
    """
    if isinstance(state, Text):
        return state.text
    if state in _BESIDE_ANOTHER:
        return _BESIDE_ANOTHER[state](right, UNREGISTERED[parameter])
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
