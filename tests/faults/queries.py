"""Badly written queries: separators, bytes that do not decode, NULs and line ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, quote_from_bytes, unquote_to_bytes

from reseller_conformance.contract import PARAMETERS
from reseller_conformance.reference import Reference, Refusal, Request, Response
from reseller_conformance.reference.core import Parameters
from reseller_conformance.requirements import (
    REQUEST_MALFORMED,
    REQUEST_NO_INJECTION,
    REQUEST_SEPARATORS,
    Requirement,
)

from .due import WRONG
from .registry import ACCOUNTS, fault
from .sockets import Exchange, head

CRASH = Response(500, "text/plain", b"Internal Server Error")
NOTHING = Response(400, "text/plain", b"")


def strays(place: str, found: str) -> None:
    """Register servers that a separator in this position stops."""

    class Strict(Reference):
        instead: Response | None = None

        def respond(self, request: Request) -> Response:
            query = request.query.decode("latin-1")
            wanted = self.find_format(request.path)
            stray = {
                "before": query.startswith("&"),
                "behind": query.endswith("&"),
                "between": "&&" in query,
            }[place]
            if wanted and stray:
                refusal = Refusal(400, ("A parameter has no name.",))
                return self.instead or self.refuse(wanted, refusal)
            return super().respond(request)

    for name, does, instead in (
        ("is_refused", "is refused", None),
        ("crashes", "gets a 500", CRASH),
        ("gets_nothing", "gets an empty response", NOTHING),
        ("gets_a_page", "gets a page of HTML", Response(403, "text/html", b"<h1>Forbidden</h1>")),
    ):
        fault(
            fails=REQUEST_SEPARATORS,
            family="separators",
            name=f"separator_{place}_{name}",
            description=f"a stray separator {found} {does}",
        )(lambda instead=instead: type("Strict", (Strict,), {"instead": instead})(ACCOUNTS))


strays("before", "before the query")
strays("behind", "behind the query")
strays("between", "behind another one")


def query_fault(
    name: str, description: str, part: bytes, response: Response, requirement: Requirement
) -> None:
    """Register a server that gives this response if the query contains this part."""

    class Careless(Reference):
        def respond(self, request: Request) -> Response:
            return response if part in request.query else super().respond(request)

    fault(fails=requirement, family="malformed", name=name, description=description)(
        lambda: Careless(ACCOUNTS)
    )


for _name, _part in {
    "invalid_utf_8": b"=%ff",
    "a_bad_escape": b"%zz",
    "a_nul": b"%00",
    "a_line_end_behind_a_value": b"%0D%0A",
}.items():
    for _how, _response in (("crashes", CRASH), ("gets_nothing", NOTHING)):
        query_fault(
            f"{_name}_{_how}",
            f"{_name} {_how}".replace("_", " "),
            _part,
            _response,
            REQUEST_MALFORMED,
        )


class BareNames(Reference):
    """Splits each part of a query at its equals sign."""

    def respond(self, request: Request) -> Response:
        bare = [part for part in request.query.split(b"&") if part and b"=" not in part]
        return CRASH if bare else super().respond(request)


class ScalarAndArray(Reference):
    """Fails if a parameter is both plain and an array."""

    def respond(self, request: Request) -> Response:
        names = {name for name, _ in parse_qsl(request.query.decode(), keep_blank_values=True)}
        both = any({name, f"{name}[]"} <= names for name in PARAMETERS)
        return CRASH if both else super().respond(request)


for _kind in (BareNames, ScalarAndArray):
    fault(
        fails=REQUEST_MALFORMED,
        family="malformed",
        name=f"{_kind.__name__}_crash",
        description=_kind.__doc__ or "",
    )(lambda kind=_kind: kind(ACCOUNTS))


Reads = Callable[[bytes], bytes]
"""Maps the value of a parameter as written to the value that the server uses."""


def decoded(read: Reads) -> Reads:
    """Return the reader that decodes a value first."""
    return lambda written: quote_from_bytes(read(unquote_to_bytes(written))).encode()


def without_invalid_bytes(value: bytes) -> bytes:
    """Drop bytes that are not UTF-8."""
    return value.decode(errors="ignore").encode()


def before_invalid_bytes(value: bytes) -> bytes:
    """Stop at the first byte that is not UTF-8."""
    return value.decode(errors="replace").partition("\N{REPLACEMENT CHARACTER}")[0].encode()


def without_control_characters(value: bytes) -> bytes:
    """Drop control characters inside, but not at the ends: some readers trim those."""
    return value if value != value.strip() else re.sub(rb"[\x00-\x1f\x7f]", b"", value)


def read_by(parameter: str, how: str, family: str, read: Reads) -> None:
    """Register a server that reads this parameter in this way."""

    class Reader(Reference):
        def read(self, request: Request) -> Parameters:
            parts = [part.partition(b"=") for part in request.query.split(b"&")]
            made = [
                name + equals + (read(value) if name == parameter.encode() else value)
                for name, equals, value in parts
            ]
            return super().read(replace(request, query=b"&".join(made)))

    fault(
        fails=WRONG[parameter],
        family=family,
        name=f"{parameter}_{how}",
        description=f"{parameter} {how}".replace("_", " "),
    )(lambda: Reader(ACCOUNTS))


for _parameter in PARAMETERS:
    for _how, _family, _read in (
        ("is_cut_at_a_nul", "nul", lambda value: value.partition(b"\0")[0]),
        ("is_read_to_the_end_of_the_line", "lines", lambda value: value.partition(b"\n")[0]),
        ("loses_bytes_that_are_no_utf_8", "converted bytes", without_invalid_bytes),
        ("is_cut_at_a_byte_that_is_no_utf_8", "converted bytes", before_invalid_bytes),
        ("loses_control_characters", "spoiled", without_control_characters),
    ):
        read_by(_parameter, _how, _family, decoded(_read))
    read_by(
        _parameter, "is_cut_at_a_percent_sign", "escapes", lambda value: value.partition(b"%z")[0]
    )
    read_by(
        _parameter, "loses_incorrect_escapes", "escapes",
        lambda value: re.sub(rb"%(?![0-9A-Fa-f]{2})\w*", b"", value),
    )  # fmt: skip

for _parameter in ("user", "api_key"):
    read_by(_parameter, "is_cut_at_a_tab", "tabs", decoded(lambda v: v.partition(b"\t")[0]))
read_by(
    "task", "is_searched_line_by_line", "spoiled",
    decoded(lambda value: b"overview" if b"overview" in value.split(b"\n") else value),
)  # fmt: skip


class Copies(Reference):
    """Copies the query into a header, decoded."""

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        lines = unquote_to_bytes(request.query).decode("latin-1").split("\r\n")[1:]
        written = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
        return replace(response, headers=(*response.headers, *written))


class CopiesOne(Reference):
    """Copies one parameter into a header, decoded: a line feed alone ends a line."""

    parameter = ""

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        query = request.query.decode("latin-1")
        values = [value for name, value in parse_qsl(query) if name == self.parameter]
        lines = re.split("\r?\n", "".join(values))[1:]
        written = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
        return replace(response, headers=(*response.headers, *written))


class CopiesCookies(Copies):
    """Copies the query into headers, but only cookies are sent."""

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        kept = [pair for pair in response.headers if pair[0] != "X-Injected"]
        return replace(response, headers=tuple(kept))


for _kind in (Copies, CopiesCookies):
    fault(
        fails=REQUEST_NO_INJECTION,
        family="injection",
        name=f"query_written_by_{_kind.__name__}",
        description=_kind.__doc__ or "",
    )(lambda kind=_kind: kind(ACCOUNTS))

for _parameter in PARAMETERS:
    fault(
        fails=REQUEST_NO_INJECTION,
        family="injection",
        name=f"{_parameter}_is_written_into_a_header",
        description=f"{_parameter} is copied into a header, decoded",
    )(lambda parameter=_parameter: type("_", (CopiesOne,), {"parameter": parameter})(ACCOUNTS))


@fault(fails=REQUEST_NO_INJECTION, family="injection", wire=True)
def user_is_written_into_the_head(exchange: Exchange) -> None:
    """An error has the user in a header, with its line ends as they were sent."""
    query = dict(parse_qsl(exchange.request.query.decode("latin-1"), keep_blank_values=True))
    named = {"X-User": query.get("user", "")} if exchange.response.status != 200 else {}
    written = head(exchange.response).replace(
        b"\r\n",
        b"".join(f"\r\n{name}: {value}".encode() for name, value in named.items()) + b"\r\n",
        1,
    )
    exchange.send(written, exchange.response.body)
