"""The base URL of a target: what one may hold, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

__all__ = ["checked_base_url", "without_userinfo"]

# pytest then shows the line that created the target, without the frames of this module.
__tracebackhide__ = True


def checked_base_url(text: str, name: str, scrub: Callable[[str], str]) -> str:
    """Return the base URL without slashes at its end.

    Raises ValueError for any other text. The message begins with `name`. It leaves out the parts
    that may hold a password, and `scrub` removes the key.
    """
    try:
        parts = urlsplit(text)
        fine = (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\\^`{|}]", text)
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts, fine = urlsplit(""), False
    problem = ""
    if parts.scheme not in ("http", "https") or not parts.hostname or not fine:
        problem = "must be http://HOST or https://HOST, with or without a path, not"
    elif parts.username is not None or parts.password is not None:
        problem = "must hold no user and no password; use --header (or headers=)"
    elif re.search(r"[?#]", text):
        problem = "must end before the first ? or #, as here"
    if problem:
        raise ValueError(f"{name} {problem}: {scrub(without_userinfo(text))}")
    return text.rstrip("/")


def without_userinfo(text: str) -> str:
    """Return a URL for display, without user, password, query and fragment."""
    start = re.split(r"[?#]", text)[0]
    return re.sub(r"^([^/]*//)?[^/]*@", r"\1***@", start)
