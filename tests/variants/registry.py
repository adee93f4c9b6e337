"""What a variant is: a correct implementation that can be served, and what its run needs.

The module of each topic registers its own. The tests check that the suite finds no violation in
them.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TypeVar

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.client.target import Target
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.reference import Application, Reference
from variants.shops import DEFAULT, Shop

__all__ = [
    "VARIANTS",
    "NotInstalledError",
    "Running",
    "Variant",
    "composed",
    "library",
    "program",
    "served",
    "variant",
]


class NotInstalledError(Exception):
    """A variant cannot be served on this machine, because a program or library is not installed."""


def program(name: str) -> str:
    """Return the path of a program that a variant needs."""
    found = shutil.which(name)
    if found is None:
        raise NotInstalledError(name)
    return found


def library(name: str) -> None:
    """Require a library that a variant needs."""
    if find_spec(name) is None:
        raise NotInstalledError(name)


@dataclass(frozen=True, slots=True)
class Running:
    """A running variant, and the words for a run against it.

    `reference` is the served reference, if the variant is nothing else.
    """

    base_url: str
    api_user: str
    api_key: str
    customers: tuple[str, ...]
    foreign: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ca_bundle: str | None = None
    reference: Reference | None = None

    @property
    def target(self) -> Target:
        """The same as the suite's target."""
        return Target(
            base_url=self.base_url,
            api_user=self.api_user,
            api_key=Secret(self.api_key),
            customers=self.customers,
            foreign=self.foreign,
            headers=self.headers,
            verify=self.ca_bundle or True,
        )

    @property
    def arguments(self) -> list[str]:
        """The arguments of `reseller-conformance run`."""
        words = [f"--base-url={self.base_url}"]
        words += [f"--user={name}" for name in self.customers]
        if self.foreign is not None:
            words.append(f"--foreign-user={self.foreign}")
        words += [f"--header={name}: {value}" for name, value in self.headers]
        if self.ca_bundle is not None:
            words.append(f"--ca-bundle={self.ca_bundle}")
        return words

    @property
    def environment(self) -> dict[str, str]:
        """The credentials, which are never options."""
        return {"RESELLER_API_USER": self.api_user, "RESELLER_API_KEY": self.api_key}


@dataclass(frozen=True, slots=True)
class Variant:
    """One correct implementation.

    `should` are the SHOULD requirements that it violates. `perhaps` are those that it violates only
    when calls happen to overlap in time. It violates no MUST.
    """

    name: str
    topic: str
    what: str
    serve: Callable[[], AbstractContextManager[Running]]
    should: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


VARIANTS: dict[str, Variant] = {}
"""Every variant, by its name."""

Serve = Callable[[], Iterator[Running]]
AnyReference = TypeVar("AnyReference", bound=type[Reference])


def variant(
    what: str, *, should: tuple[str, ...] = (), perhaps: tuple[str, ...] = ()
) -> Callable[[Serve], Serve]:
    """Register a generator that serves the variant, yields what runs, and stops it."""

    def register(serve: Serve) -> Serve:
        _add(serve, what, contextmanager(serve), should, perhaps)
        return serve

    return register


def composed(
    what: str,
    *,
    shop: Shop = DEFAULT,
    should: tuple[str, ...] = (),
    perhaps: tuple[str, ...] = (),
) -> Callable[[AnyReference], AnyReference]:
    """Register a subclass of the reference, served with a shop's accounts."""

    def register(kind: AnyReference) -> AnyReference:
        def serve() -> AbstractContextManager[Running]:
            return served(kind(shop.accounts), shop)

        _add(kind, what, serve, should, perhaps)
        return kind

    return register


@contextmanager
def served(reference: Reference, shop: Shop = DEFAULT) -> Iterator[Running]:
    """Serve the reference with a shop's accounts, on a production server."""
    with serve_app(Application(reference)) as base_url:
        yield Running(base_url, *shop.words, reference=reference)


def _add(
    made: Serve | type[Reference],
    what: str,
    serve: Callable[[], AbstractContextManager[Running]],
    should: tuple[str, ...],
    perhaps: tuple[str, ...],
) -> None:
    name = made.__name__
    if name in VARIANTS:
        raise ValueError(f"two variants have one name: {name}")
    module = inspect.getmodule(made)
    topic = module.__name__.rpartition(".")[2] if module else ""
    VARIANTS[name] = Variant(name, topic, what, serve, frozenset(should), frozenset(perhaps))
