"""Any WSGI or ASGI application on loopback: found by name, served in a thread, stopped cleanly.

What the application answers, and who asks it, is left to others. The servers are waitress and
uvicorn, extras of this package; WSGI without waitress runs on the standard library's.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Event, Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

__all__ = ["AppError", "Interface", "interface_of", "load_app", "serve_app", "serve_forever"]

App = Callable[..., Any]

THREADS = 16  # twice the default of calls in flight; an idle thread costs next to nothing
CONNECTIONS = 1000
KEEP_ALIVE = 120  # seconds that a client may keep an idle connection
GRACE = 5  # seconds that a stop waits for calls in flight
START = 60  # seconds that an application may take to start

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class AppError(ValueError):
    """The application cannot be served; the message is one line."""


class Interface(StrEnum):
    """How a server and an application speak to each other; the values are uvicorn's words."""

    WSGI = "wsgi"
    ASGI = "asgi3"
    ASGI_2 = "asgi2"


# --- Finding an application ----------------------------------------------------------------------


def load_app(reference: str) -> App:
    """Return the application that `module:attribute` names, below the current directory too.

    `module:attribute()` names what makes it, which is called once in a process.
    """
    module_name, _, attribute = reference.removesuffix("()").partition(":")
    if not _dotted(module_name) or not _dotted(attribute):
        known = "shop.api:app or shop.api:create_app()"
        raise AppError(f"an application is named like {known}, not {reference!r}")
    app: App = _imported(module_name)
    for name in attribute.split("."):
        try:
            app = getattr(app, name)
        except AttributeError:
            raise AppError(f"module {module_name} has no {attribute!r}") from None
        except Exception as problem:
            raise _failed(f"reading {attribute} of {module_name}", problem) from problem
    if reference.endswith("()"):
        try:
            app = _made(app)
        except (Exception, SystemExit) as problem:
            raise _failed(f"making {reference}", problem) from problem
    if interface_of(app) is None:
        raise _unserved(reference, app)
    return app


def interface_of(app: object) -> Interface | None:
    """Tell WSGI from ASGI by what the application takes; None where it is neither."""
    if not callable(app):
        return None
    calls = (app, type(app).__call__)  # a function's own, or that of an object's class
    awaited = any(inspect.iscoroutinefunction(call) for call in calls)
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return Interface.WSGI
    required = [p.name for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
    count = len(required)
    if count == 0 and any(p.kind is p.VAR_POSITIONAL for p in parameters):
        count = 3 if awaited else 2
    if awaited:
        return Interface.ASGI if count == 3 else None
    if required == ["scope"]:
        return Interface.ASGI_2
    return {2: Interface.WSGI, 3: Interface.ASGI}.get(count)


@lru_cache(maxsize=16)
def _made(factory: Callable[[], App]) -> App:
    """Call it once: it may register what cannot be registered twice."""
    made: App = factory()
    if inspect.iscoroutine(made):  # it is refused, and Python would warn of it
        made.close()
    return made


def _dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _unserved(name: str, app: object) -> AppError:
    said = (
        f"{name} takes neither WSGI's (environ, start_response) nor ASGI's (scope, receive, send)"
    )
    if callable(app) and ":" in name and not name.endswith("()"):
        said += f"; if it makes an application, name {name}() or give --factory"
    return AppError(f"{said}; it is of type {type(app).__name__}")


def _imported(name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as problem:
        missing = problem.name if isinstance(problem, ModuleNotFoundError) else None
        if missing and f"{name}.".startswith(f"{missing}."):
            raise AppError(f"there is no module {missing!r} here or in the Python path") from None
        raise _failed(f"importing {name}", problem) from problem


def _failed(doing: str, problem: BaseException) -> AppError:
    said = " ".join(f"{type(problem).__name__}: {problem}".split())
    return AppError(f"{doing} failed with {said}")


# --- Serving it ----------------------------------------------------------------------------------


@contextmanager
def serve_app(app: App, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application within this scope, and yield its base URL; port 0 is any free one."""
    interface = interface_of(app)
    if interface is None:
        raise _unserved("the application", app)
    server = _server_of(interface)
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    base_url = f"http://{shown}:{listener.getsockname()[1]}"
    with server(app, listener, interface):
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


Server = Callable[[App, socket.socket, Interface], AbstractContextManager[None]]


def _server_of(interface: Interface) -> Server:
    wanted = "waitress" if interface is Interface.WSGI else "uvicorn"
    try:
        importlib.import_module(wanted)
    except ImportError:
        if interface is Interface.WSGI:
            return _on_wsgiref
        raise AppError("an ASGI application needs uvicorn: pip install uvicorn") from None
    return _on_waitress if interface is Interface.WSGI else _on_uvicorn


@contextmanager
def _on_waitress(app: App, listener: socket.socket, _: Interface) -> Iterator[None]:
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
def _on_uvicorn(app: App, listener: socket.socket, interface: Interface) -> Iterator[None]:
    import uvicorn

    config = uvicorn.Config(
        app,
        interface=interface.value,
        ws="none",
        lifespan="auto",  # "on" refuses applications that know no lifespan, such as Django's
        log_config=None,  # logging is the host's to set up
        log_level="error",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    problems: list[BaseException] = []

    def run() -> None:
        try:
            server.run(sockets=[listener])
        except BaseException as problem:  # SystemExit where the application does not start
            problems.append(problem)
        finally:
            listener.close()  # uvicorn leaves it to us where it never came to serve

    thread = Thread(target=run, name="uvicorn", daemon=True)
    thread.start()
    try:
        _await_start(server, thread, problems)
        yield
    finally:
        server.should_exit = True
        thread.join(2 * GRACE)


def _await_start(server: Any, thread: Thread, problems: list[BaseException]) -> None:
    until = time.monotonic() + START
    while not server.started:
        thread.join(0.005)
        if not thread.is_alive():
            said = "".join(f": {problem!r}" for problem in problems)
            raise AppError(f"the application did not start{said}")
        if time.monotonic() > until:
            raise AppError(f"the application did not start within {START} seconds")


@contextmanager
def _on_wsgiref(app: App, listener: socket.socket, _: Interface) -> Iterator[None]:
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
