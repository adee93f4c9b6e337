"""A server that serves fewer connections at once than there are calls in flight."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from threading import Thread
from typing import Any

import pytest

from reseller_conformance.cases.mutations import State
from reseller_conformance.client import Client
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.starvation import MAX_FAILED_TRIALS, Starvation
from reseller_conformance.client.target import Limits
from reseller_conformance.exchange import TransportErrorKind, TransportProblem
from servers import Part, Received, always, client_of, http, kind_of, serving, target_at, turns

TIMEOUT = 0.5


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seconds = 0.0

    def do_GET(self) -> None:
        time.sleep(self.seconds)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Workers(TCPServer):
    """A server whose workers each stay with one connection until it is closed."""

    request_queue_size = 64

    def __init__(self, workers: int, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._workers = ThreadPoolExecutor(workers)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._workers.submit(self._serve, request, client_address)

    def _serve(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):
            self.finish_request(request, client_address)
        self.shutdown_request(request)

    def server_close(self) -> None:
        self._workers.shutdown()
        super().server_close()


@contextmanager
def served(workers: int = 1, **handler: object) -> Iterator[str]:
    with Workers(workers, type("Handler", (Handler,), handler)) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def client_at(url: str, **limits: object) -> Client:
    return Client(target_at(url), Limits(**{"timeout": TIMEOUT, **limits}))


@pytest.mark.parametrize("concurrency", [2, 8])
def test_one_connection_at_a_time_gets_one_call_at_a_time(concurrency: int) -> None:
    with served() as url, client_at(url, concurrency=concurrency) as client:
        exchanges = client.send(turns(30))
        traffic = client.traffic
    assert [exchange.status for exchange in exchanges] == [200] * 30
    assert {exchange.retries for exchange in exchanges} == {()}
    assert traffic.notes == (
        "the target serves one connection at a time, so calls were sent one after another",
    )


def test_a_closed_client_leaves_the_server_to_the_next() -> None:
    with served() as url:
        for client in [client_at(url), client_at(url)]:
            with client:
                assert [exchange.status for exchange in client.send(turns(2))] == [200] * 2


def test_a_slow_server_that_closes_each_connection_gets_one_call_at_a_time() -> None:
    handler = {"protocol_version": "HTTP/1.0", "seconds": TIMEOUT / 4}
    with served(**handler) as url, client_at(url) as client:
        exchanges = client.send(turns(12))
        notes = client.traffic.notes
    assert [exchange.status for exchange in exchanges] == [200] * 12
    assert len(notes) == 1


def test_a_server_of_two_workers_gets_two_calls_at_a_time() -> None:
    with served(workers=2) as url, client_at(url) as client:
        exchanges = client.send(turns(60))
        notes = client.traffic.notes
    assert [exchange.status for exchange in exchanges] == [200] * 60
    assert [note.startswith("the target serves 2 connections at a time") for note in notes] == [
        True
    ]


def test_a_call_that_hangs_by_itself_stays_a_timeout() -> None:
    def respond(received: Received) -> Iterable[Part]:
        return [5.0] if received.parameters["user"] != "customer@example.com" else [http()]

    right, wrong = turns(10), turns(2, user=State.UNKNOWN)
    with serving(respond) as server, client_of(server, timeout=TIMEOUT) as client:
        exchanges = client.send([*wrong, *right])
        notes = client.traffic.notes
    assert [kind_of(exchange) for exchange in exchanges[:2]] == [TransportErrorKind.TIMEOUT] * 2
    assert [exchange.status for exchange in exchanges[2:]] == [200] * 10
    assert notes == ()


def test_a_server_that_hangs_altogether_costs_no_trial() -> None:
    with serving(always(5.0)) as server, client_of(server, timeout=TIMEOUT) as client:
        client.send(turns(3))
    assert len(server.received) == 3


def test_a_server_that_answers_many_at_once_is_not_suspected() -> None:
    hung: list[int] = []

    def respond(received: Received) -> Iterable[Part]:
        if len(server.received) == 150:
            hung.append(received.connection)
        return [5.0] if received.connection in hung else [0.01, http()]

    with serving(respond) as server, client_of(server, timeout=TIMEOUT) as client:
        exchanges = client.send(turns(200))
        notes = client.traffic.notes
    assert [kind_of(e) for e in exchanges if e.problem] == [TransportErrorKind.TIMEOUT]
    assert notes == ()


# --- What is suspected ----------------------------------------------------------------------------

RESPONDED = RawResponse(1.0, 0.1, status=200, connection=1)
STARVED = RawResponse(
    1.0,
    10.0,
    problem=TransportProblem(TransportErrorKind.TIMEOUT, "no response within 10 s"),
    connection=2,
)


def after(*replies: RawResponse) -> Starvation:
    starvation = Starvation()
    for reply in replies:
        starvation.record(reply)
    return starvation


def on(*connections: int) -> list[RawResponse]:
    return [replace(RESPONDED, connection=number) for number in connections]


@pytest.mark.parametrize(
    ("connections", "fewer"),
    [([1], 1), ([1, 1, 1], 1), ([1, 3], 1), ([1, 3, 1, 3], 2), ([1, 3, 4, 1, 3, 4], 3), ([], 0)],
)
def test_so_many_connections_are_answered_at_once(connections: list[int], fewer: int) -> None:
    assert after(*on(*connections)).fewer_connections(STARVED, 8) == fewer


def test_a_connection_that_was_answered_before_does_not_starve() -> None:
    assert after(*on(1, 2)).fewer_connections(STARVED, 8) == 0


def test_a_call_that_was_alone_does_not_starve() -> None:
    assert after(RESPONDED).fewer_connections(STARVED, 1) == 0


def test_a_call_beside_which_nothing_was_answered_does_not_starve() -> None:
    assert after(replace(RESPONDED, began=0.5)).fewer_connections(STARVED, 8) == 0


@pytest.mark.parametrize(
    ("kind", "seconds", "lacks_response"),
    [
        (TransportErrorKind.TIMEOUT, 10.0, True),
        (TransportErrorKind.UNREACHABLE, 10.0, True),
        (TransportErrorKind.UNREACHABLE, 0.1, False),
        (TransportErrorKind.DROPPED, 10.0, False),
    ],
)
def test_only_a_time_limit_that_ran_out_is_looked_into(
    kind: TransportErrorKind, seconds: float, lacks_response: bool
) -> None:
    reply = replace(STARVED, problem=TransportProblem(kind, "why"), seconds=seconds)
    assert Starvation().lacks_response(reply, 10.0) is lacks_response
    assert not Starvation().lacks_response(replace(reply, connection=None), 10.0)
    assert not Starvation().lacks_response(replace(reply, status=200), 10.0)


def test_after_trials_in_vain_nothing_is_suspected() -> None:
    starvation = after(RESPONDED)
    for _ in range(MAX_FAILED_TRIALS):
        assert starvation.fewer_connections(STARVED, 8)
        starvation.record_trial(1, responded=False)
    assert not starvation.fewer_connections(STARVED, 8)
    assert list(starvation.notes) == []
