"""Translate exceptions of `requests` into our own problems, without the URL or the query.

This module also decides which failures allow a retry. `retry_policy` decides how many.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException, LineTooLong

import requests
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    InvalidHeader,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
)

from reseller_conformance.client.http.framing_errors import (
    ChunkError,
    HandshakeCutError,
    HandshakeLateError,
    HeaderLineError,
    HeadersCutError,
    HeadersTooLargeError,
    LengthError,
    NulError,
    StaleConnectionError,
    TransferCodingError,
    VersionError,
)
from reseller_conformance.exchange import TransportErrorKind, TransportProblem

__all__ = ["CAUGHT", "ConnectionLoss", "Failure", "failure"]

CAUGHT = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
)
"""Exceptions that sending a call or reading its response may raise."""


class ConnectionLoss(StrEnum):
    """A lost connection for which a retry may help."""

    STALE = "stale"
    """A kept connection that the server had closed before this call.

    This does not count as an attempt.
    """
    DROPPED = "dropped"
    """Closed before the response was complete."""
    REFUSED = "refused"
    """Refused: no server is listening, or it is restarting."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no response, or no complete one."""

    problem: TransportProblem
    lost: ConnectionLoss | None = None


def failure(error: Exception, timeout: float, proxy: str = "") -> Failure:
    """Return the failure that an exception means.

    `timeout` is the time limit of the call in seconds, and `proxy` the proxy without its password.
    """
    causes = list(_causes(error))
    found = _failure(causes, timeout)
    if not any(isinstance(cause, urllib3.exceptions.ProxyError) for cause in causes):
        return found
    detail = f"the proxy {proxy} makes no connection: {found.problem.detail}"
    return _failed(TransportErrorKind.UNREACHABLE, detail, found.lost)


def _failure(causes: Sequence[BaseException], timeout: float) -> Failure:
    for kinds, meaning in _MEANINGS:
        for cause in causes:
            if isinstance(cause, kinds):
                return meaning(cause, timeout)
    return _failed(TransportErrorKind.PROTOCOL, "the response is not HTTP")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all exceptions that `requests` and urllib3 wrapped in it."""
    yield error
    wrapped = [getattr(error, "reason", None), error.__cause__, *error.args]
    for cause in wrapped:
        if isinstance(cause, BaseException) and cause is not error:
            yield from _causes(cause)


def _failed(kind: TransportErrorKind, detail: str, lost: ConnectionLoss | None = None) -> Failure:
    return Failure(TransportProblem(kind, detail), lost)


def _unverified(error: BaseException, _: float) -> Failure:
    why = getattr(error, "verify_message", "") or "the certificate does not fit"
    return _failed(TransportErrorKind.UNREACHABLE, f"TLS: certificate verify failed: {why}")


def _tls(error: BaseException, _: float) -> Failure:
    why = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    return _failed(TransportErrorKind.UNREACHABLE, f"TLS: {why or 'no handshake'}")


def _not_connected(error: BaseException, _: float) -> Failure:
    why = next((c.strerror for c in _causes(error) if isinstance(c, OSError) and c.strerror), "")
    return _failed(TransportErrorKind.UNREACHABLE, why.lower() or "no connection")


def _plain(
    kind: TransportErrorKind, detail: str, lost: ConnectionLoss | None = None
) -> Callable[[BaseException, float], Failure]:
    return lambda _, timeout: _failed(kind, detail.format(timeout=timeout), lost)


_Kinds = type[BaseException] | tuple[type[BaseException], ...]

# The first match applies, so narrow classes come before wide ones.
_MEANINGS: tuple[tuple[_Kinds, Callable[[BaseException, float], Failure]], ...] = (
    (
        StaleConnectionError,
        _plain(TransportErrorKind.DROPPED, "a kept connection was closed", ConnectionLoss.STALE),
    ),
    (
        HeadersCutError,
        _plain(
            TransportErrorKind.DROPPED,
            "the connection closed within the headers",
            ConnectionLoss.DROPPED,
        ),
    ),
    (
        HandshakeCutError,
        _plain(
            TransportErrorKind.UNREACHABLE,
            "TLS: the connection closed within the handshake",
            ConnectionLoss.DROPPED,
        ),
    ),
    (
        HandshakeLateError,
        _plain(
            TransportErrorKind.UNREACHABLE,
            "TLS: no handshake within {timeout:g} s; the port may speak http",
        ),
    ),
    # A name without an IDNA form cannot be a host.
    (
        (socket.gaierror, LocationParseError, requests.exceptions.InvalidURL),
        _plain(TransportErrorKind.UNREACHABLE, "unknown host"),
    ),
    (ssl.SSLCertVerificationError, _unverified),
    (ssl.SSLError, _tls),
    (
        ConnectionRefusedError,
        _plain(TransportErrorKind.UNREACHABLE, "connection refused", ConnectionLoss.REFUSED),
    ),
    # HAProxy's `reject` closes a connection that is just being made.
    (
        ConnectionError,
        _plain(
            TransportErrorKind.DROPPED,
            "the connection closed before a response began",
            ConnectionLoss.DROPPED,
        ),
    ),
    (NewConnectionError, _not_connected),
    (
        (ConnectTimeoutError, requests.ConnectTimeout),
        _plain(TransportErrorKind.UNREACHABLE, "no connection within {timeout:g} s"),
    ),
    (
        (TimeoutError, ReadTimeoutError, requests.ReadTimeout),
        _plain(TransportErrorKind.TIMEOUT, "no response within {timeout:g} s"),
    ),
    (
        (HeadersTooLargeError, LineTooLong),
        _plain(TransportErrorKind.TOO_LARGE, "more headers than any response needs"),
    ),
    (HeaderLineError, lambda error, _: _failed(TransportErrorKind.PROTOCOL, str(error))),
    (LengthError, _plain(TransportErrorKind.PROTOCOL, "Content-Length is not a valid length")),
    (ChunkError, lambda error, _: _failed(TransportErrorKind.INCOMPLETE, str(error))),
    (NulError, _plain(TransportErrorKind.PROTOCOL, "a NUL in the headers")),
    (VersionError, _plain(TransportErrorKind.PROTOCOL, "a version other than HTTP/1.0 and 1.1")),
    (
        TransferCodingError,
        _plain(
            TransportErrorKind.PROTOCOL,
            "Transfer-Encoding is not only `chunked`, or Content-Length is present too",
        ),
    ),
    (InvalidHeader, _plain(TransportErrorKind.PROTOCOL, "Content-Length has two values")),
    (HTTPException, _plain(TransportErrorKind.PROTOCOL, "the response is not HTTP")),
    (urllib3.exceptions.HTTPError, _plain(TransportErrorKind.PROTOCOL, "the response is not HTTP")),
    (requests.ConnectionError, _plain(TransportErrorKind.UNREACHABLE, "no connection")),
    (requests.RequestException, _plain(TransportErrorKind.PROTOCOL, "the response is not HTTP")),
    (OSError, _not_connected),
)
