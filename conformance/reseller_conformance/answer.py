"""An exchange together with what its body means: what checks judge.

The client's part is in `exchange`, the reader's in `envelope`; here they are put side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reseller_conformance.cases import Case
from reseller_conformance.envelope import (
    Envelope,
    ErrorList,
    FieldValue,
    Looks,
    Overview,
    Problem,
    Unreadable,
    read_envelope,
)
from reseller_conformance.exchange import Exchange, Transport

__all__ = ["Answer", "read"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: how it came, and what it means."""

    exchange: Exchange
    envelope: Envelope

    @property
    def case(self) -> Case:
        """The call that this answers."""
        return self.exchange.case

    @property
    def asked(self) -> bool:
        """Whether the call was made at all."""
        problem = self.exchange.problem
        return problem is None or problem.kind is not Transport.NOT_ASKED

    @property
    def speaks(self) -> bool:
        """Whether the implementation itself gave a whole answer with a body to be read.

        Where it did not, the `http` topic says why, and no other has anything to judge.
        """
        exchange = self.exchange
        if exchange.problem is not None or exchange.status is None or not exchange.body.strip():
            return False
        return not (
            300 <= exchange.status < 400 or exchange.status >= 500 or exchange.status == 429
        )

    @property
    def looks(self) -> Looks:
        """Which of the two envelopes this is, or was meant to be."""
        if not self.speaks:
            return Looks.NEITHER
        match self.envelope:
            case Overview():
                return Looks.OVERVIEW
            case ErrorList():
                return Looks.ERRORS
            case Unreadable(looks=looks):
                return looks

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the reader met."""
        return self.envelope.problems

    @property
    def values(self) -> Mapping[str, FieldValue]:
        """Those of the ten fields that could be read."""
        return {} if isinstance(self.envelope, ErrorList) else self.envelope.values

    @property
    def errors(self) -> tuple[str, ...]:
        """The error texts that could be read."""
        return () if isinstance(self.envelope, Overview) else self.envelope.errors

    @property
    def summary(self) -> str:
        """What came, in a few words: `HTTP 401 with an error envelope`."""
        exchange = self.exchange
        if exchange.problem is not None:
            return f"{exchange.problem.kind}: {exchange.problem.detail}"
        if exchange.status is not None and 300 <= exchange.status < 400:
            return f"HTTP {exchange.status}, a redirect to {exchange.header('Location')}"
        if not exchange.body.strip():
            return f"HTTP {exchange.status} without a body"
        what = {
            Looks.OVERVIEW: "an overview",
            Looks.ERRORS: "an error envelope",
            Looks.NEITHER: f"{exchange.header('Content-Type') or 'a body'}, no envelope",
        }[self.envelope.looks if isinstance(self.envelope, Unreadable) else self.looks]
        return f"HTTP {exchange.status} with {what}"


def read(exchange: Exchange) -> Answer:
    """Read what an exchange brought."""
    content_type = exchange.header("Content-Type")
    return Answer(exchange, read_envelope(exchange.body, exchange.case.format, content_type))
