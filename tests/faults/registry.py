"""What a fault is, how one is written down, and how it is run.

A fault is an implementation that is wrong in one known way: mostly the reference with one method
exchanged. The modules beside this one hold the faults by topic; what the suite makes of each is
left to the tests that run it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import count
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.contract import Format
from reseller_conformance.reference import (
    Application,
    Reference,
    Request,
    Response,
    default_reference,
)
from reseller_conformance.requirements import BOTH, Level, Requirement

from .sockets import Wire

__all__ = [
    "ACCOUNTS",
    "FAULTS",
    "JSON",
    "XML",
    "Fault",
    "Sometimes",
    "When",
    "about",
    "calls_that_are",
    "changed",
    "every",
    "fault",
    "register",
    "sent",
    "suffix",
    "variant",
]

Implementation = Reference | Wire
When = Callable[[], Callable[[Request], bool]]
"""Makes a fresh judge of which requests a fault shows in: what it counts starts anew."""

Function = TypeVar("Function", bound=Callable[..., Any])

ACCOUNTS = default_reference().accounts

JSON, XML = (Format.JSON,), (Format.XML,)


def suffix(formats: Sequence[Format]) -> str:
    """Name the one format in which a fault shows; say nothing where it is both."""
    return "" if tuple(formats) == BOTH else f"_in_{formats[0]}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One implementation that fails `fails`, in `formats`, and of necessity `also`."""

    name: str
    description: str
    fails: Requirement
    make: Callable[[], Implementation]
    also: tuple[Requirement, ...] = ()
    formats: tuple[Format, ...] = BOTH
    family: str = ""
    """The way of being wrong that it shares with others, of other fields or parameters."""
    by_chance: bool = False
    """Whether it shows in so few calls that one of `also` may meet them instead."""

    @property
    def level(self) -> Level:
        """The level of the requirement that it fails."""
        return self.fails.level

    @property
    def needs_sockets(self) -> bool:
        """Whether it is wrong below WSGI, so that only `serve` can run it."""
        return isinstance(self.make(), Wire)

    def serve(self) -> AbstractContextManager[str]:
        """Serve it on loopback within this scope, and yield its base URL."""
        made = self.make()
        return made.serve() if isinstance(made, Wire) else serve_app(Application(made))

    def __str__(self) -> str:
        """Return the name."""
        return self.name


FAULTS: dict[str, Fault] = {}
"""Every fault by its name."""


def register(fault: Fault) -> None:
    """Add a fault; two of one name are a mistake."""
    if fault.name in FAULTS:
        raise ValueError(f"two faults have one name: {fault.name}")
    FAULTS[fault.name] = fault


def fault(
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
    instead_of: Callable[..., Any] | None = None,
    after: Callable[..., Any] | None = None,
    wire: bool = False,
    when: When | None = None,
    family: str = "",
    by_chance: bool = False,
    name: str = "",
    description: str = "",
) -> Callable[[Function], Function]:
    """Register what is decorated, under its name, with its docstring as the description.

    `instead_of` a method of the reference it is that method; `after` a method it is given what
    the method returns, and returns something else; on the `wire` it writes the response itself.
    With none of these it makes an implementation.
    A member of a family has its own `name` and `description`.
    `when` says which requests the fault shows in; `formats` in which formats.
    """

    def made_of(function: Function) -> Callable[[], Implementation]:
        if instead_of is not None:
            return variant(**{instead_of.__name__: function})
        if after is not None:
            return changed(after, function)
        return partial(Wire, function) if wire else function

    def decorate(function: Function) -> Function:
        register(
            Fault(
                name or function.__name__,
                description or _first_line(function),
                fails,
                _limited(made_of(function), tuple(formats), when),
                tuple(other for other in also if other is not fails),
                tuple(formats),
                family or name or function.__name__,
                by_chance,
            )
        )
        return function

    return decorate


def variant(**methods: Callable[..., Any]) -> Callable[[], Reference]:
    """Make a reference with these methods in place of its own."""
    kind = type("Variant", (Reference,), dict(methods))
    return lambda: kind(ACCOUNTS)


def changed(method: Callable[..., Any], change: Callable[..., Any]) -> Callable[[], Reference]:
    """Make a reference in which what this method returns is changed."""

    def changing(self: Reference, *arguments: Any) -> Any:
        return change(method(self, *arguments))

    return variant(**{method.__name__: changing})


# --- Which requests a fault shows in -------------------------------------------------------------


class Sometimes(Reference):
    """Wrong in those requests of which `when` says so, and right in all others."""

    def __init__(self, wrong: Reference, when: Callable[[Request], bool]) -> None:
        super().__init__(wrong.accounts)
        self.wrong = wrong
        self.when = when

    def respond(self, request: Request) -> Response:
        """Respond, correctly or with the fault."""
        if self.when(request):
            return self.wrong.respond(request)
        plain = replace(request, headers=(), version="1.1")  # the reference reads neither
        return _right(plain) if self.accounts is ACCOUNTS else super().respond(request)


@cache
def _right(request: Request) -> Response:
    """Respond once for all faults: most responses of each are those of the reference."""
    return Reference(ACCOUNTS).respond(request)


def _limited(
    make: Callable[[], Implementation], formats: tuple[Format, ...], when: When | None
) -> Callable[[], Implementation]:
    if formats == BOTH and when is None:
        return make

    def limited() -> Implementation:
        made, chosen = make(), when() if when else lambda _: True

        def shows(request: Request) -> bool:
            return _in(formats, request) and chosen(request)

        return replace(made, when=shows) if isinstance(made, Wire) else Sometimes(made, shows)

    return limited


def _in(formats: tuple[Format, ...], request: Request) -> bool:
    return any(request.path.endswith(f".{format}") for format in formats)


@cache
def sent(request: Request) -> Mapping[str, str]:
    """Return the parameters of a query, the last of each name."""
    return dict(parse_qsl(request.query.decode(), keep_blank_values=True))


def calls_that_are(*, valid: bool) -> When:
    """Choose the requests that call for an overview, or those that call for an error."""

    def chosen(request: Request) -> bool:
        plain = replace(request, headers=(), version="1.1")
        return (_right(plain).status == 200) is valid

    return lambda: chosen


def about(*places: int) -> When:
    """Choose the requests about these customers, by their places among the reseller's."""
    names = {ACCOUNTS.resellers[0].customers[place].user for place in places}
    return lambda: lambda request: sent(request).get("user") in names


def every(number: int, of: When | None = None) -> When:
    """Choose each so many-th request, of all or of those that another choice takes."""

    def fresh() -> Callable[[Request], bool]:
        counted, concerned = count(1), of() if of else lambda _: True
        return lambda request: concerned(request) and next(counted) % number == 0

    return fresh


def _first_line(function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise ValueError(f"a fault has a description: {function.__name__}")
    return function.__doc__.strip().partition("\n")[0]
