"""Does an error keep its secrets, and its word?"""

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
            "it stands in the answer (***)",
        )


def steady(responses: Sequence[Response]) -> Iterator[Violation]:
    """The same wrong request, asked again, gets as many messages."""
    read = [response for response in responses if response.kind is EnvelopeKind.ERRORS]
    for answer in read[1:]:
        before, now = len(read[0].errors), len(answer.errors)
        if now != before:
            yield Violation(answer, "errors", f"{before} messages, as before", f"{now} messages")
            return
