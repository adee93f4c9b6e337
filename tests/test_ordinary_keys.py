"""An ordinary word as the key changes nothing of what a run comes to.

Some keys are tried each time; all of them, in `run` and in pytest, with the matrix.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ordinary_keys import ISSUED, ORDINARY, WRONG_DATE, keyed
from recorded import call, har, json_body, xml_body
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cli.commands import main
from reseller_conformance.reference import Application
from test_soak import right_with, soak

SCRIPT = Path(__file__).with_name("ordinary_keys.py")
CHUNK = 12
CHUNKS = [ORDINARY[at : at + CHUNK] for at in range(0, len(ORDINARY), CHUNK)]


def test_there_are_enough_of_them():
    assert len(ORDINARY) >= 300
    assert {"passed", "not-tested", "rejects.task-empty", "reputation"} < set(ORDINARY)


@pytest.mark.parametrize("key", ISSUED[:3])
def test_a_key_that_once_made_a_run_crash(tmp_path, key):
    judged(tmp_path, [key], "--all", runs=4)


@pytest.mark.matrix
@pytest.mark.parametrize("keys", CHUNKS, ids=lambda keys: keys[0])
def test_ordinary_keys(tmp_path, keys):
    judged(tmp_path, keys, runs=2 * len(keys))


def test_an_ordinary_key_in_two_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("RESELLER_API_USER", keyed("success1").accounts.resellers[0].api_user)
    monkeypatch.setenv("RESELLER_API_KEY", "success1")
    report = tmp_path / "report.json"
    words = [sys.executable, "-m", "reseller_conformance", "run", "--user=customer@example.com"]
    words += ["--depth=quick", f"--report-json={report}"]
    with serve_app(Application(keyed("success1"))) as url:
        run = [*words, "--base-url", url, "--", "-n2"]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(report.read_text(encoding="utf-8"))["requirements"]
    assert {one["outcome"] for one in found} <= {"passed", "not-tested", "not-applicable"}
    assert all(one["outcome"] == "passed" for one in found if one["id"] == "success.fields")


def test_ordinary_keys_in_saved_calls(tmp_path, capsys):
    reports = ["--report-json", str(tmp_path / "report.json")]
    for key in ORDINARY[::5]:
        for body, code in ((json_body(), 0), (json_body(billing_end_date=WRONG_DATE), 1)):
            calls = [call("json", body, api_key=key), call("xml", xml_body(), 5, api_key=key)]
            path = har(tmp_path / "calls.har", *calls)
            assert main(["validate", str(path), *reports]) == code, key
            said = capsys.readouterr().out
            assert (WRONG_DATE in said) == bool(code), key


@pytest.mark.soak
def test_an_ordinary_key_under_load(tmp_path):
    with right_with(keyed("success1")) as url:
        done = soak(tmp_path, url, RESELLER_API_KEY="success1")
    assert done.codes == [0, 0, 0], done.said
    assert done.result("success.fields", "json")["outcome"] == "passed"


def judged(folder: Path, keys: list[str], *options: str, runs: int) -> None:
    """Run with each of these keys, and see that each run comes to what it should.

    The folder has no settings of pytest: those of this repository are not meant.
    """
    words = [sys.executable, str(SCRIPT), *options]
    said = "\n".join(keys)
    done = subprocess.run(
        words, input=said, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    reported = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reported) == runs
    for one in reported:
        about = one["key"], one["command"]
        assert "error" not in one["outcomes"], about
        if one["right"]:
            assert (one["code"], one["verdict"], one["failed"]) == (0, "conformant", []), about
            assert set(one["outcomes"]) <= {"passed", "not-applicable"}, about
        else:
            assert (one["code"], one["verdict"]) == (1, "violated"), about
            assert one["failed"], about
            assert all("success.dates" in said and WRONG_DATE in said for said in one["failed"])
