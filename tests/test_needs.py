"""A run sends what its requirements need, a smoke run little, and a dry run nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from judging import settings, target_of
from made_responses import ERROR
from reseller_conformance.cases.depth import Depth
from reseller_conformance.config.selection import selection_from
from reseller_conformance.reference import default_reference
from reseller_conformance.suite.plan_preview import planned_calls
from servers import KEY, http, serving
from test_live import responding, with_no_package

REPORT = ("--report-json", "r.json")


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESELLER_API_USER", "acme")
    monkeypatch.setenv("RESELLER_API_KEY", KEY)


def args(url: str, *words: str) -> list[str]:
    users = ("--user", "customer@example.com", "--user", "o'brien@example.com")
    return ["reseller-conformance", "run", "--base-url", url, *users, *words]


def report() -> dict:
    return json.loads(Path("r.json").read_text(encoding="utf-8"))


# --- What is needed -------------------------------------------------------------------------------


@pytest.mark.usefixtures("credentials")
def test_a_requirement_on_overviews_needs_a_few_valid_calls(pytester: pytest.Pytester) -> None:
    with serving(responding) as server:
        only = ("--only", "success.dates", "--formats", "json")
        result = pytester.run(*args(server.url, *only))
    assert result.ret == 0
    assert 0 < len(server.received) < 20
    assert all(request.parameters["api_key"] == KEY for request in server.received)


@pytest.mark.usefixtures("credentials")
def test_a_requirement_on_the_key_needs_the_documented_call_and_wrong_keys(
    pytester: pytest.Pytester,
) -> None:
    with serving(responding) as server:
        only = ("--only", "rejects.api-key-empty", "--formats", "json")
        result = pytester.run(*args(server.url, *only))
    assert result.ret == 0
    assert 0 < len(server.received) < 40  # a control call after each row of wrong keys
    assert any(request.parameters.get("api_key") == "" for request in server.received)


@pytest.mark.usefixtures("credentials")
def test_the_calls_have_the_same_order_in_whatever_order_pytest_runs_the_items(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(reversing="def pytest_collection_modifyitems(items): items.reverse()")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    received = []
    for plugin in ("no:randomly", "reversing"):
        with serving(responding) as server:
            words = ("--depth", "quick", "--concurrency", "1", "--", "-p", "no:randomly")
            pytester.run(*args(server.url, *words, "-p", plugin))
        received.append([request.parameters for request in server.received])
    in_order, in_reverse = received
    # after them come control calls between wrong credentials, and calls that items send
    planned = 400
    assert len(in_order) > planned
    assert in_reverse[:planned] == in_order[:planned]


# --- The dry run ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("credentials")
def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(pytester: pytest.Pytester) -> None:
    with serving(responding) as server:
        result = pytester.run(*args(server.url, "--plan", "--rate", "10/s"))
    assert result.ret == 0
    assert server.received == []
    result.stdout.fnmatch_lines(["documented *", "formats *", "credentials *", "all * at 10/s*"])


@pytest.mark.usefixtures("credentials")
def test_a_dry_run_refuses_options_of_pytest(pytester: pytest.Pytester) -> None:
    result = pytester.run(*args("http://localhost:1", "--plan", "--", "-k", "success"))
    assert result.ret == 2
    result.stderr.fnmatch_lines(["*--plan takes --only and --skip, no options of pytest: -k"])


def planned(only: list[str], depth: str = "standard") -> dict[str, int]:
    wanted = replace(settings(depth), selection=selection_from(only, ()))
    target = target_of(default_reference(), "http://localhost:1")
    return {one.stage.name: one.calls for one in planned_calls(target, wanted)}


def test_a_dry_run_counts_what_a_selection_needs() -> None:
    assert set(planned(["success.dates"])) == {"documented", "formats"}
    assert planned(["rejects.api-key-wrong"])["credentials"] < planned([])["credentials"]
    assert sum(planned([], "smoke").values()) <= 12


# --- Smoke ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("response", [responding, with_no_package, lambda _: [http(ERROR, 403)]])
def test_a_smoke_run_makes_at_most_twelve_calls_and_no_failed_login(
    pytester: pytest.Pytester, response: object
) -> None:
    with serving(response) as server:
        result = pytester.run(*args(server.url, "--depth", "smoke", *REPORT))
    assert 0 < len(server.received) <= 12
    assert all(request.parameters["api_key"] == KEY for request in server.received)
    assert result.ret == 1


@pytest.mark.usefixtures("credentials")
def test_a_smoke_run_judges_what_its_calls_show(pytester: pytest.Pytester) -> None:
    with serving(responding) as server:
        words = ("--depth", "smoke", "--formats", "json", *REPORT)
        result = pytester.run(*args(server.url, *words))
    assert result.ret == 0
    outcomes = {one["id"]: one for one in report()["requirements"]}
    for id in ("success.fields", "rejects.task-missing", "rejects.user-unknown", "errors.shape"):
        assert outcomes[id]["outcome"] == "passed", id
    for id in ("rejects.api-key-wrong", "request.order", "isolation.sequence"):
        assert outcomes[id]["outcome"] == "not-tested", id
        assert outcomes[id]["reason"] == "--depth smoke makes no call for this"


@pytest.mark.usefixtures("credentials")
def test_a_smoke_run_names_only_the_customers_of_its_calls(pytester: pytest.Pytester) -> None:
    with serving(responding) as server:
        third = ("--user", "third@example.com")
        result = pytester.run(*args(server.url, "--depth", "smoke", *third, *REPORT))
    assert "third@example.com" not in {one.parameters.get("user") for one in server.received}
    assert "third@example.com" not in result.stdout.str()
    assert report()["target"]["customers"] == ["customer@example.com", "o'brien@example.com"]


def test_a_smoke_run_draws_no_examples() -> None:
    assert Depth.SMOKE.examples == 0
