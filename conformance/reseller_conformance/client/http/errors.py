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
    HandshakeCutError,
    HandshakeLateError,
    HeaderLineError,
    HeadersCutError,
    HeadersTooLargeError,
    LengthError,
    StaleConnectionError,
)
from reseller_conformance.exchange import Transport, TransportProblem

__all__ = ["CAUGHT", "Failure", "Lost", "failure"]

CAUGHT = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
)
"""What sending a call, or reading its answer, may raise when it fails."""


class Lost(StrEnum):
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
    lost: Lost | None = None


def failure(error: Exception, timeout: float) -> Failure:
    """Say what an exception means, given the seconds that the call had."""
    causes = list(_causes(error))
    for kinds, told in _MEANINGS:
        for cause in causes:
            if isinstance(cause, kinds):
                return told(cause, timeout)
    return _failed(Transport.PROTOCOL, "what came is not HTTP")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, as `requests` and urllib3 do it."""
    yield error
    wrapped = [getattr(error, "reason", None), error.__cause__, *error.args]
    for cause in wrapped:
        if isinstance(cause, BaseException) and cause is not error:
            yield from _causes(cause)


def _failed(kind: Transport, detail: str, lost: Lost | None = None) -> Failure:
    return Failure(TransportProblem(kind, detail), lost)


def _unverified(error: BaseException, _: float) -> Failure:
    said = getattr(error, "verify_message", "") or "the certificate does not fit"
    return _failed(Transport.UNREACHABLE, f"TLS: certificate verify failed: {said}")


def _tls(error: BaseException, _: float) -> Failure:
    said = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    return _failed(Transport.UNREACHABLE, f"TLS: {said or 'no handshake'}")


def _not_connected(error: BaseException, _: float) -> Failure:
    said = next((c.strerror for c in _causes(error) if isinstance(c, OSError) and c.strerror), "")
    return _failed(Transport.UNREACHABLE, said.lower() or "no connection")


def _plain(
    kind: Transport, detail: str, lost: Lost | None = None
) -> Callable[[BaseException, float], Failure]:
    return lambda _, timeout: _failed(kind, detail.format(timeout=timeout), lost)


_Kinds = type[BaseException] | tuple[type[BaseException], ...]

# The first that fits: the narrower stand before the wider.
_MEANINGS: tuple[tuple[_Kinds, Callable[[BaseException, float], Failure]], ...] = (
    (
        StaleConnectionError,
        _plain(Transport.DROPPED, "a kept connection was closed", Lost.STALE),
    ),
    (
        HeadersCutError,
        _plain(Transport.DROPPED, "the connection closed within the headers", Lost.DROPPED),
    ),
    (
        HandshakeCutError,
        _plain(
            Transport.UNREACHABLE, "TLS: the connection closed within the handshake", Lost.DROPPED
        ),
    ),
    (
        HandshakeLateError,
        _plain(Transport.UNREACHABLE, "TLS: no handshake within {timeout:g} s"),
    ),
    # a name that cannot be written in IDNA is no host's
    (
        (socket.gaierror, LocationParseError, requests.exceptions.InvalidURL),
        _plain(Transport.UNREACHABLE, "unknown host"),
    ),
    (ssl.SSLCertVerificationError, _unverified),
    (ssl.SSLError, _tls),
    (
        ConnectionRefusedError,
        _plain(Transport.UNREACHABLE, "connection refused", Lost.REFUSED),
    ),
    (NewConnectionError, _not_connected),
    (
        (ConnectTimeoutError, requests.ConnectTimeout),
        _plain(Transport.UNREACHABLE, "no connection within {timeout:g} s"),
    ),
    (
        (TimeoutError, ReadTimeoutError, requests.ReadTimeout),
        _plain(Transport.TIMEOUT, "no answer within {timeout:g} s"),
    ),
    (
        (HeadersTooLargeError, LineTooLong),
        _plain(Transport.TOO_LARGE, "more headers than any answer needs"),
    ),
    (
        ConnectionError,
        _plain(Transport.DROPPED, "the connection closed before an answer began", Lost.DROPPED),
    ),
    (HeaderLineError, _plain(Transport.PROTOCOL, "a line among the headers is no header")),
    (LengthError, _plain(Transport.PROTOCOL, "Content-Length is no length of a body")),
    (InvalidHeader, _plain(Transport.PROTOCOL, "Content-Length says two lengths")),
    (HTTPException, _plain(Transport.PROTOCOL, "what came is not HTTP")),
    (urllib3.exceptions.HTTPError, _plain(Transport.PROTOCOL, "what came is not HTTP")),
    (requests.ConnectionError, _plain(Transport.UNREACHABLE, "no connection")),
    (requests.RequestException, _plain(Transport.PROTOCOL, "what came is not HTTP")),
    (OSError, _not_connected),
)
