"""Several processes of pytest-xdist: one verdict, one rate, and no call sent twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reseller_conformance.cli.run import pytest_args
from reseller_conformance.client.target import Limits
from reseller_conformance.pytest_support.xdist import split_limits
from reseller_conformance.reference import Reference, Request, load_accounts
from servers import Received, http, refused_url, serving

SUITE = ("--pyargs", "reseller_conformance.suite", "--reseller-depth=quick", "-p", "no:randomly")

OTHER_TESTS = """
import pytest
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass

@pytest.mark.parametrize("number", range(4))
def test_of_the_host(number):
    pass
"""


class Open(Reference):
    """Takes any task for the right one, so that there are findings to compare."""

    def look_up(self, parameters):
        others = [(name, value) for name, value in parameters if name != "task"]
        return super().look_up([*others, ("task", "overview")])


@contextmanager
def a_server(kind=Reference):
    reference = kind(load_accounts())

    def respond(received: Received):
        parts = urlsplit(received.target)
        request = Request(parts.path, parts.query.encode(), received.method, received.body)
        said = reference.respond(request)
        return [http(said.body, said.status, Content_Type=said.content_type)]

    with serving(respond) as server:
        yield server


@pytest.fixture(autouse=True)
def _account(monkeypatch):
    reseller = load_accounts().resellers[0]
    monkeypatch.setenv("RESELLER_API_USER", reseller.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", reseller.api_key)
    monkeypatch.setenv("RESELLER_USER", "\n".join(known.user for known in reseller.customers[:2]))


def report_of(pytester, *options):
    """Run the suite against a faulty server; return the report, and how often each call came."""
    with a_server(Open) as server:
        url, at = f"--base-url={server.url}", pytester.path / "report.json"
        report = f"--reseller-report-json={at}"
        some = ["-k", "rejects_task or success_returned or consistency_formats"]
        result = pytester.runpytest(*SUITE, *some, url, report, *options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    report = json.loads(at.read_text(encoding="utf-8").replace(server.url, "http://server"))
    del report["traffic"], report["suite"]["started"]
    return report, Counter((received.method, received.target) for received in server.received)


def test_workers_come_to_the_same_verdict_and_one_that_asks_for_all_asks_nothing_twice(pytester):
    alone, asked_alone = report_of(pytester)
    together, asked_together = report_of(pytester, "-n", "2", "--dist=loadscope")
    spread, asked_spread = report_of(pytester, "-n", "2")
    assert alone["verdict"] == "violated"
    assert together == spread == alone
    # the format of a control call depends on the last response
    assert asked_together.keys() == asked_alone.keys()
    assert asked_together.total() == asked_alone.total()
    assert asked_spread.keys() == asked_alone.keys()
    assert asked_spread.total() <= 2 * asked_alone.total()


def test_the_tests_of_the_host_run_beside_the_one_that_asks(pytester):
    pytester.makepyfile(test_all=OTHER_TESTS)
    result = pytester.runpytest(
        "-n2",
        "--dist=loadscope",
        "--reseller-reference",
        "--reseller-depth=quick",
        "-k",
        "host or returned",
        "-v",
    )
    assert result.parseoutcomes() == {"passed": 6}
    lines = [line for line in result.stdout.str().splitlines() if line.startswith("[gw")]
    assert len({line[:5] for line in lines if "TestMine" in line}) == 1
    assert len({line[:5] for line in lines}) == 2


SOME = ("-k", "rejects_task_missing or rejects_user_missing")


def test_the_rate_holds_over_all_workers_together(pytester):
    rate = 20
    with a_server() as server:
        result = pytester.runpytest(
            *SUITE, *SOME, f"--base-url={server.url}", "-n", "2", f"--reseller-rate={rate}/s"
        )
    assert result.parseoutcomes() == {"passed": 4}
    times = sorted(received.at for received in server.received)
    assert len(times) > 3 * rate
    most = max(sum(at <= other < at + 1 for other in times) for at in times)
    assert most <= 1.2 * rate


def test_the_most_calls_hold_over_all_workers_together(pytester):
    with a_server() as server:
        pytester.runpytest(
            *SUITE, *SOME, f"--base-url={server.url}", "-n", "3", "--reseller-max-requests=50"
        )
    assert 40 < len(server.received) <= 50


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A worker on another machine, for all that it knows: a socket, and no target of its own."""
    for name in ("RESELLER_API_USER", "RESELLER_USER"):
        monkeypatch.setenv(name, os.environ[name])
    # it does not flush the line that says that it listens
    own = {"RESELLER_API_KEY": os.environ["RESELLER_API_KEY"], "PYTHONUNBUFFERED": "1"}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("RESELLER_")}
    url = urlsplit(refused_url())
    command = [sys.executable, "-m", "execnet.script.socketserver", url.netloc]
    with subprocess.Popen(
        command, cwd=tmp_path, env=bare | own, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"--tx=socket={url.netloc}"
        server.kill()


@pytest.mark.parametrize("dist", ["load", "worksteal", "loadscope"])
def test_a_smoke_test_in_several_processes_is_that_of_one(pytester, dist):
    with a_server() as server:
        words = (
            "--reseller-depth=smoke",
            f"--base-url={server.url}",
            "--reseller-report-json=r.json",
        )
        result = pytester.runpytest(*SUITE, *words, "-n", "2", f"--dist={dist}")
        assert len(server.received) <= 12
    assert result.ret == 0
    report = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["complete"]) == ("conformant", True)


def test_a_session_that_leaves_out_the_whole_suite_replaces_the_report(pytester):
    at = pytester.path / "r.json"
    for workers in ((), ("-n", "2")):
        at.write_text('{"verdict": "conformant"}', encoding="utf-8")
        words = ("--reseller-reference", f"--reseller-report-json={at}", "-k", "nonsense")
        result = pytester.runpytest(*SUITE, *words, *workers)
        assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
        assert json.loads(at.read_text(encoding="utf-8"))["verdict"] == "unverified"


def test_a_worker_on_another_machine_asks_whom_the_operator_named(pytester, monkeypatch, elsewhere):
    with a_server() as server:
        monkeypatch.setenv("RESELLER_BASE_URL", server.url)
        result = pytester.runpytest(*SUITE, *SOME, elsewhere, "--dist=load")
    assert result.parseoutcomes() == {"passed": 4}
    assert len(server.received) > 20


SLOW_CONTROLLER = """
import time

def pytest_xdist_node_collection_finished():
    time.sleep(1.5)
"""


@pytest.mark.parametrize("controller", ["", SLOW_CONTROLLER], ids=["at once", "slow"])
def test_a_worker_without_the_key_ends_the_run_with_one_line(pytester, controller):
    pytester.makeconftest(controller)
    url = f"--base-url={refused_url()}"
    result = pytester.runpytest(*SUITE, url, "--dist=load", "--tx=popen//env:RESELLER_API_KEY=")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: worker gw0: * set the environment variable RESELLER_API_KEY"]
    )


@given(
    st.builds(
        Limits,
        rate=st.none() | st.floats(0.01, 1000),
        concurrency=st.integers(1, 100),
        max_requests=st.none() | st.integers(1, 10_000),
    ),
    st.integers(1, 64),
)
def test_shares_together_are_no_more_than_the_whole(limits, askers):
    part = split_limits(limits, askers)
    assert 1 <= part.concurrency <= max(1, limits.concurrency / askers)
    assert (part.rate is None) == (limits.rate is None)
    assert (part.max_requests is None) == (limits.max_requests is None)
    assert (part.rate or 0) * askers <= (limits.rate or 0) * 1.001
    assert (part.max_requests or 0) * askers <= (limits.max_requests or 0)


@pytest.mark.parametrize("rest", [["-n", "2"], ["-n2"], ["--numprocesses=2"], ["--tx", "popen"]])
def test_a_run_leaves_the_asking_to_one_worker(rest):
    assert "--dist=loadscope" in pytest_args("", rest)


def test_another_way_to_spread_the_items_stands():
    args = pytest_args("", ["-n", "2", "--dist=load"])
    assert args.index("--dist=loadscope") < args.index("--dist=load")
    assert "--dist=loadscope" not in pytest_args("", ["-k", "rejects"])
