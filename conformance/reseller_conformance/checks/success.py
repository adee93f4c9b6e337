"""Is the documented call answered with the customer's overview?"""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.envelope import Looks

__all__ = ["answered"]


def answered(answer: Answer, cause: str = "") -> Iterator[Departure]:
    """A right call gets an overview, whatever else may be wrong with it.

    `cause` is a hint at what is wrong, where other calls have shown it.
    """
    if answer.looks is Looks.OVERVIEW or not answer.asked:
        return
    hint = ""
    if answer.looks is Looks.ERRORS:
        said = "; ".join(answer.errors)[:120]
        hint = f"it says {said!r}: {cause or 'the credentials or the customer may be wrong'}"
    elif answer.exchange.problem is None and (status := answer.exchange.status) is not None:
        failed = "the server failed: its own log may say why"
        wrong = cause or "is the base URL the one below which /apiv2/ lies?"
        hint = failed if status >= 500 else wrong
    yield Departure(answer, "answer", "the customer's overview", answer.summary, hint)
