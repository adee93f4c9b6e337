"""Find where a response repeats the key: body, header, cookie, reason phrase or beside them.

The caller chooses the values to search for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reseller_conformance.redaction.secret import Scrubber

__all__ = ["places_of"]

MAX_NAME_CHARS = 60
"""Maximum length of a header or cookie name in a report, in characters."""

_SAME_EACH_TIME = ("date",)
"""Headers that are not searched. A changing header would make every response a new text to search.
"""


def places_of(
    sent: Scrubber,
    redact: Callable[[str], str],
    body: bytes,
    headers: Sequence[tuple[str, str]] = (),
    *,
    status: int | None = None,
    reason: str = "",
    asides: Sequence[tuple[str, bytes]] = (),
) -> tuple[str, ...]:
    """Return the places of this response that hold a value of `sent`, such as "body" or "header X".

    `asides` are places beside headers and body, with their text, such as "trailer".

    `redact` is applied to the names of headers and cookies, because the server chooses them. The
    Location header of a redirect is not searched. A redirect normally repeats the URL, and
    `http.redirect` reports it.
    """
    is_redirect = status is not None and 300 <= status < 400
    judged = [
        (name, value)
        for name, value in headers
        if name.lower() not in _SAME_EACH_TIME and not (is_redirect and name.lower() == "location")
    ]
    found = ["body"] if body and sent.found_in(body) else []
    # The separator keeps a value and the next header's name apart: a match must not span both.
    together = _bytes(
        "\n\x1f\n".join(f"{name}: {value}" for name, value in [*judged, ("", reason)])
    )
    if sent.found_in(together):
        found += _named(sent, redact, judged)
        found += ["reason phrase"] if sent.found_in(_bytes(reason)) else []
    found += [place for place, text in asides if sent.found_in(text)]
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
            # Redact the whole value first, because a key may contain `=`.
            cookie = redact(sent.text(value)).partition("=")[0].strip()[:MAX_NAME_CHARS]
            yield f"cookie {cookie}"


def _bytes(text: str) -> bytes:
    """Return the original bytes of a header: `http.client` decodes headers as Latin-1."""
    return text.encode("latin-1", "replace")
