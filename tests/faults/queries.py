"""Queries that are badly written: separators, bytes that do not decode, NULs and line ends."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, unquote_to_bytes

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

CRASH = Response(500, "text/plain", b"Internal Server Error")
NOTHING = Response(400, "text/plain", b"")


def strays(place: str, found: str) -> None:
    """Register a server that refuses a separator in this place."""

    class Strict(Reference):
        def respond(self, request: Request) -> Response:
            query = request.query.decode("latin-1")
            wanted = self.find_format(request.path)
            stray = {
                "before": query.startswith("&"),
                "behind": query.endswith("&"),
                "between": "&&" in query,
            }[place]
            if wanted and stray:
                return self.refuse(wanted, Refusal(400, ("A parameter has no name.",)))
            return super().respond(request)

    fault(
        fails=REQUEST_SEPARATORS,
        family="separators",
        name=f"separator_{place}_is_refused",
        description=f"a stray separator {found} is refused",
    )(lambda: Strict(ACCOUNTS))


strays("before", "before the query")
strays("behind", "behind the query")
strays("between", "behind another one")


def query_fault(
    name: str, description: str, part: bytes, response: Response, requirement: Requirement
) -> None:
    """Register a server that gives this response where the query holds this part."""

    class Careless(Reference):
        def respond(self, request: Request) -> Response:
            return response if part in request.query else super().respond(request)

    fault(fails=requirement, family="malformed", name=name, description=description)(
        lambda: Careless(ACCOUNTS)
    )


for _name, _part in {
    "invalid_utf_8": b"=%ff",
    "a_bad_escape": b"=%zz",
    "a_name_without_a_value": b"&x",
    "a_name_without_its_value": b"&task",
    "a_nul": b"=%00",
}.items():
    for _how, _response in (("crashes", CRASH), ("gets_nothing", NOTHING)):
        if not (_name.endswith("_its_value") or _name == "a_name_without_a_value"):
            query_fault(
                f"{_name}_{_how}", f"{_name} {_how}".replace("_", " "), _part, _response,
                REQUEST_MALFORMED,
            )  # fmt: skip


class BareNames(Reference):
    """Splits each part of a query at its equals sign."""

    def respond(self, request: Request) -> Response:
        bare = [part for part in request.query.split(b"&") if part and b"=" not in part]
        return CRASH if bare else super().respond(request)


class ScalarAndArray(Reference):
    """Fails where a parameter is plain and an array at once."""

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


def cut_at_nul(parameter: str) -> None:
    """Register a server that reads this parameter as C does."""

    class Cut(Reference):
        def look_up(self, parameters: Parameters):
            read = [
                (name, value.partition("\0")[0] if name == parameter else value)
                for name, value in parameters
            ]
            return super().look_up(read)

    fault(
        fails=WRONG[parameter],
        family="nul",
        name=f"{parameter}_is_cut_at_a_nul",
        description=f"{parameter} is cut at a NUL",
    )(lambda: Cut(ACCOUNTS))


for _parameter in PARAMETERS:
    cut_at_nul(_parameter)


class Copies(Reference):
    """Copies the query into a header, decoded."""

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        lines = unquote_to_bytes(request.query).decode("latin-1").split("\r\n")[1:]
        written = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
        return replace(response, headers=(*response.headers, *written))


class CopiesCookies(Copies):
    """Copies the query into a header, of which only cookies come through."""

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
