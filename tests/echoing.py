"""A target that sends back everything that it receives, in many ways, and a search for the key.

The valid call gets a valid overview, so that the other calls are sent too. The application also
runs by itself: `--app echoing:app`.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import string
from collections.abc import Callable, Iterable
from itertools import count
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

__all__ = ["CUSTOMER", "HEADERS", "LENGTHS", "SHOWN", "app", "key_of", "leaks", "response_to"]

LENGTHS = (8, 16, 64, 200)
CUSTOMER = "ann"
SHOWN = 6
"""This many characters of a key in a row, anywhere, are a leak."""

_SIGNS = string.ascii_letters + string.digits + "-_~/+&=%!<"


def key_of(length: int) -> str:
    """Return a key of this length. It contains no word, and no part of it occurs elsewhere."""
    return "".join(Random(length).choices(_SIGNS, k=length))


HEADERS = {
    "Cookie": f"sid={key_of(21).replace('%', '.')}",
    "Authorization": f"Bearer {key_of(22)}",
    "X-Gateway": key_of(23).replace("<", "."),
}
"""Headers that an operator sends in addition to the key."""

# --- The target -----------------------------------------------------------------------------------

OVERVIEW = {
    "reputation": 100,
    "requests": 1,
    "package": "Silver",
    "credits_allowed": 5,
    "credits_used": 6,
    "credits_remain": 0,
    "credits_overage": 1,
    "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
}
_turns = count()


def response_to(
    path: str, query: str, headers: dict[str, str], turn: int
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the status line, the headers and the body of one response."""
    sent = dict(parse_qsl(query, keep_blank_values=True))
    texts = [sent.get("api_key", ""), *headers.values()]
    is_json = path.endswith(".json")
    if sent.get("api_key") == os.environ.get("RESELLER_API_KEY") and _is_documented(query):
        kind = "application/json" if is_json else "application/xml"
        return "200 OK", [("Content-Type", kind)], _overview(is_json)
    body = _json(texts) if is_json else _xml(texts)
    key = re.sub(r"[\r\n]", " ", texts[turn % len(texts)])
    reported = [("Content-Type", f"text/plain; note={'x' * (turn % 1100)}{key}"), ("X-Echo", key)]
    reported += [
        ("Set-Cookie", f"{key}=1"),
        ("Set-Cookie", f"sid={key}"),
        (f"X-{quote(key, safe='')}", "name"),
    ]
    if turn % 5 == 0:
        reported.append(("Content-Encoding", f"{'y' * (turn % 40)}{key}"))
    if turn % 5 == 1:
        return f"302 {key}", [*reported, ("Location", f"/{'z' * (turn % 80)}{key}")], body
    return f"403 {key}", reported, body


def _is_documented(query: str) -> bool:
    return query.count("&") == 3 and query.endswith(f"task=overview&user={CUSTOMER}")


def _overview(is_json: bool) -> bytes:
    if is_json:
        return json.dumps(OVERVIEW).encode()
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in OVERVIEW.items())
    return f"<result><overview>{fields}</overview></result>".encode()


def _json(texts: list[str]) -> bytes:
    said = [form for text in texts for form in _forms(text)]
    # members that are not texts contain them too
    return json.dumps({"message": texts[0], "errors": said, texts[0]: said}).encode()


def _xml(texts: list[str]) -> bytes:
    said = [escape(form) for text in texts for form in _forms(text)]
    said += [joint.join((escape(t[:3]), escape(t[3:]))) for t in texts for joint in _JOINTS]
    errors = "".join(f"<error>{text}</error>" for text in said)
    return f"<result><message>{said[0]}</message><errors>{errors}</errors></result>".encode()


_JOINTS = ("<!-- x -->", "<?x y?>", "<![CDATA[]]>")


def _forms(text: str) -> Iterable[str]:
    coded = base64.b64encode(text.encode()).decode()
    yield from (text, quote(text), quote(text, safe=""), html.escape(text), repr(text))
    yield from (text.encode().hex(), coded, coded.rstrip("="), f"{text[:3]}\n{text[3:]}")


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Respond, as defined by WSGI."""
    sent = {n: v for n, v in environ.items() if n in ("HTTP_COOKIE", "HTTP_AUTHORIZATION")}
    sent |= {n: v for n, v in environ.items() if n == "HTTP_X_GATEWAY"}
    status, reported, body = response_to(
        environ["PATH_INFO"], environ["QUERY_STRING"], sent, next(_turns)
    )
    start_response(status, reported)
    return [body]


# --- The search for a key -------------------------------------------------------------------------


def leaks(text: str, secret: str) -> list[str]:
    """Return the parts of a secret that can be read in a text, as it is or unescaped."""
    readings = [text, unquote(text), html.unescape(text), html.unescape(unquote(text))]
    readings.append(re.sub(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>|\\n|\s", "", readings[2]))
    pieces = {secret[at : at + SHOWN] for at in range(len(secret) - SHOWN + 1)}
    pieces |= {base64.b64encode(secret.encode()).decode()[:12], secret.encode().hex()[:16]}
    return [piece for piece in pieces if any(piece in reading for reading in readings)]
