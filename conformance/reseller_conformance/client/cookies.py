"""Cookies that the target sets after valid calls, kept to send them on purpose.

Every other request goes without: a cookie must not help a call, and nobody else's run has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

__all__ = ["CookieJar"]

MAX_COOKIES = 50
"""How many cookies of one customer are kept, as browsers keep of a site (RFC 6265, 6.1)."""

EPOCH_END = 86_400.0
"""A date within the first day of 1970 deletes a cookie: frameworks write it so."""


class CookieJar:
    """The cookies that came with valid calls, by customer."""

    def __init__(self) -> None:
        """Start without any."""
        self._cookies: dict[int, dict[tuple[str, str], str]] = {}

    def keep(self, customer: int, url: str, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what the response to a valid call about this customer has set."""
        kept = self._cookies.setdefault(customer, {})
        for field, value in headers:
            if field.lower() != "set-cookie":
                continue
            pair, *attributes = value.split(";")
            name, equals, text = (part.strip() for part in pair.partition("="))
            said = {
                k.strip().lower(): v.strip() for k, _, v in (a.partition("=") for a in attributes)
            }
            path = said.get("path", "")
            key = (name, path if path.startswith("/") else _default_path(url))
            if not equals or not name or _expired(said):
                kept.pop(key, None)
            elif key in kept or len(kept) < MAX_COOKIES:
                kept[key] = text

    def field(self, customer: int, url: str) -> str:
        """Return the `Cookie` field for a call to this URL; empty where there is none."""
        called = urlsplit(url).path
        kept = list(self._cookies.get(customer, {}).items())
        return "; ".join(f"{name}={text}" for (name, path), text in kept if _matches(called, path))


def _default_path(url: str) -> str:
    """Return the path of a cookie that names none (RFC 6265, 5.1.4)."""
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _matches(called: str, path: str) -> bool:
    return called == path or called.startswith(path if path.endswith("/") else f"{path}/")


def _expired(said: dict[str, str]) -> bool:
    """Say whether a cookie is set to be deleted (RFC 6265, 5.2.1 and 5.2.2)."""
    age = said.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        return age.startswith("-") or not age.strip("0")
    try:
        return parsedate_to_datetime(said["expires"]).timestamp() <= EPOCH_END
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return False
