"""What a fault is, and how it is registered and run.

A fault is an implementation that is faulty in one known way: mostly the reference with one method
exchanged. The modules beside this one hold the faults by topic. The tests run the suite on them.
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
"""Makes a new choice of the requests in which a fault shows; its counters start at zero."""

Function = TypeVar("Function", bound=Callable[..., Any])

ACCOUNTS = default_reference().accounts

JSON, XML = (Format.JSON,), (Format.XML,)


def suffix(formats: Sequence[Format]) -> str:
    """Return a suffix that names the one format of a fault, or nothing if it has both."""
    return "" if tuple(formats) == BOTH else f"_in_{formats[0]}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One implementation that fails `fails`, in `formats`, and necessarily `also`."""

    name: str
    description: str
    fails: Requirement
    make: Callable[[], Implementation]
    also: tuple[Requirement, ...] = ()
    formats: tuple[Format, ...] = BOTH
    family: str = ""
    """The kind of fault that it shares with faults of other fields or parameters."""
    by_chance: bool = False
    """Whether it shows in so few calls that a requirement of `also` may fail instead."""

    @property
    def level(self) -> Level:
        """The level of the requirement that it fails."""
        return self.fails.level

    @property
    def needs_sockets(self) -> bool:
        """Whether it is faulty below WSGI, so that only `serve` can run it."""
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
    """Add a fault. Two faults with one name are an error."""
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
    """Register the decorated object under its name, with its docstring as the description.

    With `instead_of` it replaces this method of the reference. With `after` it changes the result
    of this method. With `wire` it writes the response itself. Otherwise it makes an implementation.
    A member of a family has its own `name` and `description`. `when` limits the requests in which
    the fault shows, and `formats` the formats.
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
    """Make a reference with these methods instead of its own."""
    kind = type("Variant", (Reference,), dict(methods))
    return lambda: kind(ACCOUNTS)


def changed(method: Callable[..., Any], change: Callable[..., Any]) -> Callable[[], Reference]:
    """Make a reference that changes the result of this method."""

    def changing(self: Reference, *arguments: Any) -> Any:
        return change(method(self, *arguments))

    return variant(**{method.__name__: changing})


# --- Which requests a fault shows in -------------------------------------------------------------


class Sometimes(Reference):
    """Faulty in the requests that `when` chooses, and correct in all others."""

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
    """Respond once for all faults, because most of their responses are those of the reference."""
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
    """Choose the requests that expect an overview, or those that expect an error."""

    def chosen(request: Request) -> bool:
        plain = replace(request, headers=(), version="1.1")
        return (_right(plain).status == 200) is valid

    return lambda: chosen


def about(*places: int) -> When:
    """Choose the requests about these customers, by their positions among the reseller's."""
    names = {ACCOUNTS.resellers[0].customers[place].user for place in places}
    return lambda: lambda request: sent(request).get("user") in names


def every(number: int, of: When | None = None) -> When:
    """Choose each nth request, of all or of those that another choice selects."""

    def fresh() -> Callable[[Request], bool]:
        counted, concerned = count(1), of() if of else lambda _: True
        return lambda request: concerned(request) and next(counted) % number == 0

    return fresh


def _first_line(function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise ValueError(f"a fault has a description: {function.__name__}")
    return function.__doc__.strip().partition("\n")[0]
