"""Stop calls and retries that would waste time or memory.

A server that hangs would cost the whole time limit for each call. Endless or huge bodies would cost
memory. Permanent failures would cost all retries and their waits.
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
"""Open the circuit for calls of one kind after this many failures.

Timeouts, oversize bodies and over-long Retry-After headers count. Any other kind of invalid call
then gets one attempt.
"""

LARGE_BODY_BYTES = 16 * 1024
"""Size above which a body counts as large, in bytes. An envelope has a few hundred bytes."""

MEGABYTE_BYTES = 1024 * 1024
MAX_LARGE_BYTES = {
    Expected.OVERVIEW: 6 * MEGABYTE_BYTES,
    Expected.ERROR: 16 * MEGABYTE_BYTES,
    Expected.EITHER: 6 * MEGABYTE_BYTES,
}
"""Open the circuit for calls of one kind after this many bytes of large bodies. Bodies are kept.

Text of an overview may take four times as much memory. A large error page is often a debugger's.
"""

EXPECTED_NAMES = {Expected.OVERVIEW: "valid", Expected.ERROR: "invalid", Expected.EITHER: "special"}

ALL_KINDS = "all kinds"
"""The kinds of calls that a rate limit refuses."""

MAX_FUTILE_RETRIES = 5
"""Allow no retries for calls of one kind after this many calls in a row with futile retries."""


class CircuitBreaker:
    """The circuits of one run, one for each kind of call.

    Calls are of one kind if they have the same format, the same expected response and the same
    client profile. There are few kinds, so a server that hangs on invalid calls costs only a few
    time limits. Valid calls are a separate kind, so they continue. A server that hangs on the
    requests of one client stops no other call.
    """

    def __init__(self, timeout: float) -> None:
        """Start with all circuits closed. `timeout` is the time limit of a call in seconds."""
        self._timeout = timeout
        self._lock = Lock()
        self._incomplete: Counter[object] = Counter()
        self._futile: Counter[object] = Counter()
        self._large_bytes: Counter[object] = Counter()
        self._hangs = False

    def open_reason(self, case: Case) -> str:
        """Return why no more calls of this kind are sent. Empty if the circuit is closed."""
        key, kind = _key(case), EXPECTED_NAMES[case.expected]
        if self._incomplete[key] >= (1 if self._hangs and case.invalid else MAX_TIMEOUTS):
            return f"{kind} calls never got a complete response"
        most = MAX_LARGE_BYTES[case.expected]
        if self._large_bytes[key] >= most:
            megabytes = most // MEGABYTE_BYTES
            return f"{kind} calls brought {megabytes} MB of bodies longer than any envelope"
        return ""

    def allows_retry(self, case: Case, raw: RawResponse) -> bool:
        """Return True if a retry may help after this response."""
        return (
            not retry_after_too_long(raw)
            and self._futile[_retry_key(case, raw)] < MAX_FUTILE_RETRIES
        )

    def allows_more_retries(self, raw: RawResponse) -> bool:
        """Return True if a rate limit refused the call, and more retries than usual may help.

        If they were in vain, the next calls get the usual number.
        """
        return is_rate_limited(raw) and not self._futile[ALL_KINDS]

    def record(self, case: Case, attempts: list[RawResponse], refused: bool) -> None:
        """Record all attempts of one call.

        `refused` is True if the last attempt was still refused.
        """
        size = len(attempts[-1].body)
        with self._lock:
            self._large_bytes[_key(case)] += size if size > LARGE_BODY_BYTES else 0
            if self._was_never_complete(attempts[-1]):
                self._incomplete[_key(case)] += 1
                self._hangs |= self._incomplete[_key(case)] >= MAX_TIMEOUTS
            if refused:
                self._futile[_retry_key(case, attempts[-1])] += 1
            elif len(attempts) > 1:
                self._futile[_retry_key(case, attempts[-2])] = 0

    def _was_never_complete(self, raw: RawResponse) -> bool:
        """Return True for a timeout, an oversize body or headers, or an over-long Retry-After."""
        if raw.problem is None:
            return retry_after_too_long(raw)
        unreachable = (
            raw.problem.kind is TransportErrorKind.UNREACHABLE and raw.seconds >= self._timeout
        )
        return unreachable or raw.problem.kind in (
            TransportErrorKind.TIMEOUT,
            TransportErrorKind.TOO_LARGE,
        )


def _key(case: Case) -> object:
    return case.format, case.expected, case.profile, case.cookies


def _retry_key(case: Case, raw: RawResponse) -> object:
    """Return the key under which retries are counted. Rate limits apply to calls of all kinds."""
    return ALL_KINDS if is_rate_limited(raw) else _key(case)
