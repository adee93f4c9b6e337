"""The reference as a server for clients: scripted in a test, or with a habit from `serve`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from command_line import COMMAND, environment
from reseller_conformance import ResellerServer
from reseller_conformance.app_server.access_log import without_keys
from reseller_conformance.cli.reference_commands import MALFORMED
from reseller_conformance.contract import Format, path_of
from reseller_conformance.envelope import Overview, Unreadable, read_envelope
from reseller_conformance.reference import Request, Response, default_reference
from reseller_conformance.reference.scripted import HabitualReference, Malformed

RESELLER = default_reference().accounts.resellers[0]
SENT = {
    "api_user": RESELLER.api_user,
    "api_key": RESELLER.api_key,
    "task": "overview",
    "user": RESELLER.customers[0].user,
}
QUERY = "&".join(f"{name}={value}" for name, value in SENT.items()).encode()


def call(base_url: str, wanted: Format = Format.JSON) -> requests.Response:
    return requests.get(base_url + path_of(wanted), params=SENT, timeout=20)


# --- The fixture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", Format)
def test_it_responds_as_the_reference_does(reseller_server: ResellerServer, wanted: Format) -> None:
    response = call(reseller_server.base_url, wanted)
    assert isinstance(read_envelope(response.content, wanted), Overview)
    assert [request.path for request in reseller_server.requests] == [path_of(wanted)]


def test_each_change_holds_for_its_calls_in_turn(reseller_server: ResellerServer) -> None:
    reseller_server.refused("Closed.", status=403)
    reseller_server.rate_limited(3, times=2)
    reseller_server.next(Response(204, "text/plain", b""))
    responses = [call(reseller_server.base_url) for _ in range(5)]
    assert [one.status_code for one in responses] == [403, 429, 429, 204, 200]
    assert responses[1].headers["Retry-After"] == "3"


def test_a_slow_response_comes_late(reseller_server: ResellerServer) -> None:
    reseller_server.slow(0.2)
    began = time.monotonic()
    assert call(reseller_server.base_url).ok
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("how", Malformed)
def test_a_malformed_response_cannot_be_read(reseller_server: ResellerServer, how: str) -> None:
    reseller_server.malformed(how)
    body = call(reseller_server.base_url).content
    assert isinstance(read_envelope(body, Format.JSON), Unreadable)
    assert call(reseller_server.base_url).ok


def test_the_server_raises_no_exception_in_a_client(reseller_server: ResellerServer) -> None:
    with pytest.raises(TypeError, match="next takes a Response, not: TimeoutError"):
        reseller_server.next(TimeoutError())


# --- serve ----------------------------------------------------------------------------------------


def test_every_second_call_is_limited() -> None:
    reference = HabitualReference(default_reference().accounts, retry_after=7)
    sent = Request(path_of(Format.XML), QUERY)
    assert [reference.respond(sent).status for _ in range(4)] == [429, 200, 429, 200]


def test_every_call_is_malformed() -> None:
    reference = HabitualReference(default_reference().accounts, malformed=Malformed.HTML)
    sent = Request(path_of(Format.XML), QUERY)
    assert [reference.respond(sent).content_type for _ in range(2)] == [
        "text/html; charset=utf-8"
    ] * 2


def test_the_command_line_names_each_malformed_response() -> None:
    assert tuple(Malformed) == MALFORMED


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    args = [*COMMAND, "serve", "--port", "0", *words]
    process = subprocess.Popen(
        args,
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    found = re.search(r"http://\S+?(?=,)", process.stdout.readline())
    assert found
    try:
        yield found[0], process
    finally:
        process.terminate() if sys.platform == "win32" else process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def test_serve_logs_each_request_without_a_key(tmp_path: Path) -> None:
    with served(tmp_path, "--rate-limited", "2") as (base_url, process):
        assert [call(base_url).status_code for _ in range(2)] == [429, 200]
        requests.get(f"{base_url}/{RESELLER.api_key}?api-key=another-key", timeout=20)
        assert process.stderr
        lines = [process.stderr.readline() for _ in range(3)]
    shown = "api_user=harbour-mail&api_key=***&task=overview&user=customer"
    assert re.match(rf"\d\d:\d\d:\d\d GET \S+json\?{re.escape(shown)}\S* 429 \d+ ms\n", lines[0])
    assert " 200 " in lines[1]
    assert "/***?api-key=*** 404 " in lines[2]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("api_key=x&user=a", "api_key=***&user=a"),
        ("API-KEY=x", "API-KEY=***"),
        ("api_key[0]=x;api%5Fkey=y", "api_key[0]=***&api%5Fkey=***"),
        ("api_key", "api_key"),
        ("user=api_key", "user=api_key"),
    ],
)
def test_what_is_sent_as_a_key_is_not_logged(query: str, shown: str) -> None:
    assert without_keys(query) == shown
