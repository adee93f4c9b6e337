"""Any WSGI or ASGI application on loopback: served in a thread, stopped cleanly.

How it is found by its name is left to `applications`. The servers are waitress and
uvicorn, extras of this package; WSGI without waitress runs on the standard library's.
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
from threading import Event, Thread
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

THREADS = 16  # twice the default of calls in flight; an idle thread costs next to nothing
CONNECTIONS = 1000
KEEP_ALIVE = 120  # seconds that a client may keep an idle connection
GRACE = 5  # seconds that a stop waits for calls in flight
START = 60  # seconds that an application may take to start

# --- Serving it ----------------------------------------------------------------------------------


@contextmanager
def serve_app(
    app: App, host: str = "127.0.0.1", port: int = 0, log: CallLog | None = None
) -> Iterator[str]:
    """Serve an application within this scope, and yield its base URL; port 0 is any free one.

    `log` keeps what the application tells of each call.
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
    """Serve an application until interrupted; `announce` is told the base URL once it listens."""
    with serve_app(app, host, port) as base_url, suppress(KeyboardInterrupt):
        announce(base_url)
        Event().wait()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off, 40 ms a call, only on a socket that says it is TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it lets two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTIONS)
    except (OSError, OverflowError) as problem:
        listener.close()
        said = getattr(problem, "strerror", None) or problem
        raise AppError(f"cannot listen on {host}, port {port}: {said}") from None
    return listener


Server = Callable[[App, socket.socket], AbstractContextManager[None]]


def can_serve(app: App) -> Server:
    """Return what serves an application.

    Raises AppError where it is none, or where its server is not installed.
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
    # It warns whenever a call has to wait for a thread, which is no fault of anyone's here.
    with _quieter("waitress", logging.ERROR):
        thread.start()
        try:
            yield
        finally:
            _stop_waitress(server, thread)


def _stop_waitress(server: Any, thread: Thread) -> None:
    server.task_dispatcher.shutdown(timeout=GRACE)

    def close() -> None:
        # Told that its client is gone, a call that the application still holds will not write to
        # the trigger's pipe: closed, that descriptor may by then be somebody else's file.
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    with suppress(OSError):  # the loop may have run it, and closed the pipe, before it is woken
        server.trigger.pull_trigger(close)  # what it is given runs between two turns of the loop
    thread.join(GRACE)


@contextmanager
def _on_uvicorn(app: App, listener: socket.socket) -> Iterator[None]:
    import uvicorn

    reasons: list[str] = []
    config = uvicorn.Config(
        _naming_the_cause(app, reasons),
        interface=Interface.ASGI.value,
        ws="none",
        lifespan="auto",  # "on" refuses applications that know no lifespan, such as Django's
        log_config=None,  # logging is the host's to set up
        log_level="error",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    def run() -> None:
        try:
            server.run(sockets=[listener])
        except BaseException as problem:  # SystemExit where the application does not start
            reasons.append(named(problem))
        finally:
            listener.close()  # uvicorn leaves it to us where it never came to serve

    thread = Thread(target=run, name="uvicorn", daemon=True)
    thread.start()
    try:
        _await_start(server, thread, reasons)
        yield
    finally:
        server.should_exit = True
        thread.join(2 * GRACE)


def _as_asgi_3(app: App) -> App:
    async def called(scope: Any, receive: App, send: App) -> None:
        await app(scope)(receive, send)

    return called


def _naming_the_cause(app: App, reasons: list[str]) -> App:
    """Return the application; what it says when it does not start comes into `reasons`."""

    async def called(scope: Any, receive: App, send: App) -> None:
        async def tell(message: Any) -> None:
            if message["type"] == "lifespan.startup.failed":
                lines = str(message.get("message") or "").split("\n")
                reasons.extend([line.strip() for line in lines if line.strip()][-1:])
            await send(message)

        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        try:
            await app(scope, receive, tell)
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
    # Headers and body are two writes, and the second would wait for the first to be confirmed.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing of each request: its query holds the key."""


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname()[:2], _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that went away."""


@contextmanager
def _quieter(logger_name: str, level: int) -> Iterator[None]:
    logger = logging.getLogger(logger_name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
