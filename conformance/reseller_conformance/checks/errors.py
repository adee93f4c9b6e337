"""Errors repeat no key, and the same invalid call gets as many of them each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.util.place import Place

__all__ = ["key", "steady"]


def key(response: Response) -> Iterator[Violation]:
    """The key that was sent does not come back, in the body or beside it."""
    if response.kind is EnvelopeKind.OVERVIEW:
        return
    for place in response.exchange.echoes_key:
        yield Violation(
            response,
            Place(place, text="***") if place == "body" else place,
            "no trace of the api_key that was sent",
            "the response contains it (***)",
        )


def steady(responses: Sequence[Response]) -> Iterator[Violation]:
    """The same invalid request gets as many messages each time."""
    read = [response for response in responses if response.kind is EnvelopeKind.ERRORS]
    for response in read[1:]:
        before, now = len(read[0].errors), len(response.errors)
        if now != before:
            yield Violation(response, "errors", f"{before} messages, as before", f"{now} messages")
            return
