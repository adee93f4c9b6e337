"""An exchange together with what its body means. Checks judge it.

The client makes the `exchange`, and the reader the `envelope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

from reseller_conformance.cases.case import Case
from reseller_conformance.envelope import (
    Envelope,
    EnvelopeKind,
    ErrorList,
    FieldValue,
    Overview,
    Problem,
    looks_of,
    read_envelope,
)
from reseller_conformance.exchange import Exchange, TransportErrorKind
from reseller_conformance.requirements import Level

__all__ = ["Response", "parse"]

MAX_TEXTS, MAX_TEXT_CHARS = 1000, 1000
"""Error texts of one response, and characters of each, that are kept."""


@final
@dataclass(frozen=True)
class Response:
    """One response: how it came, and what it means."""

    exchange: Exchange
    envelope: Envelope

    @property
    def case(self) -> Case:
        """The call that this responds to."""
        return self.exchange.case

    @property
    def was_sent(self) -> bool:
        """Whether the call was made at all."""
        problem = self.exchange.problem
        return problem is None or problem.kind is not TransportErrorKind.NOT_SENT

    @cached_property
    def is_readable(self) -> bool:
        """Whether the implementation itself sent a whole response with a body.

        If not, the `http` topic reports why, and no other topic judges it.
        """
        exchange = self.exchange
        if exchange.problem is not None or not exchange.body.strip():
            return False
        status = exchange.status or 200  # a saved body has none
        return not (300 <= status < 400 or status >= 500 or status == 429)

    @cached_property
    def kind(self) -> EnvelopeKind:
        """Which of the two envelopes this is, or was meant to be."""
        return looks_of(self.envelope) if self.is_readable else EnvelopeKind.UNKNOWN

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems that the reader found."""
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
        """The response in a few words: `HTTP 401 with an error envelope`."""
        exchange = self.exchange
        if exchange.problem is not None:
            return f"{exchange.problem.kind}: {exchange.problem.detail}"
        if exchange.status is not None and 300 <= exchange.status < 400:
            return f"HTTP {exchange.status}, a redirect to {exchange.header('Location')}"
        http = "" if exchange.status is None else f"HTTP {exchange.status} "
        if not exchange.body.strip():
            return f"{http}without a body" if http else "an empty body"
        what = {
            EnvelopeKind.OVERVIEW: "an overview",
            EnvelopeKind.ERRORS: "an error envelope",
            EnvelopeKind.UNKNOWN: "no envelope",
        }[looks_of(self.envelope)]
        wrong = next((p.got for p in self.problems if p.requirement.level is Level.MUST), "")
        text = f"{what}, but {wrong}" if wrong else what
        return f"{http}with {text}" if http else text


def parse(exchange: Exchange) -> Response:
    """Read the body of an exchange."""
    content_type = exchange.header("Content-Type")
    envelope = read_envelope(exchange.body, exchange.case.format, content_type)
    return Response(exchange, _bounded(envelope))


def _bounded(envelope: Envelope) -> Envelope:
    """Keep some of many error texts, and the beginning of long ones. A body may have 100,000."""
    if isinstance(envelope, Overview):
        return envelope
    if len(envelope.errors) <= MAX_TEXTS and all(
        len(text) <= MAX_TEXT_CHARS for text in envelope.errors
    ):
        return envelope
    return replace(
        envelope,
        errors=tuple(text[:MAX_TEXT_CHARS] for text in envelope.errors[:MAX_TEXTS]),
    )
