"""Serve a WSGI or ASGI application on loopback, in a thread that stops cleanly.

The servers are waitress and uvicorn, which are extras of this package. Without waitress, WSGI runs
on the server of the standard library.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from reseller_conformance.app_server.applications import (
    App,
    AppError,
    Interface,
    interface_of,
    unserved,
)
from reseller_conformance.app_server.call_log import CallLog
from reseller_conformance.app_server.tracebacks import named, place_of
from reseller_conformance.app_server.wrapper import wrap_asgi, wrap_wsgi

__all__ = ["can_serve", "serve_app", "serve_forever"]

THREADS = 16  # Threads of waitress. Twice the default concurrency; an idle thread costs little.
CONNECTIONS = 1000
KEEP_ALIVE = 120  # Seconds that a client may keep an idle connection open.
GRACE = 5  # Seconds that a stop waits for calls in progress.
START = 60  # Seconds that an application may take to start.

# --- Serving it ----------------------------------------------------------------------------------


@contextmanager
def serve_app(
    app: App, host: str = "127.0.0.1", port: int = 0, log: CallLog | None = None
) -> Iterator[str]:
    """Serve an application within this scope, and yield its base URL. Port 0 chooses a free port.

    `log` records what the application writes and raises in each call. Raises AppError if the
    application cannot be served.
    """
    interface = interface_of(app)
    server = can_serve(app)
    if interface is Interface.ASGI_2:
        app = _as_asgi_3(app)
    if log is not None:
        app = (wrap_wsgi if interface is Interface.WSGI else wrap_asgi)(app, log)
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    base_url = f"http://{shown}:{listener.getsockname()[1]}"
    with server(app, listener), log.listening() if log else nullcontext():
        yield base_url


def serve_forever(
    app: App, host: str, port: int, announce: Callable[[str], None] = lambda _: None
) -> None:
    """Serve an application until Ctrl-C.

    `announce` receives the base URL when the server listens.
    """
    with serve_app(app, host, port) as base_url, suppress(KeyboardInterrupt):
        announce(base_url)
        while True:  # a signal directly before an endless wait would not end it
            time.sleep(1)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only on a socket created as TCP. It would cost 40 ms a
    # call.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # On Windows it would let two servers share one port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTIONS)
    except (OSError, OverflowError) as problem:
        listener.close()
        why = getattr(problem, "strerror", None) or problem
        raise AppError(f"cannot listen on {host}, port {port}: {why}") from None
    return listener


Server = Callable[[App, socket.socket], AbstractContextManager[None]]


def can_serve(app: App) -> Server:
    """Return the function that serves this application.

    Raises AppError if the object is not an application, or if its server is not installed.
    """
    interface = interface_of(app)
    if interface is None:
        raise unserved("the application", app)
    wanted = "waitress" if interface is Interface.WSGI else "uvicorn"
    try:
        importlib.import_module(wanted)
    except ImportError:
        if interface is Interface.WSGI:
            return _on_wsgiref
        raise AppError("an ASGI application needs uvicorn: pip install uvicorn") from None
    return _on_waitress if interface is Interface.WSGI else _on_uvicorn


@contextmanager
def _on_waitress(app: App, listener: socket.socket) -> Iterator[None]:
    import waitress

    server = waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=KEEP_ALIVE,
        asyncore_use_poll=True,  # select() fails on descriptors above 1023
    )
    thread = Thread(target=server.run, name="waitress", daemon=True)
    # waitress warns when a call waits for a thread. Here this is normal.
    with _quieter("waitress", logging.ERROR):
        thread.start()
        try:
            yield
        finally:
            _stop_waitress(server, thread)


def _stop_waitress(server: Any, thread: Thread) -> None:
    server.task_dispatcher.shutdown(timeout=GRACE)

    def close() -> None:
        # Close each channel first, so that a running call does not write to the trigger's pipe. The
        # closed descriptor may already belong to another file.
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    # The loop may have run it and closed the pipe before the trigger wakes it.
    with suppress(OSError):
        server.trigger.pull_trigger(close)  # It runs between two iterations of the loop.
    thread.join(GRACE)


@contextmanager
def _on_uvicorn(app: App, listener: socket.socket) -> Iterator[None]:
    import uvicorn

    reasons: list[str] = []
    config = uvicorn.Config(
        _naming_the_cause(app, reasons),
        interface=Interface.ASGI.value,
        ws="none",
        lifespan="auto",  # "on" refuses applications without lifespan support, such as Django.
        log_config=None,  # The host configures logging.
        log_level="error",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    arguments = (server, listener, reasons)
    thread = Thread(target=_run_uvicorn, args=arguments, name="uvicorn", daemon=True)
    thread.start()
    try:
        _await_start(server, thread, reasons)
        yield
    finally:
        server.should_exit = True
        thread.join(2 * GRACE)


def _run_uvicorn(server: Any, listener: socket.socket, reasons: list[str]) -> None:
    """Serve until `should_exit` is set, and add to `reasons` why it did not start."""
    try:
        server.run(sockets=[listener])
    # uvicorn raises SystemExit if the application does not start.
    except BaseException as problem:
        reasons.append(named(problem))
    finally:
        listener.close()  # uvicorn does not close it if it never served.


def _as_asgi_3(app: App) -> App:
    async def called(scope: Any, receive: App, send: App) -> None:
        await app(scope)(receive, send)

    return called


def _naming_the_cause(app: App, reasons: list[str]) -> App:
    """Wrap the application, and add its start-up errors to `reasons`."""

    async def called(scope: Any, receive: App, send: App) -> None:
        async def send_noting(message: Any) -> None:
            if message["type"] == "lifespan.startup.failed":
                lines = str(message.get("message") or "").split("\n")
                reasons.extend([line.strip() for line in lines if line.strip()][-1:])
            await send(message)

        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        try:
            await app(scope, receive, send_noting)
        except Exception as problem:
            place = place_of(problem)
            reasons.insert(0, f"{named(problem)}{f' ({place})' if place else ''}")
            raise

    return called


def _await_start(server: Any, thread: Thread, reasons: list[str]) -> None:
    until = time.monotonic() + START
    while not server.started:
        thread.join(0.005)
        if not thread.is_alive():
            why = f": {reasons[0]}" if reasons else ""
            raise AppError(f"the application did not start{why}")
        if time.monotonic() > until:
            raise AppError(f"the application did not start within {START} seconds")


@contextmanager
def _on_wsgiref(app: App, listener: socket.socket) -> Iterator[None]:
    with _Threading(listener) as server:
        server.set_app(app)
        thread = Thread(target=server.serve_forever, args=(0.05,), name="wsgiref", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(GRACE)


class _Quiet(WSGIRequestHandler):
    # With Nagle's algorithm the body would wait for the acknowledgement of the headers.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Log nothing, because the query contains the key."""


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname()[:2], _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, *_: object) -> None:
        """Log nothing about a client that has disconnected."""


@contextmanager
def _quieter(logger_name: str, level: int) -> Iterator[None]:
    logger = logging.getLogger(logger_name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
