"""Servers on loopback that respond with exactly the given bytes, well-formed or not."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reseller_conformance.cases.case import Case
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind
from reseller_conformance.redaction.secret import Secret

KEY = "s3cret-Key/42"

JSON = Case(Format.JSON)

CLOSE = object()
"""Sent instead of bytes: close the connection."""

RESET = object()
"""Sent instead of bytes: reset the connection without closing it properly."""

Part = bytes | float | object
"""What a server sends: bytes, a pause in seconds, or one of the above."""


@dataclass(frozen=True)
class Received:
    """One request as received; `connection` tells connections apart."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at: float

    @property
    def parameters(self) -> dict[str, str]:
        query = self.body.decode() if self.method == "POST" else urlsplit(self.target).query
        return dict(parse_qsl(query, keep_blank_values=True))


Responding = Callable[[Received], Iterable[Part]]


@dataclass
class Server:
    """A running server: its URL, and the requests that it received."""

    url: str
    received: list[Received] = field(default_factory=list)


def http(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    """Write a whole response; `Content_Type="…"` makes a header, None leaves one out."""
    fields = {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(*parts: Part) -> Responding:
    """Respond to every request with these parts."""
    return lambda _: parts


def in_order(*responses: Iterable[Part]) -> Responding:
    """Respond to the nth request with the nth of these, and then always with the last."""
    left = list(responses)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving(answering: Responding, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve within this scope, with one thread for each connection."""
    listening = _Listening(answering, tls)
    accepting = Thread(target=listening.accept, daemon=True)
    accepting.start()
    try:
        yield listening.server
    finally:
        listening.stop()
        accepting.join(5)
        listening.end()


class _Listening:
    """A socket that listens, and its connections."""

    def __init__(self, answering: Responding, tls: ssl.SSLContext | None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        scheme = "http" if tls is None else "https"
        self.server = Server(f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}")
        self.answering = answering
        self.tls = tls
        self.connections: list[socket.socket] = []
        self.threads: list[Thread] = []
        self.stopped = Event()

    def accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(connection)
            number = len(self.connections)
            self.threads.append(Thread(target=self.handle, args=(connection, number), daemon=True))
            self.threads[-1].start()

    def handle(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError):
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self.connections[number - 1] = connection
            with connection, connection.makefile("rb") as file:
                while (received := _read(file, number)) is not None:
                    self.server.received.append(received)
                    if not self.respond(connection, received):
                        return

    def respond(self, connection: socket.socket, received: Received) -> bool:
        """Send a response; return whether the connection stays open."""
        for part in self.answering(received):
            if part is CLOSE:
                return False
            if part is RESET:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            if isinstance(part, bytes):
                connection.sendall(part)
            elif self.stopped.wait(float(part)):
                return False
        return True

    def stop(self) -> None:
        """Accept no more connections, and break off the open ones."""
        self.stopped.set()
        for open_socket in (self.listener, *self.connections):
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def end(self) -> None:
        for thread in self.threads:
            thread.join(5)
        for connection in self.connections:
            connection.close()


def _read(file, number: int) -> Received | None:
    line = file.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while (line := file.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return Received(method, target, headers, body, number, time.monotonic())


def refused_url() -> str:
    """Return a URL without a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


class Gateway:
    """Refuses the calls above a rate, as an ordinary gateway does."""

    def __init__(self, allowed: int, window: float, bucket: bool, retry_after: bool) -> None:
        """Allow this many calls in a window that restarts, or in a bucket that refills evenly."""
        self.allowed, self.window, self.bucket = allowed, window, bucket
        self.retry_after = retry_after
        self.turned_away = 0
        self._lock = Lock()
        self._tokens = float(allowed)
        self._at = time.monotonic()

    def __call__(self, _: Received) -> Iterable[Part]:
        with self._lock:
            self._refill()
            if self._tokens >= 1:
                self._tokens -= 1
                return [http()]
            self.turned_away += 1
            left = self._at + self.window - time.monotonic()
        says = {"Retry_After": str(max(0, int(left)))} if self.retry_after else {}
        return [http(b"slow down", 429, **says)]

    def _refill(self) -> None:
        passed = time.monotonic() - self._at
        if self.bucket:
            self._at += passed
            self._tokens = min(self.allowed, self._tokens + passed / self.window * self.allowed)
        elif passed >= self.window:
            self._at += passed - passed % self.window
            self._tokens = self.allowed


# --- A client for them ----------------------------------------------------------------------------


def target_at(url: str, key: str = KEY, **more: Any) -> Target:
    return Target(url, "acme", Secret(key), ("customer@example.com", "o'brien@example.com"), **more)


def client_of(server: Server, key: str = KEY, **limits: Any) -> Client:
    return Client(target_at(server.url, key), Limits(**{"timeout": 5.0, **limits}))


def ask_one(response: Iterable[Part], case: Case = JSON, **limits: Any) -> Exchange:
    """Send one case to a server that responds with these parts."""
    with serving(lambda _: response) as server, client_of(server, **limits) as client:
        return client.send([case])[0]


def kind_of(exchange: Exchange) -> TransportErrorKind | None:
    return exchange.problem.kind if exchange.problem else None


def turns(count: int, **states: Any) -> list[Case]:
    """Return this many cases that differ only in `repeat`."""
    return [Case(Format.JSON, repeat=turn, **states) for turn in range(count)]
