"""A row of calls whose responses are handed on one by one, and which may be halted."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import closing

import pytest

from answers import ERROR
from reseller_conformance.cases.case import Case
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from servers import Asked as Request
from servers import Part, http, serving, target_at

CASES = [Case(Format.JSON, repeat=turn) for turn in range(40)]


def denied(_: Request) -> Iterable[Part]:
    return [http(ERROR, 403)]


def test_each_case_is_yielded_once() -> None:
    with serving(denied) as server, Client(target_at(server.url), Limits()) as client:
        pipeline = client.pipeline([case] for case in CASES)
        ended = [exchange.case for exchange in pipeline.exchanges()]
    assert sorted(ended, key=CASES.index) == CASES
    assert len(server.asked) == len(CASES)


def test_a_case_that_stands_twice_is_sent_once() -> None:
    with serving(denied) as server, Client(target_at(server.url), Limits()) as client:
        pipeline = client.pipeline([case] for case in (*CASES, *CASES))
        assert {exchange.case for exchange in pipeline.exchanges()} == set(CASES)
    assert len(server.asked) == len(CASES)


def test_a_response_is_yielded_while_the_next_cases_are_not_made_yet() -> None:
    made: list[Case] = []

    def sequences() -> Iterable[list[Case]]:
        for case in CASES:
            made.append(case)
            yield [case]

    limits = Limits(rate=1000.0, concurrency=2)
    with serving(denied) as server, Client(target_at(server.url), limits) as client:
        with closing(client.pipeline(sequences()).exchanges()) as exchanges:
            next(exchanges)
        assert len(made) <= 4


def test_a_halted_pipeline_has_nothing_in_flight_and_goes_on_where_it_was() -> None:
    limits = Limits(rate=200.0, concurrency=3)
    with serving(denied) as server, Client(target_at(server.url), limits) as client:
        pipeline = client.pipeline([case] for case in CASES)
        first: list[Case] = []
        first.extend(one.case for one in pipeline.exchanges(lambda: len(first) >= 5))
        assert 5 <= len(first) < len(CASES)
        assert len(server.asked) == len(first)
        assert client.planned == len(first)
        rest = [exchange.case for exchange in pipeline.exchanges()]
    assert sorted([*first, *rest], key=CASES.index) == CASES


def test_what_a_halted_pipeline_took_back_can_be_sent_otherwise() -> None:
    limits = Limits(rate=500.0, concurrency=2)
    with serving(denied) as server, Client(target_at(server.url), limits) as client:
        pipeline = client.pipeline([case] for case in CASES)
        ended: list[Case] = []
        ended.extend(one.case for one in pipeline.exchanges(lambda: bool(ended)))
        assert ended
        assert len(client.send(CASES)) == len(CASES)


def test_an_interrupted_pipeline_waits_for_nothing() -> None:
    go_on = threading.Event()

    def hangs(_: Request) -> Iterable[Part]:
        go_on.wait(60)
        return [http(ERROR, 403)]

    def sequences() -> Iterable[list[Case]]:
        yield [CASES[0]]
        raise KeyboardInterrupt

    with serving(hangs) as server, Client(target_at(server.url), Limits()) as client:
        with pytest.raises(KeyboardInterrupt):
            list(client.pipeline(sequences()).exchanges())
        [exchange] = client.send([CASES[1]])
        go_on.set()
    assert exchange.problem is not None
    assert exchange.problem.detail == "the run was interrupted"
