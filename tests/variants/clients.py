"""Servers that depend on the client, as far as allowed: Accept, languages, cookies, HTTP/1.0."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.reference.core import Refusal
from variants.gateways import page
from variants.registry import Running, composed, variant
from variants.shops import ACCENTED, DEFAULT
from variants.wire import Call, Wire, Writable, on_wire

__all__: list[str] = []


def format_of(request: Request) -> Format:
    return Format.XML if request.path.endswith(".xml") else Format.JSON


# --- Accept and languages ------------------------------------------------------------------------


def refuses(request: Request) -> bool:
    """Say whether the client accepts no type that fits the URL."""
    accept = request.header("Accept") or "*/*"
    return "*/*" not in accept and str(format_of(request)) not in accept


@composed(
    "406 in HTML for an Accept that names only another format", should=("clients.accept-other",)
)
class NotAcceptableInHtml(Reference):
    def respond(self, request: Request) -> Response:
        return page(406) if refuses(request) else super().respond(request)


@composed(
    "406 with an error envelope for an Accept that names only another format",
    should=("clients.accept-other",),
)
class NotAcceptable(Reference):
    def respond(self, request: Request) -> Response:
        if refuses(request):
            return self.refuse(format_of(request), Refusal(406, ("Not acceptable.",)))
        return super().respond(request)


@composed("errors in the language of the reader, with Content-Language and Vary", shop=ACCENTED)
class ErrorsByLanguage(Reference):
    def respond(self, request: Request) -> Response:
        german = (request.header("Accept-Language") or "").startswith("de")
        found = super().respond(request)
        if found.status != 200 and german:
            found = self.refuse(format_of(request), Refusal(found.status, ("Das geht nicht.",)))
        said = (("Content-Language", "de" if german else "en"), ("Vary", "Accept-Language"))
        return replace(found, headers=(*found.headers, *said))


@composed("406 in HTML for any Accept-Charset, as firewalls do", should=("clients.browser",))
class CharsetNotAcceptable(Reference):
    def respond(self, request: Request) -> Response:
        return page(406) if request.header("Accept-Charset") else super().respond(request)


@composed("Vary names only headers that do not change the response", shop=ACCENTED)
class VariesByAll(Reference):
    def respond(self, request: Request) -> Response:
        found = super().respond(request)
        vary = ("Vary", "Accept, Accept-Charset, Accept-Encoding, Cookie, Origin, User-Agent")
        return replace(found, headers=(*found.headers, vary))


# --- Cookies -------------------------------------------------------------------------------------


@composed("a session cookie with every response, errors too")
class CookiesEverywhere(Reference):
    def respond(self, request: Request) -> Response:
        found = super().respond(request)
        session = ("Set-Cookie", "PHPSESSID=8c3f0e; path=/; HttpOnly; SameSite=Lax")
        return replace(found, headers=(*found.headers, session))


@composed("another cookie each time, as for a load balancer")
class RotatingCookies(Reference):
    numbers = itertools.count(1)

    def respond(self, request: Request) -> Response:
        found = super().respond(request)
        cookie = (
            "Set-Cookie",
            f"AWSALB={next(self.numbers)}; Expires=Fri, 31 Dec 2060 23:59:59 GMT",
        )
        return replace(found, headers=(*found.headers, cookie))


@composed("a cookie that is deleted as soon as the client sends it")
class DeletedCookies(Reference):
    def respond(self, request: Request) -> Response:
        found = super().respond(request)
        gone = request.header("Cookie") is not None
        cookie = ("Set-Cookie", "flash=; Max-Age=0" if gone else "flash=hello; Path=/")
        return replace(found, headers=(*found.headers, cookie))


# --- HTTP/1.0, connections, codings --------------------------------------------------------------


class _ByVersion(Wire):
    """A wire that refuses HTTP/1.0 in a way of its own."""

    def reply(self, call: Call, writer: Writable) -> bool:
        if call.request.version != "1.0":
            return super().reply(call, writer)
        if (refused := self.refused()) is not None:
            self.write(refused, call, writer)
        return False

    def refused(self) -> Response | None:
        """Return the response to HTTP/1.0, or None if the connection is closed without one."""
        raise NotImplementedError


def _serve(wire: Wire) -> Iterator[Running]:
    with on_wire(wire, DEFAULT) as running:
        yield running


REFUSED = ("clients.http-version",)


@variant("505 for HTTP/1.0", should=REFUSED)
def http_1_0_not_supported() -> Iterator[Running]:
    class NotSupported(_ByVersion):
        def refused(self) -> Response:
            return page(505)

    yield from _serve(NotSupported(Reference(DEFAULT.accounts)))


@variant("426 with an empty body for HTTP/1.0, as Envoy sends it", should=REFUSED)
def http_1_0_upgrade_required() -> Iterator[Running]:
    class Upgrade(_ByVersion):
        def refused(self) -> Response:
            return Response(426, "text/plain", b"", (("Upgrade", "HTTP/1.1"),))

    yield from _serve(Upgrade(Reference(DEFAULT.accounts)))


@variant("a closed connection for HTTP/1.0", should=REFUSED)
def http_1_0_closed() -> Iterator[Running]:
    class Closed(_ByVersion):
        def refused(self) -> None:
            return None

    yield from _serve(Closed(Reference(DEFAULT.accounts)))


def brotli(body: bytes) -> bytes:
    """Write a body as one uncompressed block of brotli (RFC 7932, 9.2)."""
    header = (len(body) - 1) << 4 | 1 << 20
    return header.to_bytes(3, "little") + body + b"\x03"


@variant("brotli for clients that accept it")
def brotli_where_offered() -> Iterator[Running]:
    class Brotli(Wire):
        def write(self, response: Response, call: Call, writer: Writable) -> None:
            if " br" in call.headers.get("accept-encoding", "") and response.body:
                coding = (("Content-Encoding", "br"), ("Vary", "Accept-Encoding"))
                headers = (*response.headers, *coding)
                response = replace(response, body=brotli(response.body), headers=headers)
            super().write(response, call, writer)

    yield from _serve(Brotli(Reference(DEFAULT.accounts)))


@variant("a body after the head of a response to HEAD too")
def body_after_head() -> Iterator[Running]:
    class Bodied(Wire):
        def write(self, response: Response, call: Call, writer: Writable) -> None:
            super().write(
                response, replace(call, request=replace(call.request, method="GET")), writer
            )

    yield from _serve(Bodied(Reference(DEFAULT.accounts)))
