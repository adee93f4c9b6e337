"""What a hostile server is, how it is registered, and which calls it is hostile to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeVar

from faults.registry import ACCOUNTS
from faults.sockets import Exchange, Wire
from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request
from reseller_conformance.requirements import BOTH, SUCCESS_RETURNED, Requirement

__all__ = ["ALL", "SERVERS", "Hostile", "Scope", "Write", "hostile", "register"]

Write = Callable[[Exchange], None]
Function = TypeVar("Function", bound=Write)


class Scope(StrEnum):
    """The calls to which a server is hostile; to all others it is the reference."""

    EVERY = "every call"
    WRONG = "invalid calls"


ALL = tuple(Scope)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One server: what it does, to which calls, and what a run must report.

    `first` is the requirement that must be reported first. It is None if a run cannot verify
    anything, or if the server does no harm. `serve` yields its base URL.
    """

    name: str
    does: str
    scope: str
    serve: Callable[[], AbstractContextManager[str]]
    first: Requirement | None
    exit_code: int = 1

    def __str__(self) -> str:
        """Return the name and the scope."""
        return f"{self.name}, {self.scope}"


SERVERS: dict[str, Hostile] = {}
"""Every hostile server by its name and scope."""


def register(server: Hostile) -> None:
    """Add a server. Two servers with one name are an error."""
    if str(server) in SERVERS:
        raise ValueError(f"two hostile servers have one name: {server}")
    SERVERS[str(server)] = server


def hostile(
    *,
    first: Requirement | None,
    every: Requirement | None = SUCCESS_RETURNED,
    exit_code: int = 1,
    scopes: Sequence[Scope] = (Scope.WRONG,),
    formats: Sequence[Format] = BOTH,
    name: str = "",
    does: str = "",
) -> Callable[[Function], Function]:
    """Register the function that writes the responses, as one server for each scope.

    `first` must be reported first if invalid calls get these responses, `every` if all calls do.
    """

    def decorate(write: Function) -> Function:
        for scope in scopes:
            register(
                Hostile(
                    name or write.__name__.strip("_").replace("_", " "),
                    does or (write.__doc__ or "").strip().rstrip("."),
                    scope if tuple(formats) == BOTH else f"{scope} in {formats[0].upper()}",
                    partial(_serve, write, scope, tuple(formats)),
                    every if scope is Scope.EVERY else first,
                    exit_code,
                )
            )
        return write

    return decorate


def _serve(write: Write, scope: Scope, formats: tuple[Format, ...]) -> AbstractContextManager[str]:
    reference = Reference(ACCOUNTS)

    def when(request: Request) -> bool:
        if not request.path.endswith(formats):
            return False
        return scope is Scope.EVERY or reference.respond(request).status != 200

    return Wire(write, when).serve()
