"""Exceptions of `requests` as our own problems, in words that hold neither URL nor query.

Which of them are worth another try is said here too; how often they get one is left to `retrying`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
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

from reseller_conformance.client.http.adapter import (
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
"""What sending a call, or reading its answer, may raise when it fails."""


class ConnectionLoss(StrEnum):
    """A connection lost in a way that another try may help."""

    STALE = "stale"
    """Kept from an earlier call, and closed before this one: no try at all."""
    DROPPED = "dropped"
    """Closed before the whole answer had come."""
    REFUSED = "refused"
    """Not accepted: nobody is there, or a server is being restarted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, or no whole one."""

    problem: TransportProblem
    lost: ConnectionLoss | None = None


def failure(error: Exception, timeout: float) -> Failure:
    """Say what an exception means, given the seconds that the call had."""
    causes = list(_causes(error))
    for kinds, told in _MEANINGS:
        for cause in causes:
            if isinstance(cause, kinds):
                return told(cause, timeout)
    return _failed(TransportErrorKind.PROTOCOL, "what came is not HTTP")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, as `requests` and urllib3 do it."""
    yield error
    wrapped = [getattr(error, "reason", None), error.__cause__, *error.args]
    for cause in wrapped:
        if isinstance(cause, BaseException) and cause is not error:
            yield from _causes(cause)


def _failed(kind: TransportErrorKind, detail: str, lost: ConnectionLoss | None = None) -> Failure:
    return Failure(TransportProblem(kind, detail), lost)


def _unverified(error: BaseException, _: float) -> Failure:
    said = getattr(error, "verify_message", "") or "the certificate does not fit"
    return _failed(TransportErrorKind.UNREACHABLE, f"TLS: certificate verify failed: {said}")


def _tls(error: BaseException, _: float) -> Failure:
    said = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    return _failed(TransportErrorKind.UNREACHABLE, f"TLS: {said or 'no handshake'}")


def _not_connected(error: BaseException, _: float) -> Failure:
    said = next((c.strerror for c in _causes(error) if isinstance(c, OSError) and c.strerror), "")
    return _failed(TransportErrorKind.UNREACHABLE, said.lower() or "no connection")


def _plain(
    kind: TransportErrorKind, detail: str, lost: ConnectionLoss | None = None
) -> Callable[[BaseException, float], Failure]:
    return lambda _, timeout: _failed(kind, detail.format(timeout=timeout), lost)


_Kinds = type[BaseException] | tuple[type[BaseException], ...]

# The first that fits: the narrower stand before the wider.
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
        _plain(TransportErrorKind.UNREACHABLE, "TLS: no handshake within {timeout:g} s"),
    ),
    # a name that cannot be written in IDNA is no host's
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
    (NewConnectionError, _not_connected),
    (
        (ConnectTimeoutError, requests.ConnectTimeout),
        _plain(TransportErrorKind.UNREACHABLE, "no connection within {timeout:g} s"),
    ),
    (
        (TimeoutError, ReadTimeoutError, requests.ReadTimeout),
        _plain(TransportErrorKind.TIMEOUT, "no answer within {timeout:g} s"),
    ),
    (
        (HeadersTooLargeError, LineTooLong),
        _plain(TransportErrorKind.TOO_LARGE, "more headers than any answer needs"),
    ),
    (
        ConnectionError,
        _plain(
            TransportErrorKind.DROPPED,
            "the connection closed before an answer began",
            ConnectionLoss.DROPPED,
        ),
    ),
    (HeaderLineError, _plain(TransportErrorKind.PROTOCOL, "a line among the headers is no header")),
    (LengthError, _plain(TransportErrorKind.PROTOCOL, "Content-Length is no length of a body")),
    (ChunkError, lambda error, _: _failed(TransportErrorKind.INCOMPLETE, str(error))),
    (NulError, _plain(TransportErrorKind.PROTOCOL, "a NUL among the headers")),
    (VersionError, _plain(TransportErrorKind.PROTOCOL, "a version other than HTTP/1.0 and 1.1")),
    (
        TransferCodingError,
        _plain(
            TransportErrorKind.PROTOCOL,
            "Transfer-Encoding is not `chunked` alone, or Content-Length stands beside it",
        ),
    ),
    (InvalidHeader, _plain(TransportErrorKind.PROTOCOL, "Content-Length says two lengths")),
    (HTTPException, _plain(TransportErrorKind.PROTOCOL, "what came is not HTTP")),
    (urllib3.exceptions.HTTPError, _plain(TransportErrorKind.PROTOCOL, "what came is not HTTP")),
    (requests.ConnectionError, _plain(TransportErrorKind.UNREACHABLE, "no connection")),
    (requests.RequestException, _plain(TransportErrorKind.PROTOCOL, "what came is not HTTP")),
    (OSError, _not_connected),
)
