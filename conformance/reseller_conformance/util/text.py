"""Show foreign values as short text that is safe for a terminal."""

from __future__ import annotations

__all__ = ["excerpt", "named", "shortened"]

# str() of an int raises beyond sys.set_int_max_str_digits, which is at least 640.
_BITS = 2000
_DIGITS_PER_BIT = 0.30103


def excerpt(value: object, limit: int = 80) -> str:
    """Show a value in at most `limit` characters, with control characters escaped."""
    if isinstance(value, str):
        # Slice first, because a text may be as long as a body.
        shown = repr(value[:limit])
        return shown if len(shown) <= limit else f"{shown[: limit - 2]}…{shown[-1]}"
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"a number of about {round(value.bit_length() * _DIGITS_PER_BIT)} digits"
    return shortened(str(value), limit)


def shortened(text: str, limit: int = 80) -> str:
    """Return a safe text, cut to `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def named(name: str) -> str:
    """Return the name of a member or element. An unusual name is escaped and cut."""
    plain = len(name) <= 40 and name.isprintable() and name.strip() == name != ""
    return name if plain else excerpt(name, 40)
