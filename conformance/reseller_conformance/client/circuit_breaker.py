"""Where asking, or trying again, is still worth its time.

A server that hangs would cost each call the whole time limit, one whose answers are endless or huge
all memory, and one that fails for good all tries and waits. Which reply asks for another try is
left to `retrying`.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.retry_policy import is_rate_limited, retry_after_too_long
from reseller_conformance.exchange import TransportErrorKind

__all__ = ["CircuitBreaker"]

MAX_TIMEOUTS = 3
"""After so many calls of a family that were never answered to the end, or put off for longer than a
run may wait, no more are asked; any other family of calls that are not right gets one try then."""

LARGE_BODY_BYTES = 16 * 1024
"""Bytes of a body that is much longer than an envelope, which has a few hundred."""

MEGABYTE_BYTES = 1024 * 1024
MAX_LARGE_BYTES = {
    Expected.OVERVIEW: 6 * MEGABYTE_BYTES,
    Expected.ERROR: 16 * MEGABYTE_BYTES,
    Expected.EITHER: 6 * MEGABYTE_BYTES,
}
"""After so many bytes of long bodies no more of a family are asked: all of them are remembered.

Text of an overview may take four times as much again; a page of an error is often a debugger's.
"""

EXPECTED_NAMES = {Expected.OVERVIEW: "right", Expected.ERROR: "wrong", Expected.EITHER: "unusual"}

MAX_FUTILE_RETRIES = 5
"""After so many calls in a row whose tries were all in vain, the next ones get one try each."""


class CircuitBreaker:
    """What a run has learnt about its target.

    Calls are of one family where they are of one format and due the same kind of answer: few
    enough that a server which hangs on whatever is wrong costs a few time limits, and apart enough
    that the documented call is asked all the same.
    """

    def __init__(self, timeout: float) -> None:
        """Know nothing yet; a call has `timeout` seconds."""
        self._timeout = timeout
        self._lock = Lock()
        self._unanswered: Counter[object] = Counter()
        self._in_vain: Counter[object] = Counter()
        self._long: Counter[object] = Counter()
        self._hangs = False

    def open_reason(self, case: Case) -> str:
        """Say why calls like this one are not worth asking any more; nothing where they are."""
        family, kind = _key(case), EXPECTED_NAMES[case.expected]
        if self._unanswered[family] >= (1 if self._hangs and case.invalid else MAX_TIMEOUTS):
            return f"{kind} calls were never answered to the end"
        plenty = MAX_LARGE_BYTES[case.expected]
        if self._long[family] >= plenty:
            megabytes = plenty // MEGABYTE_BYTES
            return f"{kind} calls brought {megabytes} MB of bodies longer than any envelope"
        return ""

    def allows_retry(self, case: Case, raw: RawResponse) -> bool:
        """Say whether another try may help where this came."""
        return (
            not retry_after_too_long(raw)
            and self._in_vain[_retry_key(case, raw)] < MAX_FUTILE_RETRIES
        )

    def record(self, case: Case, attempts: list[RawResponse], turned_away: bool) -> None:
        """Take in the replies to one call, and whether it was turned away to the last."""
        size = len(attempts[-1].body)
        with self._lock:
            self._long[_key(case)] += size if size > LARGE_BODY_BYTES else 0
            if self._was_never_complete(attempts[-1]):
                self._unanswered[_key(case)] += 1
                self._hangs |= self._unanswered[_key(case)] >= MAX_TIMEOUTS
            if turned_away:
                self._in_vain[_retry_key(case, attempts[-1])] += 1
            elif len(attempts) > 1:
                self._in_vain[_retry_key(case, attempts[-2])] = 0

    def _was_never_complete(self, raw: RawResponse) -> bool:
        """Say whether the whole time limit went by, or more came than is read, or a putting off."""
        if raw.problem is None:
            return retry_after_too_long(raw)
        unheard = (
            raw.problem.kind is TransportErrorKind.UNREACHABLE and raw.seconds >= self._timeout
        )
        return unheard or raw.problem.kind in (
            TransportErrorKind.TIMEOUT,
            TransportErrorKind.TOO_LARGE,
        )


def _key(case: Case) -> object:
    return case.format, case.expected


def _retry_key(case: Case, raw: RawResponse) -> object:
    """Where replies tell of the same cause: one that speaks to everybody is of no family."""
    return "everybody" if is_rate_limited(raw) else _key(case)
