"""Find contradictions between header and body, and other encodings that would explain the bytes."""

from __future__ import annotations

from collections.abc import Mapping

from reseller_conformance.contract import Format
from reseller_conformance.envelope.encoding import (
    candidate_decodings,
    charset_of,
    codec_of,
    declared_encoding,
    decode,
)
from reseller_conformance.envelope.model import Problem
from reseller_conformance.envelope.tree import index_names
from reseller_conformance.envelope.xml_parser import levels, parse
from reseller_conformance.requirements import HTTP_CHARSET
from reseller_conformance.util.text import excerpt

__all__ = ["alternative_decodings", "charset_problem", "declared_package"]

_LIKELY = ("utf-8", "windows-1252", "iso-8859-1")


def charset_problem(
    body: bytes,
    format: Format,
    content_type: str | None,
) -> Problem | None:
    """Return how the charset of Content-Type contradicts the body, or None.

    A declaration that the header overrides is not a contradiction (RFC 7303, 3). The bytes
    themselves must contradict the header, as valid UTF-8 or a byte order mark do. Otherwise only
    the other format can show it: see `declared_package`. `read_envelope` reports a body that cannot
    be read at all.
    """
    charset = charset_of(content_type)
    if charset is None or not body.strip():
        return None
    codec = codec_of(charset)
    if codec is None:
        return _problem("a charset that readers know", charset, "which readers do not know")
    return (_json if format is Format.JSON else _xml)(body, charset, codec)


def _json(body: bytes, charset: str, codec: str) -> Problem | None:
    text = decode(body, "utf-8")
    if text is None or decode(body, codec) == text:
        return None
    return _problem("UTF-8, which JSON is in", charset, "by which it would be another text")


def _xml(body: bytes, charset: str, codec: str) -> Problem | None:
    claimed = declared_encoding(body)
    if claimed.codec == codec:
        return None
    text = decode(body, claimed.codec)
    if claimed.fault or text is None or not parse(text).well_formed:
        return None
    expected = f"{claimed.said}, as the body has it"
    # The charset UTF-16 does not define the byte order. The mark does.
    by_header = decode(body, codec)
    if by_header is None:
        return _problem(expected, charset, "by which it does not decode")
    if by_header == text:
        return None
    if not parse(by_header).well_formed:
        return _problem(expected, charset, "by which it is not XML")
    if codec == "utf-8" or not (claimed.marked or claimed.codec == "utf-8" or _garbled(by_header)):
        return None
    return _problem(expected, charset, "by which it is another text")


def _garbled(text: str) -> bool:
    """Return True if a text has C1 controls, which are never intended."""
    return any("\x80" <= letter <= "\x9f" for letter in text)


def _problem(expected: str, charset: str, got: str) -> Problem:
    return Problem(HTTP_CHARSET, "Content-Type", expected, f"charset {excerpt(charset)}, {got}")


def alternative_decodings(body: bytes) -> Mapping[str, str]:
    """Return other values of an XML body's `package`, by the likely encoding that would make them.

    UTF-8 that is declared as ISO-8859-1 is well-formed, but another text. Only the other format can
    show that. The result is empty if no other encoding makes XML with another value.
    """
    read = _package(next(candidate_decodings(body, None)).text)
    found: dict[str, str] = {}
    for name in _LIKELY:
        text = decode(body, codec_of(name))
        package = None if text is None else _package(text)
        if package is not None and package != read and package not in found.values():
            found[name] = package
    return found


def declared_package(body: bytes, content_type: str | None) -> str | None:
    """Return the `package` in the body's own encoding, if the header overrides it.

    Otherwise None.
    """
    charset, claimed = charset_of(content_type), declared_encoding(body)
    if charset is None or codec_of(charset) == claimed.codec:
        return None
    text = decode(body, claimed.codec)
    return None if text is None else _package(text)


def _package(text: str) -> str | None:
    root = parse(text).root
    if root is None:
        return None
    sights = index_names(levels(root))
    home = max(sights, key=lambda sight: sight.fields)
    return next((element.text for element in home.exact.get("package", ())), None)
