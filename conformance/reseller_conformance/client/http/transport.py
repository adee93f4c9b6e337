"""One attempt of one call: sent through `requests`, and read within a deadline and a size limit.

The result is a `RawResponse`, which may contain the key, so only `client` may use it. Text of the
target in a `problem` is redacted here. Only here it is separate from the suite's own text.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3 import Timeout

from reseller_conformance.cases.profiles import HOST, OWN, Profile
from reseller_conformance.client.http.adapter import DeadlineAdapter, connection_used
from reseller_conformance.client.http.content_coding import decoded
from reseller_conformance.client.http.errors import CAUGHT, ConnectionLoss, Failure, failure
from reseller_conformance.client.http.request_head import Head
from reseller_conformance.client.secrets import scrubber_of
from reseller_conformance.client.target import Target
from reseller_conformance.exchange import MAX_BODY_BYTES, TransportErrorKind, TransportProblem

__all__ = ["HttpTransport", "RawResponse"]

KEPT_BYTES = 4 * 1024
"""Bytes kept of a body beyond the limit, as evidence."""

CHUNK_BYTES = 64 * 1024

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class RawResponse:
    """The raw result of one attempt. It may contain the key.

    `asides` are the places beside headers and body that hold something, with their text.
    `connection` is the number of the connection, or None for a mock.
    """

    began: float
    seconds: float
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    asides: tuple[tuple[str, bytes], ...] = ()
    problem: TransportProblem | None = None
    lost: ConnectionLoss | None = None
    connection: int | None = None

    def header(self, name: str) -> str | None:
        """Return the values of this header, joined as in RFC 9110, 5.3. None if it is absent."""
        values = [value for key, value in self.headers if key.lower() == name]
        return ", ".join(values) if values else None


def _original(raw: Any) -> Any:
    """Return the response that urllib3 wraps. A mock of `requests` has none."""
    return getattr(raw, "_original_response", None)


class _PreparedRequest(requests.PreparedRequest):
    """A prepared request that may define how its head is written."""

    head: Head | None = None


def with_operators(fields: Fields, added: Fields, cookies: str) -> Fields:
    """Return these fields merged with the operator's fields and the cookies.

    An operator's field replaces a field of the same name. The operator's cookies are kept.
    """
    theirs = {name.lower(): value for name, value in added}
    if cookies:
        theirs["cookie"] = "; ".join(filter(None, (theirs.get("cookie"), cookies)))
        added = (*(pair for pair in added if pair[0].lower() != "cookie"), ("Cookie", ""))
    kept = [(name, theirs.pop(name.lower(), value)) for name, value in fields]
    left = [(name, theirs[name.lower()]) for name, _ in added if name.lower() in theirs]
    return (*kept, *left)


class HttpTransport:
    """Sends calls to one target over persistent connections.

    It does not use `requests.Session`. A session would read a redirect's body of any size, and keep
    cookies between calls. It would take proxies and credentials from the environment.
    """

    def __init__(self, target: Target, connections: int, timeout: float) -> None:
        """Keep up to `connections` connections.

        `timeout` is the time limit of an attempt in seconds.
        """
        self.timeout = timeout
        self._verify = target.verify
        self._cert = target.client_cert
        self._proxies = dict.fromkeys(("http", "https"), target.proxy) if target.proxy else {}
        self._redact = scrubber_of(target).text
        # its host and port, without a password
        self._proxy = (target.proxy or "").rpartition("@")[2].rpartition("//")[2]
        self._added = target.headers
        self._adapter = DeadlineAdapter(pool_connections=1, pool_maxsize=connections)
        self._connections = connections

    def close(self) -> None:
        """Close the kept connections."""
        self._adapter.close()

    def close_idle(self) -> None:
        """Close the idle connections. The next call opens a new one."""
        self._adapter.close_idle()

    def send(
        self,
        method: str,
        url: str,
        form: str | None,
        cap: int = MAX_BODY_BYTES,
        *,
        profile: Profile | None = None,
        cookies: str = "",
    ) -> RawResponse:
        """Send one call, and read its response.

        `form` is sent in the body. `cap` is the maximum size of the body in bytes. `profile`
        defines how the head is written, and `cookies` is the value of the Cookie header.
        """
        prepared = self._prepared(method, url, form, profile, cookies)
        # After a pause all kept connections may be stale. The attempt after them opens a new one.
        for _ in range(self._connections):
            raw = self._send(prepared, cap)
            if raw.lost is not ConnectionLoss.STALE:
                break
        else:
            raw = self._send(prepared, cap)
        return replace(raw, connection=connection_used())

    def _prepared(
        self, method: str, url: str, form: str | None, profile: Profile | None, cookies: str
    ) -> _PreparedRequest:
        # `Request.prepare` would decode and re-encode the query.
        prepared = _PreparedRequest()
        prepared.method = method
        prepared.url = url
        fields = with_operators((profile or OWN).fields, self._added, cookies)
        prepared.headers = CaseInsensitiveDict({k: v for k, v in fields if v != HOST})
        if profile is not None:
            prepared.head = Head(profile.version, fields, profile.closes)
        if form is not None:
            prepared.body = form.encode()
            prepared.headers["Content-Type"] = "application/x-www-form-urlencoded"
            prepared.headers["Content-Length"] = str(len(prepared.body))
        return prepared

    def _send(self, prepared: requests.PreparedRequest, cap: int) -> RawResponse:
        limit: Any = Timeout(total=self.timeout)  # `requests` accepts it, but its types do not.
        began = time.monotonic()
        try:
            response = self._adapter.send(
                prepared,
                stream=True,
                timeout=limit,
                verify=self._verify,
                cert=self._cert,
                proxies=self._proxies,
            )
        except CAUGHT as error:
            failed = failure(error, self.timeout, self._proxy)
            seconds = time.monotonic() - began
            return RawResponse(began, seconds, problem=failed.problem, lost=failed.lost)
        with closing(response):
            raw = self._received(response, began, cap)
        return self._without_coding(raw, cap)

    def _received(self, response: requests.Response, began: float, cap: int) -> RawResponse:
        """Read the body of a response to the request that was sent at this time."""
        body, broken = self._read(response.raw, cap)
        asides = getattr(_original(response.raw), "asides", None)
        return RawResponse(
            began,
            time.monotonic() - began,
            status=response.status_code,
            reason=response.raw.reason or "",
            headers=tuple(response.raw.headers.items()),
            body=body,
            asides=asides.texts() if asides else (),
            problem=broken.problem if broken else None,
            lost=broken.lost if broken else None,
        )

    def _read(self, raw: Any, cap: int) -> tuple[bytes, Failure | None]:
        """Read the body without decoding its content coding."""
        body = bytearray()
        try:
            while chunk := raw.read1(CHUNK_BYTES, decode_content=False):
                body += chunk
                if len(body) > cap:
                    problem = TransportProblem(
                        TransportErrorKind.TOO_LARGE, f"the body is longer than {cap} bytes"
                    )
                    return bytes(body[:KEPT_BYTES]), Failure(problem)
        except CAUGHT as error:
            return bytes(body), self._broken_off(error, raw, len(body))
        if getattr(_original(raw), "longer", False):
            end = "last chunk" if raw.chunked else f"Content-Length of {len(body)} bytes"
            detail = f"the body goes on beyond its {end}"
            return bytes(body), Failure(TransportProblem(TransportErrorKind.INCOMPLETE, detail))
        return bytes(body), None

    def _broken_off(self, error: Exception, raw: Any, received: int) -> Failure:
        announced = raw.length_remaining is not None
        amount = (
            f"{received} of {received + raw.length_remaining} bytes"
            if announced
            else f"{received} bytes"
        )
        failed = failure(error, self.timeout)
        if failed.problem.kind is TransportErrorKind.INCOMPLETE:
            return failed  # The framing is invalid, so a retry would not help.
        if failed.problem.kind is TransportErrorKind.TIMEOUT:
            detail = (
                f"the response was incomplete after {self.timeout:g} s: {amount} of body arrived"
            )
            return Failure(TransportProblem(TransportErrorKind.TIMEOUT, detail))
        if announced or raw.chunked:
            detail = f"the body breaks off: {amount} arrived"
            return Failure(
                TransportProblem(TransportErrorKind.INCOMPLETE, detail), ConnectionLoss.DROPPED
            )
        detail = f"the connection broke within the body, after {amount}"
        return Failure(TransportProblem(TransportErrorKind.DROPPED, detail), ConnectionLoss.DROPPED)

    def _without_coding(self, raw: RawResponse, cap: int) -> RawResponse:
        """Undo the codings. A body that cannot be decoded becomes empty.

        A transfer coding other than `chunked` is outside the content coding. `StrictResponse` has
        rejected those that the request did not accept.
        """
        transfer = raw.header("transfer-encoding") or ""
        outer = [one for one in transfer.split(",") if one.strip().lower() != "chunked"]
        for coding in (",".join(outer), raw.header("content-encoding")):
            if not coding:
                continue
            if raw.problem is not None:
                return replace(raw, body=b"")
            body = decoded(raw.body, coding, cap, self._redact)
            if isinstance(body, TransportProblem):
                return replace(raw, body=b"", problem=body)
            raw = replace(raw, body=body)
        return raw
