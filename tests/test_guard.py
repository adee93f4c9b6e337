"""A key that other code writes before the first call, or during it, leaves no trace."""

from __future__ import annotations

import pytest

from echoing import LENGTHS, key_of, leaks

SHOUTING = """
import logging, os, sys, warnings

KEY = os.environ["RESELLER_API_KEY"]

def shout(when):
    print("printed", when, KEY)
    sys.stderr.write(f"written {when} {KEY}\\n")
    logging.getLogger("shop").error("logged %s %s", when, KEY)
    warnings.warn(f"warned {when} {KEY}", stacklevel=2)

shout("at import")

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        shout("at start")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    shout("in a call")
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": b"oops"})
"""

EXITING = """
import os

raise SystemExit("no such key: " + os.environ["RESELLER_API_KEY"])
"""

EXITING_LATE = """
import os

async def app(scope, receive, send):
    raise SystemExit("no such key: " + os.environ["RESELLER_API_KEY"])
"""

SUITE = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass
"""

APP = ("--app=shop:app", "--user=ann", "--depth=quick")
SOME = ("-k", "returned or http_body")


@pytest.fixture
def key(request, monkeypatch):
    """The key of this environment, of the length that a test chooses."""
    key = key_of(getattr(request, "param", 64))
    monkeypatch.setenv("RESELLER_API_KEY", key)
    monkeypatch.setenv("RESELLER_API_USER", "acme")
    return key


def reported(pytester, *words):
    """Run pytest on an app, and return all output."""
    options = [option.replace("--", "--reseller-", 1) for option in APP]
    files = ["--junit-xml=junit.xml", "--log-file=log.txt"]
    result = pytester.runpytest_subprocess(*options, *files, *words)
    files = [pytester.path / name for name in ("junit.xml", "log.txt")]
    written = [path.read_text("utf-8") for path in files if path.exists()]
    return "\n".join([result.stdout.str(), result.stderr.str(), *written])


VERBOSE = ("-l", "-rA", "-o", "log_cli=true", "-W", "always")


@pytest.mark.parametrize("key", LENGTHS, indirect=True)
def test_an_app_that_tells_the_key_before_the_first_call(pytester, key):
    pytester.makepyfile(shop=SHOUTING, test_mine=SUITE)
    said = reported(pytester, *SOME, *VERBOSE)
    for way in ("printed", "written", "logged", "warned"):
        assert f"{way} at import ***" in said
    for way in ("logged", "warned"):
        assert f"{way} at start ***" in said
    assert not leaks(said, key)


def test_an_app_that_tells_the_key_in_each_worker(pytester, key):
    pytester.makepyfile(shop=SHOUTING, test_mine=SUITE)
    said = reported(pytester, *SOME, "-n2", "-l", "-W", "always")
    assert "written at import ***" in said
    assert "warned at start ***" in said
    assert not leaks(said, key)


def test_an_app_that_tells_the_key_in_run(pytester, key):
    pytester.makepyfile(shop=SHOUTING)
    result = pytester.run("reseller-conformance", "run", *APP, "--app-log", "--", *SOME)
    said = result.stdout.str() + result.stderr.str()
    assert "printed at import ***" in said
    assert not leaks(said, key)


@pytest.mark.parametrize("app", [EXITING, EXITING_LATE], ids=["import", "start"])
def test_an_app_that_exits_with_the_key(pytester, key, app):
    pytester.makepyfile(shop=app, test_mine=SUITE)
    said = reported(pytester, *SOME, *VERBOSE)
    result = pytester.run("reseller-conformance", "run", *APP)
    said += result.stdout.str() + result.stderr.str()
    assert "***" in said
    assert not leaks(said, key)


def test_a_hosts_own_target_that_fails(pytester, key):
    pytester.makepyfile(
        """
        import os, pytest
        from reseller_conformance import OverviewConformance

        class TestMine(OverviewConformance):
            @pytest.fixture(scope="class")
            @classmethod
            def reseller_target(cls):
                key = os.environ["RESELLER_API_KEY"]
                raise RuntimeError(f"no target for {key}")
        """
    )
    result = pytester.runpytest_subprocess("-l", *SOME)
    assert "no target for ***" in result.stdout.str()
    assert not leaks(result.stdout.str(), key)


HOST = """
import pytest
from reseller_conformance import OverviewConformance, Target

class TestMine(OverviewConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def reseller_target(cls):
        return Target("http://127.0.0.1:1", "me", "another-key-4242", ["ann"])

    def test_fails(self, reseller_target, record_property):
        key = reseller_target.api_key.reveal()
        record_property("reason", key)
        pytest.fail("the key is " + key)

    def test_skips(self, reseller_target):
        pytest.skip("the key is " + reseller_target.api_key.reveal())

    def test_is_expected_to_fail(self, reseller_target):
        pytest.xfail("the key is " + reseller_target.api_key.reveal())
"""


def test_a_hosts_tests_that_show_a_key_of_their_own(pytester):
    pytester.makepyfile(HOST)
    result = pytester.runpytest_subprocess(
        "-l", "-rA", "--junit-xml=junit.xml", "-k", "fails or skips or expected"
    )
    result.assert_outcomes(failed=1, skipped=3, xfailed=1)
    said = result.stdout.str() + (pytester.path / "junit.xml").read_text("utf-8")
    assert "the key is ***" in said
    assert 'name="reason" value="***"' in said
    assert "4242" not in said


def test_tests_of_a_host_that_know_no_target_are_left_alone(pytester, monkeypatch):
    monkeypatch.setenv("RESELLER_API_KEY", "ordinary")
    pytester.makepyfile("def test_ordinary(): assert 'an ordinary word' == 1")
    result = pytester.runpytest_subprocess()
    result.stdout.fnmatch_lines(["*an ordinary word*"])
