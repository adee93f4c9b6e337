"""Values of other people's making, in words short and harmless enough for a terminal."""

from __future__ import annotations

__all__ = ["excerpt", "named", "shortened"]

# str() of an integer refuses more digits than sys.set_int_max_str_digits allows, 640 at the least.
_BITS = 2000
_DIGITS_PER_BIT = 0.30103


def excerpt(value: object, limit: int = 80) -> str:
    """Show a value in at most `limit` characters, control characters and the like escaped."""
    if isinstance(value, str):
        # A slice first: a text may be as long as a body.
        shown = repr(value[:limit])
        return shown if len(shown) <= limit else f"{shown[: limit - 2]}…{shown[-1]}"
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"a number of about {round(value.bit_length() * _DIGITS_PER_BIT)} digits"
    return shortened(str(value), limit)


def shortened(text: str, limit: int = 80) -> str:
    """Return a harmless text in at most `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def named(name: str) -> str:
    """Return a member's or element's name as it is, or an excerpt of it where it is odd."""
    plain = len(name) <= 40 and name.isprintable() and name.strip() == name != ""
    return name if plain else excerpt(name, 40)
