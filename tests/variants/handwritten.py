"""Implementations written by hand from scratch: sockets, SQL, DOM trees and text templates.

Each has its own accounts and texts, and shares no code with the reference.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from string import Template
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, unquote_plus
from wsgiref.simple_server import WSGIRequestHandler, make_server
from xml.dom.minidom import Document
from xml.sax.saxutils import escape

from reseller_conformance.app_server.server import serve_app
from variants.registry import Running, variant

__all__: list[str] = []

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]


# --- WSGI, with its own reader of the query ------------------------------------------------------


def _read(query: str) -> dict[str, str]:
    """Split a query at `&` and `;`; the first of two wins."""
    given: dict[str, str] = {}
    for part in re.split("[&;]", query):
        name, _, value = part.partition("=")
        value = value.replace("+", " ")
        text = re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)
        given.setdefault(unquote(name), text)
    return {
        name: value.encode("latin-1").decode("utf-8", "replace") for name, value in given.items()
    }


def _own_reader(environ: Environ, start: Start) -> Iterable[bytes]:
    given = _read(environ.get("QUERY_STRING", ""))
    people = {"p1@x.example": ("Basic", 10), "p2@x.example": ("Basic", 11)}
    fine = (
        given.get("api_user") == "first-wins"
        and given.get("api_key") == "a!b~c*d(e)"
        and given.get("task") == "overview"
        and given.get("user") in people
    )
    headers = [("X-Powered-By", "nothing"), ("Set-Cookie", "a=b")]
    values = None
    if fine:
        package, used = people[given["user"]]
        text = f"100 {used} - 100 {used} {100 - used} 0 2021-06-01 2021-06-30 2021-07-01"
        names = (
            "reputation requests package credits_allowed credits_used credits_remain "
            "credits_overage billing_start_date billing_end_date billing_process_date"
        )
        values = dict(zip(names.split(), text.split(), strict=True)) | {"package": package}
    if environ["PATH_INFO"].endswith("json"):
        start("200 OK" if fine else "400 Bad", [("Content-Type", "application/json"), *headers])
        return [json.dumps(values or {"message": "error", "errors": ["?"]}).encode()]
    start("200 OK" if fine else "400 Bad", [("Content-Type", "application/xml"), *headers])
    yes = "".join(f"<{name}>{value}</{name}>" for name, value in (values or {}).items())
    no = "<message>error</message><errors><error>?</error></errors>"
    return [
        b"<result>",
        f"<overview>{yes}</overview>".encode() if fine else no.encode(),
        b"</result>",
    ]


@variant("WSGI with its own reader of the query: it splits at & and ;, the first wins")
def own_reader_of_queries() -> Iterator[Running]:
    with serve_app(_own_reader) as base_url:
        people = ("p1@x.example", "p2@x.example")
        yield Running(base_url, "first-wins", "a!b~c*d(e)", people)


# --- As old PHP ----------------------------------------------------------------------------------


def _superglobals(query: str) -> dict[str, Any]:
    """Return what PHP's $_GET holds: the last wins, `[]` makes arrays, dots become `_`."""
    given: dict[str, Any] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        head, bracket, _ = name.partition("[")
        head = re.sub(r"[ .]", "_", head.lstrip())
        if bracket:
            array = given.get(head)
            given[head] = [*array, value] if isinstance(array, list) else [value]
        else:
            given[head] = value
    return given


_PHP_XML = Template('<?xml version="1.0" encoding="ISO-8859-1"?>\n\n<result>\n$inner</result>\n')


def _like_php(environ: Environ, start: Start) -> Iterable[bytes]:
    given = _superglobals(environ.get("QUERY_STRING", ""))
    text = {name: value if isinstance(value, str) else "Array" for name, value in given.items()}
    users = {"jean dupont": "L'Essentiel", "jean%20dupont": "À la carte", "100% jean": "<Pro>"}
    errors = []
    if not text.get("api_user") or not text.get("api_key"):
        errors.append("Missing credentials")
    elif (text["api_user"], text["api_key"]) != ("dupont+fils", "clé=%41&co"):
        errors.append("Bad username / password")
    if text.get("task", "").strip().lower() != "overview":
        errors.append("Unknown task")
    # As MySQL compares, without letter case and space at the ends.
    user = text.get("user", "").strip().lower()
    if not errors and user not in users:
        errors.append(f'user "{text.get("user", "")}" not found')
    account: dict[str, object] = {}
    if not errors:
        account = {"reputation": "80", "requests": len(user), "package": users[user]}
        account |= {"credits_allowed": "40", "credits_used": "0", "credits_remain": 40}
        account |= {"credits_overage": 0, "billing_start_date": "2010-08-30"}
        account |= {"billing_end_date": "2010-09-29", "billing_process_date": "2010-09-30"}
    kind = "json" if environ["PATH_INFO"].endswith(".json") else "xml"
    start(
        "200 OK", [("Content-Type", "text/html; charset=UTF-8" if kind == "json" else "text/xml")]
    )
    if kind == "json":
        reported = {"message": "error", "errors": errors} if errors else account
        return [json.dumps(reported).replace("/", "\\/").encode()]
    inner = "".join(f"      <{n}>{escape(str(v))}</{n}>\n" for n, v in account.items())
    inner = f"   <overview>\n{inner}   </overview>\n"
    if errors:
        listed = "".join(f"      <error>{escape(error)}</error>\n" for error in errors)
        inner = f"   <message>error</message>\n   <errors>\n{listed}   </errors>\n"
    return [_PHP_XML.substitute(inner=inner).encode("iso-8859-1", "xmlcharrefreplace")]


@variant(
    "as old PHP: arrays, lenient comparisons, 200 for errors, text/html; names with signs",
    should=("http.error-status", "http.content-type", "rejects.task-spelling"),
)
def like_old_php() -> Iterator[Running]:
    users = ("jean dupont", "jean%20dupont", "100% jean")
    with serve_app(_like_php) as base_url:
        yield Running(base_url, "dupont+fils", "clé=%41&co", users)


# --- SQL -----------------------------------------------------------------------------------------

_TABLES = """
create table reseller (id integer primary key, name text unique collate nocase, word text);
create table customer (
    reseller integer, name text collate nocase, reputation, requests, package,
    allowed, used, start, end, process, primary key (reseller, name)
);
insert into reseller values (1, 'Hafenpost', 'K3y''s "Word"'), (2, 'Bergpost', 'x');
insert into customer values
    (1, 'kunde-1', 12, 345, 'Silber', 1000, 345, '2022-10-01', '2022-10-31', '2022-11-02'),
    (1, 'kunde-2', 12, 345, 'Silber', 1000, 346, '2022-10-01', '2022-10-31', '2022-11-02'),
    (2, 'kunde-9', 99, 1, 'Gold', 1, 1, '2022-10-01', '2022-10-31', '2022-11-02');
"""

_QUERY = """
select customer.reputation, requests, package, allowed as credits_allowed, used as credits_used,
    max(allowed - used, 0) as credits_remain, max(used - allowed, 0) as credits_overage,
    start as billing_start_date, end as billing_end_date, process as billing_process_date
from customer join reseller on reseller.id = customer.reseller
where reseller.name = ? and reseller.word = ? and customer.name = ?
"""


def _sql_app(file: str) -> Callable[[Environ, Start], Iterable[bytes]]:
    def app(environ: Environ, start: Start) -> Iterable[bytes]:
        pairs = (part.partition("=") for part in environ.get("QUERY_STRING", "").split("&"))
        given = {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}
        wanted = [given.get(name, "") for name in ("api_user", "api_key", "user")]
        with closing(sqlite3.connect(file)) as database:
            database.row_factory = sqlite3.Row
            row = database.execute(_QUERY, wanted).fetchone()
        found = row is not None and given.get("task") == "overview"
        document = Document()
        result = document.appendChild(document.createElement("result"))
        if found:
            parent, pairs_told = (
                "overview",
                [(name, str(value)) for name, value in dict(row).items()],
            )
        else:
            result.appendChild(document.createElement("message")).appendChild(
                document.createTextNode("error")
            )
            parent, pairs_told = "errors", [("error", "Unbekannt oder nicht erlaubt – prüfen!")]
        branch = result.appendChild(document.createElement(parent))
        for name, value in pairs_told:
            branch.appendChild(document.createElement(name)).appendChild(
                document.createTextNode(value)
            )
        if environ["PATH_INFO"].endswith(".xml"):
            body, kind = document.toprettyxml(encoding="utf-8"), "application/xml"
        else:
            reported = dict(row) if found else {"message": "error", "errors": [pairs_told[0][1]]}
            body, kind = json.dumps(reported, ensure_ascii=False).encode(), "application/json"
        start("200 OK" if found else "404 Not Found", [("Content-Type", kind)])
        return [body]

    return app


@variant("SQLite, names in any letter case, one query for all checks; XML by minidom")
def on_sqlite() -> Iterator[Running]:
    with TemporaryDirectory(prefix="variants-sql-") as folder:
        file = f"{folder}/accounts.sqlite"
        with closing(sqlite3.connect(file)) as database:
            database.executescript(_TABLES)
        with serve_app(_sql_app(file)) as base_url:
            users = ("kunde-1", "kunde-2")
            yield Running(base_url, "Hafenpost", 'K3y\'s "Word"', users, "kunde-9")


# --- One thread, HTTP/1.0 ------------------------------------------------------------------------


@variant("wsgiref's server unchanged: one thread, HTTP/1.0, one call for each connection")
def one_thread() -> Iterator[Running]:
    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with make_server("127.0.0.1", 0, _own_reader, handler_class=Quiet) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        people = ("p2@x.example", "p1@x.example")
        yield Running(f"http://127.0.0.1:{server.server_port}", "first-wins", "a!b~c*d(e)", people)
        server.shutdown()


# --- asyncio's streams ---------------------------------------------------------------------------


async def _stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = head.split(" ", 2)[1]
            writer.write(_streamed(target))
            await writer.drain()
    writer.close()


def _streamed(target: str) -> bytes:
    path, _, query = target.partition("?")
    given = dict(part.partition("=")[::2] for part in query.split("&"))
    text = {unquote(name): unquote(value) for name, value in given.items()}
    users = {"café & crème": 3, "thé+lait": 4}
    words = (text.get("api_user"), text.get("api_key"), text.get("task"))
    used = users.get(text.get("user", ""))
    xml = path.endswith(".xml")
    if words != ("bistro", "pass word+", "overview") or used is None:
        body = '{"errors":["non"],"message":"error"}'
        if xml:
            body = "<result><errors><error>non</error></errors><message>error</message></result>"
        return _message(401, xml, body)
    values = (
        ("reputation", "42"), ("requests", f"{used}"), ("package", "Menu “midi” à 9 €"),
        ("credits_allowed", "3"), ("credits_used", f"{used}"), ("credits_remain", "0"),
        ("credits_overage", f"{used - 3}"), ("billing_start_date", "2018-02-01"),
        ("billing_end_date", "2018-02-28"), ("billing_process_date", "2018-02-28"),
    )  # fmt: skip
    if xml:
        inner = "\n".join(f"<{name}>{value}</{name}>" for name, value in values)
        return _message(
            200, xml, f"<result><!-- fait maison --><overview>{inner}</overview></result>"
        )
    return _message(200, xml, json.dumps(dict(values), ensure_ascii=False))


def _message(status: int, xml: bool, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type:text/{'xml' if xml else 'javascript'}\r\n"
    return f"{head}Content-Length:{len(body)}\r\n\r\n".encode() + body


@variant("asyncio's streams; a plus sign is a plus sign; a status line without a phrase")
def on_asyncio_streams() -> Iterator[Running]:
    ready, ports = Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(_stream, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    def run() -> None:
        loop.run_until_complete(serve())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        users = ("café & crème", "thé+lait")
        yield Running(f"http://127.0.0.1:{ports[0]}", "bistro", "pass word+", users)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
