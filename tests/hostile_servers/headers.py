"""Too much before the body, or headers that contradict each other."""

from __future__ import annotations

from faults.sockets import Exchange, head
from reseller_conformance.requirements import (
    HTTP_COMPLETE,
    HTTP_CONTENT_TYPE,
    HTTP_DELIVERED,
    HTTP_REDIRECT,
    HTTP_SERVER_ERROR,
    Requirement,
)

from .bodies import poured
from .registry import ALL, Scope, hostile

__all__: list[str] = []

STATUS = b"HTTP/1.1 400 Bad Request\r\n"


# --- Too much ------------------------------------------------------------------------------------


@hostile(first=HTTP_COMPLETE, scopes=ALL)
def endless_headers(exchange: Exchange) -> None:
    """Headers without end."""
    poured(exchange, STATUS, b"X-Flood: " + b"x" * 1000 + b"\r\n")


@hostile(first=HTTP_COMPLETE)
def endless_header(exchange: Exchange) -> None:
    """One header line that never ends."""
    poured(exchange, STATUS + b"X-Flood: ", b"x")


@hostile(first=HTTP_COMPLETE)
def endless_status_line(exchange: Exchange) -> None:
    """A status line that never ends."""
    poured(exchange, b"HTTP/1.1 400 ", b"x")


@hostile(first=HTTP_COMPLETE)
def endless_continue(exchange: Exchange) -> None:
    """100 Continue without end, as fast as it is read."""
    poured(exchange, b"", b"HTTP/1.1 100 Continue\r\n\r\n")


@hostile(first=HTTP_COMPLETE, scopes=ALL)
def endless_early_hints(exchange: Exchange) -> None:
    """103 Early Hints without end, as fast as it is read."""
    poured(exchange, b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")


@hostile(first=HTTP_COMPLETE)
def a_hundred_thousand_headers(exchange: Exchange) -> None:
    """100,000 headers before a valid response."""
    before, _, after = head(exchange.response).partition(b"\r\n")
    many = b"".join(b"X-%d: y\r\n" % number for number in range(100_000))
    exchange.send(before, b"\r\n", many, after, exchange.response.body)


@hostile(first=HTTP_COMPLETE)
def a_megabyte_of_headers(exchange: Exchange) -> None:
    """90 headers of 12 kB each."""
    lines = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 12_000) for n in range(90))
    exchange.send(STATUS, lines, b"\r\n")


@hostile(first=None, every=None, exit_code=0, scopes=(Scope.EVERY,))
def as_many_headers_as_are_read(exchange: Exchange) -> None:
    """90 headers of 2,800 bytes, before a valid response."""
    more = {f"X_{n}": "y" * 2800 for n in range(90)}
    exchange.send(head(exchange.response, **more), exchange.response.body)


@hostile(first=None, every=None, exit_code=0, scopes=(Scope.EVERY,))
def as_many_header_lines_as_are_read(exchange: Exchange) -> None:
    """4,900 short headers before a valid response."""
    more = {f"X_{n}": "y" for n in range(4_900)}
    exchange.send(head(exchange.response, **more), exchange.response.body)


@hostile(first=None, every=None, exit_code=0, scopes=(Scope.EVERY,))
def cookies(exchange: Exchange) -> None:
    """Cookies with dates that no library reads."""
    more = {"Set_Cookie": "a=b; expires=Mon, 1-Jan-" + "1" * 5000}
    exchange.send(head(exchange.response, **more), exchange.response.body)


# --- Lengths -------------------------------------------------------------------------------------


def length(name: str, does: str, value: str, first: Requirement) -> None:
    def write(exchange: Exchange) -> None:
        said = value.replace("N", str(len(exchange.response.body)))
        exchange.send(head(exchange.response, Content_Length=said), exchange.response.body)
        exchange.stopped.wait(0.05)

    hostile(first=first, name=name, does=does)(write)


length(
    "length too long", "Content-Length is too long, and the connection closes", "9N", HTTP_COMPLETE
)
length("length too short", "Content-Length is 5", "5", HTTP_COMPLETE)
length("length zero", "Content-Length is 0", "0", HTTP_COMPLETE)
length("two lengths", "two Content-Length that differ", "N\r\nContent-Length: 7", HTTP_DELIVERED)
length("length negative", "Content-Length is -1", "-1", HTTP_DELIVERED)
length("length of letters", "Content-Length is a word", "many", HTTP_DELIVERED)
length("length beyond reason", "Content-Length has 9,000 digits", "9" * 9000, HTTP_DELIVERED)


# --- Statuses ------------------------------------------------------------------------------------


def status(name: str, does: str, line: bytes, first: Requirement) -> None:
    def write(exchange: Exchange) -> None:
        _, _, rest = head(exchange.response).partition(b"\r\n")
        exchange.send(line, b"\r\n", rest, exchange.response.body)

    hostile(first=first, scopes=ALL, name=name, does=does)(write)


status("status 999", "a status beyond all classes", b"HTTP/1.1 999 Odd", HTTP_SERVER_ERROR)
status("status of a word", "a status that is no number", b"HTTP/1.1 OK", HTTP_DELIVERED)
status("status negative", "a negative status", b"HTTP/1.1 -200 Odd", HTTP_DELIVERED)
status("status 500", "500 for each call", b"HTTP/1.1 500 Sorry", HTTP_SERVER_ERROR)
status("not HTTP/1", "a response in HTTP/3", b"HTTP/3 200 OK", HTTP_DELIVERED)


@hostile(first=HTTP_REDIRECT, scopes=ALL)
def redirect_loop(exchange: Exchange) -> None:
    """A redirect to the same call, each time."""
    target = exchange.request.path + "?" + exchange.request.query.decode("latin-1")
    exchange.send(
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % target.encode()
    )


@hostile(first=HTTP_COMPLETE)
def redirect_with_an_endless_body(exchange: Exchange) -> None:
    """A redirect whose body never ends."""
    poured(exchange, b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\n\r\n", b"x")


@hostile(first=HTTP_CONTENT_TYPE, exit_code=0)
def huge_content_type(exchange: Exchange) -> None:
    """A Content-Type of 60 kB, all semicolons and quotes."""
    exchange.send(
        head(exchange.response, Content_Type='a/b; charset="' * 4000), exchange.response.body
    )


# --- Gateways ------------------------------------------------------------------------------------


def gateway(code: int, says: str, does: str) -> None:
    def write(exchange: Exchange) -> None:
        lines = f"HTTP/1.1 {code} Not now\r\nContent-Length: 0\r\nConnection: close\r\n"
        exchange.send((lines + (f"Retry-After: {says}\r\n" if says else "") + "\r\n").encode())

    name = f"{code}, Retry-After {says[:13] or 'missing'}"
    hostile(first=HTTP_DELIVERED, scopes=ALL, name=name, does=does)(write)


PAST = "Mon, 30 Aug 2010 00:00:00 GMT"
FUTURE = "Fri, 31 Dec 9999 23:59:59 GMT"
for _code in (429, 503):
    gateway(_code, "99999", "refused for a day")
    gateway(_code, "-1", "refused, with a negative wait")
    gateway(_code, PAST, "refused, with a date in the past")
    gateway(_code, FUTURE, "refused, with a date in the far future")
    gateway(_code, "soon", "refused, with a word instead of a time")
gateway(429, "9" * 5000, "refused, with a wait of 5,000 digits")
gateway(429, "1", "refused for a second")
gateway(503, "", "refused")
gateway(502, "", "refused")
