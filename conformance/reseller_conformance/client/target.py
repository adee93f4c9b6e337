"""The target of a run: its URL, the operator's account on it, and the limits of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reseller_conformance.client.base_url import checked_base_url
from reseller_conformance.exchange import BUDGET_EXHAUSTED
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.util.defaults import (
    DEFAULT_CONCURRENCY,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT_SECONDS,
)

__all__ = ["AppLog", "Limits", "Target"]

# pytest then shows the line that created the target, without the frames of this module.
__tracebackhide__ = True

Kind = Literal["embedded", "app", "live"]
Headers = tuple[tuple[str, str], ...]


class AppLog(Protocol):
    """A record of the application's output in each call, such as `call_log.CallLog`."""

    def output_of(self, method: str, url: str, began: float, ended: float, *, failed: bool) -> str:
        """Return the output for the call to this URL between these times, not redacted."""


@dataclass(frozen=True, slots=True, init=False)
class Target:
    """One implementation of the call, with the operator's account on it.

    - `customers`: names registered under the reseller. Most calls are about the first.
    - `foreign`: a customer of another reseller.
    - `headers`: sent with every call. They may contain a gateway's token, so `repr` hides them.
    - `verify`: as in `requests`: True, False, or the path of a CA bundle.
    - `client_cert`: for mutual TLS: the path of a certificate with its key, or the two paths.
    - `proxy`: the URL of an HTTP proxy. It may contain a password, so `repr` hides it.
    - `app_log`: the output of an application that runs in this process.
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
        """Validate the values.

        The key may be text or a Secret. Trailing slashes of the URL are removed.

        Raises TypeError for a value of another type, and ValueError for an empty user or key, or
        for an invalid base URL.
        """
        # Wrap the key first: a traceback shows the arguments as they are at that time.
        api_key = _secret(api_key)
        given = {
            "base_url": _base_url(base_url, api_key),
            "api_user": _user(api_user),
            "api_key": api_key,
            "customers": _names(customers),
            "foreign": None if foreign is None else _text("foreign", foreign),
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


def _base_url(value: object, key: Secret) -> str:
    return checked_base_url(
        _text("base_url", value), "base_url", lambda text: Scrubber([key.reveal()]).text(text)
    )


def _user(value: object) -> str:
    user = _text("api_user", value)
    if not user:
        raise ValueError("api_user is empty")
    return user


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not: {value!r}")
    return value


def _names(given: object) -> tuple[str, ...]:
    """Return the names. A single text is rejected, because its letters would be taken as names."""
    names = () if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"customers is a list of one or more names, not: {given!r}")
    return names


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a run.

    `rate` is in calls a second (None: no limit), `concurrency` in calls in progress, and `timeout`
    in seconds for each attempt. `retries` counts the attempts after the first.
    """

    rate: float | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    retries: int = DEFAULT_RETRIES
    max_requests: int | None = None
    max_smoke_requests: int | None = None
    """Most requests of each client at depth smoke. Processes do not share it."""

    @property
    def budget(self) -> int | None:
        """Most requests of a client, or None."""
        most = (self.max_requests, self.max_smoke_requests)
        return min((one for one in most if one is not None), default=None)

    @property
    def exhausted(self) -> str:
        """Why a client that has used its budget sends no more."""
        if self.budget == self.max_requests:
            return BUDGET_EXHAUSTED
        return f"the {self.max_smoke_requests} calls of depth smoke are used up"
