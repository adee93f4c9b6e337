"""Characters that formats treat specially, and foreign values as short text for a terminal."""

from __future__ import annotations

__all__ = ["BYTE_ORDER_MARK", "MAX_INTEGER_BITS", "WHITE_SPACE", "excerpt", "named", "shortened"]

WHITE_SPACE = " \t\r\n"
"""White space in JSON and XML. A no-break space, by contrast, is part of a text."""

BYTE_ORDER_MARK = "\ufeff"

MAX_INTEGER_BITS = 2000
"""Maximum size of an integer that is printed. str() of an int raises beyond
sys.set_int_max_str_digits, which is at least 640."""

_DIGITS_PER_BIT = 0.30103


def excerpt(value: object, limit: int = 80) -> str:
    """Show a value in at most `limit` characters, with control characters escaped."""
    if isinstance(value, str):
        # Slice first, because a text may be as long as a body.
        shown = repr(value[:limit])
        return shown if len(shown) <= limit else f"{shown[: limit - 2]}…{shown[-1]}"
    return shortened(value, limit)


def shortened(value: object, limit: int = 80) -> str:
    """Return the value as text, cut to `limit` characters. A huge integer becomes its length."""
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        return f"a number of about {round(value.bit_length() * _DIGITS_PER_BIT)} digits"
    text = str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def named(name: str) -> str:
    """Return the name of a member or element. An unusual name is escaped and cut."""
    plain = len(name) <= 40 and name.isprintable() and name.strip() == name != ""
    return name if plain else excerpt(name, 40)
