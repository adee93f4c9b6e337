"""The ways in which a response violates HTTP/1.1, or its connection breaks, as exceptions.

`errors` has what each of them means to an operator.
"""

from __future__ import annotations

from http.client import HTTPException

__all__ = [
    "ChunkError",
    "HandshakeCutError",
    "HandshakeLateError",
    "HeaderLineError",
    "HeadersCutError",
    "HeadersTooLargeError",
    "LengthError",
    "NulError",
    "StaleConnectionError",
    "TransferCodingError",
    "VersionError",
]


class HeadersTooLargeError(HTTPException):
    """The headers have more bytes or lines than any response needs."""


class HeadersCutError(ConnectionError):
    """The connection closed within the headers. `http.client` would treat this as their end."""


class HeaderLineError(HTTPException):
    """A header line is invalid. `http.client` accepts it, or drops all lines after it."""


class LengthError(HTTPException):
    """The Content-Length is invalid, so the end of the response is unknown (RFC 9112, 6.3)."""


class NulError(HTTPException):
    """The status line or a header contains a NUL. curl and Node reject the response."""


class VersionError(HTTPException):
    """The version is neither HTTP/1.0 nor HTTP/1.1. curl and Node reject the response."""


class TransferCodingError(HTTPException):
    """Clients disagree on the end of a body with this Transfer-Encoding (RFC 9112, 6.1)."""


class ChunkError(HTTPException):
    """The chunks violate RFC 9112, 7.1. `http.client` reads some of them anyway."""


class HandshakeCutError(ConnectionError):
    """The connection closed during the TLS handshake."""


class HandshakeLateError(ConnectionError):
    """The time limit ended during the TLS handshake."""


class StaleConnectionError(ConnectionError):
    """The server had closed a kept connection before this request arrived (RFC 9112, 9.3.1)."""
