"""Does an error keep its secrets, and its word?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.envelope import Looks

__all__ = ["key", "steady"]


def key(answer: Answer) -> Iterator[Departure]:
    """The key that was sent does not come back, in the body or beside it."""
    if answer.looks is Looks.OVERVIEW:
        return
    for place in answer.exchange.echoes_key:
        yield Departure(
            answer, place, "no trace of the api_key that was sent", "it stands in the answer (***)"
        )


def steady(answers: Sequence[Answer]) -> Iterator[Departure]:
    """The same wrong request, asked again, gets as many messages."""
    read = [answer for answer in answers if answer.looks is Looks.ERRORS]
    for answer in read[1:]:
        before, now = len(read[0].errors), len(answer.errors)
        if now != before:
            yield Departure(answer, "errors", f"{before} messages, as before", f"{now} messages")
            return
