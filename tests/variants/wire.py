"""A bare server on a socket: reads requests, and a subclass writes each byte of a response.

The response is the reference's. Variants differ in how they write it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from threading import Lock, Thread
from typing import Protocol
from urllib.parse import unquote

from reseller_conformance.reference import Reference, Request, Response
from variants.registry import Running
from variants.shops import DEFAULT, Shop

__all__ = ["Call", "Wire", "Writable", "on_wire"]


class Readable(Protocol):
    """The stream from which a call is read."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """The stream to which a response is written. It sends at once."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call as received: headers by names in lower case, and its position on the connection."""

    request: Request
    headers: Mapping[str, str]
    number: int

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.method


class Wire:
    """Writes responses; `calls` counts them, over all connections."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.lock = Lock()
        self.calls = 0

    def serve(self, reader: Readable, writer: Writable) -> None:
        """Respond to calls on one connection until `reply` ends it."""
        number = 1
        while (call := self.read(reader, number)) is not None:
            number += 1
            with self.lock:
                self.calls += 1
            if not self.reply(call, writer):
                return

    def read(self, reader: Readable, number: int) -> Call | None:
        """Read one call. Return None if the client has closed the connection."""
        line = reader.readline(65_536).decode("iso-8859-1")
        if not line.strip():
            return None
        method, target, version = line.strip().split(" ", 2)
        headers: dict[str, str] = {}
        fields: list[tuple[str, str]] = []
        while (header := reader.readline(65_536).decode("iso-8859-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
            fields.append((name, value.strip()))
        body = reader.read(int(headers.get("content-length", 0)))
        path, _, query = target.partition("?")
        sent = query.encode("iso-8859-1")
        request = Request(unquote(path), sent, method, body, tuple(fields), version[-3:])
        return Call(request, headers, number)

    def reply(self, call: Call, writer: Writable) -> bool:
        """Respond to one call. Return whether the connection may carry more calls."""
        self.write(self.reference.respond(call.request), call, writer)
        return True

    def write(self, response: Response, call: Call, writer: Writable) -> None:
        """Write one response."""
        head = f"HTTP/1.1 {response.status} Whatever\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in response.fields.items())
        body = b"" if call.method == "HEAD" else response.body
        writer.write(head.encode("iso-8859-1") + b"\r\n" + body)


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    wire: Wire
    context: ssl.SSLContext | None

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Handler(StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        context = self.server.context
        if context is not None:
            self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # wrapping took the socket away from the server, which closes its own

    def handle(self) -> None:
        with suppress(OSError):
            self.server.wire.serve(self.rfile, self.wfile)


@contextmanager
def on_wire(
    wire: Wire,
    shop: Shop = DEFAULT,
    *,
    path: str = "",
    host: str = "127.0.0.1",
    shown: str | None = None,
    context: ssl.SSLContext | None = None,
    ca_bundle: str | None = None,
) -> Iterator[Running]:
    """Serve on a free port, below `path`; `shown` is the host in its URL."""
    server = (_ServerV6 if ":" in host else _Server)((host, 0), _Handler)
    server.wire, server.context = wire, context
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    scheme = "https" if context else "http"
    base_url = f"{scheme}://{shown or host}:{server.server_address[1]}{path}"
    try:
        yield Running(base_url, *shop.words, ca_bundle=ca_bundle)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
