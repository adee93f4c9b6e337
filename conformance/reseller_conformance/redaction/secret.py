"""The key as a `Secret`, and the `Scrubber` that replaces every form of it in a text.

Only `client` reveals a `Secret`. Everything that leaves the client passes through a `Scrubber`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import NoReturn

from reseller_conformance.redaction.forms import MIN_SECRET_CHARS, Forms, overlap
from reseller_conformance.redaction.unescape import Span, Unescaped
from reseller_conformance.redaction.views import View, codecs_of, traced_view, transcoded, views
from reseller_conformance.util.body_cache import BodyCache

__all__ = ["MASK", "MIN_SECRET_CHARS", "Scrubber", "Secret"]

MASK = "***"
"""The text that replaces a secret."""


class Secret:
    """A text that only `reveal` returns. `repr`, `str`, `format` and pickle do not show it.

    It is not a dataclass, because `dataclasses.asdict` would show the text.
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
        """Return the mask."""
        return MASK

    def __format__(self, spec: str) -> str:
        """Return the mask, formatted by `spec`."""
        return format(MASK, spec)

    def __bool__(self) -> bool:
        """Return True if the text is not empty."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare with another secret. A plain text is never equal."""
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        """Hash the text."""
        return hash((Secret, self._value))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Raise AttributeError: a secret is immutable."""
        raise AttributeError("a Secret does not change")

    def __copy__(self) -> Secret:
        """Return itself: it does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Return itself: it does not change."""
        return self

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: a pickle would contain the text."""
        raise TypeError("a Secret is never serialized")


_MASKS = [(nulls, nulls.join(MASK).encode()) for nulls in ("\0\0\0", "\0", "")]
"""Pairs of the zero bytes that identify an encoding and the mask in it: UTF-32, UTF-16, others."""

_MARKUP = frozenset(b"<>")

MAX_ESCAPE_CHARS = 40
"""Maximum length, in bytes, of an incomplete escape at the end of a truncated body."""

MAX_PASSES = 20
"""Maximum number of replacement passes over one text. After them the whole text is masked."""

MAX_LONG_TEXTS = 256
"""Long texts of which is known whether they hold a value. Most long errors of a run are alike."""


class Scrubber:
    """Replace values in every form of `forms`, in every way of reading of `views`.

    Some values occur in valid responses by chance. They are shorter than four characters, words of
    the contract, counts or dates, or consist only of signs. These are replaced only directly after
    `api_key`. The client itself never writes a value of this kind into a URL that it reports.
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Look for these values. Empty values are ignored."""
        self._forms = forms = Forms(values)
        self._hides = self._cached(forms.hidden)
        self._tells = self._cached(forms.telling)

    def _cached(self, pattern: re.Pattern[bytes]) -> BodyCache[[], bool]:
        """Return whether a text holds this, as a function that searches each text once."""
        return BodyCache(lambda data: self._view_with(pattern, data) is not None, MAX_LONG_TEXTS)

    def text(self, text: str) -> str:
        """Return the text with each value replaced by the mask."""
        data = text.encode("utf-8", "surrogatepass")
        scrubbed = self.data(data)
        return text if scrubbed is data else scrubbed.decode("utf-8", "replace")

    def data(self, data: bytes) -> bytes:
        """Return the bytes with each value replaced by the mask."""
        if not self._hides(data):
            return data
        for _ in range(MAX_PASSES):
            found = self._view_with(self._forms.hidden, data)
            if found is None:
                return data
            codec, view = found
            masked = self._masked(transcoded(data, codec), view)
            before, data = data, masked if codec is None else masked.decode().encode(codec)
            if data == before:  # The mask itself matches the value.
                return data
        return MASK.encode()

    def _view_with(self, pattern: re.Pattern[bytes], data: bytes) -> tuple[str | None, View] | None:
        """Return the encoding and the view in which the pattern matches, or None."""
        for codec in codecs_of(data):
            for view, plain in self._views(transcoded(data, codec)):
                if pattern.search(plain):
                    return codec, view
        return None

    def _views(self, data: bytes) -> Iterator[tuple[View, bytes]]:
        return views(data, spaced=self._forms.spaced, raw=self._forms.raw)

    def _masked(self, data: bytes, view: View) -> bytes:
        spans = self._spans(data, view)
        if self._forms.raw and view is not View.RAW:
            # An escape at the end of a value may be nothing in this view, and would stay.
            spans = _merged([*spans, *self._spans(data, View.RAW)])
        kept: list[bytes] = []
        done = 0
        for start, end, mask in spans:
            # An escape of several bytes may belong to two matches.
            kept += (data[done : max(start, done)], mask)
            done = max(end, done)
        return b"".join([*kept, data[done:]])

    def _spans(self, data: bytes, view: View) -> list[Span]:
        trace = traced_view(data, view)
        found = self._forms.hidden.finditer(trace.plain)
        return sorted(span for match in found for span in _parts(data, trace, match))

    def truncated(self, data: bytes) -> bytes:
        """Redact a truncated body, and remove the beginning of a value at its end.

        Up to three characters of the value may remain, which are too few to reveal it.
        """
        data = self.data(data)
        window = max(0, len(data) - 16 * max(map(len, self._forms.begun), default=0))
        end = data[window:]
        cuts = (
            self._cut(end[: len(end) - half]) for half in range(min(MAX_ESCAPE_CHARS, len(end)))
        )
        return data[: window + min(cuts, default=len(end))]

    def _cut(self, end: bytes) -> int:
        """Return where a value begins that continues to the end, or a very large number."""
        cuts = [sys.maxsize]
        for view, plain in views(end, raw=self._forms.raw):
            begun = max((overlap(plain, form) for form in self._forms.begun), default=0)
            if begun >= MIN_SECRET_CHARS:
                cuts.append(traced_view(end, view).starts[len(plain) - begun])
        return min(cuts)

    def found_in(self, data: bytes) -> bool:
        """Return True if the bytes contain a value that cannot be there by chance.

        An ordinary word or number counts only directly after `api_key`. For example, the text "bad
        username / password" does not repeat the key `password`.
        """
        return self._tells(data)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return one span for those that overlap."""
    merged: list[Span] = []
    for start, end, mask in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, mask = merged.pop()
            merged.append((first, max(last, end), mask))
        else:
            merged.append((start, end, mask))
    return merged


def _parts(data: bytes, trace: Unescaped, match: re.Match[bytes]) -> Iterator[Span]:
    """Yield the parts of one value to mask, each with its mask. Markup within the value stays.

    What the view drops between `api_key=` and the rest of a value may belong to the value.
    """
    first = match.end("near") if match["near"] else match.start()
    starts, ends = trace.starts[first : match.end()], trace.ends[first : match.end()]
    # A mask of single bytes would garble the rest of a text in a wide encoding.
    around = data[min(starts) : max(ends)].decode("latin-1")
    mask = next(mask for nulls, mask in _MASKS if nulls in around)
    begun = starts[0]
    if match["near"] and _MARKUP.isdisjoint(data[trace.ends[first - 1] : begun]):
        begun = min(begun, trace.ends[first - 1])
    for end, start in zip(ends, starts[1:], strict=False):
        if start > end and not _MARKUP.isdisjoint(data[end:start]):
            yield begun, end, mask
            begun = start
    yield begun, ends[-1], mask
