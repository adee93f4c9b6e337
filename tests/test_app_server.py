"""Applications are found by name, recognised, and served on loopback by each of the servers."""

from __future__ import annotations

import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from reseller_conformance.app_server import server
from reseller_conformance.app_server.applications import AppError, Interface, interface_of, load_app
from reseller_conformance.app_server.server import serve_app, serve_forever
from reseller_conformance.contract import Format, path_of
from reseller_conformance.reference import Application, Request, default_reference

REFERENCE = default_reference()
RIGHT = {
    "api_user": REFERENCE.accounts.resellers[0].api_user,
    "api_key": REFERENCE.accounts.resellers[0].api_key,
    "task": "overview",
    "user": "customer@example.com",
}
PATH = path_of(Format.XML)
EXPECTED = REFERENCE.respond(Request(PATH, urlencode(RIGHT).encode()))

reference_wsgi = Application(REFERENCE)


async def reference_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Respond as the reference does. It has no lifespan, like a Django application."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    body = (await receive())["body"]
    response = REFERENCE.respond(
        Request(scope["path"], scope["query_string"], scope["method"], body)
    )
    headers = [(name.lower().encode(), value.encode()) for name, value in response.fields.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def reference_asgi_2(scope: Any) -> Any:
    return partial(reference_asgi, scope)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a package appear not installed."""
    return lambda name: monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture(params=["waitress", "wsgiref", "uvicorn", "uvicorn-asgi-2"])
def app(request: pytest.FixtureRequest, without: Callable[[str], None]) -> Any:
    """Return an application for which each of the servers in turn is chosen."""
    if request.param == "wsgiref":
        without("waitress")
    apps = {"uvicorn": reference_asgi, "uvicorn-asgi-2": reference_asgi_2}
    return apps.get(request.param, reference_wsgi)


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@contextmanager
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        made.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=32))
        yield made


# --- Serving ---------------------------------------------------------------------------------


def test_an_application_is_served_on_loopback(app: Any) -> None:
    with serve_app(app) as url, session() as client:
        assert urlsplit(url).hostname == "127.0.0.1"
        for base in (url, f"{url}/mail"):
            response = client.get(base + PATH, params=RIGHT)
            assert (response.status_code, response.content) == (200, EXPECTED.body)
            assert response.headers["Content-Type"] == EXPECTED.content_type
        assert client.post(url + PATH, data=RIGHT).content == EXPECTED.body
        assert client.get(url + PATH).status_code == 400
        head = client.head(url + PATH, params=RIGHT)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(EXPECTED.body))
        assert client.get(url + "/").status_code == 404


def test_bytes_that_are_not_utf_8_arrive_as_sent(app: Any) -> None:
    with serve_app(app) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        for query in (f"{urlencode(RIGHT)}&x=%FF", "user=%C3%28"):
            connection.request("GET", f"{PATH}?{query}")
            response = connection.getresponse()
            assert response.status == 400
            assert b"must be UTF-8" in response.read()
        connection.close()


def test_a_call_on_keep_alive_is_quick(app: Any) -> None:
    """Nagle's algorithm would take 40 ms; about 1 ms is usual."""
    with serve_app(app) as url, session() as client:
        took = []
        for _ in range(30):
            began = time.perf_counter()
            client.get(url + PATH, params=RIGHT)
            took.append(time.perf_counter() - began)
    assert median(took) < 0.03


def test_many_calls_at_once_each_get_their_answer(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def call(_: int) -> bytes:
        return client.get(url + PATH, params=RIGHT).content

    with serve_app(app) as url, session() as client, ThreadPoolExecutor(32) as pool:
        assert set(pool.map(call, range(200))) == {EXPECTED.body}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_stop_frees_the_port_and_a_start_takes_it_again(app: Any) -> None:
    with serve_app(app) as url, session() as client:
        port = urlsplit(url).port
        assert port
        client.get(url + PATH, params=RIGHT)
        with pytest.raises(AppError, match=f"cannot listen on 127.0.0.1, port {port}: Address"):
            serve_app(app, port=port).__enter__()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))
    with serve_app(app, port=port) as again:
        assert again == url


def test_two_applications_are_served_side_by_side() -> None:
    with serve_app(reference_wsgi) as one, serve_app(reference_asgi) as other, session() as client:
        assert one != other
        assert client.get(one + PATH, params=RIGHT).content == EXPECTED.body
        assert client.get(other + PATH, params=RIGHT).content == EXPECTED.body


def test_the_stop_comes_where_the_scope_fails_too(app: Any) -> None:
    with pytest.raises(ZeroDivisionError), serve_app(app):
        _ = 1 / 0


def test_an_application_that_raises_gets_a_500(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: Any, start_response: Any) -> Any:
        raise RuntimeError("broken on purpose")

    async def broken_asgi(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken on purpose")

    for app in (broken, broken_asgi):
        with serve_app(app) as url, session() as client:
            assert client.get(url).status_code == 500
    assert "broken on purpose" in caplog.text


def test_a_call_that_comes_back_after_the_stop_touches_nobodys_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "GRACE", 0.2)
    release = threading.Event()

    def stuck(environ: Any, start_response: Any) -> Any:
        release.wait(30)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    with session() as client:
        with serve_app(stuck) as url, pytest.raises(requests.Timeout):
            client.get(url, timeout=0.1)
        with pytest.raises(requests.ConnectionError):
            client.get(url)
    workers = [thread for thread in threading.enumerate() if thread.name.startswith("waitress-")]
    assert workers
    # These files reuse the descriptors that the server released.
    with ExitStack() as files:
        opened = [files.enter_context((tmp_path / f"{n}").open("wb")) for n in range(20)]
        release.set()
        for thread in workers:
            thread.join(5)
        assert [os.fstat(file.fileno()).st_size for file in opened] == [0] * 20


def test_no_server_listens_beyond_the_address_it_was_given() -> None:
    with serve_app(reference_wsgi, host="127.0.0.2") as url, session() as client:
        port = urlsplit(url).port
        assert url == f"http://127.0.0.2:{port}"
        assert client.get(url + PATH, params=RIGHT).content == EXPECTED.body
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port))


def test_the_other_loopback_is_written_in_brackets() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with serve_app(reference_wsgi, host="::1") as url, session() as client:
        assert url.startswith("http://[::1]:")
        assert client.get(url + PATH, params=RIGHT).content == EXPECTED.body


def test_an_address_that_is_not_there_is_told_in_one_line() -> None:
    for host, port in (("127.0.0.1", 70_000), ("192.0.2.1", 0)):
        with pytest.raises(AppError, match=f"cannot listen on {host}, port {port}: ") as caught:
            serve_app(reference_wsgi, host, port).__enter__()
        assert "\n" not in str(caught.value)


def test_what_is_no_application_is_not_served() -> None:
    for wrong in (None, 5, "app", lambda: None):
        with pytest.raises(AppError, match=r"must take \(environ"):
            serve_app(wrong).__enter__()


# --- ASGI alone ------------------------------------------------------------------------------


def lifespan_app(reported: list[str], starts: bool) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            reported.append((await receive())["type"])
            await send({"type": f"lifespan.startup.{'complete' if starts else 'failed'}"})
            reported.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await reference_asgi(scope, receive, send)

    return app


def test_an_asgi_application_is_told_of_start_and_stop() -> None:
    reported: list[str] = []
    with serve_app(lifespan_app(reported, starts=True)) as url, session() as client:
        assert reported == ["lifespan.startup"]
        assert client.get(url + PATH, params=RIGHT).content == EXPECTED.body
    assert reported == ["lifespan.startup", "lifespan.shutdown"]


def test_an_asgi_application_that_does_not_start_is_told_in_one_line() -> None:
    with pytest.raises(AppError, match="the application did not start") as caught:
        serve_app(lifespan_app([], starts=False)).__enter__()
    assert "\n" not in str(caught.value)


def test_an_asgi_application_that_hangs_at_its_start_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "START", 0.1)
    monkeypatch.setattr(server, "GRACE", 0.1)
    release = threading.Event()

    async def hanging(scope: Any, receive: Any, send: Any) -> None:
        release.wait(30)

    with pytest.raises(AppError, match=r"did not start within 0\.1 seconds"):
        serve_app(hanging).__enter__()
    release.set()
    for thread in threading.enumerate():
        if thread.name == "uvicorn":
            thread.join(5)


def test_asgi_without_uvicorn_says_what_to_install(without: Callable[[str], None]) -> None:
    without("uvicorn")
    with pytest.raises(AppError, match="needs uvicorn: pip install uvicorn"):
        serve_app(reference_asgi).__enter__()


# --- WSGI or ASGI ----------------------------------------------------------------------------


class AsgiObject:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class AsgiClass:
    def __init__(self, scope: Any, receive: Any, send: Any) -> None: ...


class WsgiClass:
    def __init__(self, environ: Any, start_response: Any) -> None: ...


class Framework:
    """The interface of the common frameworks."""

    def __init__(self, import_name: str, root_path: str | None = None) -> None: ...

    def wsgi_app(self, environ: Any, start_response: Any) -> Any: ...

    def __call__(self, environ: Any, start_response: Any) -> Any: ...


class Unsigned:
    """Compiled code often has no signature to inspect."""

    __signature__ = "none"

    def __call__(self, environ: Any, start_response: Any) -> Any: ...


class Anything:
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


class AnythingAwaited:
    async def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


@wraps(reference_wsgi.__call__)
def decorated(*args: Any, **kwargs: Any) -> Any: ...


def passed_on(scope: Any, receive: Any, send: Any) -> Any: ...


def with_defaults(environ: Any, start_response: Any, debug: bool = False) -> Any: ...


async def make_later() -> Any: ...


def from_settings(settings: Any) -> Any: ...


@pytest.mark.parametrize(
    "app, interface",
    [
        (reference_wsgi, Interface.WSGI),
        (Framework("shop"), Interface.WSGI),
        (Framework("shop").wsgi_app, Interface.WSGI),
        (Unsigned(), Interface.WSGI),
        (WsgiClass, Interface.WSGI),
        (Anything(), Interface.WSGI),
        (decorated, Interface.WSGI),
        (with_defaults, Interface.WSGI),
        (reference_asgi, Interface.ASGI),
        (partial(reference_asgi), Interface.ASGI),
        (AsgiObject(), Interface.ASGI),
        (AsgiObject().__call__, Interface.ASGI),
        (AsgiClass, Interface.ASGI),
        (AnythingAwaited(), Interface.ASGI),
        (passed_on, Interface.ASGI),
        (reference_asgi_2, Interface.ASGI_2),
        (Framework, None),
        (AsgiObject, None),
        (make_later, None),
        (from_settings, None),
        (lambda: reference_wsgi, None),
        (sys, None),
        ("app", None),
    ],
)
def test_wsgi_and_asgi_are_told_apart(app: object, interface: Interface | None) -> None:
    assert interface_of(app) is interface


# --- Finding an application ------------------------------------------------------------------

SHOP = """
from reseller_conformance.reference import Application, default_reference

app = Application(default_reference())

class api:
    app = app

made = 0

def create_app():
    global made
    made += 1
    return app

class Shop:
    @classmethod
    def create(cls):
        return app

def create_from(settings):
    return app

def create_nothing():
    pass

def create_number():
    return number

async def create_later():
    return app

number = 5
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Change to a folder with applications in it, as an implementer does."""
    folder = tmp_path / "shop_for_tests"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "web.py").write_text(SHOP)
    (folder / "broken.py").write_text("1 / 0")
    (folder / "wrong.py").write_text("number = 5\napp = (\n")
    (folder / "imports.py").write_text("import shop_for_tests.wrong")
    (folder / "leaves.py").write_text("raise SystemExit('set\\nSHOP_DB')")
    (folder / "lacks.py").write_text("import no_such_module_at_all")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    yield folder
    for name in [name for name in sys.modules if name.startswith("shop_for_tests")]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["app", "api.app", "create_app()", "Shop.create()"])
def test_an_application_is_found_below_the_current_directory(shop: Path, name: str) -> None:
    assert isinstance(load_app(f"shop_for_tests.web:{name}"), Application)


def test_what_makes_an_application_is_called_once(shop: Path) -> None:
    made = [load_app("shop_for_tests.web:create_app()") for _ in range(3)]
    assert isinstance(made[0], Application)
    assert made[1:] == made[:1] * 2
    assert sys.modules["shop_for_tests.web"].made == 1


@pytest.mark.parametrize(
    "name, message",
    [
        ("", "name an application as shop.api:app or shop.api:create_app(), not: ''"),
        ("shop_for_tests.web", "or shop.api:create_app(), not: 'shop_for_tests.web'"),
        ("shop_for_tests/web.py:app", "or shop.api:create_app(), not: 'shop_for_tests/web.py:app'"),
        (".web:app", "or shop.api:create_app(), not: '.web:app'"),
        ("no_such_shop.web:app", "there is no module 'no_such_shop' here or in the Python path"),
        ("shop_for_tests.wb:app", "there is no module 'shop_for_tests.wb' here or"),
        ("shop_for_tests.web:ap", "module shop_for_tests.web has no 'ap'"),
        ("shop_for_tests.web:api.ap", "module shop_for_tests.web has no 'api.ap'"),
        ("shop_for_tests.web:number", "it is of type int"),
        (
            "shop_for_tests.web:create_app",
            "; if it makes an application, name shop_for_tests.web:create_app() or give --factory; "
            "it is of type function",
        ),
        ("shop_for_tests.web:create_nothing()", "it is of type NoneType"),
        ("shop_for_tests.web:create_number()", "it is of type int"),
        ("shop_for_tests.web:create_later()", "it is of type coroutine"),
        (
            "shop_for_tests.web:create_from()",
            "making shop_for_tests.web:create_from() failed with TypeError: create_from() missing",
        ),
        ("shop_for_tests.web:number()", "failed with TypeError: 'int' object is not callable"),
        ("shop_for_tests.web:create_app('dev')", "name an application as shop.api:app or "),
        ("shop_for_tests.broken:app", "failed with ZeroDivisionError: division by zero"),
        (
            "shop_for_tests.wrong:app",
            "SyntaxError: '(' was never closed (shop_for_tests/wrong.py:2)",
        ),
        ("shop_for_tests.imports:app", " (shop_for_tests/wrong.py:2)"),
        ("shop_for_tests.leaves:app", "failed with SystemExit: set SHOP_DB"),
        (
            "shop_for_tests.lacks:app",
            "failed with ModuleNotFoundError: No module named 'no_such_module_at_all'",
        ),
    ],
)
def test_what_is_not_found_is_told_in_one_line(shop: Path, name: str, message: str) -> None:
    with pytest.raises(AppError) as caught:
        load_app(name)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# --- Until interrupted -----------------------------------------------------------------------

FOREVER = """
from reseller_conformance.reference import Application, default_reference
from reseller_conformance.app_server.server import serve_forever

serve_forever(
    Application(default_reference()), "127.0.0.1", 0, lambda url: print(url, flush=True)
)
print("stopped")
"""


def test_serving_for_ever_ends_cleanly_when_interrupted() -> None:
    root = Path(server.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", FOREVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout
        with session() as client:
            url = process.stdout.readline().strip()
            assert client.get(url + PATH, params=RIGHT).content == EXPECTED.body
            process.send_signal(signal.SIGINT)
            said, complained = process.communicate(timeout=30)
    assert (process.returncode, said, complained) == (0, "stopped\n", "")


def test_serving_for_ever_refuses_what_it_cannot_serve() -> None:
    with pytest.raises(AppError):
        serve_forever(5, "127.0.0.1", 0)
