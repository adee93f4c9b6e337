"""The command `serve`: what it prints, and how it responds."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from command_line import COMMAND, KEY, LIMIT, TREE, command, environment
from reseller_conformance.cli.commands import main


def test_serve_says_what_to_paste_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as (said, url):
        user = re.search(r"export RESELLER_API_USER=(\S+)", said)
        key = re.search(r"export RESELLER_API_KEY=(\S+)", said)
        assert f"reseller-conformance run --base-url {url} --user customer@example.com" in said
        assert "--foreign-user " in said
        assert user
        assert key
        query = {
            "api_user": user[1],
            "api_key": key[1],
            "task": "overview",
            "user": "customer@example.com",
        }
        response = requests.get(f"{url}/apiv2/reseller.account.json", params=query, timeout=10)
        assert response.json()["package"] == "Silver Package"


def test_serve_never_prints_the_key_of_accounts_of_ones_own(tmp_path: Path) -> None:
    shipped = TREE / "conformance/reseller_conformance/reference/accounts.json"
    accounts = json.loads(shipped.read_text(encoding="utf-8"))
    accounts["resellers"][0]["api_key"] = KEY
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(accounts), encoding="utf-8")
    with serving(tmp_path, "--accounts", str(file)) as (said, _):
        assert KEY not in said
        assert "customer@example.com" in said


def test_a_port_in_use_is_a_mistake(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert re.fullmatch(r"error: cannot listen on .*\n", done.stderr)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--slow x", "--slow must be a number of seconds from 0 to 3600, not: x"),
        ("--slow nan", "--slow must be a number of seconds from 0 to 3600, not: nan"),
        ("--slow -1", "--slow must be a number of seconds from 0 to 3600, not: -1"),
        ("--port 99999", "--port must be a whole number from 0 to 65535, not: 99999"),
        (
            "--rate-limited 1.5",
            "--rate-limited must be a whole number of seconds from 0 to 86400, not: 1.5",
        ),
    ],
)
def test_a_value_that_is_no_such_number_is_told_in_one_line(
    words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *words.split()]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


@contextmanager
def serving(cwd: Path, *args: str) -> Iterator[tuple[str, str]]:
    """Serve the reference in a process of its own; yield its output and its base URL."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *args],
        cwd=cwd,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        said = ""
        while "reseller-conformance run" not in said:
            line = process.stdout.readline()
            assert line, "it has ended"
            said += line
        yield said, re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert process.returncode == 0
