"""Recorded calls, as browsers and proxies save them: the HTTP Archive format, 1.2.

Other entries than calls of the endpoint are skipped, and counted by reason. The keys
of calls are redacted first. `har_stream` reads the entries of a file, and `calls` the URLs.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.checks.response import parse
from reseller_conformance.contract import Format
from reseller_conformance.exchange import GATEWAY_STATUSES, MAX_BODY_BYTES, Exchange
from reseller_conformance.offline.bodies import TOO_LARGE, SavedContext, scrubber_for
from reseller_conformance.offline.calls import Call, call_of
from reseller_conformance.offline.har_stream import entries
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.redaction.echo import places_of
from reseller_conformance.redaction.secret import Scrubber
from reseller_conformance.util.text import BYTE_ORDER_MARK

__all__ = ["Recording"]

_ENCODING = re.compile(r"""\A(<\?xml[^>]*?)(\sencoding\s*=\s*(?:"[^">]*"|'[^'>]*'))""")
_NOT_MODIFIED = 304


class _PassedOverError(Exception):
    """An entry is not judged; the message says why."""


class Recording:
    """One HAR file. `passed_over` counts, by reason, the entries that were not judged."""

    def __init__(self, stream: BinaryIO, name: str, beside: SavedContext) -> None:
        """Read this stream; the name is for people."""
        self.passed_over: Counter[str] = Counter()
        self._stream = stream
        self._name = name
        self._beside = beside
        self._known = frozenset(beside.keys)
        self._clock = 0.0

    def responses(self) -> Iterator[SavedResponse]:
        """Yield the responses to calls of the endpoint, in the order of the file.

        Raises InputError as `entries` does.
        """
        for number, entry in enumerate(entries(self._stream, self._name), start=1):
            try:
                yield self._saved(_Part(entry), f"{self._name}, entry {number:,}")
            except _PassedOverError as reason:
                self.passed_over[str(reason)] += 1

    def _saved(self, entry: _Part, place: str) -> SavedResponse:
        response = entry.part("response")
        call = _judged_call(entry.part("request"))
        status = _status(entry, response)
        body, verbatim = _body(response, status, call.case.format)
        hidden = self._hidden(call)
        exchange = self._exchange(entry, call, status, body, hidden)
        self._clock = max(self._clock, exchange.began + exchange.seconds)
        return SavedResponse(
            response=parse(exchange),
            place=f"{place} ({hidden.text(_said(call))})",
            expected=Expected.EITHER if call.case.invalid else self._beside.due,
            raw_bytes=verbatim,
            headers=bool(response.list("headers")),
            account=call.account,
            request=call.request,
            key_known=bool(call.telling),
        )

    def _exchange(
        self, entry: _Part, call: Call, status: int, body: bytes, hidden: _Hidden
    ) -> Exchange:
        response = entry.part("response")
        return Exchange(
            call.case,
            url="",
            status=status,
            headers=tuple((name, hidden.text(value)) for name, value in _headers(response)),
            body=hidden.data(body[:MAX_BODY_BYTES]),
            problem=TOO_LARGE if len(body) > MAX_BODY_BYTES else None,
            began=self._began(entry),
            seconds=entry.number("time") / 1000,
            echoes_key=places_of(
                scrubber_for(call.telling),
                hidden.text,
                body[:MAX_BODY_BYTES],
                _all_headers(response),
                status=status,
                reason=response.shown("statusText"),
            ),
        )

    def _hidden(self, call: Call) -> _Hidden:
        """Return what hides all keys that are known, and this call's, if there were too many."""
        known = scrubber_for(self._beside.keys)
        if self._known.issuperset(call.keys):
            return _Hidden((known,))
        return _Hidden((known, scrubber_for(call.keys)))

    def _began(self, entry: _Part) -> float:
        """Return when the call was made; where that was not saved, after all before it."""
        try:
            return datetime.fromisoformat(entry.text("startedDateTime")).timestamp()
        except (ValueError, OverflowError, OSError):
            return self._clock


@dataclass(frozen=True, slots=True)
class _Hidden:
    """Several scrubbers, one after the other."""

    scrubbers: tuple[Scrubber, ...]

    def data(self, data: bytes) -> bytes:
        for scrubber in self.scrubbers:
            data = scrubber.data(data)
        return data

    def text(self, text: str) -> str:
        for scrubber in self.scrubbers:
            text = scrubber.text(text)
        return text


class _Part:
    """A part of an entry, of which anything may be missing or of another kind."""

    __slots__ = ("_members",)

    def __init__(self, value: Any) -> None:
        self._members: dict[str, Any] = value if isinstance(value, dict) else {}

    def part(self, name: str) -> _Part:
        return _Part(self._members.get(name))

    def text(self, name: str) -> str:
        value = self._members.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float:
        value = self._members.get(name)
        if isinstance(value, (int, float)) and 0 <= value < 1e12:
            return float(value)
        return 0.0

    def is_zero(self, name: str) -> bool:
        value = self._members.get(name)
        return isinstance(value, (int, float)) and value == 0

    def list(self, name: str) -> list[_Part]:
        value = self._members.get(name)
        return [_Part(item) for item in value] if isinstance(value, list) else []

    def shown(self, name: str) -> str:
        """Return a text with nothing in it that no report could be written with."""
        return self.text(name).encode("utf-8", "replace").decode()

    def has(self, name: str) -> bool:
        return self._members.get(name) is not None


def _judged_call(request: _Part) -> Call:
    """Return the call of a request. Raises _PassedOverError if its response is not judged."""
    call = call_of(request.text("url"))
    if call is None:
        raise _PassedOverError("other calls")
    if request.text("method").upper() != "GET":
        raise _PassedOverError("calls with another method than GET")
    if not call.asked_of_anyone:
        raise _PassedOverError("calls with a text that may be refused in any way")
    return call


def _status(entry: _Part, response: _Part) -> int:
    status = int(response.number("status"))
    if not 100 <= status <= 999:
        raise _PassedOverError("calls without a response")
    if status == _NOT_MODIFIED or entry.has("_fromCache"):
        raise _PassedOverError("responses from the client's own cache")
    if status in GATEWAY_STATUSES:
        raise _PassedOverError("responses of a gateway")
    return status


def _body(response: _Part, status: int, format: Format) -> tuple[bytes, bool]:
    """Return the body, and whether these are the bytes that came."""
    content = response.part("content")
    text = content.text("text")
    if not text:
        # the body is not needed where the status is a violation
        if not _was_empty(response) and not (300 <= status < 400 or status >= 500):
            raise _PassedOverError("responses whose body was not saved")
        return b"", True
    if content.text("encoding").lower() == "base64":
        try:
            return b64decode(text, validate=True), True
        except (binascii.Error, ValueError):
            raise _PassedOverError("responses whose body is no base64") from None
    if format is Format.XML:
        text = _as_decoded(text)
    return text.encode("utf-8", "replace"), False


def _as_decoded(text: str) -> str:
    """Return XML that a recorder has decoded as what it is now: UTF-8, with any declaration.

    A mark overrules the header's charset. A declared encoding, which would contradict the mark, is
    replaced by spaces, so that all else stays in its place.
    """
    plain = _ENCODING.sub(
        lambda found: found[1] + " " * len(found[2]), text.removeprefix(BYTE_ORDER_MARK)
    )
    return f"{BYTE_ORDER_MARK}{plain}"


def _was_empty(response: _Part) -> bool:
    """Return True if a body without a text was empty: recorders write 0 for one not kept, too."""
    lengths = [response.number("bodySize")]
    for header in response.list("headers"):
        written = header.text("value").strip()
        if header.text("name").lower() == "content-length" and written.isdecimal():
            lengths.append(float(written))
    return response.part("content").is_zero("size") and not any(lengths)


def _headers(response: _Part) -> list[tuple[str, str]]:
    """Return the headers that are judged, or what the recorder says of them."""
    saved = [
        (header.shown("name"), header.shown("value"))
        for header in response.list("headers")
        if header.text("name").lower() in ("content-type", "location")
    ]
    named = response.part("content").shown("mimeType")
    return saved if response.list("headers") else [("Content-Type", named)] * bool(named)


def _all_headers(response: _Part) -> list[tuple[str, str]]:
    """Return every header, and the cookies as headers where they were saved beside them."""
    headers = [(part.shown("name"), part.shown("value")) for part in response.list("headers")]
    cookies = [f"{part.shown('name')}={part.shown('value')}" for part in response.list("cookies")]
    return [*headers, *(("Set-Cookie", cookie) for cookie in cookies)]


def _said(call: Call) -> str:
    """Return what was sent: `json, user 'customer@example.com'`, or what is invalid about it."""
    case: Case = call.case
    if (
        case.invalid
        or case.arrays
        or case.repeated_parameters
        or case.task != Case(case.format).task
    ):
        return str(case)
    return f"{case.format}, user {call.user!r}"
