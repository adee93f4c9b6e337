"""Saved bodies: one in a file, or one a line.

`inputs` recognizes the kind of a file, and `envelope` reads the bodies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.checks.response import parse
from reseller_conformance.contract import Format
from reseller_conformance.exchange import (
    MAX_BODY_BYTES,
    Exchange,
    TransportErrorKind,
    TransportProblem,
)
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.redaction.secret import Scrubber
from reseller_conformance.util.text import BYTE_ORDER_MARK, WHITE_SPACE

__all__ = [
    "MARKS",
    "TOO_LARGE",
    "SavedContext",
    "likely_format",
    "lines",
    "saved_body",
    "scrubber_for",
    "whole",
]

MARKS = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)")
"""The byte order marks of UTF-8 and UTF-16."""

TOO_LARGE = TransportProblem(
    TransportErrorKind.TOO_LARGE, f"the body is longer than {MAX_BODY_BYTES} bytes"
)


@dataclass(frozen=True, slots=True)
class SavedContext:
    """What is known beside the bodies: the header, the envelope due, and keys to be hidden."""

    content_type: str | None
    due: Expected
    keys: tuple[str, ...] = field(default=(), repr=False)


@lru_cache(maxsize=200)
def scrubber_for(keys: tuple[str, ...]) -> Scrubber:
    """Return what replaces these keys: most calls are made with the same one."""
    return Scrubber(keys)


def whole(
    stream: BinaryIO, name: str, format: Format, beside: SavedContext
) -> Iterator[SavedResponse]:
    """Yield the one body that the stream holds."""
    yield saved_body(stream.read(MAX_BODY_BYTES + 1), name, format, beside)


def lines(stream: BinaryIO, name: str, beside: SavedContext) -> Iterator[SavedResponse]:
    """Yield the JSON body on each line; empty lines are passed over, as NDJSON has it."""
    number = 0
    while line := stream.readline(MAX_BODY_BYTES + 1):
        number += 1
        rest = line
        while len(rest) > MAX_BODY_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_BODY_BYTES + 1)
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK.encode())  # the file's, not the body's
        if body := line.strip(WHITE_SPACE.encode()):
            yield saved_body(body, f"{name}, line {number:,}", Format.JSON, beside)


def saved_body(body: bytes, place: str, format: Format, beside: SavedContext) -> SavedResponse:
    """Read one body of which no more is known."""
    given, scrubber = beside.content_type, scrubber_for(beside.keys)
    exchange = Exchange(
        Case(format),
        url="",
        headers=(("Content-Type", scrubber.text(given)),) if given else (),
        body=scrubber.data(body[:MAX_BODY_BYTES]),
        problem=TOO_LARGE if len(body) > MAX_BODY_BYTES else None,
    )
    return SavedResponse(parse(exchange), place, expected=beside.due, headers=given is not None)


def likely_format(body: bytes, content_type: str | None) -> Format | None:
    """Return the format that the header names, or else the one that the body begins in."""
    named = re.search(r"\b(json|javascript|xml)\b", content_type or "", re.IGNORECASE)
    if named:
        return Format.XML if named[1].lower() == "xml" else Format.JSON
    start = MARKS.sub(b"", body).replace(b"\0", b"").lstrip()[:1]
    return {b"{": Format.JSON, b"[": Format.JSON, b"<": Format.XML}.get(start)
