"""The keys of all recorded calls.

They are collected before any response is judged, because one entry may show the key of another.
`calls` knows the names of keys, and `har_stream` reads the file.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from reseller_conformance.offline.calls import KEY_NAME, keys_in
from reseller_conformance.offline.har_stream import entries

__all__ = ["MAX_KEYS", "collect", "keys_in_body"]

MAX_KEYS = 500
"""Keys that are remembered: more than that are random ones, each tried once."""

MAX_KEY_CHARS = 4096
"""Characters of one key; longer values are documents."""

DEEPEST = 10_000
"""Parts of one JSON document that are looked at."""

_AUTHORIZATION = re.compile(r"(?:proxy-)?authorization", re.IGNORECASE)
# As YAML, XML, a log line, or a form of several parts writes it.
_IN_TEXT = re.compile(
    r"""api[-_]?key(?:\[\])?["']?(?:"""
    r""">([^<]+)<|\s{0,9}[:=]\s{0,9}(?:"([^"\r\n]+)"|'([^'\r\n]+)'|([^"'&\s<>,;}]+))"""
    r"""|[^\r\n]{0,99}\r?\n(?:[^\r\n]+\r?\n)?\r?\n([^\r\n]+))""",
    re.IGNORECASE,
)


def collect(stream: BinaryIO, name: str, keys: dict[str, None]) -> bool:
    """Add the keys of this HAR to `keys`; return whether there were too many.

    Raises InputError as `entries` does.
    """
    for entry in entries(stream, name):
        for key in _keys_of(entry):
            if len(keys) >= MAX_KEYS and key not in keys:
                return True
            keys[key] = None
    return False


def _keys_of(entry: Any) -> Iterator[str]:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        return
    for key in _sent_with(request):
        if key.strip() and len(key) <= MAX_KEY_CHARS:
            yield key


def _sent_with(request: dict[str, Any]) -> Iterator[str]:
    yield from _in_url(request.get("url"))
    posted = request.get("postData")
    posted = posted if isinstance(posted, dict) else {}
    listed = (request.get("queryString"), request.get("cookies"), posted.get("params"))
    for name, value in _pairs(*listed):
        if KEY_NAME.match(name):
            yield value
    for name, value in _pairs(request.get("headers")):
        yield from _in_header(name, value)
    text = posted.get("text")
    if isinstance(text, str):
        yield from keys_in_body(text)


def _in_url(url: Any) -> Iterator[str]:
    if not isinstance(url, str):
        return
    yield from keys_in(url.partition("?")[2].partition("#")[0])
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield password


def _in_header(name: str, value: str) -> Iterator[str]:
    if KEY_NAME.match(name):
        yield value
    elif name.lower() == "referer":
        yield from _in_url(value)
    elif name.lower() == "cookie":
        yield from keys_in(value.replace("; ", "&"))
    elif _AUTHORIZATION.fullmatch(name):
        scheme, _, credentials = value.strip().partition(" ")
        yield credentials.strip() or scheme
        if scheme.lower() == "basic":
            yield _password(credentials)


def _password(credentials: str) -> str:
    try:
        return b64decode(credentials).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def keys_in_body(text: str) -> Iterator[str]:
    """Yield each value that was posted as a key: in a form, in JSON, or in some other text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield from keys_in(text.strip())
        for match in _IN_TEXT.finditer(text):
            yield unescape(next(filter(None, match.groups())))
    else:
        yield from _in_json(document)


def _in_json(document: Any) -> Iterator[str]:
    left = [document]
    for _ in range(DEEPEST):
        if not left:
            return
        part = left.pop()
        if isinstance(part, dict):
            yield from (v for n, v in part.items() if KEY_NAME.match(n) and isinstance(v, str))
            left += part.values()
        elif isinstance(part, list):
            left += part


def _pairs(*listed: Any) -> Iterator[tuple[str, str]]:
    """Yield each name and value of these lists, of which anything may be of another kind."""
    parts: Iterable[Any] = (part for many in listed if isinstance(many, list) for part in many)
    for part in parts:
        if isinstance(part, dict):
            name, value = part.get("name"), part.get("value")
            if isinstance(name, str) and isinstance(value, str):
                yield name, value
