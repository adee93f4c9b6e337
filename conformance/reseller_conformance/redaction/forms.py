"""Every form in which a value may stand in a text, as one expression that finds them all.

A form is written as `views` reads a text. Which values are secret, and what becomes of what is
found, is left to `secret`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from reseller_conformance.contract import ERROR, FIELDS, PARAMETERS, TASK
from reseller_conformance.redaction.unescape import unescape
from reseller_conformance.redaction.views import joined_views

__all__ = ["MIN_SECRET_CHARS", "Forms", "overlap"]

MIN_SECRET_CHARS = 4
"""The fewest characters that tell a value from chance."""

MAX_SHORT_CHARS = 8
"""Fewer letters and digits than this may stand by chance within a word, or a request's id."""

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
_SPACE = re.compile(r"\s")
_SOMETHING = re.compile(rb"[0-9a-z\x80-\xff]")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252")
_REGIONAL = (
    *("koi8-r", "koi8-u", "cp1251", "iso8859-5", "cp1250", "iso8859-2", "cp1253", "iso8859-7"),
    *("cp1254", "cp1255", "cp1256", "cp874", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"),
)
"""What XML is still written in where letters are not ASCII, which a key might hold."""


class Forms:
    """The forms of some values.

    They are those that `escapes` undoes, UTF-8, UTF-16, Latin-1 and either read as the other, the
    encodings of regions, ASCII letters in either case, hexadecimal, and base64, alone or within
    something longer.

    `hidden` finds what is to be replaced. `telling` finds less: an ordinary word or number counts
    only right after `api_key`. `begun` are the forms that may be cut off at the end of a text, and
    `spaced` says that a value may be wrapped at a space of its own.
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Find these values; empty ones are passed over."""
        anywhere: set[bytes] = set()
        ordinary: set[bytes] = set()
        by_chance: set[bytes] = set()
        alone: set[bytes] = set()
        self.spaced = False
        for value in filter(None, values):
            written = value.encode("utf-8", "surrogatepass")
            plain = unescape(written)
            forms = set(_written(value))
            # a form may be what is met by chance where the value is not, as without a soft hyphen
            chance = {form for form in forms if _by_chance(plain) or _by_chance(form)}
            by_chance |= chance
            anywhere |= forms - chance
            ordinary |= {form for form in forms if _ordinary(plain) or _ordinary(form)}
            self.spaced = self.spaced or bool(_SPACE.search(value))
            if len(written) >= MIN_SECRET_CHARS:
                anywhere.add(written.hex().encode())
            # a whole URL in base64 holds the value as a query does
            for coded in (written, quote(value, safe="@", errors="replace").encode()):
                anywhere |= set(_base64(coded))
                alone |= set(_unpadded(coded))
        self.begun = tuple(anywhere)
        self.hidden = _compiled(anywhere, by_chance - anywhere, alone)
        self.telling = _compiled(
            anywhere - ordinary, ordinary & anywhere, alone, apart=MAX_SHORT_CHARS
        )


def _written(value: str) -> Iterator[bytes]:
    """Give the value in each encoding, read as what is searched will be."""
    for encoded in _encodings(value):
        yield from (form for _, form in joined_views(encoded))


def _encodings(value: str) -> Iterator[bytes]:
    for encoding in (*_ENCODINGS, *(() if value.isascii() else _REGIONAL)):
        try:
            encoded = value.encode(encoding)
        except UnicodeError:
            continue
        yield encoded
        if encoding == "utf-8":
            # UTF-8 taken for Latin-1, and written again: as header values are, by most readers
            yield encoded.decode("latin-1").encode()
    # Python writes some characters as bytes are written, and they may read as UTF-8 together
    yield ascii(value)[1:-1].encode()
    # and some servers strip backslashes
    yield value.replace("\\", "").encode("utf-8", "surrogatepass")


def _base64(value: bytes) -> Iterator[bytes]:
    """Give the base64 of the value, and the part of it that stays whatever stands around it."""
    if len(value) < MIN_SECRET_CHARS:
        return
    for altchars in (b"+/", b"-_"):
        yield unescape(b64encode(value, altchars))
        if len(value) < MIN_SECRET_CHARS + 2:
            continue  # too little stays to be told from chance: see `_unpadded`
        for before in range(3):
            whole = b64encode(bytes(before) + value, altchars)
            # six bits a character: those of which every bit is the value's
            yield unescape(whole[-(-before * 8 // 6) : (before + len(value)) * 8 // 6])


def _unpadded(value: bytes) -> Iterator[bytes]:
    """Give the base64 of a short value without its padding, which counts only by itself."""
    if MIN_SECRET_CHARS <= len(value) < MIN_SECRET_CHARS + 2:
        for altchars in (b"+/", b"-_"):
            yield unescape(b64encode(value, altchars).rstrip(b"="))


def _by_chance(plain: bytes) -> bool:
    if len(plain) < MIN_SECRET_CHARS or plain in _VOCABULARY or not _SOMETHING.search(plain):
        return True
    return _numeric(plain) and (len(plain) < 8 or plain.count(b"-") == 2)


def _ordinary(plain: bytes) -> bool:
    return len(plain) < 12 and (plain.isalpha() or _numeric(plain))


def _numeric(plain: bytes) -> bool:
    return not plain.strip(b"0123456789.-")


# --- One expression ------------------------------------------------------------------------------


def _compiled(
    anywhere: set[bytes], near: set[bytes], alone: set[bytes], apart: int = 0
) -> re.Pattern[bytes]:
    """Compile one expression, the longest form first, for a prefix must not win.

    Letters and digits that are shorter than `apart`, and the forms in `alone`, count only where no
    others touch them. Forms are grouped by how they begin: at each place of a text few are tried.
    """
    groups: dict[bytes, dict[bytes, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for form in _longest_first(anywhere | alone):
        first, rest = form[:1], form[1:]
        condition = _condition(form, form in alone - anywhere or len(form) < apart)
        if condition is None:
            groups[first][re.escape(rest[:3])].append(re.escape(rest[3:]))
        else:
            before, after = condition
            groups[first][before + re.escape(rest) + after].append(b"")
    found = [
        re.escape(first) + _any_of(start + _any_of(ends) for start, ends in rests.items())
        for first, rests in groups.items()
    ]
    found.append(_NEAR + _any_of(map(re.escape, _longest_first(near))) + rb"(?![a-z0-9])")
    return re.compile(b"|".join(found))


def _condition(form: bytes, apart: bool) -> tuple[bytes, bytes] | None:
    """Return what may not stand around a form: what is said behind its first byte, and its last.

    So each alternative begins with a byte, and `re` skips to the next one that does.
    """
    if _numeric(form):
        of = rb"[0-9]"
    elif apart and form.isalnum():
        of = rb"[0-9a-z]"
    else:
        return None
    return rb"(?<!" + of + re.escape(form[:1]) + rb")", rb"(?!" + of + rb")"


def _any_of(expressions: Iterable[bytes]) -> bytes:
    """Return an expression for one of these; without any, nothing is found."""
    return rb"(?:" + b"|".join(list(expressions) or [rb"(?!)"]) + rb")"


def _longest_first(forms: Iterable[bytes]) -> list[bytes]:
    return sorted(forms, key=len, reverse=True)


def overlap(plain: bytes, form: bytes) -> int:
    """Return how much of the start of `form` the end of `plain` is."""
    if form[:MIN_SECRET_CHARS] not in plain[-len(form) :]:
        return 0
    lengths = range(min(len(form) - 1, len(plain)), MIN_SECRET_CHARS - 1, -1)
    return next((length for length in lengths if plain.endswith(form[:length])), 0)
