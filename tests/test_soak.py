"""The load test as Locust runs it: a master and its workers on this machine, against sockets."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request, load_accounts
from reseller_conformance.schemas import schema_folder
from servers import Received, http, refused_url, serving
from snippets import ROOT, blocks
from test_leaks import FORMS, KEY

pytestmark = pytest.mark.soak

FIRST = load_accounts().resellers[0]
CUSTOMERS = [account.user for account in FIRST.customers[:2]]
CREDENTIALS = {"RESELLER_API_USER": FIRST.api_user, "RESELLER_API_KEY": FIRST.api_key}
PAGE = blocks(ROOT / "docs" / "soak.md")
ONE_LINE, BUSY = (block.text for block in PAGE if block.language == "python")
USERS = 8
LONGEST = 90
"""Seconds for a whole load test, on however busy a machine."""


@dataclass
class Done:
    """A load test that has ended: exit codes, the master's first, and what all processes wrote."""

    codes: list[int]
    said: str
    report: dict

    def result(self, id: str, format: str) -> dict:
        found = self.report["requirements"]
        return next(one for one in found if (one["id"], one["format"]) == (id, format))

    @property
    def failed(self) -> set[str]:
        return {one["id"] for one in self.report["requirements"] if one["outcome"] == "failed"}


def soak(
    folder: Path, url: str, *options: str, workers=2, file=BUSY, at_worker=None, **env
) -> Done:
    """Run a master and so many workers, none: all in one process, for some seconds.

    A worker's environment has the credentials alone, and what `at_worker` says.
    """
    (folder / "locustfile.py").write_text(file, encoding="utf-8")
    report, port = folder / "report.json", str(urlsplit(refused_url()).port)
    known = os.environ | CREDENTIALS | {"RESELLER_USER": "\n".join(CUSTOMERS)} | env
    bare = os.environ | CREDENTIALS | env | (at_worker or {})
    words = ["--headless", "-u", str(USERS), "-r", str(USERS), "-t", "8s", "--report-json", report]
    words += ["--host", url, *options]
    if workers:
        words += ["--master", "--master-bind-port", port, "--expect-workers", str(workers)]
    follow = ["--worker", "--master-port", port]
    started = [_start(folder, 0, known, words)]
    started += [_start(folder, number, bare, follow) for number in range(1, workers + 1)]
    try:
        codes = [process.wait(LONGEST) for process in started]
    finally:
        for process in started:
            process.kill()
    said = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.log")))
    found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    return Done(codes, said, found)


def _start(folder: Path, number: int, env: dict, words: list) -> subprocess.Popen:
    with (folder / f"{number}.log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "locust", *words]
        return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)


def answering(reference: Reference):
    def respond(received: Received):
        parts = urlsplit(received.target)
        said = reference.respond(Request(parts.path, parts.query.encode(), received.method))
        return [http(said.body, said.status, Content_Type=said.content_type)]

    return respond


right = answering(Reference(load_accounts()))


@contextmanager
def right_with(reference: Reference) -> Iterator[str]:
    """Serve this reference, and yield its URL."""
    with serving(answering(reference)) as server:
        yield server.url


def test_what_conforms_conforms_under_load_from_every_worker(tmp_path):
    with serving(right) as server:
        done = soak(tmp_path, server.url)
    assert done.codes == [0, 0, 0], done.said
    assert done.report["verdict"] == "conformant"
    assert done.report["target"]["customers"] == CUSTOMERS
    schema = json.loads((schema_folder() / "report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(done.report)
    # a Locust user that is stopped while it waits has sent a call, but gets no response
    calls = done.report["traffic"]["calls"]
    assert calls > USERS
    assert calls <= len(server.received) <= calls + USERS
    assert len({received.connection for received in server.received}) == USERS
    assert done.result("consistency.formats", "both")["outcome"] == "passed"
    assert done.result("rejects.combined", "json")["reason"] == "not judged under load"
    assert done.result("rejects.api-key-wrong", "xml")["outcome"] == "passed"
    assert "json invalid api_key" in done.said
    assert "api_user=" not in done.said


def test_what_goes_wrong_only_under_load_is_found_with_its_evidence(tmp_path):
    number = count()

    def now_and_then(received: Received):
        """Respond about another customer, or with a 500, once in a while."""
        turn = next(number)
        if turn % 7 == 6:
            return [http(b"oops", 500)]
        said = parse_qs(urlsplit(received.target).query)
        if turn % 7 == 3 and said.get("user") == [CUSTOMERS[0]]:
            other = received.target.replace(CUSTOMERS[0], CUSTOMERS[1])
            return right(Received("GET", other, {}, b"", 0, received.at))
        return right(received)

    with serving(now_and_then) as server:
        done = soak(tmp_path, server.url)
    assert done.codes[0] == 1, done.said
    assert done.report["verdict"] == "violated"
    assert {"http.server-error", "isolation.concurrency"} <= done.failed
    assert done.failed <= {
        *(
            "http.server-error",
            "isolation.concurrency",
            "consistency.formats",
            "consistency.counters",
        ),
    }
    found = done.result("http.server-error", "json")["findings"][0]
    assert (found["got"], found["status"]) == ("500", 500)
    assert found["times"] > 1
    assert "$RESELLER_API_KEY" in found["curl"]


def test_calls_that_the_gateway_turns_away_are_counted_and_no_violation(tmp_path):
    number = count()

    def too_many(received: Received):
        return [http(b"slow down", 429)] if next(number) % 2 else right(received)

    with serving(too_many) as server:
        done = soak(tmp_path, server.url, workers=1, file=ONE_LINE)
    assert done.codes[0] == 0, done.said
    assert done.failed == set()
    assert "calls were turned away" in done.result("http.retries", "json")["reason"]
    assert "rate limited: 429" in done.said


def test_a_gateway_that_fails_for_a_moment_is_told_as_retries(tmp_path):
    seen = Counter()

    def at_first(received: Received):
        seen[received.connection] += 1
        return [http(b"", 502)] if seen[received.connection] == 2 else right(received)

    with serving(at_first) as server:
        done = soak(tmp_path, server.url, workers=0)
    assert done.codes == [0], done.said
    assert done.failed == {"http.retries"}
    assert 1 <= done.report["traffic"]["retries"] <= USERS


def test_a_should_fails_the_load_test_where_it_is_asked_to(tmp_path):
    class Odd(Reference):
        def overview(self, account):
            return {**super().overview(account), "reputation": "101"}

    with serving(answering(Odd(load_accounts()))) as server:
        done = soak(tmp_path, server.url, "--level", "should", "--formats", "xml", workers=1)
    assert done.codes[0] == 1, done.said
    assert done.failed == {"values.reputation"}
    assert {one["format"] for one in done.report["requirements"]} == {"xml", "both"}
    assert all(
        received.target.partition("?")[0].endswith(Format.XML) for received in server.received
    )


def test_nobody_there_is_nothing_verified(tmp_path):
    done = soak(tmp_path, refused_url(), workers=1)
    assert done.codes[0] == 3, done.said
    assert done.report["verdict"] == "unverified"
    assert done.result("success.returned", "json")["reason"] == "the target cannot be reached"


@pytest.mark.parametrize(
    ("words", "env", "line"),
    [
        (["--host", ""], {}, "error: a load test needs a target: "),
        (
            ["--timeout", "never"],
            {},
            "error: --timeout must be a number of seconds from 0.001 to 86400, not: never",
        ),
        ([], {"RESELLER_API_KEY": ""}, "error: the target needs credentials: "),
    ],
)
def test_a_mistake_is_one_line_before_anything_is_asked(tmp_path, words, env, line):
    done = soak(tmp_path, "http://127.0.0.1:9", *words, workers=0, **env)
    assert done.codes == [2]
    assert line in done.said
    assert "Traceback" not in done.said


def test_a_worker_without_the_key_says_so_and_leaves(tmp_path):
    with serving(right) as server:
        done = soak(tmp_path, server.url, workers=1, at_worker={"RESELLER_API_KEY": ""})
    assert done.codes == [3, 2], done.said
    assert (
        "error: the target needs credentials: set the environment variable RESELLER_API_KEY"
        in done.said
    )
    assert server.received == []


def test_no_form_of_the_key_is_written_anywhere(tmp_path):
    def echo(received: Received):
        said = json.dumps({"message": "error", "errors": [received.target, KEY]}).encode()
        return [http(said, 200, X_Echo=received.target)]

    with serving(echo) as server:
        done = soak(
            tmp_path,
            server.url,
            *("--loglevel", "DEBUG", "--html", "page.html", "--csv", "table", "--csv-full-history"),
            *("--json-file", "stats", "--report-junit", "junit.xml", "--report-markdown", "r.md"),
            RESELLER_API_KEY=KEY,
        )
    assert done.codes[0] == 1, done.said
    assert "errors.no-key-echo" in done.failed
    written = {path: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.*")}
    assert len(written) > 10
    for form in FORMS:
        assert [path for path, text in written.items() if form in text] == []
