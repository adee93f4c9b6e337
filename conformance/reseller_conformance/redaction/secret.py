"""What never leaves the client: the key, wrapped, and every form in which it could come back.

`client` is the only one to reveal a `Secret`; `Scrubber` replaces each form of it, by value, in
whatever is about to leave. Which forms there are is left to `forms`, in which ways a text is read
to `views`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import NoReturn

from reseller_conformance.redaction.forms import MIN_SECRET_CHARS, Forms, overlap
from reseller_conformance.redaction.unescape import Unescaped
from reseller_conformance.redaction.views import View, codecs_of, traced_view, transcoded, views
from reseller_conformance.util.body_cache import BodyCache

__all__ = ["MASK", "MIN_SECRET_CHARS", "Scrubber", "Secret"]

MASK = "***"
"""What stands where a secret stood."""


class Secret:
    """A text that only `reveal` tells: not `repr`, `str`, a format, or a pickle.

    It is no dataclass, for `dataclasses.asdict` would open it.
    """

    __slots__ = ("_value",)

    _value: str

    def __init__(self, value: str) -> None:
        """Wrap a text."""
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the text itself."""
        return self._value

    def __repr__(self) -> str:
        """Show nothing."""
        return MASK

    def __format__(self, spec: str) -> str:
        """Show nothing, however wide."""
        return format(MASK, spec)

    def __bool__(self) -> bool:
        """Say whether there is any text."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare with another secret; a plain text is never equal."""
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        """Hash the text."""
        return hash((Secret, self._value))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: a secret does not change."""
        raise AttributeError("a Secret does not change")

    def __copy__(self) -> Secret:
        """Return itself: it does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Return itself: it does not change."""
        return self

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle would hold the text."""
        raise TypeError("a Secret is never serialized")


_MASKS = [(nulls, nulls.join(MASK).encode()) for nulls in ("\0\0\0", "\0", "")]
"""The mask in UTF-32, in UTF-16, and in all others, behind what tells that a text is in it."""

_MARKUP = frozenset(b"<>")

MAX_ESCAPE_CHARS = 40
"""How long half an escape, of half a character, may be at the end of a body."""

MAX_PASSES = 20
"""Views of one text in which a value is masked, one after the other; nothing is left after more."""


class Scrubber:
    """Replaces values, in every form of `forms`, in whatever way of reading `views` has.

    A value that an honest answer may hold by chance (shorter than four characters, a word of the
    contract's own, a count or a date, nothing but signs) would shred bodies and prove nothing: it
    is replaced only right after `api_key`. Where the client itself writes such a value, as in a
    URL, it leaves it out to begin with.
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Look for these values; empty ones are passed over."""
        self._forms = forms = Forms(values)
        self._hides = BodyCache(lambda data: self._view_with(forms.hidden, data) is not None)
        self._tells = BodyCache(lambda data: self._view_with(forms.telling, data) is not None)

    def text(self, text: str) -> str:
        """Return the text with a mask for each value."""
        data = text.encode("utf-8", "surrogatepass")
        scrubbed = self.data(data)
        return text if scrubbed is data else scrubbed.decode("utf-8", "replace")

    def data(self, data: bytes) -> bytes:
        """Return the bytes with a mask for each value."""
        if not self._hides(data):
            return data
        for _ in range(MAX_PASSES):
            found = self._view_with(self._forms.hidden, data)
            if found is None:
                return data
            codec, view = found
            masked = self._masked(transcoded(data, codec), view)
            before, data = data, masked if codec is None else masked.decode().encode(codec)
            if data == before:  # the value is what masks are made of
                return data
        return MASK.encode()

    def _view_with(self, pattern: re.Pattern[bytes], data: bytes) -> tuple[str | None, View] | None:
        """Return the encoding and the view of these bytes in which this stands."""
        for codec in codecs_of(data):
            for view, plain in views(transcoded(data, codec), spaced=self._forms.spaced):
                if pattern.search(plain):
                    return codec, view
        return None

    def _masked(self, data: bytes, view: View) -> bytes:
        trace = traced_view(data, view)
        spans = sorted(
            span
            for match in self._forms.hidden.finditer(trace.plain)
            for span in _spans(data, trace, match)
        )
        kept: list[bytes] = []
        done = 0
        for start, end, mask in spans:
            # an escape of several bytes may belong to two matches
            kept += (data[done : max(start, done)], mask)
            done = max(end, done)
        return b"".join([*kept, data[done:]])

    def truncated(self, data: bytes) -> bytes:
        """Do the same to a body that ends too early, and cut off a value that has begun at its end.

        Fewer than four characters of it may be left: they tell nothing.
        """
        data = self.data(data)
        window = max(0, len(data) - 16 * max(map(len, self._forms.begun), default=0))
        end = data[window:]
        cuts = (
            self._cut(end[: len(end) - half]) for half in range(min(MAX_ESCAPE_CHARS, len(end)))
        )
        return data[: window + min(cuts, default=len(end))]

    def _cut(self, end: bytes) -> int:
        """Return where a value has begun that goes on to the end, or else a place beyond it."""
        cuts = [sys.maxsize]
        for view, plain in views(end):
            begun = max((overlap(plain, form) for form in self._forms.begun), default=0)
            if begun >= MIN_SECRET_CHARS:
                cuts.append(traced_view(end, view).starts[len(plain) - begun])
        return min(cuts)

    def found_in(self, data: bytes) -> bool:
        """Say whether a value stands in these bytes, and not by chance.

        An ordinary word or number counts only right after `api_key`: "bad username / password"
        does not echo the key `password`.
        """
        return self._tells(data)


def _spans(
    data: bytes, trace: Unescaped, match: re.Match[bytes]
) -> Iterator[tuple[int, int, bytes]]:
    """Yield what is to be masked of one value, and how: markup within it stays as it is."""
    first = match.end("near") if match["near"] else match.start()
    starts, ends = trace.starts[first : match.end()], trace.ends[first : match.end()]
    # a mask of single bytes would garble all that follows in a wide encoding
    around = data[min(starts) : max(ends)].decode("latin-1")
    mask = next(mask for nulls, mask in _MASKS if nulls in around)
    begun = starts[0]
    for end, start in zip(ends, starts[1:], strict=False):
        if start > end and not _MARKUP.isdisjoint(data[end:start]):
            yield begun, end, mask
            begun = start
    yield begun, ends[-1], mask
