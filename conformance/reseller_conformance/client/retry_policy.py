"""Which answers are a gateway's business, and how long to wait before the next try.

Pure judgement of one reply (specification, section 6; RFC 9110, 10.2.3). Waiting is left to
`throttle`, trying to `client`, and giving up to `hopes`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reseller_conformance.client.http.errors import ConnectionLoss
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.exchange import GATEWAY_STATUSES, Exchange

__all__ = [
    "MAX_WAIT_SECONDS",
    "is_rate_limited",
    "is_retryable",
    "reason_of",
    "retry_after_too_long",
    "seconds_to_wait",
]

MAX_WAIT_SECONDS = 30.0
"""The longest wait, in seconds: a server may say years."""

MAX_RETRY_AFTER_SECONDS = 120.0
"""Who says that no call will be answered for longer than this, in seconds, is not waited for."""

FIRST_WAIT_SECONDS = 0.25
WAIT_FACTOR = 4.0
"""Two waits, of 0.25 s and 1 s, outlast a gateway that counts calls by the second."""


def is_retryable(raw: RawResponse, answered_before: bool) -> bool:
    """Say whether a gateway turned this call away, so that another try may be answered.

    A refused connection counts only where the target has answered before: it is then being
    restarted, else nobody is there.
    """
    if raw.lost is ConnectionLoss.REFUSED:
        return answered_before
    return raw.status in GATEWAY_STATUSES or raw.lost is ConnectionLoss.DROPPED


def is_rate_limited(raw: RawResponse | Exchange) -> bool:
    """Return whether the gateway asks for fewer calls, of whatever kind (specification, 6)."""
    return raw.status == 429 or (raw.status == 503 and raw.header("retry-after") is not None)


def retry_after_too_long(raw: RawResponse) -> bool:
    """Say whether the client as a whole is to wait for longer than any run would."""
    return is_rate_limited(raw) and _retry_after(raw) > MAX_RETRY_AFTER_SECONDS


def seconds_to_wait(raw: RawResponse, tries: int) -> float:
    """Return how long to wait after so many tries, as `Retry-After` says where it says more."""
    alone = FIRST_WAIT_SECONDS * WAIT_FACTOR ** (tries - 1)
    return min(max(_retry_after(raw), alone), MAX_WAIT_SECONDS)


def reason_of(raw: RawResponse) -> str:
    """Say in a few words what came instead of an answer."""
    if raw.status in GATEWAY_STATUSES or raw.problem is None:
        return f"status {raw.status}"
    return raw.problem.detail


def _retry_after(raw: RawResponse) -> float:
    said = (raw.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]+", said):
        return float(said[:300])
    until = _date(said)
    if until is None:
        return 0.0
    # the server's own clock, where it tells it, for the two may differ
    now = _date(raw.header("date") or "") or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _date(said: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(said)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
