"""How much of an answer's headers is remembered: a run keeps thousands of answers.

Bodies are bounded where they are read, in `wire`, and all together in `asking`.
"""

from __future__ import annotations

__all__ = ["truncate_headers"]

Headers = tuple[tuple[str, str], ...]

MAX_HEADERS_CHARS = 8 * 1024
"""Characters of headers that are kept as they are: more than honest servers send."""

MAX_HEADER_CHARS = 1024
"""Characters that are kept of each of those that are judged, where there are more in all."""

JUDGED = ("content-type", "location")


def truncate_headers(headers: Headers) -> Headers:
    """Return the headers; where they are too long, the beginnings of those that are judged."""
    if sum(len(name) + len(value) for name, value in headers) <= MAX_HEADERS_CHARS:
        return headers
    found = {name.lower(): (name, value[:MAX_HEADER_CHARS]) for name, value in reversed(headers)}
    return tuple(found[name] for name in JUDGED if name in found)
