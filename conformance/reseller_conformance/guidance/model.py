"""The guidance for one requirement: how to meet it, and a response that violates it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Guidance", "http_exchange"]

BAD_REQUEST = "400 Bad Request"


@dataclass(frozen=True, slots=True)
class Guidance:
    r"""How to fix a violation, and an example of one.

    The example is HTTP as sent, for the first account of the embedded reference. In it, `…`
    represents other valid content, and `\xe9` represents that byte. `right` is the example with
    valid responses. It is needed only if the reference's responses do not show the difference.
    """

    fix: str
    example: str
    right: str = ""


def http_exchange(
    body: str,
    *,
    call: str = "json?…",
    status: str = "200 OK",
    header: str = "",
    method: str = "GET",
    sent: str = "",
) -> str:
    """Return one exchange as text: the call, starting at its format, and the response.

    `sent` is a header field of the request, and `header` one of the response.
    """
    head = "\n".join(line for line in (f"HTTP/1.1 {status}", header) if line)
    request = "\n".join(filter(None, (f"{method} /apiv2/reseller.account.{call}", sent)))
    return f"{request}\n\n{head}\n\n{body}\n\n"
