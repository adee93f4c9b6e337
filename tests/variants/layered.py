"""Implementations written from scratch in layers: a file of accounts, a service, and its views.

Each has its own accounts and texts, and shares no code with the reference.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from reseller_conformance.app_server.server import serve_app
from variants.registry import Running, variant

__all__: list[str] = []


# --- A service with a repository and two views ---------------------------------------------------


@dataclass(frozen=True)
class Cycle:
    first: date
    days: int

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)


@dataclass(frozen=True)
class Overview:
    reputation: int
    requests: int
    package: str
    credits_allowed: int
    credits_used: int
    credits_remain: int
    credits_overage: int
    billing_start_date: str
    billing_end_date: str
    billing_process_date: str


class InvalidCallError(Exception):
    """All mistakes of a call."""

    def __init__(self, violations: list[str]) -> None:
        super().__init__(*violations)
        self.violations = violations


class Service:
    """Finds overviews; names of customers are stored and looked up in lower case."""

    KEYS: Mapping[str, str] = {"spot@dogs.example": "Bone#1 für Spot"}
    PLANS: Mapping[str, tuple[Decimal, int]] = {"Kläff & Co. «S»": (Decimal("1e3"), 28)}
    SPENT: Mapping[str, tuple[str, int]] = {
        "rex@dogs.example": ("Kläff & Co. «S»", 250),
        "fido@dogs.example": ("Kläff & Co. «S»", 1750),
        "lassie@dogs.example": ("Kläff & Co. «S»", 1000),
    }

    def find(self, given: Mapping[str, list[str]]) -> Overview:
        one = {name: values[0] for name, values in given.items() if len(values) == 1}
        violations = [f"Exactly one {name}!" for name in self.required() if name not in one]
        if violations:
            raise InvalidCallError(violations)
        known = self.KEYS.get(one["api_user"].casefold())
        if known is None or known != one["api_key"]:
            violations.append("Sitz! Wer bist du?")
        if one["task"] != "overview":
            violations.append("Das kann ich nicht.")
        if one["user"].casefold() not in self.SPENT:
            violations.append("Den kenne ich nicht.")
        if violations:
            raise InvalidCallError(violations)
        return self.overview(*self.SPENT[one["user"].casefold()])

    def required(self) -> Iterable[str]:
        return ("task", "user", "api_user", "api_key")

    def overview(self, plan: str, used: int) -> Overview:
        allowed, days = int(self.PLANS[plan][0]), self.PLANS[plan][1]
        cycle = Cycle(date(2011, 2, 1), days)
        shown = (cycle.first, cycle.last, cycle.last + timedelta(3))
        left, over = max(allowed - used, 0), max(used - allowed, 0)
        return Overview(
            99, used + 5, plan, allowed, used, left, over, *(day.isoformat() for day in shown)
        )


def _as_xml(content: Mapping[str, object]) -> bytes:
    buffer = io.BytesIO()
    writer = XMLGenerator(buffer, "windows-1252", short_empty_elements=True)
    writer.startDocument()

    def element(name: str, value: object) -> None:
        writer.startElement(name, AttributesImpl({}))
        if isinstance(value, Mapping):
            for inner, text in value.items():
                element(inner, text)
        elif isinstance(value, list):
            for text in value:
                element("error", text)
        else:
            writer.characters(str(value))
        writer.endElement(name)

    element("result", content)
    writer.endDocument()
    return buffer.getvalue()


def _layered(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    xml = environ["PATH_INFO"].endswith(".xml")
    given = parse_qs(environ.get("QUERY_STRING", ""))
    status, content = "200 Fein", dict[str, object]()
    try:
        found = Service().find(given)
    except InvalidCallError as problem:
        status, content = "422 Pfui", {"errors": problem.violations, "message": "error"}
    else:
        content = {field.name: getattr(found, field.name) for field in fields(found)}
        content = {"overview": content} if xml else content
    kind = "text/xml; charset=windows-1252" if xml else "application/json"
    start(status, [("Content-Type", kind), ("Vary", "Accept"), ("Cache-Control", "max-age=0")])
    return [_as_xml(content) if xml else json.dumps(content, indent=1).encode()]


@variant("dataclasses and a SAX writer; all mistakes reported, in German; names in any letter case")
def in_layers() -> Iterator[Running]:
    with serve_app(_layered) as base_url:
        users = ("rex@dogs.example", "fido@dogs.example", "lassie@dogs.example")
        yield Running(base_url, "spot@dogs.example", "Bone#1 für Spot", users)


# --- A file of CSV, and templates ----------------------------------------------------------------

_FILE = """\
reseller,word,customer,reputation,requests,package,allowed,used,start,end,process
orchard,Äpfel & Birnen?,+49 30 1234,7,80,"2 ""kg"", <Obst>",50,50,2017-06-30,2017-07-29,2017-07-30
orchard,Äpfel & Birnen?,#2/b,7,80,"2 ""kg"", <Obst>",50,49,2017-06-30,2017-07-29,2017-07-30
meadow,Heu,cow,1,1,Gras,1,1,2017-06-30,2017-07-29,2017-07-30
"""

_TEMPLATES = {
    "json": '{{"reputation":"{reputation}","requests":{requests},"package":{package},'
    '"credits_allowed":"{allowed}","credits_used":"{used}","credits_remain":{remain},'
    '"credits_overage":"{over}","billing_start_date":"{start}",'
    '"billing_end_date":"{end}","billing_process_date":"{process}"}}',
    "xml": "<?xml version='1.0'?><result><overview><package>{package}</package>"
    "<billing_process_date>{process}</billing_process_date>"
    "<billing_end_date>{end}</billing_end_date>"
    "<billing_start_date>{start}</billing_start_date><requests>{requests}</requests>"
    "<reputation>{reputation}</reputation><credits_overage>{over}</credits_overage>"
    "<credits_remain>{remain}</credits_remain><credits_used>{used}</credits_used>"
    "<credits_allowed>{allowed}</credits_allowed></overview></result>",
}

_REFUSALS = {
    "json": '{"message":"error","errors":["refused"]}',
    "xml": "<?xml version='1.0'?><result><message>error</message>"
    "<errors><error>refused</error></errors></result>",
}


class _Templates(StreamRequestHandler):
    def handle(self) -> None:
        target = self.rfile.readline().decode().split(" ")[1]
        while self.rfile.readline().strip():
            pass
        path, _, query = target.partition("?")
        format = "xml" if path.endswith("xml") else "json"
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        row = self.find(given) if given.get("task") == "overview" else None
        if row is None:
            status, text = "404", _REFUSALS[format]
        else:
            status, text = "200", _TEMPLATES[format].format(**self.shown(row, format))
        kind = "text/javascript" if format == "json" else "text/xml"
        self.wfile.write(f"HTTP/1.0 {status} -\r\nContent-Type: {kind}\r\n\r\n{text}".encode())

    def find(self, given: Mapping[str, str]) -> dict[str, str] | None:
        names = {"reseller": "api_user", "word": "api_key", "customer": "user"}
        for row in csv.DictReader(io.StringIO(_FILE)):
            if all(row[column] == given.get(name) for column, name in names.items()):
                return row
        return None

    def shown(self, row: dict[str, str], format: str) -> dict[str, str]:
        left = int(row["allowed"]) - int(row["used"])
        package = json.dumps(row["package"], ensure_ascii=False)
        if format == "xml":
            package = "".join(f"&#{ord(char)};" for char in row["package"])
        counts = {"remain": str(max(left, 0)), "over": str(max(-left, 0))}
        return {**row, **counts, "package": package}


class _Quiet(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore what cannot be read: the connection is closed."""


@variant("a file of CSV and two templates on socketserver; customers are numbers with signs")
def on_csv_and_templates() -> Iterator[Running]:
    with _Quiet(("127.0.0.1", 0), _Templates) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        url, users = f"http://127.0.0.1:{server.server_address[1]}", ("+49 30 1234", "#2/b")
        yield Running(url, "orchard", "Äpfel & Birnen?", users, "cow")
        server.shutdown()
