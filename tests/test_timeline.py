"""What the traffic of a run holds for a plot: bounded, and added up over processes."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from reseller_conformance.client.timeline import (
    MAX_STEPS,
    STEP_SECONDS,
    Timeline,
    TimelineBuilder,
    merge,
)
from reseller_conformance.client.traffic import BOUNDS, Bucket, TrafficRecorder
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.pytest_support.collector import Collector, WorkerReport
from reseller_conformance.requirements import Level

TIMES = st.lists(st.floats(0, 50_000), max_size=60).map(sorted)


def course(times: list[float], seconds: float = 0.5) -> TimelineBuilder:
    made = TimelineBuilder()
    for now in times:
        made.began(1000.0 + now)
        made.responded(1000.0 + now, seconds)
    return made


@given(TIMES)
def test_however_long_a_run_takes_its_steps_are_few_and_lose_no_try(times: list[float]) -> None:
    timeline = course(times).timeline
    assert len(timeline.tries) == len(timeline.slowest) <= MAX_STEPS
    assert sum(timeline.tries) == len(times)
    assert {n for n in timeline.slowest if n} == ({0.5} if times else set())
    if times:
        assert (
            len(timeline.tries)
            == int(((1000.0 + times[-1]) - (1000.0 + times[0])) / timeline.step) + 1
        )


def test_a_step_keeps_its_slowest_answer() -> None:
    made = course([0.0])
    made.responded(1000.0, 0.2)
    made.responded(1000.0 + STEP_SECONDS, 0.9)
    assert made.timeline == Timeline(STEP_SECONDS, (1, 0), (0.5, 0.9))


@given(st.lists(TIMES, max_size=4))
def test_what_several_processes_asked_is_added_up(all_times: list[list[float]]) -> None:
    rows = [course(times).timeline for times in all_times]
    row = merge(rows)
    assert sum(row.tries) == sum(map(len, all_times))
    assert row.step == max((row.step for row in rows), default=STEP_SECONDS)
    assert len(row.tries) <= MAX_STEPS


def test_a_ledger_tells_how_many_answers_took_how_long() -> None:
    ledger = TrafficRecorder()
    for seconds in (0.0001, 0.003, 0.005, 250.0, None):
        ledger.reserve(most=None)
        ledger.begin(again=False)
        ledger.end(seconds, 10)
    traffic = ledger.traffic
    counts = {bucket.up_to: bucket.answers for bucket in traffic.latency.histogram}
    assert list(counts) == [*BOUNDS, None]
    assert {bound: n for bound, n in counts.items() if n} == {0.0001: 1, 0.005: 2, None: 1}
    assert sum(traffic.timeline.tries) == 5
    assert max(traffic.timeline.slowest) == 250.0


def test_the_traffic_of_two_processes_becomes_one() -> None:
    collector = Collector(Level.MUST, SuiteInfo())
    for seconds in (0.003, 0.004, None):
        ledger = TrafficRecorder()
        ledger.reserve(most=None)
        ledger.begin(again=False)
        ledger.end(seconds, 10)
        report = WorkerReport("a", TargetInfo("live"), ledger.traffic)
        message = json.dumps({**asdict(report), "schemas": collector.schemas.drain()})
        collector.add_worker_report(json.loads(message))
    traffic = collector.run.traffic
    assert traffic is not None
    assert [bucket for bucket in traffic.latency.histogram if bucket.answers] == [Bucket(0.005, 2)]
    assert (traffic.calls, traffic.timeline.tries) == (3, (3,))
    assert (traffic.latency.max, traffic.timeline.slowest) == (0.004, (0.004,))
