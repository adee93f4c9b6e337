"""Decode content codings within bounds (RFC 9110, 8.4.1). Only the offered codings are decoded.

urllib3 would decode any coding, without a bound on the total size.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from reseller_conformance.exchange import TransportErrorKind, TransportProblem

__all__ = ["decoded"]

CODINGS = 5
"""Maximum number of nested codings. Each costs one pass over the body."""

MAX_GZIP_MEMBERS = 100
"""Maximum number of members in a gzip stream. Each member is copied to reach the next."""

MAX_CODING_CHARS = 40
"""Maximum length of an unknown coding in a message, in characters."""

_ZLIB = zlib.MAX_WBITS
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"

_MAX_CHECKSUM_BYTES = 4
"""Size of a checksum in bytes.

Some senders omit the zlib header but write its checksum, as curl accepts.
"""


def decoded(
    body: bytes, content_encoding: str, cap: int, redact: Callable[[str], str] = str
) -> bytes | TransportProblem:
    """Return the decoded body, or the problem if it cannot be decoded to at most `cap` bytes.

    The header's value is redacted before it is shortened, because a key may contain a comma.
    """
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    codings = [coding for coding in codings if coding and coding != "identity"]
    if len(codings) > CODINGS:
        return _broken(f"more than {CODINGS} content codings")
    if not body:
        return body
    for coding in reversed(codings):
        once = _decoded_once(body, coding, cap)
        if once is None:
            text = redact(content_encoding.strip())
            return _broken(f"a content coding that was not offered: {text[:MAX_CODING_CHARS]}")
        if isinstance(once, TransportProblem):
            return once
        body = once
    return body


def _decoded_once(body: bytes, coding: str, cap: int) -> bytes | TransportProblem | None:
    """Undo one coding. None if the coding is unknown."""
    try:
        if coding in ("gzip", "x-gzip"):
            return _gunzipped(body, cap)
        if coding == "deflate":
            return _inflated(body, cap)
    except zlib.error:
        return _broken(f"the body is not {coding}, as its header says")
    return None


def _gunzipped(body: bytes, cap: int) -> bytes | TransportProblem:
    """Undo gzip with one or more members (RFC 1952, 2.2)."""
    whole = b""
    for _ in range(MAX_GZIP_MEMBERS):
        stream = zlib.decompressobj(_GZIP)
        whole += stream.decompress(body, cap + 1 - len(whole))
        if len(whole) > cap:
            return _too_large(cap)
        if not stream.eof:
            return _broken("the gzip stream ends too early")
        body = stream.unused_data
        if not body:
            return whole
        if not body.startswith(_GZIP_MAGIC):
            return _trailing("gzip", body)
    return _broken(f"more than {MAX_GZIP_MEMBERS} members in the gzip stream")


def _inflated(body: bytes, cap: int) -> bytes | TransportProblem:
    """Undo deflate. Some senders omit the zlib wrapper (RFC 9110, 8.4.1.2, Note)."""
    checksum = 0
    try:
        stream = zlib.decompressobj(_ZLIB)
        whole = stream.decompress(body, cap + 1)
    except zlib.error:
        stream = zlib.decompressobj(_RAW)
        whole = stream.decompress(body, cap + 1)
        checksum = _MAX_CHECKSUM_BYTES
    if len(whole) > cap:
        return _too_large(cap)
    if not stream.eof:
        return _broken("the deflate stream ends too early")
    if len(stream.unused_data) > checksum:
        return _trailing("deflate", stream.unused_data)
    return whole


def _trailing(coding: str, rest: bytes) -> TransportProblem:
    """Return the problem for data after the stream, padding included. curl rejects the response."""
    amount = f"{len(rest)} byte{'s' * (len(rest) > 1)}"
    return _broken(f"{amount} after the end of the {coding} stream")


def _broken(detail: str) -> TransportProblem:
    return TransportProblem(TransportErrorKind.INCOMPLETE, detail)


def _too_large(cap: int) -> TransportProblem:
    return TransportProblem(
        TransportErrorKind.TOO_LARGE, f"the decoded body is longer than {cap} bytes"
    )
