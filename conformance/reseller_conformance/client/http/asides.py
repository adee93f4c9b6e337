"""What a response holds beside its headers and its body.

It means nothing to a client, and `http.client` drops it. It is kept because it may repeat the key.
"""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

__all__ = ["Aside", "Asides"]

MAX_BYTES = 256 * 1024
"""Maximum size of what is kept of one response, in bytes. More is dropped."""


class Aside(StrEnum):
    """A place beside headers and body, as a report names it."""

    INTERIM = "interim response"
    EXTENSION = "chunk extension"
    TRAILER = "trailer"


class Asides:
    """The lines beside headers and body of one response. They may contain the key."""

    def __init__(self) -> None:
        """Begin without lines."""
        self._lines: defaultdict[Aside, list[bytes]] = defaultdict(list)
        self._left = MAX_BYTES

    def keep(self, place: Aside, line: bytes) -> None:
        """Keep this line, if it fits."""
        self._left -= len(line)
        if self._left >= 0:
            self._lines[place].append(line)

    def texts(self) -> tuple[tuple[str, bytes], ...]:
        """Return each place with its lines."""
        return tuple((place.value, b"\n".join(lines)) for place, lines in self._lines.items())
