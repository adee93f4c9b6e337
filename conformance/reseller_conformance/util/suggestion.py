"""Suggest known words for a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["suggestion"]

MAX_SUGGESTIONS = 3
"""Maximum number of suggested words."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean a or b?)`, or an empty text if no known word is similar."""
    names = list(known)
    near = (
        get_close_matches(word, names, MAX_SUGGESTIONS)
        or [name for name in names if word in name][:MAX_SUGGESTIONS]
    )
    return f" (did you mean {' or '.join(near)}?)" if word and near else ""
