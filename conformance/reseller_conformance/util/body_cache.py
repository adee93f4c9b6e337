"""Cache results for short bodies. Most responses of a run are identical."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Concatenate, Generic, ParamSpec, TypeVar, cast

__all__ = ["BodyCache"]

MAX_CACHED_CHARS = 4096
"""Maximum length of a cached body, in bytes."""

MAX_ENTRIES = 128
"""Maximum number of cached bodies. A load test has dozens of caches."""

_MISSING = object()

P = ParamSpec("P")
T = TypeVar("T")


class BodyCache(Generic[P, T]):
    """A pure function of a body and further arguments, with a cache.

    It keeps the results for short bodies, and for up to `long_bodies` long ones without the bodies.
    `long_bytes` bounds the length of those together, for results that are as large as their bodies.
    """

    def __init__(
        self,
        make: Callable[Concatenate[bytes, P], T],
        long_bodies: int = 0,
        long_bytes: int = sys.maxsize,
    ) -> None:
        """Cache the results of this function."""
        self._make = make
        self._remembered = lru_cache(maxsize=MAX_ENTRIES)(make)
        self._long_bodies = long_bodies
        self._free_bytes = self._long_bytes = long_bytes
        self._of_long: dict[object, T] = {}

    def __call__(self, body: bytes, *more: P.args, **named: P.kwargs) -> T:
        """Return the function's result for this body."""
        if len(body) > MAX_CACHED_CHARS and self._long_bodies:
            return self._of_digest(body, *more, **named)
        make = self._remembered if len(body) <= MAX_CACHED_CHARS else self._make
        return make(body, *more, **named)

    def _of_digest(self, body: bytes, *more: P.args, **named: P.kwargs) -> T:
        key = sha256(body).digest(), more, tuple(named.items())
        # None is a result like any other
        found = self._of_long.get(key, _MISSING)
        if found is _MISSING:
            found = self._make(body, *more, **named)
            self._keep(key, found, len(body))
        return cast("T", found)

    def _keep(self, key: object, result: T, size: int) -> None:
        # all at once: to remove a single one is not safe while another thread adds one
        if len(self._of_long) >= self._long_bodies or size > self._free_bytes:
            self._of_long.clear()
            self._free_bytes = self._long_bytes
        self._free_bytes -= size
        self._of_long[key] = result

    def forget(self) -> None:
        """Empty the cache."""
        self._remembered.cache_clear()
        self._of_long.clear()
        self._free_bytes = self._long_bytes
