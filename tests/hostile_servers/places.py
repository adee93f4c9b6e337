"""Servers that cannot be reached, disappear during a run, or fail at TLS."""

from __future__ import annotations

import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.reference import Application, default_reference
from reseller_conformance.requirements import (
    HTTP_DELIVERED,
    SUCCESS_RETURNED,
    Requirement,
)

from .registry import Hostile, register

__all__: list[str] = []

Handle = Callable[[socket.socket, Event], None]


def place(name: str, does: str, first: Requirement | None, exit_code: int) -> Callable[..., None]:
    def decorate(serve: Callable[[], Iterator[str]]) -> None:
        register(Hostile(name, does, "every call", contextmanager(serve), first, exit_code))

    return decorate


@contextmanager
def listening(handle: Handle | None, scheme: str = "http") -> Iterator[str]:
    """Listen within this scope. Handle each connection in a thread, or accept none at all."""
    stopped = Event()
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=50 if handle else 0) as listener:

        def accept() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                Thread(target=attend, args=(connection,), daemon=True).start()

        def attend(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                assert handle
                handle(connection, stopped)

        if handle:
            Thread(target=accept, daemon=True).start()
        try:
            yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


# --- Not there -----------------------------------------------------------------------------------


@place("nobody", "no server listens", None, 3)
def nobody() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@place("an unknown host", "the host name does not exist", None, 3)
def unknown() -> Iterator[str]:
    yield "http://api.invalid"


@place("accepts nobody", "connections are queued, and never accepted", SUCCESS_RETURNED, 1)
def accepts_nobody() -> Iterator[str]:
    with listening(None) as url:
        yield url


@place("full", "no more connections can be queued", None, 3)
def full() -> Iterator[str]:
    with listening(None) as url, ExitStack() as waiting:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.connect(address)
        yield url


@contextmanager
def mortal(calls: int) -> Iterator[str]:
    """The reference, which is gone after so many calls: no server listens any more."""
    response, lock, left = Application(default_reference()), Lock(), [calls]
    doors: list[_Door] = []

    def app(environ, start_response):
        with lock:
            left[0] -= 1
            dies = left[0] == 0
        if dies:
            doors[0].shut()
        return response(environ, start_response)

    with serve_app(app) as inner, closing(_Door(int(inner.rpartition(":")[2]))) as door:
        doors.append(door)
        Thread(target=door.accept, daemon=True).start()
        yield door.url


class _Door:
    """Passes each connection on to a port, until it is shut: then no server listens any more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self._pairs: list[socket.socket] = []
        self._is_shut = Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            self._pairs += (client, server)
            if self._is_shut.is_set():  # this one was accepted just before
                self.shut()
                return
            for here, there in ((client, server), (server, client)):
                Thread(target=_pass_on, args=(here, there), daemon=True).start()

    def shut(self) -> None:
        self._is_shut.set()
        for one in (self._listener, *self._pairs):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        self.shut()
        for one in self._pairs:
            one.close()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
    with suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)


# The first call gets no response, so nothing shows that a server ever listened.
for _calls, _first, _code in ((1, None, 3), (100, HTTP_DELIVERED, 1), (500, HTTP_DELIVERED, 1)):
    place(f"dies after {_calls}", "no server listens any more", _first, _code)(
        lambda calls=_calls: mortal(calls).gen
    )


# --- TLS -----------------------------------------------------------------------------------------


@place("plain HTTP for TLS", "plain HTTP in the handshake", None, 3)
def plain() -> Iterator[str]:
    def handle(connection: socket.socket, _: Event) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(handle, "https") as url:
        yield url


@place("endless handshake", "no response in the handshake", None, 3)
def endless_handshake() -> Iterator[str]:
    with listening(lambda _, stopped: stopped.wait() and None, "https") as url:
        yield url


@place("dripping handshake", "a response in the handshake, a byte at a time", None, 3)
def dripping_handshake() -> Iterator[str]:
    def handle(connection: socket.socket, stopped: Event) -> None:
        for byte in b"\x16\x03\x03\xff\xff" + bytes(10_000):
            connection.sendall(bytes([byte]))
            if stopped.wait(0.1):
                return

    with listening(handle, "https") as url:
        yield url


@place("truncated handshake", "the connection closes within the handshake", None, 3)
def truncated_handshake() -> Iterator[str]:
    def handle(connection: socket.socket, _: Event) -> None:
        connection.recv(100)
        connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00")

    with listening(handle, "https") as url:
        yield url


@place("noise for TLS", "random bytes in the handshake", None, 3)
def noise() -> Iterator[str]:
    def handle(connection: socket.socket, _: Event) -> None:
        connection.recv(100)
        connection.sendall(bytes(range(256)) * 100)

    with listening(handle, "https") as url:
        yield url


@place("self-signed", "a certificate of no known authority", None, 3)
def self_signed() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder))

    def handle(connection: socket.socket, _: Event) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(100)

    with listening(handle, "https") as url:
        yield url


def _context(folder: Path) -> ssl.SSLContext:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *names, *files], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
