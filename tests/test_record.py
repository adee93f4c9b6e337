"""`--record`: all traffic of a run as HAR, without the key, and read back by `validate`."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from command_line import command, quick
from reseller_conformance.cases.case import Case
from reseller_conformance.client import Client
from reseller_conformance.client.recording import Recorder
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from servers import CLOSE, JSON, KEY, always, http, serving, target_at

CREDENTIALS = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
SHOP = """
from reseller_conformance.reference import Application, default_reference

right = Application(default_reference())

def app(environ, start_response):
    return [b"".join(right(environ, start_response)).replace(b'"2010-08-30"', b'"30/08/2010"')]
"""
TARGET = ["--app", "shop:app", "--user", "customer@example.com"]


def entries(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]


def body(entry: dict[str, Any]) -> bytes:
    content = entry["response"]["content"]
    assert content["encoding"] == "base64"
    return b64decode(content["text"])


def violated(report: Path, topics: tuple[str, ...]) -> set[tuple[str, str]]:
    reported = json.loads(report.read_text(encoding="utf-8"))["requirements"]
    return {
        (one["id"], one["format"])
        for one in reported
        if one["outcome"] == "failed" and one["id"].startswith(topics)
    }


# --- A run ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording of a run and its report."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "shop.py").write_text(SHOP)
    words = [
        *TARGET,
        "--record",
        "run.har",
        "--report-json",
        "run.json",
        "--header",
        "X-A: my-token",
    ]
    assert quick(folder, *words, env=CREDENTIALS).returncode == 1
    return folder


def test_each_call_of_the_run_is_an_entry(recorded: Path) -> None:
    traffic = json.loads((recorded / "run.json").read_text(encoding="utf-8"))["traffic"]
    found = entries(recorded / "run.har")
    assert len(found) == traffic["calls"] + traffic["retries"]
    assert Counter(entry["request"]["method"] for entry in found).keys() == {"GET", "HEAD", "POST"}


def test_no_entry_holds_a_secret(recorded: Path) -> None:
    text = (recorded / "run.har").read_text(encoding="utf-8")
    assert "api_key=***" in text
    for secret in ("Demo-Key-0001", "my-token"):
        assert secret not in text
        assert not any(secret.encode() in body(entry) for entry in entries(recorded / "run.har"))


def test_validate_finds_the_same_violations_of_form(recorded: Path) -> None:
    done = command(recorded, "validate", "run.har", "--report-json", "read.json")
    assert done.returncode == 1
    topics = ("success.", "errors.", "readable.", "http.")
    found = violated(recorded / "read.json", topics)
    assert found == violated(recorded / "run.json", topics) == {("success.dates", "json")}


def test_the_recording_of_the_reference_violates_nothing(tmp_path: Path) -> None:
    assert quick(tmp_path, "--record", "run.har").returncode == 0
    assert command(tmp_path, "validate", "run.har", "--level", "should").returncode == 0


def test_each_process_of_a_run_has_its_recording(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    words = [*TARGET, "--depth", "smoke", "--record", "run.har", "--", "-n", "2"]
    quick(tmp_path, *words, env=CREDENTIALS)
    found = sorted(path.name for path in tmp_path.glob("*.har"))
    assert found
    assert set(found) <= {"run.gw0.har", "run.gw1.har"}
    assert sum(len(entries(tmp_path / name)) for name in found) > 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--record", "a.har", "--report-json", "a.har"], "another file of this run too: a.har"),
        (["--record", "."], "--record cannot be written, it is a folder: ."),
        (["--record", "shop.py/a.har"], "--record cannot be written, "),
    ],
)
def test_where_it_cannot_be_written_nothing_is_sent(
    tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    done = quick(tmp_path, *TARGET, *words, env=CREDENTIALS)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


# --- One recording --------------------------------------------------------------------------------


def record(path: Path, answering: Any, *cases: Case, retries: int = 0) -> list[dict[str, Any]]:
    """Return the entries of a recording of these cases."""
    recorder = Recorder(path, "test", "1")
    limits = Limits(timeout=5.0, retries=retries)
    with serving(answering) as server, Client(target_at(server.url), limits, recorder) as client:
        client.send(cases or [JSON])
    recorder.close()
    return entries(path)


def test_an_entry_holds_what_was_sent_and_what_came(tmp_path: Path) -> None:
    answering = always(http(b'{"a": 1}', 404, X_Odd="yes"))
    first = record(tmp_path / "one.har", answering)[0]
    request, response = first["request"], first["response"]
    assert request["method"] == "GET"
    assert {"name": "api_key", "value": "***"} in request["queryString"]
    assert [one["name"] for one in request["headers"]][:2] == ["Host", "User-Agent"]
    assert request["headers"][0]["value"].startswith("127.0.0.1:")
    assert (response["status"], response["statusText"]) == (404, "Whatever")
    assert {"name": "X-Odd", "value": "yes"} in response["headers"]
    assert body(first) == b'{"a": 1}'
    assert first["time"] > 0


def test_a_form_is_recorded_without_the_key(tmp_path: Path) -> None:
    (entry,) = record(tmp_path / "one.har", always(http()), Case(Format.JSON, method="POST"))
    assert "api_key=***" in entry["request"]["postData"]["text"]
    assert "?" not in entry["request"]["url"]


def test_a_retry_is_an_entry_of_its_own(tmp_path: Path) -> None:
    responses = iter([http(b"", 503, Retry_After="0"), http(b"{}")])
    found = record(tmp_path / "one.har", lambda _: [next(responses)], retries=1)
    assert [entry["response"]["status"] for entry in found] == [503, 200]


def test_a_response_that_is_not_complete_says_so(tmp_path: Path) -> None:
    def broken_off(_: object) -> list[Any]:
        return [http(b"{}", Content_Length="10"), CLOSE]

    (entry,) = record(tmp_path / "one.har", broken_off)
    assert entry["response"]["status"] == 0
    assert entry["comment"].startswith("HTTP 200, ")


def test_the_key_that_comes_back_is_redacted_in_every_part(tmp_path: Path) -> None:
    echo = http(f'{{"a": "{KEY}"}}'.encode(), X_Key=KEY).replace(b"Whatever", KEY.encode())
    (entry,) = record(tmp_path / "one.har", always(echo))
    assert KEY not in (tmp_path / "one.har").read_text(encoding="utf-8")
    assert body(entry) == b'{"a": "***"}'
    assert entry["response"]["statusText"] == "***"


def test_entries_are_written_as_they_come_and_the_file_is_there_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "one.har"
    recorder = Recorder(path, "test", "1")
    with (
        serving(always(http(b"x" * 100_000))) as server,
        Client(target_at(server.url), Limits(timeout=5.0), recorder) as client,
    ):
        client.send([JSON])
        (draft,) = tmp_path.iterdir()
        assert draft.stat().st_size > 100_000
        assert not path.exists()
    recorder.close()
    recorder.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["one.har"]


def test_a_full_disk_ends_the_recording_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path / "one.har", "test", "1")
    file = recorder._file
    assert file

    class Full:
        close = file.close

        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder, "_file", Full())
    with (
        serving(always(http())) as server,
        Client(target_at(server.url), Limits(timeout=5.0), recorder) as client,
    ):
        assert client.send([JSON])[0].status == 200
    recorder.close()
    assert recorder.problem == "no space left on device"
    assert list(tmp_path.iterdir()) == []
