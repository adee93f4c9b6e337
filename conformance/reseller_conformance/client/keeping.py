"""How much of an answer's headers is remembered: a run keeps thousands of answers.

Bodies are bounded where they are read, in `wire`, and all together in `asking`.
"""

from __future__ import annotations

__all__ = ["bounded"]

Headers = tuple[tuple[str, str], ...]

MOST = 8 * 1024
"""Characters of headers that are kept as they are: more than honest servers send."""

LONGEST = 1024
"""Characters that are kept of each of those that are judged, where there are more in all."""

JUDGED = ("content-type", "location")


def bounded(headers: Headers) -> Headers:
    """Return the headers; where they are too long, the beginnings of those that are judged."""
    if sum(len(name) + len(value) for name, value in headers) <= MOST:
        return headers
    found = {name.lower(): (name, value[:LONGEST]) for name, value in reversed(headers)}
    return tuple(found[name] for name in JUDGED if name in found)
