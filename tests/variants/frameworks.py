"""Implementations written from scratch with Flask, Werkzeug, ASGI, asyncio and others.

Each has its own accounts and texts, and shares no code with the reference.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit
from xml.sax.saxutils import escape

from reseller_conformance.app_server.server import serve_app
from variants.registry import Running, library, variant

__all__: list[str] = []

CALL = "/apiv2/reseller.account"


# --- Flask ---------------------------------------------------------------------------------------


FLASK_CUSTOMERS: dict[str, dict[str, Any]] = {
    "Acme Widgets, Inc.": {
        "reputation": 99,
        "requests": 120934,
        "package": "Pro 100K",
        "credits_allowed": 100000,
        "credits_used": 120000,
        "billing_start_date": "2015-01-31",
        "billing_end_date": "2015-02-27",
        "billing_process_date": "2015-02-28",
    },
    "Bäckerei Müller & Söhne": {
        "reputation": 71,
        "requests": 15,
        "package": "Free",
        "credits_allowed": 400,
        "credits_used": 12,
        "billing_start_date": "2015-02-01",
        "billing_end_date": "2015-02-28",
        "billing_process_date": "2015-03-01",
    },
}
for _known in FLASK_CUSTOMERS.values():
    _left = _known["credits_allowed"] - _known["credits_used"]
    _known["credits_remain"], _known["credits_overage"] = max(_left, 0), max(-_left, 0)

JINJA_PAGE = """<?xml version="1.0" encoding="utf-8"?>
<result>{% if errors %}
  <message>error</message>
  <errors>{% for error in errors %}
    <error>{{ error }}</error>{% endfor %}
  </errors>{% else %}
  <overview>{% for name, value in overview.items() %}
    <{{ name }}>{{ value }}</{{ name }}>{% endfor %}
  </overview>{% endif %}
</result>
"""


def _flask_app() -> Any:
    from flask import Flask, Response, jsonify, render_template_string, request

    app = Flask(__name__)

    @app.route(f"{CALL}.<any(json, xml):kind>", methods=["GET", "POST"])
    def overview(kind: str) -> Any:
        errors = []
        if request.values.get("api_user") != "acme" or request.values.get("api_key") != "12345678":
            errors.append("Authentication failed")
        elif request.values.get("task", "") != "overview":
            errors.append(f"Task not supported: {request.values.get('task')}")
        elif request.values.get("user") not in FLASK_CUSTOMERS:
            errors.append(f"Customer “{request.values.get('user')}” does not exist")
        found = {} if errors else FLASK_CUSTOMERS[request.values["user"]]
        status = 401 if errors and errors[0].startswith("Auth") else 400 if errors else 200
        if kind == "json":
            return jsonify({"message": "error", "errors": errors} if errors else found), status
        # Flask escapes by default only in files named .html or .xml.
        template = "{% autoescape true %}" + JINJA_PAGE + "{% endautoescape %}"
        text = render_template_string(template, errors=errors, overview=found)
        return Response(text, status, mimetype="text/xml")

    return app


@variant("a Flask application with Jinja for XML, on waitress; a key of digits")
def flask_application() -> Iterator[Running]:
    library("flask")
    with serve_app(_flask_app()) as base_url:
        yield Running(
            base_url, "acme", "12345678", ("Acme Widgets, Inc.", "Bäckerei Müller & Söhne")
        )


# --- Werkzeug, without a framework ---------------------------------------------------------------

FIELDS = [
    "billing_process_date",
    "billing_end_date",
    "billing_start_date",
    "package",
    "reputation",
    "requests",
    "credits_overage",
    "credits_remain",
    "credits_used",
    "credits_allowed",
]


def _werkzeug_app() -> Any:
    from werkzeug import Request, Response

    book = {
        ("north", "Pass!word#1"): {
            "a": ("2020-02-29", "2020-02-29", "2020-02-29", "Tag & Nacht", 0, 0, 0, 0, 0, 0),
            "b": ("2020-03-01", "2020-02-29", "2020-02-01", "Täglich", 55, 70, 10, 0, 60, 50),
        },
        ("south", "another"): {"c": ("2020-03-01",) * 3 + ("S", 1, 1, 0, 0, 1, 1)},
    }

    def response(request: Any) -> Any:
        kind = request.path.rpartition(".")[2]
        given = request.args
        names = ("api_user", "api_key", "task", "user")
        reasons = [f"Missing parameter: {name}" for name in names if not given.get(name)]
        mine = book.get((given.get("api_user", ""), given.get("api_key", "")))
        if not reasons and mine is None:
            reasons.append("Bad username / password")
        if not reasons and given["task"] != "overview":
            reasons.append("Bad task")
        row = (mine or {}).get(given.get("user", ""))
        if not reasons and row is None:
            reasons.append("No such user")
        status = 400 if reasons else 200
        if kind == "json":
            reported: object = {"errors": reasons, "message": "error"}
            if row and not reasons:
                reported = {name: str(value) for name, value in zip(FIELDS, row, strict=True)}
            return Response(json.dumps(reported), status, content_type="application/json")
        if row and not reasons:
            inner = "".join(
                f"<{n}>{escape(str(v))}</{n}>" for n, v in zip(FIELDS, row, strict=True)
            )
            inner = f"<overview>{inner}</overview>"
        else:
            listed = "".join(f"<error>{escape(reason)}</error>" for reason in reasons)
            inner = f"<errors>{listed}</errors><message>error</message>"
        return Response(
            f"<result>{inner}</result>".encode("iso-8859-1"),
            status,
            content_type="application/xml; charset=iso-8859-1",
        )

    return Request.application(response)


@variant("Werkzeug's Request and Response alone, behind its server; names of one character")
def werkzeug_application() -> Iterator[Running]:
    library("werkzeug")
    from werkzeug.serving import WSGIRequestHandler as Handler
    from werkzeug.serving import make_server as make

    class Quiet(Handler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log(self, *_: object) -> None:
            """Log nothing."""

    server = make("127.0.0.1", 0, _werkzeug_app(), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.port}", "north", "Pass!word#1", ("a", "b"), "c")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


# --- http.server ---------------------------------------------------------------------------------


class _Plain(BaseHTTPRequestHandler):
    """A handler as in the docs of the standard library; counts grow at each call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    hits = 0

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path not in (f"{CALL}.json", f"{CALL}.xml"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        _Plain.hits += 1
        error = self.check(query)
        body = self.reported(url.path.endswith("xml"), error)
        self.send_response(HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)
        self.send_header(
            "Content-Type", "text/xml" if url.path.endswith("xml") else "text/javascript"
        )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def check(self, query: dict[str, str]) -> str | None:
        if query.get("api_user") != "solo" or query.get("api_key") != "x1":
            return "credenciales no válidas"
        if query.get("task") != "overview":
            return "la tarea no existe"
        return None if query.get("user") == "único" else "el cliente no está registrado"

    def reported(self, xml: bool, error: str | None) -> bytes:
        if error:
            if xml:
                listed = f"<errors><error>{error}</error></errors>"
                return f"<result><message>error</message>{listed}</result>".encode()
            return json.dumps({"message": "error", "errors": [error]}).encode()
        used = _Plain.hits
        values = {
            "reputation": 100,
            "requests": 10_000 + used,
            "package": "Único ✓",
            "credits_allowed": 5,
            "credits_used": used,
            "credits_remain": max(5 - used, 0),
            "credits_overage": max(used - 5, 0),
            "billing_start_date": "2019-12-30",
            "billing_end_date": "2020-01-05",
            "billing_process_date": "2020-01-06",
        }
        if not xml:
            return json.dumps(values, indent="\t").encode()
        padded = ((name, f" {v} " if isinstance(v, int) else v) for name, v in values.items())
        lines = "\n".join(f"<{name}>{value}</{name}>" for name, value in padded)
        return f"<result><overview>\n{lines}</overview></result>".encode()

    def log_message(self, *_: object) -> None:
        """Log nothing, because the query contains the key."""


@variant(
    "the standard library's http.server, 501 to HEAD; one customer; counts grow; errors in Spanish",
    should=("clients.head",),
)
def plain_http_server() -> Iterator[Running]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Plain) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield Running(f"http://127.0.0.1:{server.server_port}", "solo", "x1", ("único",))
        server.shutdown()


# --- ASGI, without a framework -------------------------------------------------------------------

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def _asgi_app(scope: Any, receive: Any, send: Send) -> None:
    if scope["type"] != "http":
        return
    await asyncio.sleep(0.001 * (hash(scope["query_string"]) % 5))
    given = _given(scope["query_string"])
    problems = list(_problems(given))
    values = {} if problems else _values(*ASGI_CUSTOMERS[given["user"]])
    kind, text = (_json if scope["path"].endswith(".json") else _xml)(problems, values)
    await send(
        {
            "type": "http.response.start",
            "status": 403 if problems else 200,
            "headers": [(b"content-type", kind)],
        }
    )
    body = text.encode()
    for place in range(0, len(body), 100):
        await send(
            {"type": "http.response.body", "body": body[place : place + 100], "more_body": True}
        )
    await send({"type": "http.response.body", "body": b""})


ASGI_CUSTOMERS = {
    "Иван Иванов": (1, "Серебряный"),
    "Пётр": (2, "Золотой \U0001f947"),
    "李": (3, "银"),
}


def _given(query: bytes) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, _, value in (part.partition(b"=") for part in query.split(b"&") if part):
        decoded = unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
        given.setdefault(unquote_to_bytes(name).decode("latin-1"), decoded)
    return given


def _problems(given: dict[str, str]) -> Iterator[str]:
    if (given.get("api_user"), given.get("api_key")) != ("почта", "секрет ключ"):
        yield "Неверный логин или пароль"
    if given.get("task") != "overview":
        yield "Неизвестная задача"
    if given.get("user", "") not in ASGI_CUSTOMERS:
        yield "Клиент не найден"


def _values(number: int, package: str) -> dict[str, object]:
    return {
        "credits_used": 10**17 * number,
        "credits_allowed": str(10**18),
        "credits_remain": str(10**18 - 10**17 * number),
        "credits_overage": 0,
        "package": package,
        "requests": str(number),
        "reputation": 90 + number,
        "billing_process_date": "2024-03-01",
        "billing_end_date": "2024-02-29",
        "billing_start_date": "2024-02-01",
    }


def _json(problems: list[str], values: dict[str, object]) -> tuple[bytes, str]:
    document = {"errors": problems, "message": "error"} if problems else values
    return b"application/json; charset=utf-8", json.dumps(document, ensure_ascii=False)


def _xml(problems: list[str], values: dict[str, object]) -> tuple[bytes, str]:
    if problems:
        listed = "".join(f"<error><![CDATA[{problem}]]></error>" for problem in problems)
        inner = f"<message>error</message><errors>{listed}</errors>"
    else:
        reported = "".join(f"<{name}>{value}</{name}>" for name, value in reversed(values.items()))
        inner = f"<overview>{reported}</overview>"
    return b"application/xml; charset=utf-8", f"<result>{inner}</result>"


@variant("an ASGI application without a framework, streaming; Cyrillic names; a key with a space")
def asgi_application() -> Iterator[Running]:
    library("uvicorn")
    with serve_app(_asgi_app) as base_url:
        yield Running(base_url, "почта", "секрет ключ", ("Иван Иванов", "Пётр", "李"))
