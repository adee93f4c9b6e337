"""Pipelines that are halted, and the threads that send for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Event, active_count

from reseller_conformance.cases.case import Case
from reseller_conformance.client.pipeline import Pipeline
from reseller_conformance.client.workers import Job, Work, Workers
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange

FIRST, SECOND, THIRD = (Case(Format.JSON, repeat=turn) for turn in range(3))


class Sender:
    """Replaces the client: one job a case. The first call waits until the test releases it."""

    def __init__(self) -> None:
        self.jobs: dict[Case, Job] = {}
        self.sent: list[Case] = []
        self.go = Event()

    def begin(self, sequence: Sequence[Case]) -> tuple[Work, list[Job]]:
        new = {case: Future() for case in sequence if case not in self.jobs}
        self.jobs |= new
        return list(new.items()), [self.jobs[case] for case in sequence]

    def cancel(self, work: Work) -> None:
        for case, _ in work:
            del self.jobs[case]

    def send(self, work: Work) -> None:
        for case, job in work:
            assert self.go.wait(10)
            self.sent.append(case)
            job.set_result(Exchange(case, "http://h"))


def test_a_case_of_two_sequences_that_is_taken_back_is_waited_for_once() -> None:
    sender = Sender()
    sequences = [[FIRST], [SECOND], [SECOND], [THIRD]]
    pipeline = Pipeline(
        sequences,
        Workers(sender.send, 1),
        sender.begin,
        sender.cancel,
        lambda: None,
        100,
    )
    sent = iter([False, False, False])

    def is_halted() -> bool:
        halted = next(sent, True)
        if halted:
            sender.go.set()
        return halted

    begun = [exchange.case for exchange in pipeline.exchanges(is_halted)]
    rest = [exchange.case for exchange in pipeline.exchanges()]
    assert FIRST in begun
    assert sorted(case.repeat for case in sender.sent) == [0, 1, 2]
    assert {*begun, *rest} == {FIRST, SECOND, THIRD}


def test_work_of_others_stays_when_a_pipeline_takes_its_own_back() -> None:
    sender = Sender()
    workers = Workers(sender.send, 1)
    own, foreign = ([(case, Future())] for case in (SECOND, THIRD))
    for work in ([(FIRST, Future())], own, foreign):
        workers.give(work)
    assert workers.take_back({own[0][1]}) == [own]
    sender.go.set()
    assert foreign[0][1].result(10).case is THIRD


def test_work_that_comes_after_the_threads_have_ended_is_done(monkeypatch) -> None:
    monkeypatch.setattr("reseller_conformance.client.workers.MAX_IDLE_SECONDS", 0.01)
    before = active_count()
    sender = Sender()
    sender.go.set()
    workers = Workers(sender.send, 2)
    for case in (FIRST, SECOND, THIRD):
        work = [(case, Future())]
        workers.give(work)
        assert work[0][1].result(10).case is case
        until = time.monotonic() + 10
        while active_count() > before and time.monotonic() < until:
            time.sleep(0.01)
        assert active_count() == before
