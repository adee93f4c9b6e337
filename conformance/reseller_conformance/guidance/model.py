"""What helps with one requirement: how to meet it, and an answer that violates it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Guidance", "answered"]

NO = "400 Bad Request"


@dataclass(frozen=True, slots=True)
class Guidance:
    r"""How to fix what violates a requirement, in a sentence or two, and a violation.

    The example is HTTP as it is sent, about the first account of the embedded reference. In it,
    `…` stands for whatever else is right there, and `\xe9` for that byte. `right` is the example
    with right responses; it is needed only where those of the reference do not show the point.
    """

    fix: str
    example: str
    right: str = ""


def answered(
    body: str,
    *,
    call: str = "json?…",
    status: str = "200 OK",
    header: str = "",
    method: str = "GET",
) -> str:
    """Write one exchange: the call from its format on, and the answer that it gets."""
    head = "\n".join(line for line in (f"HTTP/1.1 {status}", header) if line)
    return f"{method} /apiv2/reseller.account.{call}\n\n{head}\n\n{body}\n\n"
