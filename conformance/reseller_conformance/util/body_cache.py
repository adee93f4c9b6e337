"""What was made of a short body is remembered: most calls of a run get one of a few.

What is made is left to who asks: an envelope, or whether a secret is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Concatenate, Generic, ParamSpec, TypeVar

__all__ = ["BodyCache"]

MAX_CACHED_CHARS = 4096
"""Bytes of the longest body that is kept."""

MAX_ENTRIES = 128
"""Bodies that are kept, each with what was made of it: a load test has dozens who remember."""

P = ParamSpec("P")
T = TypeVar("T")


class BodyCache(Generic[P, T]):
    """A pure function of a body, and of more, that makes the same of a short body only once."""

    def __init__(self, make: Callable[Concatenate[bytes, P], T]) -> None:
        """Remember what this function returns."""
        self._make = make
        self._remembered = lru_cache(maxsize=MAX_ENTRIES)(make)

    def __call__(self, body: bytes, *more: P.args, **named: P.kwargs) -> T:
        """Return what the function makes of this body."""
        make = self._remembered if len(body) <= MAX_CACHED_CHARS else self._make
        return make(body, *more, **named)

    def forget(self) -> None:
        """Keep nothing of what was made so far."""
        self._remembered.cache_clear()
