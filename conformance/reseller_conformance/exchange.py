"""A request and its response, as one plain value that contains no secret.

`client` creates it, `envelope` reads its body, and `checks` judge both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reseller_conformance.cases.case import Case

__all__ = [
    "BUDGET_EXHAUSTED",
    "EARLY_ENDS",
    "GATEWAY_STATUSES",
    "MAX_BODY_BYTES",
    "STOPPED_AT_VIOLATION",
    "TIME_EXHAUSTED",
    "Exchange",
    "Retry",
    "TransportErrorKind",
    "TransportProblem",
    "is_unsent",
]


GATEWAY_STATUSES = (429, 502, 503, 504)
"""Statuses that a gateway sends for itself, not for the call (specification, section 6)."""


BUDGET_EXHAUSTED = "the request budget is exhausted"
"""Detail of a call that was not sent because of the operator's `--max-requests`."""

STOPPED_AT_VIOLATION = "stopped at the first violation"
"""Why a call was not made after the violation at which `--fail-fast` ends the calls."""

TIME_EXHAUSTED = "the time of --max-time is over"
"""Why a call was not made after the operator's `--max-time`."""

EARLY_ENDS = (BUDGET_EXHAUSTED, STOPPED_AT_VIOLATION, TIME_EXHAUSTED)
"""Why a run that goes on made no more calls."""


MAX_BODY_BYTES = 1024 * 1024
"""Maximum length of a body in bytes, before and after content decoding."""


INVALID_HEADER_LINE = "a header line is not a header"
LONE_LINE_END = "CR or LF alone is within the headers"
FOLDED_HEADER_LINE = "a header line is folded"

BROKEN_HEADERS = frozenset({INVALID_HEADER_LINE, LONE_LINE_END, FOLDED_HEADER_LINE})
"""The details of a response whose headers have such a line."""


class TransportErrorKind(StrEnum):
    """Why no complete response arrived."""

    UNREACHABLE = "unreachable"
    """No connection: refused, unknown host, TLS failure."""
    DROPPED = "dropped"
    """The connection closed before a response began, or within a body of unknown length."""
    TIMEOUT = "timeout"
    """The time limit ended before the response was complete."""
    INCOMPLETE = "incomplete"
    """Fewer bytes than announced, or a content coding that cannot be decoded."""
    TOO_LARGE = "too-large"
    """A body or headers larger than any envelope needs."""
    PROTOCOL = "protocol"
    """The response is not HTTP."""
    NOT_SENT = "not-asked"
    """The call was not sent: the request budget was exhausted, or a circuit breaker was open."""


@dataclass(frozen=True, slots=True)
class TransportProblem:
    """Why there is no complete response. `detail` contains no secret."""

    kind: TransportErrorKind
    detail: str


@dataclass(frozen=True, slots=True)
class Retry:
    """One attempt that a gateway refused: the reason, and the seconds until the next attempt."""

    reason: str
    waited: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its response.

    - `url`: as sent, with the key redacted.
    - `status`: None if no response began, or if a body was saved without its status.
    - `body`: without content coding, cut to MAX_BODY_BYTES, and redacted.
    - `began`, `seconds`: of the last attempt, on one clock for all exchanges of a run.
    - `echoes_key`: the places of the response that repeat the key that was sent.
    - `app_log`: output and traceback of the application, if it runs in this process.
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
        """Return the first value of this header, in any letter case of its name.

        None if it is absent.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def is_unsent(exchange: Exchange) -> bool:
    """Return True if the call was not made."""
    return exchange.problem is not None and exchange.problem.kind is TransportErrorKind.NOT_SENT
