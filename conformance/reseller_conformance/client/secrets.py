"""The secrets of a target, and the target without them.

Everything that redacts for one target shares one scrubber, so that all know the same secrets.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from reseller_conformance.cases.mutation_makers import make, shell
from reseller_conformance.cases.mutations import COMMON_INVALID, KEY_SPELLINGS, NEAR_MISSES
from reseller_conformance.client.target import Target
from reseller_conformance.redaction.secret import MIN_SECRET_CHARS, Scrubber

__all__ = ["redacted", "scrubber_of", "secrets_of"]

PUBLIC_HEADERS = frozenset(
    (
        *("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control"),
        *("connection", "content-type", "host", "origin", "user-agent"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
    )
)
"""Headers without secrets. Redacting them would hide hosts and media types."""

PUBLIC_PARAMETERS = frozenset(("algorithm", "qop", "realm", "signedheaders", "uri"))
"""Parameters of `Authorization` that are not secret (RFC 7616; AWS Signature Version 4)."""

JWT = "eyJ"
"""The start of a JSON Web Token, whose parts are base64 (RFC 7515)."""

_PIECE = re.compile(r"""(?:([^\s=;,"]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|([^\s;,"][^;,"]*))""")
"""A parameter, a cookie, or a text without a name. The value may be quoted."""


def secrets_of(target: Target) -> list[str]:
    """Return the secrets of a target: the key, its sent parts, headers and passwords."""
    key = target.api_key.reveal()
    states = (*COMMON_INVALID["api_key"], *NEAR_MISSES["api_key"], *KEY_SPELLINGS)
    made = [make(state, key, "api_key") or "" for state in states if shell(state) is not None]
    # Additions to the whole key are not secret. An exchanged key contains all but the last two
    # letters.
    parts = [*(value for value in made if key not in value), key[:-2]]
    for name, value in target.headers:
        if name.lower() not in PUBLIC_HEADERS:
            parts += _secrets_in(value)
    if target.proxy and (password := urlsplit(target.proxy).password):
        parts.append(unquote(password))
    # The pair of HTTP's Basic scheme. A short key could not be found within its base64.
    basic = f"{target.api_user}:{key}"
    return [key, *dict.fromkeys(part for part in parts if len(part) >= MIN_SECRET_CHARS), basic]


def _secrets_in(value: str) -> Iterator[str]:
    """Yield the whole header value, the value after its scheme, and each of its parameters."""
    scheme, _, rest = value.partition(" ")
    held = rest.strip() if rest and "=" not in scheme else value
    token = held.rpartition(" ")[2]
    yield from (value, held, token, token.rstrip("="))
    if token.startswith(JWT):
        yield from token.split(".")
    if scheme.lower() == "basic":
        yield from _decoded(held)
    for name, quoted, plain in _PIECE.findall(held):
        text = quoted or plain.strip()
        if name.lower() not in PUBLIC_PARAMETERS:
            # A short value would match by chance, so it is searched together with its name.
            yield text if len(text) >= MIN_SECRET_CHARS else f"{name}={text}"


def _decoded(basic: str) -> Iterator[str]:
    """Yield the user and password of HTTP's Basic scheme, and the password alone."""
    try:
        pair = b64decode(basic, validate=True).decode()
    except ValueError:
        return
    yield pair
    yield pair.partition(":")[2]


@lru_cache(maxsize=8)
def scrubber_of(target: Target) -> Scrubber:
    """Return the scrubber for the secrets of this target."""
    return Scrubber(secrets_of(target))


@lru_cache(maxsize=8)
def redacted(target: Target) -> Target:
    """Return the target for display. The operator's other texts may also contain the key."""
    redact = scrubber_of(target).text
    return replace(
        target,
        base_url=redact(target.base_url),
        api_user=redact(target.api_user),
        customers=tuple(map(redact, target.customers)),
        foreign=target.foreign and redact(target.foreign),
    )
