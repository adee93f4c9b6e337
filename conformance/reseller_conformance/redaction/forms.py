"""Build one regular expression that finds every written form of a value.

The forms are compared with a text as `views` reads it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from reseller_conformance.contract import ERROR, FIELDS, PARAMETERS, TASK
from reseller_conformance.redaction.unescape import folded, unescape
from reseller_conformance.redaction.views import joined_views

__all__ = ["MIN_SECRET_CHARS", "Forms", "overlap"]

MIN_SECRET_CHARS = 4
"""Minimum length of a secret, in characters. Shorter values match by chance."""

MAX_SHORT_CHARS = 8
"""Length in bytes below which a form counts as an echo only where it is a whole word.

A shorter form may be part of another word, or of a request id, by chance.
"""

_MEMBERS = (*(field.name for field in FIELDS), "message", "errors", "error", "result")
# Words of envelopes and headers. Replacing them would turn a valid response into an invalid one.
_VOCABULARY = "\n".join(
    (
        *(
            text
            for name in _MEMBERS
            for text in (f"</{name}><{name}>", f'"{name}":"', f'"{name}": "')
        ),
        *PARAMETERS,
        *(TASK, ERROR),
        '<?xml version="1.0" encoding="iso-8859-1" standalone="yes"?>',
        *("utf-8", "utf-16", "us-ascii", "windows-1252", "true", "false", "null"),
        *("application/json; charset", "text/javascript", "text/xml", "text/html", "text/plain"),
        *("application/xml", "content-type", "content-length", "content-encoding", "deflate"),
        *("transfer-encoding", "chunked", "connection", "keep-alive", "close", "location"),
    )
).encode()

# The text directly before a key: `api_key=…`, `"api_key": "…"`, `<api_key>…`, `api_key is '…'`.
_NEAR = (
    rb"api_key(?P<near>(?:\[\])?[\"'\s]{0,3}"
    rb"(?:=>?|:|>|\(|\bis\b|\bwas\b|[\"'])"
    rb"[\"'\s(]{0,3}?)"  # as few as may be, because a key may begin with them
)
_SPACE = re.compile(r"\s")
_ESCAPING = re.compile(r"[\\%&\x00]")
_SOMETHING = re.compile(rb"[0-9a-z\x80-\xff]")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252")
_REGIONAL = (
    *("koi8-r", "koi8-u", "cp1251", "iso8859-5", "cp1250", "iso8859-2", "cp1253", "iso8859-7"),
    *("cp1254", "cp1255", "cp1256", "cp874", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"),
)
"""Regional encodings in which XML is still written. They are tried only for values beyond ASCII."""


class Forms:
    """Expressions that find some values in all their forms.

    The forms cover the escapes that `unescape` undoes, many encodings, double encoding, ASCII
    letters in either case, hexadecimal, and base64. In base64 the value may be a part of a longer
    text.

    `hidden` finds what must be replaced. `telling` finds what proves an echo: an ordinary word or
    number counts only directly after `api_key`. `begun` are the forms that may be cut off at the
    end of a text. `spaced` is True if a value contains a space where it may be wrapped. `raw` is
    True if a value itself looks like an escape, so that a text must be searched as it is written.
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Build the expressions for these values. Empty values are ignored."""
        given = list(filter(None, values))
        forms = _FormSets()
        for value in given:
            forms.add(value)
        self.spaced = any(map(_SPACE.search, given))
        self.raw = any(map(_ESCAPING.search, given))
        self.begun = tuple(forms.anywhere)
        near = forms.by_chance - forms.anywhere
        # Directly after `api_key`, a whole value comes before a form that is only a part of it.
        near |= {form for form in forms.anywhere if any(part in form for part in near)}
        self.hidden = _compiled(forms.anywhere, near, forms.alone)
        self.telling = _compiled(
            forms.anywhere - forms.ordinary,
            forms.ordinary & forms.anywhere,
            forms.alone,
            apart=MAX_SHORT_CHARS,
        )


@dataclass(slots=True)
class _FormSets:
    """The forms of some values, by where they count."""

    anywhere: set[bytes] = field(default_factory=set)
    by_chance: set[bytes] = field(default_factory=set)
    """They are replaced only directly after `api_key`."""
    ordinary: set[bytes] = field(default_factory=set)
    """They prove an echo only directly after `api_key`."""
    alone: set[bytes] = field(default_factory=set)
    """They count only as whole words."""

    def add(self, value: str) -> None:
        """Add each form of this value."""
        written = value.encode("utf-8", "surrogatepass")
        plain = unescape(written)
        self._add_written(value, plain)
        if _ESCAPING.search(value):
            self._add_raw(value, plain)
        if len(written) >= MIN_SECRET_CHARS:
            self.anywhere.add(written.hex().encode())
        # A URL in base64 contains the value percent-encoded.
        for coded in (written, quote(value, safe="@", errors="replace").encode()):
            self.anywhere |= set(_base64(coded))
            self.alone |= set(_unpadded(coded))

    def _add_written(self, value: str, plain: bytes) -> None:
        forms = set(_written(value))
        # A form may be common although the value is not, for example without its soft hyphen.
        self._add(forms, {form for form in forms if _by_chance(plain) or _by_chance(form)})
        self.ordinary |= {form for form in forms if _ordinary(plain) or _ordinary(form)}

    def _add_raw(self, value: str, plain: bytes) -> None:
        forms = set(_raw(value))
        # An escape of a common character may be in any text, and proves no echo.
        self.ordinary |= forms if _by_chance(plain) else set()
        shortest = MAX_SHORT_CHARS if len(plain) < MIN_SECRET_CHARS else MIN_SECRET_CHARS
        self._add(forms, {form for form in forms if _by_chance(form) or len(form) < shortest})

    def _add(self, forms: set[bytes], by_chance: set[bytes]) -> None:
        self.by_chance |= by_chance
        self.anywhere |= forms - by_chance


def _written(value: str) -> Iterator[bytes]:
    """Yield the value in each encoding, in the views in which a text is searched.

    Nothing, or a little white space, can remain of a value: it would match in every text.
    """
    for encoded in _encodings(value):
        for _, form in joined_views(encoded):
            if form.strip() or len(form) >= MIN_SECRET_CHARS:
                yield form


def _raw(value: str) -> Iterator[bytes]:
    """Yield the value as it is written, in a URL, in JSON and in HTML, with its escapes."""
    in_url = quote(value, safe="", errors="replace")
    for text in (value, in_url, json.dumps(value)[1:-1], escape(value)):
        yield folded(text.encode("utf-8", "surrogatepass"))


def _encodings(value: str) -> Iterator[bytes]:
    for encoding in (*_ENCODINGS, *(() if value.isascii() else _REGIONAL)):
        try:
            encoded = value.encode(encoding)
        except UnicodeError:
            continue
        yield encoded
        if encoding == "utf-8":
            # UTF-8 decoded as Latin-1 and encoded again: most readers decode headers as Latin-1.
            yield encoded.decode("latin-1").encode()
    # Python writes some characters as byte escapes, and these may form valid UTF-8.
    yield ascii(value)[1:-1].encode()
    # Some servers remove backslashes.
    yield value.replace("\\", "").encode("utf-8", "surrogatepass")


def _base64(value: bytes) -> Iterator[bytes]:
    """Yield the base64 of the value, and the part of it that does not depend on its neighbours."""
    if len(value) < MIN_SECRET_CHARS:
        return
    for altchars in (b"+/", b"-_"):
        yield unescape(b64encode(value, altchars))
        if len(value) < MIN_SECRET_CHARS + 2:
            continue  # The remaining part would match by chance; `_unpadded` covers these values.
        for before in range(3):
            whole = b64encode(bytes(before) + value, altchars)
            # A base64 character holds six bits. Keep the characters that hold only bits of the
            # value.
            yield unescape(whole[-(-before * 8 // 6) : (before + len(value)) * 8 // 6])


def _unpadded(value: bytes) -> Iterator[bytes]:
    """Yield the base64 of a short value without padding. It counts only as a whole word."""
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
    """Compile one expression with the longest form first, because a prefix must not match instead.

    Letters and digits shorter than `apart`, and the forms in `alone`, match only as whole words.
    Forms are grouped by their first bytes, so that few alternatives are tried at each position.
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
    """Return lookarounds for a form: one to follow its first byte, one to follow its last byte.

    The lookbehind follows the first byte, so that each alternative begins with a literal byte. `re`
    then skips quickly to the next candidate. None means that no condition is needed.
    """
    if _numeric(form):
        of = rb"[0-9]"
    elif apart and form.isalnum():
        of = rb"[0-9a-z]"
    else:
        return None
    return rb"(?<!" + of + re.escape(form[:1]) + rb")", rb"(?!" + of + rb")"


def _any_of(expressions: Iterable[bytes]) -> bytes:
    """Return an expression that matches any of these. It never matches if there are none."""
    return rb"(?:" + b"|".join(list(expressions) or [rb"(?!)"]) + rb")"


def _longest_first(forms: Iterable[bytes]) -> list[bytes]:
    return sorted(forms, key=len, reverse=True)


def overlap(plain: bytes, form: bytes) -> int:
    """Return the number of bytes at the start of `form` that are the end of `plain`.

    It is 0 below MIN_SECRET_CHARS.
    """
    if form[:MIN_SECRET_CHARS] not in plain[-len(form) :]:
        return 0
    lengths = range(min(len(form) - 1, len(plain)), MIN_SECRET_CHARS - 1, -1)
    return next((length for length in lengths if plain.endswith(form[:length])), 0)
