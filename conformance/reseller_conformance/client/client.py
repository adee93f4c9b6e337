"""Sends batches of cases, and returns an exchange for each, without the key.

All I/O of the suite starts here. `request` has what is sent, `http.transport` one attempt, and
`throttle` when it may go. `retry_policy` and `circuit_breaker` decide whether it is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from types import TracebackType

from reseller_conformance.cases.case import Case, Expected, is_distinguishable
from reseller_conformance.client.call import send_with_retries
from reseller_conformance.client.circuit_breaker import CircuitBreaker
from reseller_conformance.client.cookies import CookieJar
from reseller_conformance.client.http.transport import HttpTransport, RawResponse
from reseller_conformance.client.pipeline import Pipeline
from reseller_conformance.client.recording import Recorder, Sent
from reseller_conformance.client.redact import ExchangeBuilder
from reseller_conformance.client.request import Request, request_for, valid_values_of
from reseller_conformance.client.retry_policy import (
    RATE_LIMIT_RETRY_FACTOR,
    is_rate_limited,
    is_retryable,
    seconds_to_wait,
)
from reseller_conformance.client.secrets import scrubber_of
from reseller_conformance.client.starvation import Starvation
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.client.throttle import StoppedError, Throttle
from reseller_conformance.client.traffic import Traffic, TrafficRecorder
from reseller_conformance.client.workers import Job, Work, Workers
from reseller_conformance.exchange import (
    EARLY_ENDS,
    Exchange,
    Retry,
    TransportErrorKind,
    TransportProblem,
    is_unsent,
)
from reseller_conformance.redaction.logs import LogScrubber

__all__ = ["INTERRUPTED", "Client"]

INTERRUPTED = "the run was interrupted"
"""Why a call was not made."""

CLOSING_SECONDS = 0.05
"""How long a gateway that counts connections may take to see that idle ones are closed."""

LOOK_AHEAD_CALLS = 256
"""Most calls of a pipeline that may wait, if no rate is set.

Threads send them while the next cases are drawn, which may take long.
"""


class Client:
    """Sends calls to one target, within limits, and sends each case once.

    It may be used from several threads. After an interrupt it sends nothing more.
    """

    def __init__(self, target: Target, limits: Limits, recorder: Recorder | None = None) -> None:
        """Send to this target. Each attempt is written to the recorder."""
        self._target = target
        self._limits = limits
        self._recorder = recorder
        self._valid_values = valid_values_of(target)
        self._scrubber = scrubber_of(target)
        self._build_exchange = ExchangeBuilder(self._scrubber)
        self._transport = HttpTransport(target, limits.concurrency, limits.timeout)
        self._throttle = Throttle(limits.rate, limits.concurrency)
        self._circuit_breaker = CircuitBreaker(limits.timeout)
        self._starvation = Starvation()
        self._cookies = CookieJar()
        self._traffic = TrafficRecorder()
        self._lock = Lock()
        self._building = Lock()  # one at a time: redacting takes fifty times the size of a body
        self._workers = Workers(self._work, limits.concurrency)
        self._jobs: dict[Case, Job] = {}
        self.early_end = ""
        """Why a call was not made, other than an interrupt."""
        self._has_responded = False
        self._why_stopped = ""
        self._logs = LogScrubber(self._scrubber)
        self._logs.attach()

    def __enter__(self) -> Client:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Send nothing more, and release connections and loggers."""
        self.stop()
        self._transport.close()
        self._logs.detach()

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more. Calls that wait end with this reason; the first reason is kept."""
        with self._lock:
            self._why_stopped = self._why_stopped or why
        self._throttle.stop()

    def forget(self, cases: Iterable[Case]) -> None:
        """Forget these calls, so that each may be sent once more."""
        with self._lock:
            for case in cases:
                if case in self._jobs and self._jobs[case].done():
                    del self._jobs[case]

    def pause(self, seconds: float) -> None:
        """Send nothing for so long: the next call waits."""
        self._throttle.pause(seconds, time.monotonic())

    @property
    def traffic(self) -> Traffic:
        """The traffic of this client so far."""
        return replace(self._traffic.traffic, notes=tuple(self._starvation.notes))

    @property
    def planned(self) -> int:
        """How many calls were made, or wait to be made."""
        return len(self._jobs)

    def is_distinguishable(self, case: Case) -> bool:
        """Return True if this account has a value of its own for this case."""
        return is_distinguishable(case, self._valid_values)

    def send(self, cases: Iterable[Case]) -> list[Exchange]:
        """Send these cases concurrently, and return an exchange for each.

        Sending begins while later cases are still being made. A case that was sent before is not
        sent again. A case that could not be sent has the reason in its exchange, and may be sent
        later.
        """
        return self._exchanges([case] for case in cases)

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Send the cases of each sequence one after the other, and the sequences concurrently."""
        return self._exchanges(sequences)

    def pipeline(self, sequences: Iterable[Sequence[Case]]) -> Pipeline:
        """Return a pipeline that sends these sequences, several at once, and can be halted."""
        busy = 2 * self._limits.concurrency
        look_ahead = busy if self._limits.rate else max(busy, LOOK_AHEAD_CALLS)
        return Pipeline(
            sequences, self._workers, self._begin, self._cancel, self._abort, look_ahead
        )

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not made, with the reason."""
        url = request_for(case, self._target.base_url, self._valid_values).redacted_url
        problem = TransportProblem(TransportErrorKind.NOT_SENT, why)
        return Exchange(case, self._scrubber.text(url), problem=problem)

    # --- The workers -------------------------------------------------------------------------

    def _exchanges(self, sequences: Iterable[Sequence[Case]]) -> list[Exchange]:
        """Wait until threads have sent these. An interrupt in this thread ends the wait."""
        wanted: list[Case] = []
        jobs: dict[Case, Job] = {}
        try:
            for sequence in sequences:
                wanted += sequence
                if new := self._new(sequence, jobs):
                    self._workers.give(new)
            wait(jobs.values())
        except BaseException:
            self._abort()
            raise
        return [jobs[case].result() for case in wanted]

    def _new(self, sequence: Sequence[Case], jobs: dict[Case, Job]) -> list[tuple[Case, Job]]:
        """Return a job for each case that has none yet. Add the jobs of all cases to `jobs`."""
        with self._lock:
            new: dict[Case, Job] = {case: Future() for case in sequence if case not in self._jobs}
            jobs |= new
            self._jobs |= new
            jobs |= {case: self._jobs[case] for case in sequence}
        return list(new.items())

    def _begin(self, sequence: Sequence[Case]) -> tuple[Work, list[Job]]:
        jobs: dict[Case, Job] = {}
        new = self._new(sequence, jobs)
        return new, list(jobs.values())

    def _cancel(self, work: Work) -> None:
        with self._lock:
            for case, job in work:
                if self._jobs.get(case) is job:
                    del self._jobs[case]

    def _abort(self) -> None:
        """Send nothing more, and end every job, so that no thread waits for one.

        An interrupt may come between any two lines, so only `_jobs` is certain to have all jobs.
        """
        self.stop()
        with self._lock:
            jobs = list(self._jobs.items())
        for case, job in jobs:
            if not job.done():
                self._resolve(case, job, self.unsent(case, INTERRUPTED))

    def _work(self, sequence: Work) -> None:
        with self._traffic.sending():
            for case, job in sequence:
                self._resolve(case, job, self._exchange_or_error(case))

    def _exchange_or_error(self, case: Case) -> Exchange | Exception:
        """Return the exchange, or an error of the suite without its frames, which hold the key.

        Another thread waits for the result, so nothing may be raised here. A mock may raise an
        outcome of pytest, which is no `Exception`.
        """
        try:
            return self._exchange(case)
        except BaseException as error:
            text = self._scrubber.text(f"{type(error).__name__}: {error}")
            return RuntimeError(f"the client failed with {text}")

    def _resolve(self, case: Case, job: Job, outcome: Exchange | Exception) -> None:
        if not isinstance(outcome, Exchange) or is_unsent(outcome):
            with self._lock:
                if self._jobs.get(case) is job and not job.done():
                    del self._jobs[case]
        with suppress(InvalidStateError):  # an interrupt has ended it
            if isinstance(outcome, Exchange):
                job.set_result(outcome)
            else:
                job.set_exception(outcome)

    # --- One case ----------------------------------------------------------------------------

    def _exchange(self, case: Case) -> Exchange:
        request = request_for(case, self._target.base_url, self._valid_values)
        if why := self._circuit_breaker.open_reason(case):
            return self.unsent(case, why)
        in_flight = self._throttle.most
        try:
            attempts, retries = self._send_with_retries(case, request)
            if not attempts:
                self.early_end = self.early_end or self._limits.exhausted
                return self.unsent(case, self._limits.exhausted)
            self._try_with_fewer(case, request, attempts, in_flight)
        except StoppedError:
            why = self._why_stopped or INTERRUPTED
            self.early_end = self.early_end or (why if why in EARLY_ENDS else "")
            return self.unsent(case, why)
        self._keep_cookies(case, request, attempts[-1])
        self._circuit_breaker.record(
            case, attempts, is_retryable(attempts[-1], self._has_responded)
        )
        output = self._app_output(request, attempts[-1])
        with self._building:
            return self._build_exchange(case, request, attempts[-1], tuple(retries), output)

    def _app_output(self, request: Request, raw: RawResponse) -> str:
        """Return the output of an application in this process during the call."""
        if self._target.app_log is None:
            return ""
        failed = raw.status is not None and raw.status >= 500
        ended = raw.began + raw.seconds
        return self._target.app_log.output_of(
            request.method, request.url, raw.began, ended, failed=failed
        )

    def _keep_cookies(self, case: Case, request: Request, raw: RawResponse) -> None:
        is_valid = case.expected is Expected.OVERVIEW and not case.customer
        if is_valid and raw.status is not None and raw.status < 300:
            self._cookies.keep(request.url, raw.headers)

    def _send_with_retries(
        self, case: Case, request: Request
    ) -> tuple[list[RawResponse], list[Retry]]:
        def attempt(tries: int, due: float) -> RawResponse | None:
            if not self._traffic.reserve(self._limits.budget):
                return None
            # the throttle waits, so that a retry keeps its place before new calls
            last = 0 < self._limits.retries <= tries
            with self._throttle.slot(tries, due, alone=last):
                if last:
                    self._transport.close_idle()
                    time.sleep(CLOSING_SECONDS)
                raw = self._send(case, request, again=tries > 0)
                if may_retry(raw, 0):
                    self._slow_down(raw, tries)
            return raw

        def may_retry(raw: RawResponse, tries: int) -> bool:
            breaker = self._circuit_breaker
            most = self._limits.retries * (
                RATE_LIMIT_RETRY_FACTOR if breaker.allows_more_retries(raw) else 1
            )
            is_due = is_retryable(raw, self._has_responded) and breaker.allows_retry(case, raw)
            return is_due and tries <= most

        return send_with_retries(attempt, may_retry)

    def _slow_down(self, raw: RawResponse, tries: int) -> None:
        """Send fewer calls at once. If the rate is limited, all wait; otherwise only this call.

        A gateway may limit connections: nginx's `limit_conn` responds 503, and HAProxy's `reject`
        closes the connection. HAProxy counts idle connections too, so they are closed.
        """
        if is_rate_limited(raw):
            self._throttle.pause(seconds_to_wait(raw, tries + 1), raw.began)
        else:
            self._throttle.pause(0.0, raw.began)
            self._transport.close_idle()

    def _try_with_fewer(
        self, case: Case, request: Request, attempts: list[RawResponse], in_flight: int
    ) -> None:
        """Repeat a call that may have starved, with fewer connections, and use that response."""
        starvation = self._starvation
        if not starvation.lacks_response(attempts[-1], self._limits.timeout):
            return
        # of calls that starved together, only the first waits for the whole time limit
        with starvation.trial:
            while fewer := starvation.fewer_connections(attempts[-1], in_flight):
                if not self._traffic.reserve(self._limits.budget):
                    return
                before = self._throttle.limit(fewer)
                with self._throttle.slot(tries=1):
                    self._transport.close_idle()  # an idle connection may be the one that is served
                    raw = self._send(case, request, again=True)
                starvation.record_trial(fewer, responded=raw.status is not None)
                if raw.status is not None:
                    attempts[-1] = raw
                    return
                self._throttle.limit(before)

    def _send(self, case: Case, request: Request, again: bool) -> RawResponse:
        self._traffic.begin(again)
        cookies = self._cookies.field(request.url) if request.cookies else ""
        raw = self._transport.send(
            request.method,
            request.url,
            request.form,
            profile=request.profile,
            cookies=cookies,
        )
        if self._recorder is not None:
            sent = Sent.of(request, self._target.headers, cookies, self._scrubber)
            with self._building:
                exchange = self._build_exchange(case, request, raw, ())
                reason = self._scrubber.data(raw.reason.encode("latin-1", "replace"))
            self._recorder.add(sent, exchange, reason.decode("latin-1"))
        responded = raw.status is not None
        self._has_responded = self._has_responded or responded
        self._starvation.record(raw)
        self._traffic.end(raw.seconds if responded else None, len(raw.body))
        return raw
