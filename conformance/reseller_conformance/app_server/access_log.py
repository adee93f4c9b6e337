"""An access log of a WSGI application, one line for each request, without any key."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["logged", "without_keys"]

KEY_NAME = re.compile(r"\s*api[-_]?key", re.IGNORECASE)


def logged(
    app: WSGIApplication, write: Callable[[str], None], redact: Callable[[str], str]
) -> WSGIApplication:
    """Return the application with a line to `write` for each request.

    `redact` removes the known keys from a text. Values that are sent as a key are left out.
    """

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.monotonic()
        statuses: list[str] = []

        def start(status: str, *rest: Any) -> Any:
            statuses.append(status)
            return start_response(status, *rest)

        body = app(environ, start)
        query = environ.get("QUERY_STRING", "")
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        target = redact(path + (f"?{without_keys(query)}" if query else ""))
        took = (time.monotonic() - began) * 1000
        code = statuses[-1].partition(" ")[0] if statuses else "-"
        now = time.strftime("%H:%M:%S")
        write(f"{now} {environ['REQUEST_METHOD']} {target} {code} {took:.0f} ms")
        return body

    return wrapped


def without_keys(query: str) -> str:
    """Return the query with `***` for each value that is sent as a key."""
    return "&".join(map(_without_key, re.split("[&;]", query)))


def _without_key(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}{equals}***" if equals and KEY_NAME.match(unquote_plus(name)) else pair
