"""Cache results for short bodies. Most responses of a run are identical."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Concatenate, Generic, ParamSpec, TypeVar

__all__ = ["BodyCache"]

MAX_CACHED_CHARS = 4096
"""Maximum length of a cached body, in bytes."""

MAX_ENTRIES = 128
"""Maximum number of cached bodies. A load test has dozens of caches."""

P = ParamSpec("P")
T = TypeVar("T")


class BodyCache(Generic[P, T]):
    """A pure function of a body and further arguments, with a cache for short bodies."""

    def __init__(self, make: Callable[Concatenate[bytes, P], T]) -> None:
        """Cache the results of this function."""
        self._make = make
        self._remembered = lru_cache(maxsize=MAX_ENTRIES)(make)

    def __call__(self, body: bytes, *more: P.args, **named: P.kwargs) -> T:
        """Return the function's result for this body."""
        make = self._remembered if len(body) <= MAX_CACHED_CHARS else self._make
        return make(body, *more, **named)

    def forget(self) -> None:
        """Empty the cache."""
        self._remembered.cache_clear()
