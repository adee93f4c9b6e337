"""A firewall before the reference that stops texts that look like an attack, in one way each."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.requirements import REQUEST_ATTACK_TEXT

from .registry import ACCOUNTS, fault
from .sockets import Exchange, Wire

__all__ = ["ANSWERS", "Firewall", "looks_like_attack"]

_ATTACK = re.compile(
    rb"(?i)<script|' *or *'|union +select|/etc/passwd|jndi|; *waitfor|sleep\(|%00|\[\$ne\]"
)

PAGE = b"<!DOCTYPE html><html><body><h1>Request blocked</h1></body></html>"

ANSWERS = {
    "400_page": Response(400, "text/html", PAGE),
    "403_page": Response(403, "text/html", PAGE),
    "403_json": Response(403, "application/json", b'{"message": "Forbidden"}'),
    "403_empty": Response(403, "text/plain", b""),
    "406_page": Response(406, "text/html", PAGE),
    "200_page": Response(200, "text/html", PAGE),
    "200_challenge": Response(200, "text/html", PAGE.replace(b"<h1>", b"<script src=/c></script>")),
}
"""How such a text is refused."""


def looks_like_attack(request: Request) -> bool:
    """Say whether a common rule set stops this request."""
    return bool(_ATTACK.search(unquote_to_bytes(request.query + b"&" + request.body)))


class Firewall(Reference):
    """Refuses such calls itself, instead of the implementation behind it."""

    page = ANSWERS["403_page"]

    def respond(self, request: Request) -> Response:
        return self.page if looks_like_attack(request) else super().respond(request)


for _name, _page in ANSWERS.items():
    fault(
        fails=REQUEST_ATTACK_TEXT,
        family="firewall",
        name=f"firewall_with_{_name}",
        description=f"a firewall stops a text that looks like an attack: {_name.replace('_', ' ')}",
    )(lambda page=_page: type("Stopping", (Firewall,), {"page": page})(ACCOUNTS))


def _reset(_exchange: Exchange) -> None:
    """Close the connection without a response."""


fault(
    fails=REQUEST_ATTACK_TEXT,
    family="firewall",
    name="firewall_with_reset",
    description="a firewall closes the connection after a text that looks like an attack",
)(lambda: Wire(_reset, looks_like_attack))
