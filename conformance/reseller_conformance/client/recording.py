"""Records the traffic of a run as HAR 1.2, one entry for each attempt, as it happens.

Entries are written at once, so that memory stays bounded. They hold what leaves the client: the
key is already redacted. `offline.har` reads a recording.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlsplit

from reseller_conformance.cases.profiles import HOST, OWN
from reseller_conformance.client.http.transport import with_operators
from reseller_conformance.client.request import Request
from reseller_conformance.exchange import Exchange
from reseller_conformance.redaction.secret import Scrubber
from reseller_conformance.util.files import draft_of

__all__ = ["Recorder", "Sent"]

Fields = tuple[tuple[str, str], ...]

_END = "\n]}}\n"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent in one attempt, redacted. The URL is that of the exchange."""

    method: str
    version: str
    fields: Fields
    form: str | None

    @classmethod
    def of(cls, request: Request, added: Fields, cookies: str, scrubber: Scrubber) -> Sent:
        """Return what is sent for this request, with the operator's fields and the cookies."""
        profile = request.profile or OWN
        fields = with_operators(profile.fields, added, cookies)
        form = request.redacted_form
        return cls(
            request.method,
            profile.version,
            tuple((name, scrubber.text(value)) for name, value in fields),
            None if form is None else scrubber.text(form),
        )


class Recorder:
    """One recording. It may be used from several threads. The file is complete after `close`."""

    def __init__(self, path: Path, creator: str, version: str) -> None:
        """Begin the draft beside the file. Raises OSError if it cannot be written."""
        self._path = path.resolve()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._draft = draft_of(self._path)
        self._lock = Lock()
        self._file: TextIO | None = self._draft.open("w", encoding="utf-8", newline="\n")
        self._entries = 0
        self.problem = ""
        """Why the recording is not complete."""
        head = {"version": "1.2", "creator": {"name": creator, "version": version}}
        self._write(f'{{"log": {json.dumps(head)[:-1]}, "entries": [')

    def add(self, sent: Sent, exchange: Exchange, reason: str) -> None:
        """Write one attempt. `reason` is the reason phrase of the response, redacted.

        After `close`, and after the first problem, nothing is written.
        """
        entry = json.dumps(_entry(sent, exchange, reason), ensure_ascii=True)
        with self._lock:
            self._write((",\n" if self._entries else "\n") + entry)
            self._entries += 1

    def close(self) -> None:
        """Complete the file and put it in its place. A second call does nothing."""
        with self._lock:
            if self._file is None:
                return
            self._write(_END)
            if self._file is not None:
                self._guarded(self._finish)

    def _finish(self) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        self._draft.replace(self._path)

    def _write(self, text: str) -> None:
        file = self._file
        if file is not None:
            self._guarded(lambda: file.write(text))

    def _guarded(self, action: Callable[[], object]) -> None:
        """Do this. An OSError ends the recording, not the run."""
        try:
            action()
        except OSError as error:
            self.problem = self.problem or str(error.strerror or error).lower()
            file, self._file = self._file, None
            if file is not None:
                with suppress(OSError):  # the buffered text is lost too
                    file.close()
            self._draft.unlink(missing_ok=True)


def _entry(sent: Sent, exchange: Exchange, reason: str) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    began = time.time() - (time.monotonic() - exchange.began)
    entry = {
        "startedDateTime": datetime.fromtimestamp(began, UTC).isoformat(),
        "time": milliseconds,
        "request": _request(sent, exchange.url),
        "response": _response(sent, exchange, reason),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if exchange.problem:
        status = f"HTTP {exchange.status}, " if exchange.status is not None else ""
        entry["comment"] = f"{status}{exchange.problem.kind}: {exchange.problem.detail}"
    return entry


def _request(sent: Sent, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    request: dict[str, Any] = {
        "method": sent.method,
        "url": url,
        "httpVersion": f"HTTP/{sent.version}",
        "cookies": [],
        "headers": _named((name, host if value == HOST else value) for name, value in sent.fields),
        "queryString": _named(parse_qsl(parts.query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(sent.form or ""),
    }
    if sent.form is not None:
        kind = "application/x-www-form-urlencoded"
        request["postData"] = {"mimeType": kind, "text": sent.form}
    return request


def _response(sent: Sent, exchange: Exchange, reason: str) -> dict[str, Any]:
    """Return the response. Without a complete one its status is 0, as browsers write it."""
    is_complete = exchange.problem is None and exchange.status is not None
    content = {
        "size": len(exchange.body),
        "mimeType": exchange.header("content-type") or "",
        "text": b64encode(exchange.body).decode(),
        "encoding": "base64",
    }
    return {
        "status": exchange.status if is_complete else 0,
        "statusText": reason if is_complete else "",
        "httpVersion": f"HTTP/{sent.version}",
        "cookies": [],
        "headers": _named(exchange.headers),
        "content": content,
        "redirectURL": exchange.header("location") or "",
        "headersSize": -1,
        "bodySize": len(exchange.body),
    }


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
