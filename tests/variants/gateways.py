"""Gateways before an implementation: rate limits, short failures, length limits, own logins.

A short failure passes when the same call is repeated. A response that needed a retry is a SHOULD
finding. A refusal because of the length or the method is not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

from reseller_conformance.reference import Reference, Reseller, Response
from variants.registry import Running, variant
from variants.shops import DEFAULT
from variants.wire import Call, Wire, Writable, on_wire

__all__: list[str] = []

RETRIED = ("http.retries",)


class _Gateway(Wire):
    """A wire that may refuse a call, in HTML, before the implementation reads it."""

    def reply(self, call: Call, writer: Writable) -> bool:
        refused = self.refuse(call)
        if refused is None:
            return super().reply(call, writer)
        self.write(refused, call, writer)
        return True

    def refuse(self, call: Call) -> Response | None:
        """Return the gateway's own response, if it has one."""
        raise NotImplementedError


def page(status: int, *headers: tuple[str, str]) -> Response:
    """Return a gateway's own response."""
    body = f"<html><head><title>{status}</title></head><body><hr>nginx</body></html>\r\n"
    return Response(status, "text/html", body.encode(), headers)


def _serve(kind: type[Wire]) -> Iterator[Running]:
    with on_wire(kind(Reference(DEFAULT.accounts)), DEFAULT) as running:
        yield running


# --- Short failures ------------------------------------------------------------------------------


class _Hiccups(_Gateway):
    """Each nth call fails, but never the same call twice in a row."""

    every = 20

    def __init__(self, reference: Reference) -> None:
        super().__init__(reference)
        self.failed: set[tuple[str, str, bytes]] = set()

    def hiccup(self, call: Call) -> bool:
        received = (call.method, call.request.path, call.request.query)
        with self.lock:
            if received in self.failed:
                self.failed.discard(received)
                return False
            if self.calls % self.every:
                return False
            self.failed.add(received)
            return True


def _hiccups(refusal: Response, each: int = 20) -> Iterator[Running]:
    class Hiccups(_Hiccups):
        every = each

        def refuse(self, call: Call) -> Response | None:
            return refusal if self.hiccup(call) else None

    yield from _serve(Hiccups)


@variant("503 on every 20th call", should=RETRIED)
def unavailable_now_and_then() -> Iterator[Running]:
    yield from _hiccups(page(503))


@variant("502 on every 20th call, without a body", should=RETRIED)
def bad_gateway_now_and_then() -> Iterator[Running]:
    yield from _hiccups(Response(502, "text/html", b"", ()))


@variant("504 on every 25th call, in JSON that is no envelope", should=RETRIED)
def timeout_now_and_then() -> Iterator[Running]:
    body = b'{"message": "Endpoint request timed out"}'
    yield from _hiccups(Response(504, "application/json", body, ()), 25)


@variant("503 on every 100th call, with Retry-After: 1", should=RETRIED)
def unavailable_for_a_second() -> Iterator[Running]:
    yield from _hiccups(page(503, ("Retry-After", "1")), 100)


# On a used connection, a drop looks like one that was closed in the meantime.
@variant("every 30th call has its connection dropped", perhaps=RETRIED)
def dropped_now_and_then() -> Iterator[Running]:
    class Dropping(_Hiccups):
        every = 30

        def reply(self, call: Call, writer: Writable) -> bool:
            return not self.hiccup(call) and Wire.reply(self, call, writer)

    yield from _serve(Dropping)


# --- Limits --------------------------------------------------------------------------------------


class _Limited(_Gateway):
    """A limited number of calls in each span of seconds, by the clock."""

    calls_a_span, span = 150, 1.0

    def __init__(self, reference: Reference) -> None:
        super().__init__(reference)
        self.now, self.taken = 0, 0

    def refuse(self, _: Call) -> Response | None:
        with self.lock:
            now = int(time.time() / self.span)
            if now != self.now:
                self.now, self.taken = now, 0
            self.taken += 1
            return self.limit() if self.taken > self.calls_a_span else None

    def limit(self) -> Response:
        return page(429)


@variant("150 calls a second; 429 with Retry-After in seconds beyond", perhaps=RETRIED)
def limited_with_seconds() -> Iterator[Running]:
    class Limited(_Limited):
        def limit(self) -> Response:
            return page(429, ("Retry-After", "1"), ("X-RateLimit-Remaining", "0"))

    yield from _serve(Limited)


@variant("150 calls a second; 429 with Retry-After as a date beyond", perhaps=RETRIED)
def limited_with_a_date() -> Iterator[Running]:
    class Limited(_Limited):
        def limit(self) -> Response:
            return page(429, ("Retry-After", formatdate(time.time() + 1, usegmt=True)))

    yield from _serve(Limited)


@variant("30 calls in a fifth of a second; 429 without Retry-After", perhaps=RETRIED)
def limited_without_a_word() -> Iterator[Running]:
    class Limited(_Limited):
        calls_a_span, span = 30, 0.2

    yield from _serve(Limited)


@variant("429 in an error envelope, with Retry-After: 0, on every 15th call", should=RETRIED)
def limited_in_an_envelope() -> Iterator[Running]:
    envelope = b'{"message": "error", "errors": ["rate limit exceeded"]}'
    response = Response(429, "application/json", envelope, (("Retry-After", "0"),))
    yield from _hiccups(response, 15)


@variant("invalid credentials get responses a tenth of a second later, to slow down guessing")
def guessing_is_slow() -> Iterator[Running]:
    class Tarpit(Reference):
        def find_reseller(self, api_user: str, api_key: str) -> Reseller | None:
            found = super().find_reseller(api_user, api_key)
            if found is None:
                time.sleep(0.1)
            return found

    with on_wire(Wire(Tarpit(DEFAULT.accounts))) as running:
        yield running


# --- Length limits and logins --------------------------------------------------------------------


@variant("a query above 8 KB gets 414, one above 100 parameters 400, in HTML")
def long_queries_refused() -> Iterator[Running]:
    class Capped(_Gateway):
        def refuse(self, call: Call) -> Response | None:
            if len(call.request.query) > 8192 - len(call.request.path):
                return page(414)
            return page(400) if call.request.query.count(b"&") > 100 else None

    yield from _serve(Capped)


@variant("control characters and unusual UTF-8 get 400, in HTML")
def control_characters_refused() -> Iterator[Running]:
    class Strict(_Gateway):
        CODES = (*(f"%{code:02x}".encode() for code in (*range(32), 127)), b"%c2%8", b"%c2%9")

        def refuse(self, call: Call) -> Response | None:
            query = call.request.query.lower()
            return page(400) if any(code in query for code in self.CODES) else None

    yield from _serve(Strict)


def _methods(status: int) -> Iterator[Running]:
    class GetAlone(_Gateway):
        def refuse(self, call: Call) -> Response | None:
            return None if call.method == "GET" else page(status, ("Allow", "GET"))

    yield from _serve(GetAlone)


@variant("GET only: 405 for all other methods, HEAD too")
def get_alone() -> Iterator[Running]:
    yield from _methods(405)


@variant("POST and HEAD crash: 500", should=("clients.head",))
def post_crashes() -> Iterator[Running]:
    yield from _methods(500)


@variant("POST is redirected to a page on how to call")
def post_is_redirected() -> Iterator[Running]:
    class Redirecting(_Gateway):
        def refuse(self, call: Call) -> Response | None:
            if call.method == "GET":
                return None
            return replace(page(302), headers=(("Location", "/docs"),))

    yield from _serve(Redirecting)


@variant("POST gets no response: the connection is dropped")
def post_is_dropped() -> Iterator[Running]:
    class Dropping(Wire):
        def reply(self, call: Call, writer: Writable) -> bool:
            return call.method == "GET" and super().reply(call, writer)

    yield from _serve(Dropping)


@variant("POST ignores its form: an error because parameters are missing")
def post_ignores_its_form() -> Iterator[Running]:
    class Ignoring(Wire):
        def reply(self, call: Call, writer: Writable) -> bool:
            return super().reply(replace(call, request=replace(call.request, body=b"")), writer)

    yield from _serve(Ignoring)


@variant("Basic authentication at the gateway, which --header provides")
def basic_authentication() -> Iterator[Running]:
    given = ("Authorization", "Basic c3RhZ2luZzpzZXNhbWU=")

    class Door(_Gateway):
        def refuse(self, call: Call) -> Response | None:
            if call.headers.get("authorization") == given[1]:
                return None
            return page(401, ("WWW-Authenticate", 'Basic realm="staging"'))

    for running in _serve(Door):
        yield replace(running, headers=(given,))


@variant("a cache in front, keyed by the whole query")
def cached() -> Iterator[Running]:
    class Cached(Wire):
        kept: dict[tuple[str, bytes], Response]

        def reply(self, call: Call, writer: Writable) -> bool:
            received = (call.request.path, call.request.query)
            with self.lock:
                response = self.kept.get(received) if call.method == "GET" else None
            response = response or self.reference.respond(call.request)
            if call.method == "GET":  # the query of a POST does not show its subject
                with self.lock:
                    self.kept[received] = response
            aged = replace(response, headers=(("Age", "1"), ("X-Cache", "HIT")))
            self.write(aged, call, writer)
            return True

    Cached.kept = {}
    yield from _serve(Cached)


@variant("a client without a User-Agent of its own is refused", should=("clients.no-user-agent",))
def nameless_clients_refused() -> Iterator[Running]:
    class Picky(_Gateway):
        def refuse(self, call: Call) -> Response | None:
            return None if call.headers.get("user-agent") else page(403)

    yield from _serve(Picky)
