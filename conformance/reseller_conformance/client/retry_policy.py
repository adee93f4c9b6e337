"""Which answers are a gateway's business, and how long to wait before the next try.

Pure judgement of one reply (specification, section 6; RFC 9110, 10.2.3). Waiting is left to
`throttle`, trying to `client`, and giving up to `hopes`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reseller_conformance.client.http.errors import Lost
from reseller_conformance.client.http.transport import Reply
from reseller_conformance.exchange import GATEWAY

__all__ = ["LONGEST", "asks_everybody", "hopeless", "reason_of", "seconds_to_wait", "turned_away"]

LONGEST = 30.0
"""The longest wait, in seconds: a server may say years."""

HOPELESS = 120.0
"""Who says that no call will be answered for longer than this, in seconds, is not waited for."""

FIRST = 0.25
FACTOR = 4.0
"""Two waits, of 0.25 s and 1 s, outlast a gateway that counts calls by the second."""


def turned_away(reply: Reply, answered_before: bool) -> bool:
    """Say whether a gateway turned this call away, so that another try may be answered.

    A refused connection counts only where the target has answered before: it is then being
    restarted, else nobody is there.
    """
    if reply.lost is Lost.REFUSED:
        return answered_before
    return reply.status in GATEWAY or reply.lost is Lost.DROPPED


def asks_everybody(reply: Reply) -> bool:
    """Say whether the answer speaks to the client as a whole: its calls are too many."""
    return reply.status == 429 or (reply.status == 503 and reply.header("retry-after") is not None)


def hopeless(reply: Reply) -> bool:
    """Say whether the client as a whole is to wait for longer than any run would."""
    return asks_everybody(reply) and _retry_after(reply) > HOPELESS


def seconds_to_wait(reply: Reply, tries: int) -> float:
    """Return how long to wait after so many tries, as `Retry-After` says where it says more."""
    alone = FIRST * FACTOR ** (tries - 1)
    return min(max(_retry_after(reply), alone), LONGEST)


def reason_of(reply: Reply) -> str:
    """Say in a few words what came instead of an answer."""
    if reply.status in GATEWAY or reply.problem is None:
        return f"status {reply.status}"
    return reply.problem.detail


def _retry_after(reply: Reply) -> float:
    said = (reply.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]+", said):
        return float(said[:300])
    until = _date(said)
    if until is None:
        return 0.0
    # the server's own clock, where it tells it, for the two may differ
    now = _date(reply.header("date") or "") or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _date(said: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(said)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
