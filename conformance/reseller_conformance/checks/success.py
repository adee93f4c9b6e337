"""The documented call gets the customer's overview."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.envelope import EnvelopeKind

__all__ = ["returned"]


def returned(response: Response, cause: str = "") -> Iterator[Violation]:
    """A valid call gets an overview, even if other requirements are violated.

    `cause` is a hint at the cause, if other calls have shown it.
    """
    if response.kind is EnvelopeKind.OVERVIEW or not response.was_sent:
        return
    hint = ""
    if response.kind is EnvelopeKind.ERRORS:
        text = "; ".join(response.errors)[:120]
        hint = f"it says {text!r}: {cause or 'the credentials or the customer may be wrong'}"
    elif response.exchange.problem is None and (status := response.exchange.status) is not None:
        failed = "the server failed: its own log may say why"
        wrong = cause or "is the base URL the one below which /apiv2/ lies?"
        hint = failed if status >= 500 else wrong
    yield Violation(response, "answer", "the customer's overview", response.summary, hint)
