"""The suite's items beside the real pytest-timeout."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from reseller_conformance.reference import load_accounts
from servers import Part, Received, http, serving

pytest.importorskip("pytest_timeout", reason="waits for pytest-timeout to be installed")

RESELLER = load_accounts().resellers[0]

HOST = """
import time
import pytest
from reseller_conformance import OverviewConformance

{mark}
class TestMine(OverviewConformance):
    pass

def test_of_the_host():
    time.sleep(30)
"""


def refused_slowly(_: Received) -> Iterable[Part]:
    body = b'{"message": "error", "errors": ["wrong credentials"]}'
    return [0.6, http(body, 401)]


@pytest.fixture
def run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Iterable[list[pytest.RunResult]]:
    """Run one item of the suite, which takes two seconds, and a test of the host, with a limit."""
    monkeypatch.setenv("RESELLER_API_USER", RESELLER.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", RESELLER.api_key)
    with serving(refused_slowly) as server:

        def run(mark: str = "", *options: str) -> pytest.RunResult:
            pytester.makepyfile(HOST.format(mark=mark))
            args = ["-k", "success_returned or host", "--timeout=1", "-p", "no:randomly"]
            args += [f"--base-url={server.url}", "--reseller-user=customer@example.com"]
            return pytester.runpytest_subprocess(*args, *options)

        yield run


def test_a_limit_for_each_test_does_not_hold_for_the_suite(run) -> None:
    result = run()
    text = result.stdout.str()
    result.assert_outcomes(failed=3)
    # pytest repeats the message in its summary where CI is set
    assert text.count("E       Failed: Timeout") == 1
    result.stdout.fnmatch_lines(["*_ test_of_the_host _*", "*Failed: Timeout*"])


def test_a_limit_on_the_class_holds(run) -> None:
    result = run("@pytest.mark.timeout(1)")
    result.stdout.fnmatch_lines(
        ["E  *Failed: Timeout*", "*_ test_of_the_host _*", "E  *Failed: Timeout*"]
    )


def test_strict_markers_know_the_mark(run) -> None:
    run("", "--strict-markers", "-W", "error").assert_outcomes(failed=3)


def test_without_the_plugin_no_mark_is_set(run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        def pytest_collection_finish(session):
            marked = [item for item in session.items if item.get_closest_marker("timeout")]
            print("marked:", len(marked))
        """
    )
    pytester.makepyfile(HOST.format(mark=""))
    result = pytester.runpytest_subprocess("--collect-only", "-q", "-p", "no:timeout", "-s")
    result.stdout.fnmatch_lines(["marked: 0"])
