"""The output of an application during a call is kept with that call; the response is unchanged."""

from __future__ import annotations

import io
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import flask
import pytest
import requests
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.routing import Route

from reseller_conformance.app_server.call_log import CallLog, Tee
from reseller_conformance.app_server.server import serve_app

SHOP = logging.getLogger("shop")


def charge(query: str) -> str:
    """Fail if the query says so, in a function of the application."""
    print(f"charging {query}")
    SHOP.warning("charge of %s", query)
    if "fail" in query:
        raise ZeroDivisionError(f"no rate for {query}")
    return query


# --- Applications that fail in different ways ----------------------------------------------------


def ok() -> list[tuple[str, str]]:
    """Return headers; a server adds its own to the list."""
    return [("Content-Type", "text/plain")]


def raising(environ: Any, start_response: Any) -> Any:
    body = charge(environ["QUERY_STRING"]).encode()
    start_response("200 OK", ok())
    return [body]


def yielding(environ: Any, start_response: Any) -> Iterator[bytes]:
    body = charge(environ["QUERY_STRING"]).encode()
    start_response("200 OK", ok())
    yield body


def handing_over(environ: Any, start_response: Any) -> Any:
    try:
        return raising(environ, start_response)
    except ZeroDivisionError:
        start_response("500 Oops", ok(), sys.exc_info())
        return [b"oops"]


def writing_errors(environ: Any, start_response: Any) -> Any:
    try:
        return raising(environ, start_response)
    except ZeroDivisionError as error:
        environ["wsgi.errors"].write(f"ZeroDivisionError: {error} in charge\n")
        start_response("500 Oops", ok())
        return [b"oops"]


def with_flask() -> Any:
    app = flask.Flask("shop")
    app.add_url_rule("/", view_func=lambda: charge(flask.request.query_string.decode()))
    return app


async def raising_asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    body = charge(scope["query_string"].decode()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def raising_asgi_2(scope: Any) -> Any:
    return partial(raising_asgi, scope)


def in_a_thread(request: Any) -> Response:
    return Response(charge(request.url.query))


async def in_the_loop(request: Any) -> Response:
    return Response(charge(request.url.query))


def with_starlette(view: Callable[..., Any]) -> Any:
    return Starlette(routes=[Route("/", view)])


APPS = {
    "raising": raising,
    "yielding": yielding,
    "handing over": handing_over,
    "writing errors": writing_errors,
    "flask": with_flask(),
    "asgi": raising_asgi,
    "asgi 2": raising_asgi_2,
    "starlette, a thread": with_starlette(in_a_thread),
    "starlette, the loop": with_starlette(in_the_loop),
}


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest) -> Any:
    return APPS[request.param]


def call(log: CallLog, url: str, query: str = "") -> tuple[int, str]:
    """Return the status, and the log output of the call."""
    with requests.Session() as session:
        session.trust_env = False
        began = time.monotonic()
        status = session.get(f"{url}/?{query}").status_code
    ended = time.monotonic()
    return status, log.output_of("GET", f"/?{query}", began, ended, failed=status >= 500)


# --- A call that fails ---------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("server", ["", "wsgiref"])
def test_a_5xx_tells_the_end_of_the_applications_own_traceback(
    app: Any, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server:
        monkeypatch.setitem(sys.modules, "waitress", None)
    log = CallLog()
    with serve_app(app, log=log) as url:
        status, reported = call(log, url, "fail=1")
    assert status == 500
    assert "ZeroDivisionError: no rate for fail=1" in reported
    assert "in charge" in reported
    assert "site-packages" not in reported
    assert "charging" not in reported


def test_a_call_that_goes_well_tells_nothing(app: Any) -> None:
    log = CallLog()
    with serve_app(app, log=log) as url:
        assert call(log, url, "a=1") == (200, "")
    assert not log._calls


def test_output_is_told_where_it_is_wanted_and_with_the_call_alone(app: Any) -> None:
    log = CallLog(output=True)
    with serve_app(app, log=log) as url, ThreadPoolExecutor(8) as pool:
        queries = [f"{'fail' if n % 3 == 0 else 'n'}={n}." for n in range(24)]
        results = list(pool.map(lambda query: call(log, url, query), queries))
    for query, (status, reported) in zip(queries, results, strict=True):
        assert status == (500 if "fail" in query else 200)
        lines = reported.splitlines()
        assert lines[:2] == [f"charging {query}", f"WARNING shop: charge of {query}"]
        assert sum("charging" in line for line in lines) == 1
        assert ("ZeroDivisionError: no rate for " + query in reported) == ("fail" in query)
    assert not log._calls


def test_streams_and_loggers_are_as_they_were(app: Any) -> None:
    before = (sys.stdout, sys.stderr, list(logging.getLogger().handlers))
    log = CallLog(output=True)
    with serve_app(app, log=log) as url:
        call(log, url, "a=1")
        assert isinstance(sys.stdout, Tee)
    assert (sys.stdout, sys.stderr, list(logging.getLogger().handlers)) == before


def test_what_is_printed_outside_of_a_call_is_nobodys() -> None:
    log = CallLog(output=True)
    with serve_app(raising, log=log) as url:
        call(log, url)
        print("by the way")
        assert "by the way" not in call(log, url)[1]


def test_a_call_is_told_once_and_by_its_time() -> None:
    log = CallLog()
    with serve_app(raising, log=log) as url:
        began = time.monotonic()
        call(CallLog(), url, "fail=1")
        between = time.monotonic()
        call(CallLog(), url, "fail=1")
    ended = time.monotonic()
    assert log.output_of("GET", "/?fail=1", ended, ended, failed=True) == ""
    assert "no rate" in log.output_of("GET", "/?fail=1", between, ended, failed=True)
    assert log.output_of("GET", "/?fail=1", between, ended, failed=True) == ""
    assert "no rate" in log.output_of("GET", "/?fail=1", began, ended, failed=True)
    assert not log._calls


def test_what_is_told_after_the_response_is_waited_for() -> None:
    async def view(request: Any) -> Response:
        return Response("", 500, background=BackgroundTask(charge, "fail after"))

    log = CallLog()
    with serve_app(with_starlette(view), log=log) as url:
        assert "no rate for fail after" in call(log, url)[1]


# --- The response is unchanged -------------------------------------------------------------------


class Sized:
    """A body whose length is known."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[bytes]:
        yield b"one piece"


def plain(environ: Any, start_response: Any) -> Any:
    bodies: dict[str, Any] = {
        "list": [b"one piece"],
        "pieces": [b"two ", b"pieces"],
        "generator": iter([b"two ", b"pieces"]),
        "sized": Sized(),
        "nothing": [],
        "file": environ["wsgi.file_wrapper"](io.BytesIO(b"a file")),
    }
    start_response("200 OK", [("Content-Type", "text/plain"), ("Date", "today")])
    return bodies[environ["QUERY_STRING"]]


def raw(url: str, method: str, query: str, version: str) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as sock:
        line = f"{method} /?{query} HTTP/{version}"
        sock.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["list", "pieces", "generator", "sized", "nothing", "file"])
def test_a_watched_application_responds_as_it_does_by_itself(
    query: str, method: str, version: str
) -> None:
    with serve_app(plain) as alone, serve_app(plain, log=CallLog(output=True)) as watched:
        expected = raw(alone, method, query, version)
        assert expected.startswith(b"HTTP/1.")
        assert raw(watched, method, query, version) == expected


def test_what_an_application_yields_is_closed() -> None:
    closed = []

    class Closing:
        def __iter__(self) -> Iterator[bytes]:
            yield b"x"

        def close(self) -> None:
            closed.append(True)

    def closing(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", ok())
        return Closing()

    log = CallLog()
    with serve_app(closing, log=log) as url:
        assert call(log, url) == (200, "")
    assert closed == [True]
