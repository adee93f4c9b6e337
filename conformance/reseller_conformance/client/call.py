"""One call with its retries. The caller makes each attempt, and waits until it is due."""

from __future__ import annotations

import time
from collections.abc import Callable

from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.retry_policy import reason_of, seconds_to_wait
from reseller_conformance.exchange import Retry

__all__ = ["send_with_retries"]


def send_with_retries(
    attempt: Callable[[int, float], RawResponse | None],
    may_retry: Callable[[RawResponse, int], bool],
) -> tuple[list[RawResponse], list[Retry]]:
    """Return the response to each attempt, and the retries.

    `attempt` is given the number of attempts before it, and when it is due on the clock of
    `time.monotonic`. It returns None if no further request may be made. `may_retry` is given the
    response to the last attempt, and the number of attempts.
    """
    responses: list[RawResponse] = []
    retries: list[Retry] = []
    due = 0.0
    while (raw := attempt(len(responses), due)) is not None:
        responses.append(raw)
        if not may_retry(raw, len(responses)):
            break
        seconds = seconds_to_wait(raw, len(responses))
        due = time.monotonic() + seconds
        retries.append(Retry(reason_of(raw), seconds))
    return responses, retries[: len(responses) - 1]
