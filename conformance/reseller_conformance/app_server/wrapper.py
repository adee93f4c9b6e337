"""Wrap an application so that each of its calls is recorded in a `CallLog`.

The wrapper does not change the response, or how a server frames it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reseller_conformance.app_server.call_log import Call, CallLog, Tee
from reseller_conformance.app_server.tracebacks import last_frames

__all__ = ["wrap_asgi", "wrap_wsgi"]

App = Callable[..., Any]


def wrap_wsgi(app: App, log: CallLog) -> App:
    """Return a WSGI application with the same responses that records its calls in `log`."""

    def watched(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        call = log.begin(environ["REQUEST_METHOD"], environ.get("QUERY_STRING", ""))
        environ["wsgi.errors"] = Tee(environ["wsgi.errors"], lambda call: call.errors)

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            if exc_info:
                call.traceback = last_frames(exc_info[1])
                return start_response(status, headers, exc_info)
            return start_response(status, headers)

        try:
            with call.under_way():
                body = app(environ, start)
        except BaseException:
            log.end(call)
            raise
        if hasattr(body, "__len__") or _is_file(body, environ):
            log.end(call)  # The server needs its length, and iterating it cannot fail.
            return body
        return _Body(body, call, log)

    return watched


def _is_file(body: object, environ: dict[str, Any]) -> bool:
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(body, wrapper)


class _Body:
    """The response body of an application.

    The application may fail, print and log in each piece.
    """

    def __init__(self, body: Any, call: Call, log: CallLog) -> None:
        self._body = body
        self._call = call
        self._log = log

    def __iter__(self) -> Iterator[bytes]:
        with self._call.under_way():
            pieces = iter(self._body)
        while True:
            with self._call.under_way():
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        """Close the body and end the call. A server does this after each call."""
        try:
            with self._call.under_way():
                if hasattr(self._body, "close"):
                    self._body.close()
        finally:
            self._log.end(self._call)


def wrap_asgi(app: App, log: CallLog) -> App:
    """Return an ASGI application with the same responses that records its calls in `log`."""

    async def watched(scope: dict[str, Any], receive: App, send: App) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        call = log.begin(scope["method"], scope["query_string"].decode("latin-1"))
        try:
            with call.under_way():
                await app(scope, receive, send)
        finally:
            log.end(call)

    return watched
