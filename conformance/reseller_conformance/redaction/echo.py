"""Where a key that was sent comes back: in the body, a header, a cookie, or the reason phrase.

Which values would be an echo is left to `client.request` and `offline.calls`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reseller_conformance.redaction.secret import Scrubber

__all__ = ["places_of"]

MAX_NAME_CHARS = 60
"""Characters of a header's name that are shown."""

_SAME_EACH_TIME = ("date",)
"""Left out: they hold no key, and what does not change from call to call is searched only once."""


def places_of(
    sent: Scrubber,
    redact: Callable[[str], str],
    body: bytes,
    headers: Sequence[tuple[str, str]] = (),
    *,
    status: int | None = None,
    reason: str = "",
) -> tuple[str, ...]:
    """Return each place of this response that holds a key that was `sent`.

    The names of headers and cookies come from outside too, so that `redact` has a say in them.
    The Location of a redirect is no place: it repeats the URL, as redirects do, and
    `http.redirect` reports it.
    """
    is_redirect = status is not None and 300 <= status < 400
    judged = [
        (name, value)
        for name, value in headers
        if name.lower() not in _SAME_EACH_TIME and not (is_redirect and name.lower() == "location")
    ]
    found = ["body"] if body and sent.found_in(body) else []
    # no line of its own, for a value and the next header's name are no one text
    together = _bytes(
        "\n\x1f\n".join(f"{name}: {value}" for name, value in [*judged, ("", reason)])
    )
    if sent.found_in(together):
        found += _named(sent, redact, judged)
        found += ["reason phrase"] if sent.found_in(_bytes(reason)) else []
    return tuple(dict.fromkeys(found))


def _named(
    sent: Scrubber, redact: Callable[[str], str], headers: Sequence[tuple[str, str]]
) -> Iterator[str]:
    for name, value in headers:
        if sent.found_in(_bytes(f"{name}: {value}")):
            shown = redact(sent.text(name))[:MAX_NAME_CHARS]
            if name.lower() != "set-cookie":
                yield f"header {shown}"
                continue
            # as a whole first, because a key may hold a `=`
            cookie = redact(sent.text(value)).partition("=")[0].strip()[:MAX_NAME_CHARS]
            yield f"cookie {cookie}"


def _bytes(text: str) -> bytes:
    """Return a header as the bytes that it was: `http.client` reads them as Latin-1."""
    return text.encode("latin-1", "replace")
