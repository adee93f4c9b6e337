"""Who is asked, as whom, and about whom: the operator's words, checked once.

How it is asked is left to `client`; which values are sent to `states` and `cases`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reseller_conformance.redaction.secret import Secret
from reseller_conformance.util.defaults import (
    DEFAULT_CONCURRENCY,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT_SECONDS,
)

__all__ = ["AppLog", "Limits", "Target"]

# pytest shows the line that made a target, not the frames of this module
__tracebackhide__ = True

Kind = Literal["embedded", "app", "live"]
Headers = tuple[tuple[str, str], ...]


class AppLog(Protocol):
    """What an application tells of each call: `app_log.CallLog` is one."""

    def told(self, method: str, url: str, began: float, ended: float, *, failed: bool) -> str:
        """Return what was told of the call to this URL between these times, not redacted."""


@dataclass(frozen=True, slots=True, init=False)
class Target:
    """One implementation of the call, with the operator's account on it.

    `customers` are names registered under the reseller, the first being the one that most calls ask
    about; `foreign` is a customer of another reseller. `headers` go with every call; a gateway's
    token may be among them, so they are not shown. `verify` is what `requests` takes: True, False,
    or the path of a CA bundle. `client_cert` is the path of a certificate with its key, or the two
    paths, for mutual TLS. `proxy` is the URL of an HTTP proxy, which may hold a password. `app_log`
    is what an application that runs in this process tells of each call.
    """

    base_url: str
    api_user: str
    api_key: Secret
    customers: tuple[str, ...]
    foreign: str | None = None
    kind: Kind = "live"
    headers: Headers = field(default=(), repr=False)
    verify: bool | str = True
    client_cert: tuple[str, str] | str | None = None
    proxy: str | None = field(default=None, repr=False)
    app_log: AppLog | None = field(default=None, repr=False, compare=False)

    def __init__(
        self,
        base_url: str,
        api_user: str,
        api_key: Secret | str,
        customers: Iterable[str],
        foreign: str | None = None,
        kind: Kind = "live",
        headers: Headers = (),
        verify: bool | str = True,
        client_cert: tuple[str, str] | str | None = None,
        proxy: str | None = None,
        app_log: AppLog | None = None,
    ) -> None:
        """Take the key as text or as a Secret, which it becomes; a slash ends no base URL.

        Raises TypeError for what is no text, and ValueError where a text is missing.
        """
        # at once: a traceback shows the arguments as they are when it is made
        api_key = _secret(api_key)
        given = {
            "base_url": _text("base_url", base_url).rstrip("/"),
            "api_user": _text("api_user", api_user),
            "api_key": api_key,
            "customers": _names(customers),
            "foreign": foreign,
            "kind": kind,
            "headers": headers,
            "verify": verify,
            "client_cert": client_cert,
            "proxy": proxy,
            "app_log": app_log,
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)


def _secret(key: object) -> Secret:
    secret = key if isinstance(key, Secret) else Secret(key) if isinstance(key, str) else None
    if secret is None:
        raise TypeError(f"api_key is a text or a Secret, not: {type(key).__name__}")
    if not secret:
        raise ValueError("api_key is empty")
    return secret


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not: {value!r}")
    return value


def _names(given: object) -> tuple[str, ...]:
    """Return the names; a single text would be taken for a row of letters."""
    names = () if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"customers is a list of one or more names, not: {given!r}")
    return names


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost: calls a second (None: no limit), calls in flight, seconds, tries."""

    rate: float | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    retries: int = DEFAULT_RETRIES
    max_requests: int | None = None
