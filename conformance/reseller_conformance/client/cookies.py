"""Cookies that the target sets after valid calls about the first customer, to send them on purpose.

All other requests are sent without cookies, which could make a call succeed.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

__all__ = ["CookieJar"]

MAX_COOKIES = 50
"""Most cookies that are kept, as browsers keep of a site (RFC 6265, 6.1)."""

EPOCH_END = 86_400.0
"""Up to this date, in seconds, a cookie is deleted. Frameworks use the first day of 1970."""


class CookieJar:
    """The cookies that came with valid calls."""

    def __init__(self) -> None:
        """Start without cookies."""
        self._cookies: dict[tuple[str, str], str] = {}

    def keep(self, url: str, headers: Iterable[tuple[str, str]]) -> None:
        """Keep the cookies that a response sets."""
        kept = self._cookies
        for field, value in headers:
            if field.lower() != "set-cookie":
                continue
            pair, *attributes = value.split(";")
            name, equals, text = (part.strip() for part in pair.partition("="))
            attributes_by_name = {
                k.strip().lower(): v.strip() for k, _, v in (a.partition("=") for a in attributes)
            }
            path = attributes_by_name.get("path", "")
            key = (name, path if path.startswith("/") else _default_path(url))
            if not equals or not name or _expired(attributes_by_name):
                kept.pop(key, None)
            elif key in kept or len(kept) < MAX_COOKIES:
                kept[key] = text

    def field(self, url: str) -> str:
        """Return the `Cookie` field for a call to this URL; empty if there is none."""
        called = urlsplit(url).path
        kept = list(self._cookies.items())
        return "; ".join(f"{name}={text}" for (name, path), text in kept if _matches(called, path))


def _default_path(url: str) -> str:
    """Return the path of a cookie without a path (RFC 6265, 5.1.4)."""
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _matches(called: str, path: str) -> bool:
    return called == path or called.startswith(path if path.endswith("/") else f"{path}/")


def _expired(attributes: dict[str, str]) -> bool:
    """Return True if this deletes the cookie (RFC 6265, 5.2.1 and 5.2.2)."""
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        return age.startswith("-") or not age.strip("0")
    try:
        return parsedate_to_datetime(attributes["expires"]).timestamp() <= EPOCH_END
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return False
