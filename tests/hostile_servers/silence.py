"""Servers that send nothing, stop in the middle, or take as long as possible."""

from __future__ import annotations

import socket
import struct

from faults.sockets import Exchange, head
from faults.wire import drip
from reseller_conformance.contract import Format
from reseller_conformance.requirements import (
    HTTP_COMPLETE,
    HTTP_DELIVERED,
    HTTP_TIMEOUT,
)

from .registry import ALL, Scope, hostile

__all__: list[str] = []

XML = (Format.XML,)


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
@hostile(first=HTTP_TIMEOUT, scopes=ALL, formats=XML)
def hangs(exchange: Exchange) -> None:
    """Nothing comes."""
    exchange.stopped.wait()


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def hangs_after_the_headers(exchange: Exchange) -> None:
    """Nothing comes after the headers."""
    exchange.send(head(exchange.response))
    exchange.stopped.wait()


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def hangs_in_the_body(exchange: Exchange) -> None:
    """Nothing comes after half of the body."""
    body = exchange.response.body
    exchange.send(head(exchange.response), body[: len(body) // 2])
    exchange.stopped.wait()


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
@hostile(first=HTTP_TIMEOUT, scopes=ALL, formats=XML)
def drips(exchange: Exchange) -> None:
    """The body comes a byte at a time."""
    exchange.send(head(exchange.response))
    drip(exchange.response.body, exchange)


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def drips_headers(exchange: Exchange) -> None:
    """The headers come a byte at a time."""
    drip(head(exchange.response), exchange)


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def drips_chunks(exchange: Exchange) -> None:
    """A chunk of a byte comes now and then, without end."""
    exchange.send(head(exchange.response, Content_Length=None, Transfer_Encoding="chunked"))
    while not exchange.stopped.wait(0.1):
        exchange.send(b"1\r\n \r\n")


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def drips_early_hints(exchange: Exchange) -> None:
    """103 Early Hints comes now and then, without end."""
    while not exchange.stopped.wait(0.1):
        exchange.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")


# --- Connections ---------------------------------------------------------------------------------


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def closes(exchange: Exchange) -> None:
    """The connection closes without a response."""


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def resets(exchange: Exchange) -> None:
    """The connection is reset."""
    _reset(exchange)


@hostile(first=HTTP_COMPLETE, scopes=ALL)
def resets_in_the_body(exchange: Exchange) -> None:
    """The connection is reset in the middle of the body."""
    exchange.send(head(exchange.response), exchange.response.body[:20])
    exchange.stopped.wait(0.02)
    _reset(exchange)


@hostile(first=HTTP_TIMEOUT, scopes=ALL)
def half_closed_by_the_server(exchange: Exchange) -> None:
    """The server reads nothing any more, and sends nothing."""
    exchange.connection.shutdown(socket.SHUT_RD)
    exchange.stopped.wait()


@hostile(first=HTTP_COMPLETE, scopes=ALL)
def half_closed_in_the_body(exchange: Exchange) -> None:
    """The server sends half, closes its side, and keeps the connection."""
    exchange.send(head(exchange.response), exchange.response.body[:20])
    exchange.connection.shutdown(socket.SHUT_WR)
    exchange.stopped.wait()


@hostile(first=None, every=None, exit_code=0, scopes=(Scope.EVERY,))
def closes_after_each_response(exchange: Exchange) -> None:
    """Connections are announced as kept, and closed after each response."""
    exchange.send(head(exchange.response, Connection="keep-alive"), exchange.response.body)


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def noise_for_http(exchange: Exchange) -> None:
    """Random bytes."""
    exchange.send(bytes(range(128, 256)) * 4)


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def another_protocol(exchange: Exchange) -> None:
    """An SSH server."""
    exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n")


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def http_2(exchange: Exchange) -> None:
    """Frames of HTTP/2."""
    exchange.send(b"\0\0\x12\x04\0\0\0\0\0" + bytes(18))


@hostile(first=HTTP_DELIVERED, scopes=ALL)
def body_alone(exchange: Exchange) -> None:
    """The body comes without status and headers."""
    exchange.send(exchange.response.body)


def _reset(exchange: Exchange) -> None:
    linger = struct.pack("ii", 1, 0)
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
