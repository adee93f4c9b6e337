"""What never leaves the client: the key, wrapped, and every form in which it could come back.

`client` is the only one to reveal a `Secret`; `Scrubber` replaces each form of it, by value, in
whatever is about to leave. How escapes are undone is left to `escapes`.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import NoReturn
from urllib.parse import quote

from reseller_conformance.contract import ERROR, FIELDS, PARAMETERS, TASK
from reseller_conformance.escapes import traced, unescaped
from reseller_conformance.remembering import Remembering

__all__ = ["LEAST", "MASK", "Scrubber", "Secret"]

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


# Words that envelopes and headers are made of: to replace them would make a right answer wrong.
_VOCABULARY = "\n".join(
    (
        *(field.name for field in FIELDS),
        *PARAMETERS,
        *(TASK, ERROR, "errors", "message", "result"),
        '<?xml version="1.0" encoding="iso-8859-1" standalone="yes"?>',
        *("utf-8", "utf-16", "us-ascii", "windows-1252", "true", "false", "null"),
        *("application/json; charset", "text/javascript", "text/xml", "text/html", "text/plain"),
        *("application/xml", "content-type", "content-length", "content-encoding", "deflate"),
        *("transfer-encoding", "chunked", "connection", "keep-alive", "close", "location"),
    )
).encode()

# Where a text speaks of the key: `api_key=…`, `"api_key": "…"`, `<api_key>…`, `api_key is '…'`.
_NEAR = (
    rb"api_key(?P<near>(?:\[\])?[\"'\s]{0,3}"
    rb"(?:=>?|:|>|\(|\bis\b|\bwas\b|[\"'])"
    rb"[\"'\s(]{0,3})"
)
_SOMETHING = re.compile(rb"[0-9a-z\x80-\xff]")
_WIDE_MASK = "\0".join(MASK).encode()

LEAST = 4
"""The fewest characters that tell a value from chance."""

SHORT = 8
"""Fewer letters and digits than this may stand by chance within a word, or a request's id."""

HALF = 40
"""How long half an escape, of half a character, may be at the end of a body."""


_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252")
_REGIONAL = (
    *("koi8-r", "koi8-u", "cp1251", "iso8859-5", "cp1250", "iso8859-2", "cp1253", "iso8859-7"),
    *("cp1254", "cp1255", "cp1256", "cp874", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"),
)
"""What XML is still written in where letters are not ASCII, which a key might hold."""


class Scrubber:
    """Replaces values, in every form that a text may give them.

    The forms are those that `escapes` undoes, UTF-8, UTF-16, Latin-1 and either read as the other,
    the encodings of regions, ASCII letters in either case, hexadecimal, and base64, alone or within
    something longer.

    A value that an honest answer may hold by chance (shorter than four characters, a word of the
    contract's own, a count or a date, nothing but signs) would shred bodies and prove nothing: it
    is replaced only right after `api_key`. Where the client itself writes such a value, as in a
    URL, it leaves it out to begin with.
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Look for these values; empty ones are passed over."""
        anywhere: set[bytes] = set()
        ordinary: set[bytes] = set()
        by_chance: set[bytes] = set()
        for value in filter(None, values):
            written = value.encode("utf-8", "surrogatepass")
            plain = unescaped(written)
            forms = set(_encodings(value))
            (by_chance if _by_chance(plain) else anywhere).update(forms)
            ordinary |= forms if _ordinary(plain) else set()
            if len(written) >= LEAST:
                anywhere.add(written.hex().encode())
            anywhere |= set(_base64(written))
            # a whole URL in base64 holds the value as a query does
            anywhere |= set(_base64(quote(value, safe="@", errors="replace").encode()))
        self._begun = tuple(anywhere)
        self._hidden = _compiled(anywhere, near=by_chance - anywhere)
        telling = _compiled(anywhere - ordinary, near=ordinary & anywhere, apart=SHORT)
        self._hides = Remembering(lambda data: self._hidden.search(unescaped(data)) is not None)
        self._tells = Remembering(lambda data: telling.search(unescaped(data)) is not None)

    def text(self, text: str) -> str:
        """Return the text with a mask for each value."""
        data = text.encode("utf-8", "surrogatepass")
        scrubbed = self.data(data)
        return text if scrubbed is data else scrubbed.decode("utf-8", "replace")

    def data(self, data: bytes) -> bytes:
        """Return the bytes with a mask for each value."""
        if not self._hides(data):
            return data
        trace = traced(data)
        kept: list[bytes] = []
        done = 0
        for match in self._hidden.finditer(trace.plain):
            start = trace.starts[match.end("near") if match["near"] else match.start()]
            end = trace.ends[match.end() - 1]
            # an escape of several bytes may belong to two matches
            kept.append(data[done : max(start, done)])
            # in UTF-16 a mask of single bytes would garble all that follows
            kept.append(_WIDE_MASK if b"\0" in data[start:end] else MASK.encode())
            done = end
        return b"".join([*kept, data[done:]])

    def broken_off(self, data: bytes) -> bytes:
        """Do the same to a body that ends too early, and cut off a value that has begun at its end.

        Fewer than four characters of it may be left: they tell nothing.
        """
        data = self.data(data)
        window = max(0, len(data) - 16 * max(map(len, self._begun), default=0))
        end = data[window:]
        cuts = (self._cut(end[: len(end) - half]) for half in range(min(HALF, len(end))))
        return data[: window + min(cuts, default=len(end))]

    def _cut(self, end: bytes) -> int:
        """Return where a value has begun that goes on to the end, or else where that is."""
        plain = unescaped(end)
        begun = max((_overlap(plain, form) for form in self._begun), default=0)
        return traced(end).starts[len(plain) - begun] if begun >= LEAST else sys.maxsize

    def found_in(self, data: bytes) -> bool:
        """Say whether a value stands in these bytes, and not by chance.

        An ordinary word or number counts only right after `api_key`: "bad username / password"
        does not echo the key `password`.
        """
        return self._tells(data)


def _encodings(value: str) -> Iterator[bytes]:
    """Give the value in each encoding, unescaped as what is searched will be."""
    for encoding in (*_ENCODINGS, *(() if value.isascii() else _REGIONAL)):
        try:
            encoded = value.encode(encoding)
        except UnicodeError:
            continue
        yield unescaped(encoded)
        if encoding == "utf-8":
            # UTF-8 taken for Latin-1, and written again: as header values are, by most readers
            yield unescaped(encoded.decode("latin-1").encode())
    # Python writes some characters as bytes are written, and they may read as UTF-8 together
    yield unescaped(ascii(value)[1:-1].encode())


def _base64(value: bytes) -> Iterator[bytes]:
    """Give the base64 of the value, and the part of it that stays whatever stands around it."""
    if len(value) < LEAST:
        return
    for altchars in (b"+/", b"-_"):
        yield unescaped(b64encode(value, altchars))
        if len(value) < LEAST + 2:
            continue  # too little stays to be told from chance
        for before in range(3):
            whole = b64encode(bytes(before) + value, altchars)
            # six bits a character: those of which every bit is the value's
            yield unescaped(whole[-(-before * 8 // 6) : (before + len(value)) * 8 // 6])


def _by_chance(plain: bytes) -> bool:
    if len(plain) < LEAST or plain in _VOCABULARY or not _SOMETHING.search(plain):
        return True
    return _numeric(plain) and (len(plain) < 8 or plain.count(b"-") == 2)


def _ordinary(plain: bytes) -> bool:
    return len(plain) < 12 and (plain.isalpha() or _numeric(plain))


def _numeric(plain: bytes) -> bool:
    return not plain.strip(b"0123456789.-")


def _compiled(anywhere: set[bytes], near: set[bytes], apart: int = 0) -> re.Pattern[bytes]:
    """Compile one expression, the longest form first, for a prefix must not win.

    Letters and digits that are shorter than `apart` count only where no others touch them.
    """
    longest_first = [sorted(forms, key=len, reverse=True) for forms in (anywhere, near)]
    standing = [_standing(form, apart) for form in longest_first[0]]
    after = b"|".join(map(re.escape, longest_first[1])) or rb"(?!)"
    standing.append(_NEAR + rb"(?:" + after + rb")(?![a-z0-9])")
    return re.compile(b"|".join(standing))


def _standing(form: bytes, apart: int) -> bytes:
    if _numeric(form):
        return rb"(?<![0-9])" + re.escape(form) + rb"(?![0-9])"
    if len(form) < apart and form.isalnum():
        return rb"(?<![0-9a-z])" + form + rb"(?![0-9a-z])"
    return re.escape(form)


def _overlap(plain: bytes, form: bytes) -> int:
    """Return how much of the start of `form` the end of `plain` is."""
    if form[:LEAST] not in plain[-len(form) :]:
        return 0
    lengths = range(min(len(form) - 1, len(plain)), LEAST - 1, -1)
    return next((length for length in lengths if plain.endswith(form[:length])), 0)
