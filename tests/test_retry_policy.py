"""When a call is retried, how long the client waits, and when it stops."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from unittest.mock import MagicMock

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from reseller_conformance.cases.mutations import State
from reseller_conformance.client import retry_policy
from reseller_conformance.client.http.errors import ConnectionLoss, failure
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.retry_policy import MAX_WAIT_SECONDS, seconds_to_wait
from reseller_conformance.client.throttle import Throttle
from reseller_conformance.exchange import TransportErrorKind
from servers import (
    CLOSE,
    JSON,
    RESET,
    Gateway,
    Part,
    Received,
    always,
    ask_one,
    client_of,
    http,
    in_order,
    kind_of,
    serving,
    turns,
)

# --- Trying again ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_gateways_refusal_is_tried_again(status: int) -> None:
    with (
        serving(in_order([http(b"", status)], [http(b"ok")])) as server,
        client_of(server) as client,
    ):
        (exchange,) = client.send([JSON])
    assert (exchange.status, exchange.body) == (200, b"ok")
    assert [retry.reason for retry in exchange.retries] == [f"status {status}"]
    assert exchange.retries[0].waited == 0.25


def test_when_the_tries_are_spent_the_last_answer_stands() -> None:
    with serving(always(http(b"busy", 503))) as server, client_of(server, retries=1) as client:
        (exchange,) = client.send([JSON])
        assert client.traffic.retries == 1
    assert (exchange.status, exchange.body) == (503, b"busy")
    assert len(exchange.retries) == 1
    assert len(server.received) == 2


def test_a_500_is_not_tried_again() -> None:
    with serving(always(http(b"oops", 500))) as server, client_of(server) as client:
        (exchange,) = client.send([JSON])
    assert exchange.status == 500
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "broken",
    [[CLOSE], [RESET], [http(b"123", Content_Length="9"), CLOSE], [b"HTTP/1.1 2", CLOSE]],
)
def test_a_dropped_connection_is_tried_again(broken: list[Part]) -> None:
    with serving(in_order(broken, [http(b"ok")])) as server, client_of(server) as client:
        (exchange,) = client.send([JSON])
    assert exchange.body == b"ok"
    assert len(exchange.retries) == 1
    assert len(server.received) == 2


def test_a_connection_that_is_reset_while_it_is_made_is_dropped() -> None:
    error = NewConnectionError(MagicMock(), "reset")
    error.__cause__ = ConnectionResetError()
    found = failure(requests.ConnectionError(error), timeout=1)
    assert (found.problem.kind, found.lost) == (TransportErrorKind.DROPPED, ConnectionLoss.DROPPED)


def test_a_connection_that_keeps_dropping_is_dropped() -> None:
    exchange = ask_one([CLOSE], retries=1)
    assert kind_of(exchange) is TransportErrorKind.DROPPED
    assert exchange.problem.detail == "the connection closed before a response began"
    assert len(exchange.retries) == 1


def test_a_stale_kept_connection_is_no_retry() -> None:
    def respond(received: Received) -> Iterator[Part]:
        # the second request of each connection gets no response, as if it were too late
        first = [other.connection for other in server.received].count(received.connection) == 1
        yield http() if first else CLOSE

    with serving(respond) as server, client_of(server, concurrency=1) as client:
        exchanges = client.send(turns(4))
        assert client.traffic.retries == 0
    assert [exchange.status for exchange in exchanges] == [200] * 4
    assert all(exchange.retries == () for exchange in exchanges)


def test_retry_after_pauses_everybody() -> None:
    arrivals: list[float] = []

    def respond(received: Received) -> Iterator[Part]:
        arrivals.append(received.at)
        if len(arrivals) == 3:
            yield http(b"", 503, Retry_After="1")
        else:
            yield 0.05
            yield http()

    with serving(respond) as server, client_of(server, concurrency=2) as client:
        exchanges = client.send(turns(16))
    waits = [retry.waited for exchange in exchanges for retry in exchange.retries]
    assert waits == [1.0]
    # a few may be under way before the pause begins
    assert sum(at < arrivals[2] + 0.9 for at in arrivals) <= 8


@pytest.mark.parametrize("bucket", [False, True])
@pytest.mark.parametrize("retry_after", [False, True])
def test_an_honest_gateway_never_exhausts_the_tries(bucket: bool, retry_after: bool) -> None:
    gateway = Gateway(allowed=30, window=0.5, bucket=bucket, retry_after=retry_after)
    with serving(gateway) as server, client_of(server, concurrency=8) as client:
        exchanges = client.send(turns(70))
    assert [exchange.status for exchange in exchanges] == [200] * 70
    assert gateway.turned_away > 0


def test_a_gateway_that_counts_by_several_seconds_never_exhausts_the_tries() -> None:
    gateway = Gateway(allowed=30, window=3, bucket=False, retry_after=False)
    with serving(gateway) as server, client_of(server, concurrency=8) as client:
        exchanges = client.send(turns(40))
    assert [exchange.status for exchange in exchanges] == [200] * 40
    assert gateway.turned_away > 0


def test_a_limit_that_never_ends_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_policy, "FIRST_WAIT_SECONDS", 0.01)
    with serving(always(http(b"", 429))) as server, client_of(server, concurrency=1) as client:
        exchanges = client.send(turns(8))
    assert [len(exchange.retries) for exchange in exchanges] == [4, 2, 2, 2, 2, 0, 0, 0]


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.parametrize("refusal", [http(b"", 503), CLOSE], ids=["503", "drop"])
def test_a_gateway_that_limits_connections_never_exhausts_the_tries(
    at_once: int, refusal: Part
) -> None:
    # nginx's limit_conn responds 503 without Retry-After; HAProxy's reject closes the connection
    inside: list[None] = []
    refused: list[None] = []

    def respond(received: Received) -> Iterator[Part]:
        inside.append(None)
        if len(inside) > at_once:
            refused.append(None)
            inside.pop()
            yield refusal
            return
        yield 0.02
        inside.pop()
        yield http()

    with serving(respond) as server, client_of(server, concurrency=8) as client:
        exchanges = client.send(turns(120))
    assert [exchange.status for exchange in exchanges] == [200] * 120
    assert 0 < len(refused) < 40


def test_no_other_connection_is_open_beside_a_last_retry() -> None:
    # HAProxy's conn_cur counts idle connections too
    busy = [http(b"", 503)]
    with serving(in_order([http()], busy, busy, [http()])) as server:
        with client_of(server, concurrency=1) as client:
            exchanges = client.send_in_sequence(turns(2))
        first, *retried, last = [received.connection for received in server.received]
    assert [exchange.status for exchange in exchanges] == [200, 200]
    assert last not in (first, *retried)


def test_what_is_in_vain_is_given_up() -> None:
    with serving(always(http(b"", 502))) as server, client_of(server, retries=1) as client:
        exchanges = client.send(turns(60, user=State.UNKNOWN))
    assert len(server.received) < 60 + 20
    assert exchanges[-1].retries == ()
    assert exchanges[-1].status == 502


def test_a_rate_spaces_the_calls() -> None:
    with serving(always(http())) as server, client_of(server, rate=50.0) as client:
        client.send(turns(20))
    at = [received.at for received in server.received]
    assert at[-1] - at[0] > 0.3


# --- Giving up ------------------------------------------------------------------------------------


def test_a_family_that_never_answers_is_no_longer_asked() -> None:
    def respond(received: Received) -> Iterable[Part]:
        return [http()] if received.parameters["user"] == "customer@example.com" else [60.0]

    with serving(respond) as server, client_of(server, timeout=0.3, concurrency=4) as client:
        wrong = client.send(turns(40, user=State.UNKNOWN))
        right = client.send(turns(3))
        calls = client.traffic.calls
    kinds = [kind_of(exchange) for exchange in wrong]
    assert kinds.count(TransportErrorKind.TIMEOUT) <= 3 + 4
    assert kinds[-1] is TransportErrorKind.NOT_SENT
    assert "never got a complete response" in wrong[-1].problem.detail
    assert [exchange.status for exchange in right] == [200] * 3
    assert calls == len(server.received)


def test_the_budget_of_requests_is_kept() -> None:
    with serving(always(http())) as server, client_of(server, max_requests=5) as client:
        exchanges = client.send_in_sequence(turns(8))
        assert client.send([exchanges[0].case])[0] is exchanges[0]
    assert len(server.received) == 5
    assert [kind_of(exchange) for exchange in exchanges] == [None] * 5 + [
        TransportErrorKind.NOT_SENT
    ] * 3
    assert "api_key=***" in exchanges[-1].url


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The calls that queued for the limiter: one entry each."""
    queued: list[float] = []
    slot = Throttle.slot

    def counted(
        throttle: Throttle, tries: int = 0, due: float = 0.0, *, alone: bool = False
    ) -> AbstractContextManager:
        queued.append(due)
        return slot(throttle, tries, due, alone=alone)

    monkeypatch.setattr(Throttle, "slot", counted)
    return queued


def test_calls_beyond_the_budget_do_not_wait_for_the_limiter(waiting: list[float]) -> None:
    with serving(always(http())) as server, client_of(server, max_requests=5) as client:
        client.send(turns(40))
    assert len(waiting) == len(server.received) == 5


def test_calls_that_are_given_up_do_not_wait_for_the_limiter(waiting: list[float]) -> None:
    limits = {"timeout": 0.1, "concurrency": 1, "retries": 0}
    with serving(always(1.0)) as server, client_of(server, **limits) as client:
        exchanges = client.send(turns(20))
    assert kind_of(exchanges[-1]) is TransportErrorKind.NOT_SENT
    assert len(waiting) == client.traffic.calls == 3


def test_calls_of_a_stopped_client_do_not_wait_for_the_limiter() -> None:
    with serving(always(http())) as server, client_of(server, rate=1 / 3_600) as client:
        client.send([JSON])
        client.close()
        exchanges = client.send(turns(20))
    assert {kind_of(exchange) for exchange in exchanges[1:]} == {TransportErrorKind.NOT_SENT}


def test_retries_are_within_the_budget() -> None:
    with serving(always(http(b"", 503))) as server, client_of(server, max_requests=2) as client:
        (exchange,) = client.send([JSON])
    assert len(server.received) == 2
    assert exchange.status == 503
    assert len(exchange.retries) == 1


# --- How long to wait -----------------------------------------------------------------------------

NOW = "Mon, 23 Nov 2026 10:00:00 GMT"


def waits(retry_after: str | None, tries: int = 1, date: str | None = NOW) -> float:
    given = {"Retry-After": retry_after, "Date": date}
    headers = tuple((name, value) for name, value in given.items() if value is not None)
    return seconds_to_wait(RawResponse(0.0, 0.0, status=503, headers=headers), tries)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.25),
        ("99999", MAX_WAIT_SECONDS),
        ("9" * 5000, MAX_WAIT_SECONDS),
        ("Mon, 23 Nov 2026 10:00:05 GMT", 5.0),
        ("Monday, 23-Nov-26 10:00:05 GMT", 5.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.25),
        ("Fri, 23 Nov 2096 10:00:00 GMT", MAX_WAIT_SECONDS),
        ("Mon, 23 Nov 99999999999999 10:00:00 GMT", 0.25),
        ("soon", 0.25),
        ("-5", 0.25),
        ("", 0.25),
        (None, 0.25),
    ],
)
def test_retry_after_is_heeded_within_bounds(retry_after: str | None, seconds: float) -> None:
    assert waits(retry_after) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_put_off_for_a_day_neither_waits_nor_asks_on(status: int) -> None:
    away = http(b"", status, Retry_After="99999")
    with serving(always(away)) as server, client_of(server, concurrency=1) as client:
        began = time.monotonic()
        exchanges = client.send(turns(6))
        assert time.monotonic() - began < 5
    assert len(server.received) == 3
    assert [exchange.status for exchange in exchanges] == [status] * 3 + [None] * 3
    assert all(exchange.retries == () for exchange in exchanges)


def test_without_a_date_the_own_clock_is_taken() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=20)
    assert 15 < waits(format_datetime(soon, usegmt=True), date=None) < 21


def test_each_wait_is_longer_than_the_last() -> None:
    alone = [waits(None, tries) for tries in (1, 2, 3, 9)]
    assert alone == [0.25, 1.0, 4.0, 8.0]
