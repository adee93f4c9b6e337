"""A server for faults below WSGI: the fault itself writes the bytes of the response.

It closes the connection after each response, so that a fault does not affect the next call.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import responses
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

from reseller_conformance.reference import Request, Response, default_reference

__all__ = ["Exchange", "Wire", "head"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call on the wire: the request, the correct response, and the connection."""

    request: Request
    response: Response
    connection: socket.socket
    stopped: Event
    """Set when the server stops: a `write` that waits must wait for this."""

    def send(self, *parts: bytes) -> None:
        """Write these bytes unchanged."""
        self.connection.sendall(b"".join(parts))


@dataclass(frozen=True, slots=True)
class Wire:
    """The reference over sockets; if `when` chooses a request, `write` responds to it."""

    write: Callable[[Exchange], None]
    when: Callable[[Request], bool] = lambda _: True

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on loopback within this scope, and yield the base URL."""
        stopped = Event()
        with _Server(self, stopped) as server:
            thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                stopped.set()
                server.shutdown()
                thread.join(5)


def head(response: Response, **changed: str | None) -> bytes:
    """Write the status line and headers; a changed header of None is left out."""
    fields = response.fields | {"Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("iso-8859-1")


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 100

    def __init__(self, wire: Wire, stopped: Event) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire = wire
        self.stopped = stopped
        self.reference = default_reference()

    def handle_error(self, *_: object) -> None:
        """Ignore a client that closes the connection."""


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        request = self._read()
        if request is None:
            return
        response = self.server.reference.respond(request)
        exchange = Exchange(request, response, self.connection, self.server.stopped)
        with suppress(OSError):
            if self.server.wire.when(request):
                self.server.wire.write(exchange)
            else:
                exchange.send(head(response), response.body)

    def _read(self) -> Request | None:
        method, _, rest = self.rfile.readline(65536).decode("iso-8859-1").partition(" ")
        length = 0
        fields: list[tuple[str, str]] = []
        while (line := self.rfile.readline(65536)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.partition(b":")
            fields.append((name.decode("latin-1"), value.strip().decode("latin-1")))
            if name.lower() == b"content-length":
                length = int(value)
        if not rest:
            return None
        target, _, version = rest.strip().partition(" ")
        parts = urlsplit(target)
        body = self.rfile.read(length) if length else b""
        path, query, spoken = unquote(parts.path), parts.query.encode(), version[-3:]
        return Request(path, query, method, body, tuple(fields), spoken)
