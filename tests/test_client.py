"""What the client sends in batches, and what it keeps: on real sockets, and in the process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Event, Thread, Timer, active_count
from typing import Any

import pytest
import requests
import responses

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.mutations import State, Text
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind
from servers import (
    JSON,
    KEY,
    Received,
    always,
    ask_one,
    client_of,
    http,
    kind_of,
    refused_url,
    serving,
    target_at,
    turns,
)

WRONG = Case(Format.JSON, user=State.UNKNOWN)


# --- What is sent ---------------------------------------------------------------------------------


def test_an_exchange_holds_what_was_said_and_what_came() -> None:
    exchange = ask_one([http(b'{"a": 1}', 404, X_Odd="yes")])
    assert exchange.case == JSON
    assert exchange.status == 404
    assert exchange.body == b'{"a": 1}'
    assert exchange.header("x-odd") == "yes"
    assert exchange.problem is None
    assert exchange.began > 0 < exchange.seconds
    assert exchange.url.endswith(
        "/apiv2/reseller.account.json?api_user=acme&api_key=***&task=overview&user=customer@example.com"
    )


@pytest.mark.parametrize("encoding", Encoding)
def test_the_query_goes_out_as_the_case_writes_it(encoding: Encoding) -> None:
    with serving(always(http())) as server, client_of(server) as client:
        client.send([Case(Format.JSON, encoding=encoding)])
        (received,) = server.received
    assert received.parameters == {
        "api_user": "acme",
        "api_key": KEY,
        "task": "overview",
        "user": "customer@example.com",
    }
    assert ("%6F%76%65%72%76%69%65%77" in received.target) is (encoding is Encoding.VALUES)
    assert ("%6f%76%65%72%76%69%65%77" in received.target) is (encoding is Encoding.LOWER_CASE)
    assert ("%74%61%73%6B=overview" in received.target) is (encoding is Encoding.NAMES)


def test_post_sends_a_form_and_shows_no_query() -> None:
    with serving(always(http())) as server, client_of(server) as client:
        (exchange,) = client.send([Case(Format.XML, method="POST")])
        (received,) = server.received
    assert received.method == "POST"
    assert received.target == "/apiv2/reseller.account.xml"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.parameters["api_key"] == KEY
    assert exchange.url == f"{server.url}/apiv2/reseller.account.xml"


def test_it_says_who_it_is_and_sends_the_operators_headers() -> None:
    with serving(always(http(Set_Cookie="session=1"))) as server:
        target = target_at(server.url, headers=(("X-Gateway", "let me in"),))
        with Client(target, Limits(concurrency=1)) as client:
            client.send(turns(2))
    first, second = server.received
    assert first.headers["user-agent"].startswith("reseller-conformance/")
    assert first.headers["accept-encoding"] == "gzip, deflate"
    assert first.headers["x-gateway"] == "let me in"
    assert "cookie" not in second.headers


def test_connections_are_kept() -> None:
    with serving(always(http())) as server, client_of(server, concurrency=1) as client:
        client.send(turns(20))
        client.send([WRONG])
    assert {received.connection for received in server.received} == {1}


def test_the_connection_is_closed_after_a_form_that_the_server_may_not_have_read() -> None:
    cases = [Case(Format.JSON, method="POST"), Case(Format.JSON)]
    with serving(always(http())) as server, client_of(server, concurrency=1) as client:
        client.send(cases)
    form, after = server.received
    assert form.connection != after.connection


def test_environment_and_netrc_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, refused_url())
    with serving(always(http())) as server, client_of(server) as client:
        (exchange,) = client.send([JSON])
    assert exchange.status == 200
    assert "authorization" not in server.received[0].headers


def test_a_redirect_is_not_followed() -> None:
    location = f"http://elsewhere.invalid/?api_key={KEY}"
    exchange = ask_one([http(b"there", 302, Location=location)])
    assert exchange.status == 302
    assert exchange.header("Location") == "http://elsewhere.invalid/?api_key=***"


# --- A batch --------------------------------------------------------------------------------------


def test_a_batch_is_in_flight_at_once_and_comes_back_in_order() -> None:
    together = Barrier(4, timeout=5)

    def respond(received: Received) -> Iterator[bytes]:
        together.wait()
        yield http(received.parameters["user"].encode())

    users = [Case(Format.JSON, user=Text(f"user {number}")) for number in range(4)]
    with serving(respond) as server, client_of(server, concurrency=4) as client:
        exchanges = client.send(users)
    assert [exchange.body for exchange in exchanges] == [b"user 0", b"user 1", b"user 2", b"user 3"]
    assert [exchange.case for exchange in exchanges] == users


def test_no_more_are_in_flight_than_allowed() -> None:
    seen: list[int] = []
    inside: list[None] = []

    def respond(received: Received) -> Iterator[Any]:
        inside.append(None)
        seen.append(len(inside))
        yield 0.01
        inside.pop()
        yield http()

    with serving(respond) as server, client_of(server, concurrency=3) as client:
        client.send(turns(20))
    assert max(seen) <= 3


def test_in_turn_means_one_after_the_other() -> None:
    cases = turns(6)[::-1]
    responded: list[str] = []

    def respond(received: Received) -> Iterator[Any]:
        yield 0.01
        responded.append(received.target)
        yield http()

    with serving(respond) as server, client_of(server) as client:
        exchanges = client.send_in_sequence(cases)
    assert [exchange.case.repeat for exchange in exchanges] == [5, 4, 3, 2, 1, 0]
    begun = [exchange.began for exchange in exchanges]
    assert begun == sorted(begun)
    assert all(
        earlier.began + earlier.seconds <= later.began for earlier, later in pairwise(exchanges)
    )


def test_the_first_cases_are_asked_while_others_are_still_being_made() -> None:
    arrived = Event()

    def respond(received: Received) -> Iterator[Any]:
        arrived.set()
        yield http()

    def made() -> Iterator[Case]:
        yield JSON
        assert arrived.wait(timeout=5)
        yield WRONG

    with serving(respond) as server, client_of(server, concurrency=1) as client:
        assert [exchange.case for exchange in client.send(made())] == [JSON, WRONG]


def test_a_case_is_asked_once() -> None:
    with serving(always(http())) as server, client_of(server) as client:
        first = client.send([JSON, JSON, WRONG, JSON])
        second = client.send([WRONG, JSON])
    assert len(server.received) == 2
    assert first[0] is first[1] is first[3] is second[1]
    assert first[2] is second[0]


def test_threads_that_ask_the_same_share_the_answer() -> None:
    with serving(always(0.05, http())) as server, client_of(server) as client:
        got: list[Exchange] = []
        threads = [Thread(target=lambda: got.extend(client.send(turns(3)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.received) == 3
    assert len(got) == 12


def test_nothing_is_asked_for_nothing() -> None:
    with serving(always(http())) as server, client_of(server) as client:
        assert client.send([]) == []


def test_askable_knows_the_account() -> None:
    with serving(always(http())) as server, client_of(server, key="12345") as client:
        assert client.is_distinguishable(JSON)
        assert not client.is_distinguishable(Case(Format.JSON, api_key=State.OTHER_CASE))
        assert not client.is_distinguishable(Case(Format.JSON, user=State.FOREIGN))


def test_traffic_is_counted() -> None:
    parts = iter([[http(b"12345")], [http(b"", 503)], [http(b"123")]])
    with (
        serving(lambda _: next(parts)) as server,
        client_of(server, concurrency=1) as client,
    ):
        before = client.traffic
        client.send(turns(2))
        after = client.traffic
    assert (before.calls, before.latency.median) == (0, None)
    assert (after.calls, after.retries, after.bytes) == (2, 1, 8)
    assert after.seconds >= 0.25
    assert after.latency.median is not None
    assert after.latency.p95 == after.latency.max >= after.latency.median


# --- Interrupted ----------------------------------------------------------------------------------


def test_an_interrupt_ends_a_batch_at_once() -> None:
    arrived = Event()

    def respond(received: Received) -> Iterator[Any]:
        arrived.set()
        yield 60.0

    with serving(respond) as server, client_of(server, timeout=30.0, concurrency=2) as client:
        timer = Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            client.send(turns(50))
        assert time.monotonic() - began < 3
        timer.join()
        (after,) = client.send([WRONG])
        assert kind_of(after) is TransportErrorKind.NOT_SENT
        assert arrived.is_set()
    assert len(server.received) == 2


def test_an_interrupt_frees_who_waits_for_the_same() -> None:
    cases, responded = turns(5), Event()

    def respond(received: Received) -> Iterator[Any]:
        yield 60.0 if responded.is_set() else http()

    def interrupted(client: Client) -> Iterator[Case]:
        client.send(cases[:1])
        responded.set()
        yield from cases
        waiting.start()
        raise KeyboardInterrupt

    with serving(respond) as server, client_of(server, concurrency=1, timeout=30.0) as client:
        got: list[Exchange] = []
        waiting = Thread(target=lambda: got.extend(client.send(cases)))
        with pytest.raises(KeyboardInterrupt):
            client.send(interrupted(client))
        waiting.join(timeout=5)
    assert got[0].status == 200
    assert [kind_of(exchange) for exchange in got[1:]] == [TransportErrorKind.NOT_SENT] * 4


def test_an_interrupt_while_a_pipeline_begins_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases, begin = turns(3), Client._begin

    def interrupted(client: Client, sequence: Sequence[Case]) -> Any:
        begin(client, sequence)
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "_begin", interrupted)
    with serving(always(http())) as server, client_of(server) as client:
        with pytest.raises(KeyboardInterrupt):
            list(client.pipeline([[case] for case in cases]).exchanges())
        got: list[Exchange] = []
        waiting = Thread(target=lambda: got.extend(client.send(cases)), daemon=True)
        waiting.start()
        waiting.join(timeout=5)
    assert [kind_of(exchange) for exchange in got] == [TransportErrorKind.NOT_SENT] * 3


def test_a_closed_client_leaves_no_thread() -> None:
    before = active_count()
    with serving(always(http())) as server, client_of(server, rate=1000.0) as client:
        client.send(turns(20))
    deadline = time.monotonic() + 5
    while active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert active_count() <= before


# --- Without a socket -----------------------------------------------------------------------------


def test_it_works_where_responses_answers() -> None:
    with responses.RequestsMock() as mock:
        mock.add(responses.GET, "http://mock.invalid/apiv2/reseller.account.json", b"body" * 9)
        with Client(target_at("http://mock.invalid"), Limits()) as client:
            (exchange,) = client.send([JSON])
    assert (exchange.status, exchange.body) == (200, b"body" * 9)


def test_what_responses_raises_becomes_a_problem() -> None:
    with responses.RequestsMock() as mock:
        for error in (requests.ReadTimeout(), ConnectionResetError(), requests.ConnectionError()):
            mock.add(responses.GET, "http://mock.invalid/apiv2/reseller.account.json", error)
        with Client(target_at("http://mock.invalid"), Limits(retries=0)) as client:
            kinds = [kind_of(client.send([case])[0]) for case in turns(3)]
    assert kinds == [
        TransportErrorKind.TIMEOUT,
        TransportErrorKind.DROPPED,
        TransportErrorKind.UNREACHABLE,
    ]


@pytest.mark.parametrize("kind", [ZeroDivisionError, SystemExit, pytest.fail.Exception])
def test_a_fault_of_the_suite_is_told_without_the_key(
    kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise kind(f"within {KEY}")

    monkeypatch.setattr("reseller_conformance.client.http.transport.HttpTransport.send", broken)
    with (
        Client(target_at("http://mock.invalid"), Limits()) as client,
        pytest.raises(RuntimeError, match=r"failed with \w+: within \*\*\*") as caught,
    ):
        client.send([JSON])
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert KEY not in str(caught.value)
