"""What was said and what was said back, as one plain value that holds no secret.

`client` makes it; `envelope` reads its body; `checks` judge both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reseller_conformance.cases.case import Case

__all__ = [
    "BUDGET_EXHAUSTED",
    "GATEWAY_STATUSES",
    "MAX_BODY_BYTES",
    "Exchange",
    "Retry",
    "TransportErrorKind",
    "TransportProblem",
]


GATEWAY_STATUSES = (429, 502, 503, 504)
"""What a gateway says of itself, not of the call (specification, section 6)."""


BUDGET_EXHAUSTED = "the budget of requests is spent"
"""Why a call was not made that the operator's `--max-requests` left no room for."""


MAX_BODY_BYTES = 1024 * 1024
"""The longest body that is read, with its content codings and without."""


class TransportErrorKind(StrEnum):
    """What kept a whole answer from coming."""

    UNREACHABLE = "unreachable"
    """No connection: refused, unknown host, TLS failure."""
    DROPPED = "dropped"
    """The connection closed before an answer began, or between its bytes without a length."""
    TIMEOUT = "timeout"
    """The time limit ran out before the answer was whole."""
    INCOMPLETE = "incomplete"
    """Fewer bytes than announced, or a content coding that does not decode."""
    TOO_LARGE = "too-large"
    """More body or headers than any envelope needs."""
    PROTOCOL = "protocol"
    """What came is not HTTP."""
    NOT_SENT = "not-asked"
    """The call was never made: the request budget was spent, or a breaker had opened."""


@dataclass(frozen=True, slots=True)
class TransportProblem:
    """Why there is no whole answer, in words that hold no secret."""

    kind: TransportErrorKind
    detail: str


@dataclass(frozen=True, slots=True)
class Retry:
    """One try that a gateway turned away: what came, and the seconds waited before the next."""

    reason: str
    waited: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer.

    `url` is as sent, the key replaced; `status` is None where no answer began, or where a body was
    saved without it; `body` is decoded of its content coding, capped, and scrubbed; `began` and
    `seconds` are of the last try, on a clock that all exchanges of a run share; `echoes_key`
    names the places of the answer in which the key stood that was sent; `app_log` is what the
    application told of the call, where it runs in this process.
    """

    case: Case
    url: str
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    problem: TransportProblem | None = None
    began: float = 0.0
    seconds: float = 0.0
    retries: tuple[Retry, ...] = ()
    echoes_key: tuple[str, ...] = ()
    app_log: str = field(default="", repr=False)

    def header(self, name: str) -> str | None:
        """Return the first value of this header, whatever the letter case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
