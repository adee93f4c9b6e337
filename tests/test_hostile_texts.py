"""Wherever a target's text is printed, it commands neither GitHub's runner nor a terminal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reseller_conformance.cli.commands import main
from reseller_conformance.reports.text import json_text, visible
from servers import Received, http, serving
from test_soak import soak

PACKAGE = "x\n::add-mask::e\r\n  ::error::pwned ##[add-mask]e \x1b]0;pwned\x07 \x9b2J \u202e"
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")

OVERVIEW = {
    "reputation": "100",
    "requests": PACKAGE,
    "package": PACKAGE,
    "credits_allowed": PACKAGE,
    "credits_used": "1",
    "credits_remain": "0",
    "credits_overage": "1",
    "billing_start_date": PACKAGE,
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
    PACKAGE: PACKAGE,
}


def commands_in(text: str) -> list[str]:
    """Return the lines that GitHub's runner would take for a command.

    It finds `::` at the start of a line, and `##[` anywhere (actions/runner, ActionCommand.cs).
    What stands between `::stop-commands::WORD` and `::WORD::` it only prints.
    """
    found, stop = [], ""
    for line in map(str.strip, text.splitlines()):
        if stop:
            stop = "" if line == f"::{stop}::" else stop
        elif line.startswith("::stop-commands::"):
            stop = line.removeprefix("::stop-commands::")
        elif "##[" in line or re.match(r"::[a-z-]+( [^:]*)?::", line):
            found.append(line)
    return found


def see_nothing_acts(text: str) -> None:
    assert "pwned" in text
    # `run` annotates: these commands are its own
    own = r"::(error|warning) title=(MUST|SHOULD|reseller-conformance)"
    assert not [line for line in commands_in(text) if not re.match(own, line)]
    colours = re.compile(r"\x1b\[[0-9;]*m")
    assert not ACTS.findall(colours.sub("", text))


@pytest.fixture(autouse=True)
def on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """Act as a step of a workflow does."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("RESELLER_API_USER", "acme")
    monkeypatch.setenv("RESELLER_API_KEY", "a-key-of-mine-42")
    monkeypatch.setenv("RESELLER_USER", "customer@example.com")
    monkeypatch.setenv("COLUMNS", "40")


def respond(received: Received) -> Iterator[bytes]:
    right = received.parameters.get("api_key") == os.environ["RESELLER_API_KEY"]
    said = OVERVIEW if right and "task=overview" in received.target else {"message": PACKAGE}
    status = 200 if right else 403
    location = "/x ##[add-mask]e"
    yield http(json.dumps(said).encode(), status, Content_Type="text/x ##[debug]x", X=location)


@contextmanager
def hostile() -> Iterator[str]:
    with serving(respond) as server:
        yield server.url


SUITE = """
from reseller_conformance import OverviewConformance, assert_conformant

class TestMine(OverviewConformance):
    pass

def test_one_response():
    with open("body.json", "rb") as body, open("type.txt") as content_type:
        assert_conformant(body.read(), content_type=content_type.read())
"""


@pytest.mark.parametrize("more", [[], ["-n2"]], ids=["alone", "two workers"])
def test_plain_pytest(pytester: pytest.Pytester, more: list[str]) -> None:
    pytester.makepyfile(test_mine=SUITE)
    (pytester.path / "body.json").write_text(json.dumps(OVERVIEW))
    (pytester.path / "type.txt").write_text("application/json; ##[debug]x")
    options = ["--reseller-depth=quick", "--reseller-level=should", "-rA", "-vv", "-l"]
    with hostile() as url:
        result = pytester.runpytest_subprocess("--base-url", url, *options, *more)
    assert result.ret == 1
    see_nothing_acts("\n".join([*result.outlines, *result.errlines]))


def test_a_known_violation_in_plain_pytest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=SUITE)
    ids = ("success.counts", "success.dates", "success.no-extras", "http.content-type")
    why = 'reason = "known \\n::add-mask::e ##[debug]pwned"'
    entries = [f'[[known]]\nrequirement = "{id}"\nformat = "json"\n{why}\n' for id in ids]
    (pytester.path / "known.toml").write_text("\n".join(entries))
    options = ["--reseller-depth=quick", "--reseller-baseline=known.toml", "-rA"]
    with hostile() as url:
        result = pytester.runpytest_subprocess("--base-url", url, *options, "-k", "TestMine")
    assert result.ret == 1
    assert "xfailed" in result.stdout.str()
    see_nothing_acts("\n".join([*result.outlines, *result.errlines]))


def test_run_and_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    with hostile() as url:
        words = ["run", "--base-url", url, "--depth=quick", "--level=should"]
        assert main([*words, f"--report-json={report}"]) == 1
    see_nothing_acts("".join(capsys.readouterr()))
    fine = json.loads(report.read_text(encoding="utf-8"))
    for one in fine["requirements"]:
        one |= {"outcome": "passed", "findings": [], "reason": ""}
    (tmp_path / "fine.json").write_text(json.dumps(fine))
    for more in ([], ["--json"]):
        assert main(["diff", str(tmp_path / "fine.json"), str(report), *more]) == 1
        see_nothing_acts("".join(capsys.readouterr()))


def test_validate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(OVERVIEW))
    assert main(["validate", str(path), "--level=should"]) == 1
    see_nothing_acts("".join(capsys.readouterr()))


@pytest.mark.soak
def test_under_load(tmp_path: Path) -> None:
    with hostile() as url:
        done = soak(tmp_path, url, workers=0, RESELLER_API_KEY="a-key-of-mine-42")
    assert done.codes == [1], done.said
    see_nothing_acts(done.said)


# --- How texts are shown --------------------------------------------------------------------------


def test_what_begins_a_command_within_a_line_is_written_out() -> None:
    assert visible("a ##[add-mask]b") == r"a ##\x5badd-mask]b"
    assert visible(visible("a ##[add-mask]b")) == visible("a ##[add-mask]b")


def test_json_says_the_same_and_acts_on_nothing() -> None:
    assert json.loads(json_text({"a": PACKAGE})) == {"a": PACKAGE}
    assert not commands_in(json_text(PACKAGE))
    assert not ACTS.findall(json_text(PACKAGE))
