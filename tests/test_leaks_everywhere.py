"""No part of a key, of any length, is in the output of any command, for any response."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests

from echoing import CUSTOMER, HEADERS, LENGTHS, app, key_of, leaks, response_to
from recorded import call, har
from reseller_conformance import assert_conformant
from reseller_conformance.reports.registry import WRITERS
from servers import Received, http, serving
from test_soak import soak

TESTS = Path(__file__).parent
FILES = [f"--{writer.option}={writer.option}" for writer in WRITERS]
SECRETS = [value.rpartition(" ")[2].removeprefix("sid=") for value in HEADERS.values()]


@pytest.fixture(params=LENGTHS)
def key(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of this environment, in each length."""
    key = key_of(request.param)
    monkeypatch.setenv("RESELLER_API_KEY", key)
    monkeypatch.setenv("RESELLER_API_USER", "acme")
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    return key


def see_none(texts: Iterable[str], *secrets: str) -> None:
    texts = list(texts)
    assert not [leak for text in texts for secret in secrets for leak in leaks(text, secret)]


def written(folder: Path, result: pytest.RunResult) -> list[str]:
    reports = [(folder / writer.option).read_text("utf-8") for writer in WRITERS]
    return [result.stdout.str(), result.stderr.str(), *reports]


def read_recording(path: Path) -> Iterator[str]:
    """Yield what a reader of the recording reads: bodies are decoded, as a browser shows them."""
    for entry in json.loads(path.read_text("utf-8"))["log"]["entries"]:
        yield b64decode(entry["response"]["content"].pop("text")).decode("latin-1")
        yield json.dumps(entry, ensure_ascii=False)


def test_run(pytester: pytest.Pytester, key: str) -> None:
    headers = [f"--header={name}: {value}" for name, value in HEADERS.items()]
    target = ["--app=echoing:app", f"--user={CUSTOMER}", "--depth=quick", "--level=should"]
    record = "--record=run.har"
    result = pytester.run("reseller-conformance", "run", *target, *headers, *FILES, record)
    assert result.ret == 1
    reported = [*written(pytester.path, result), *read_recording(pytester.path / "run.har")]
    assert "errors.no-key-echo" in reported[0]
    see_none(reported, key, *SECRETS)


@pytest.mark.parametrize("mode", [["-l", "-vv", "-rA"], ["-n2"]], ids=["verbose", "two workers"])
def test_pytest(pytester: pytest.Pytester, key: str, mode: list[str]) -> None:
    headers = [f"--reseller-header={name}: {value}" for name, value in HEADERS.items()]
    target = ["--reseller-app=echoing:app", f"--reseller-user={CUSTOMER}"]
    files = [file.replace("--", "--reseller-") for file in FILES]
    depth = ["--reseller-depth=quick", "--junit-xml=junit.xml"]
    words = ["--pyargs", "reseller_conformance.suite", *target, *headers, *files, *depth, *mode]
    result = pytester.runpytest_subprocess(*words)
    assert result.ret == 1
    reported = [*written(pytester.path, result), (pytester.path / "junit.xml").read_text("utf-8")]
    assert "errors.no-key-echo" in reported[0]
    see_none(reported, key, *SECRETS)


# --- Saved responses ------------------------------------------------------------------------------


def saved(key: str, format: str, turn: int) -> tuple[str, list[tuple[str, str]], bytes, int]:
    sent = {"api_user": "acme", "api_key": key, "task": "overview", "user": "nobody"}
    query = urlencode(sent, quote_via=quote)
    url = f"https://api.example.com/apiv2/reseller.account.{format}?{query}"
    status, headers, body = response_to(url.partition("?")[0], query, {}, turn)
    kept = [(name, value) for name, value in headers if name != "Content-Encoding"]
    return url, kept, body, int(status[:3])


def test_validate(pytester: pytest.Pytester, key: str) -> None:
    entries: list[dict[str, Any]] = []
    for turn in range(20):
        for format in ("json", "xml"):
            url, headers, body, status = saved(key, format, turn)
            entries.append(call(format, body, turn, status=status, headers=headers, url=url))
    har(pytester.path / "calls.har", *entries)
    result = pytester.run("reseller-conformance", "validate", "calls.har", "--level=should", *FILES)
    assert result.ret == 1
    reported = written(pytester.path, result)
    assert "errors.no-key-echo" in reported[0]
    see_none(reported, key)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_assert_conformant(key: str, format: str) -> None:
    for turn in range(10):
        response = requests.Response()
        response.url, headers, response._content, response.status_code = saved(key, format, turn)
        response.headers.update({name: value for name, value in headers if name.isascii()})
        response.request = requests.Request("GET", response.url).prepare()
        with pytest.raises(AssertionError) as failure:
            assert_conformant(response, level="should")
        see_none([str(failure.value)], key)


@pytest.mark.soak
def test_load_test(tmp_path: Path, key: str) -> None:
    def respond(received: Received) -> Iterator[bytes]:
        path, _, query = received.target.partition("?")
        sent = {name: received.headers.get(name.lower(), "") for name in HEADERS}
        status, headers, body = response_to(path, query, sent, len(server.received))
        reported = {name.replace("-", "_"): value for name, value in headers if name.isascii()}
        code, _, reason = status.partition(" ")
        yield http(body, int(code), **reported).replace(b"Whatever", reason.encode())

    options = [f"--header={name}: {value}" for name, value in HEADERS.items()]
    options += [file.replace("=", f"={tmp_path}/") for file in FILES]
    known = {"RESELLER_API_KEY": key, "RESELLER_USER": CUSTOMER}
    with serving(respond) as server:
        done = soak(tmp_path, server.url, *options, "--level=should", workers=0, **known)
    assert done.codes == [1], done.said
    reports = [(tmp_path / writer.option).read_text("utf-8") for writer in WRITERS]
    assert "errors.no-key-echo" in done.said
    see_none([done.said, *reports], key, *SECRETS)


def test_the_target_would_show_the_key(key: str) -> None:
    reported: list[Any] = []
    query = f"api_user=acme&api_key={quote(key, safe='')}&task=overview&user=nobody"
    for path in ("/x.json", "/x.xml"):
        [body] = app(
            {"PATH_INFO": path, "QUERY_STRING": query}, lambda *said: reported.append(repr(said))
        )
        assert leaks(body.decode(), key)
    assert all(leaks(said, key) for said in reported)
