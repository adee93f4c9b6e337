"""Decides which responses come from a gateway, and how long to wait before a retry.

It looks at one response only (specification, section 6; RFC 9110, 10.2.3). `circuit_breaker` looks
at what came before.
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
    "RATE_LIMIT_RETRY_FACTOR",
    "is_rate_limited",
    "is_retryable",
    "reason_of",
    "retry_after",
    "retry_after_too_long",
    "seconds_to_wait",
]

MAX_WAIT_SECONDS = 30.0
"""Maximum wait before a retry, in seconds: a server may say years."""

MAX_RETRY_AFTER_SECONDS = 120.0
"""Maximum `Retry-After`, in seconds. If a server says more, no call is retried."""

FIRST_WAIT_SECONDS = 0.25
WAIT_FACTOR = 4.0
"""Two waits, of 0.25 s and 1 s, outlast a gateway that counts calls by the second."""

RATE_LIMIT_RETRY_FACTOR = 2
"""A call that a rate limit refuses gets this many times the usual retries.

A gateway may count calls in ten seconds without saying so, as an example in HAProxy's manual does.
Four waits, of 0.25 s, 1 s, 4 s and 8 s, outlast that.
"""

MAX_WAIT_UNASKED_SECONDS = 8.0
"""Maximum wait before a retry if no `Retry-After` says more, in seconds."""


def is_retryable(raw: RawResponse, responded_before: bool) -> bool:
    """Return True if a gateway rejected this call, so that a retry may succeed.

    A refused connection counts only if the target has responded before: then it is restarting.
    """
    if raw.lost is ConnectionLoss.REFUSED:
        return responded_before
    return raw.status in GATEWAY_STATUSES or raw.lost is ConnectionLoss.DROPPED


def is_rate_limited(raw: RawResponse | Exchange) -> bool:
    """Return True if the gateway requests fewer calls (specification, section 6)."""
    return raw.status == 429 or (raw.status == 503 and raw.header("retry-after") is not None)


def retry_after_too_long(raw: RawResponse | Exchange) -> bool:
    """Return True if the gateway requests a longer wait than `MAX_RETRY_AFTER_SECONDS`."""
    return is_rate_limited(raw) and retry_after(raw) > MAX_RETRY_AFTER_SECONDS


def seconds_to_wait(raw: RawResponse, tries: int) -> float:
    """Return the wait after this number of attempts: `Retry-After`, if that is longer."""
    unasked = min(FIRST_WAIT_SECONDS * WAIT_FACTOR ** (tries - 1), MAX_WAIT_UNASKED_SECONDS)
    return min(max(retry_after(raw), unasked), MAX_WAIT_SECONDS)


def reason_of(raw: RawResponse) -> str:
    """Return why the call is retried, in a few words."""
    if raw.status in GATEWAY_STATUSES or raw.problem is None:
        return f"status {raw.status}"
    return raw.problem.detail


def retry_after(raw: RawResponse | Exchange) -> float:
    """Return the seconds that `Retry-After` says; 0 where it says none."""
    text = (raw.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:300])
    until = _date(text)
    if until is None:
        return 0.0
    # Use the server's clock if it is known, because the two may differ.
    now = _date(raw.header("date") or "") or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
