"""Each client profile is on the wire as that client writes it, and its curl line says it."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Thread

import pytest

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.profiles import (
    HOST,
    OWN,
    SOURCE,
    VERSION,
    Change,
    Profile,
    decodable,
    own_with,
    profiles,
    profiles_with,
    restored,
)
from reseller_conformance.client import Client
from reseller_conformance.client.cookies import CookieJar
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.findings.curl import curl
from servers import KEY, target_at
from test_curl import given_to_curl

NAMES = tuple(profiles())
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


@dataclass
class Heads:
    """A server that keeps each request head as received, by connection."""

    url: str
    heads: list[tuple[int, list[str]]] = field(default_factory=list)


@contextmanager
def serving_heads(respond: Callable[[list[str]], bytes] = lambda _: RESPONSE) -> Iterator[Heads]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Heads(f"http://127.0.0.1:{listener.getsockname()[1]}")
    connections: list[socket.socket] = []

    def handle(connection: socket.socket, number: int) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as file:
            lines: list[str] = []
            for line in file:
                if line != b"\r\n":
                    lines.append(line.decode("latin-1").rstrip("\r\n"))
                    continue
                server.heads.append((number, lines))
                connection.sendall(respond(lines))
                lines = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                Thread(target=handle, args=(connection, len(connections)), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        for one in (listener, *connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def sent_as(profile: Profile | None, **more) -> tuple[Heads, list[list[str]]]:
    """Return what goes over the wire for two calls in turn."""
    cases = [Case(Format.JSON, profile=profile, repeat=turn) for turn in range(2)]
    with serving_heads() as server, Client(target_at(server.url, **more), Limits()) as client:
        exchanges = client.send_in_sequence(cases)
    assert [one.body for one in exchanges] == [b"{}", b"{}"]
    return server, [lines for _, lines in server.heads]


# --- On the wire ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_sent_as_its_client_writes_it(name: str) -> None:
    profile = profiles()[name]
    server, (first, second) = sent_as(profile)
    host = server.url.removeprefix("http://")
    assert first[0].startswith("GET /apiv2/reseller.account.json?api_user=")
    assert first[0].endswith(f" HTTP/{profile.version}")
    assert first[1:] == [f"{k}: {v.replace(HOST, host)}" for k, v in profile.fields]
    assert first == second


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_ends_with_the_response_where_the_client_says_so(name: str) -> None:
    profile = profiles()[name]
    server, _ = sent_as(profile)
    connections = {number for number, _ in server.heads}
    assert (len(connections) == 2) == profile.closes


def test_the_suites_own_request_is_the_profile_of_that_name() -> None:
    _, (plain, _) = sent_as(None)
    _, (profiled, _) = sent_as(OWN)
    assert [line for line in plain if "Host" not in line] == [
        line for line in profiled if "Host" not in line
    ]


def test_the_operators_fields_stand_beside_those_of_a_profile() -> None:
    headers = (("X-Gateway", "token"), ("User-Agent", "shop/1"))
    _, (head, _) = sent_as(profiles()["curl"], headers=headers)
    assert head[2:] == ["User-Agent: shop/1", "Accept: */*", "X-Gateway: token"]


def test_the_key_of_a_profiled_call_does_not_leave_the_client() -> None:
    case = Case(Format.JSON, profile=profiles()["wget"])
    with (
        serving_heads() as server,
        Client(target_at(server.url), Limits()) as client,
    ):
        [exchange] = client.send([case])
    assert KEY in server.heads[0][1][0].replace("%2F", "/")
    assert KEY not in repr(exchange)
    assert "%2F42" not in repr(exchange)


def test_a_body_after_a_head_request_is_not_taken_for_the_next_response() -> None:
    closing = own_with(Change("Connection", "close"))
    head = Case(Format.JSON, method="HEAD", profile=closing)
    with serving_heads() as server, Client(target_at(server.url), Limits()) as client:
        exchanges = client.send_in_sequence([Case(Format.JSON), head, Case(Format.JSON, repeat=1)])
    assert [one.status for one in exchanges] == [200, 200, 200]
    assert [one.body for one in exchanges] == [b"{}", b"", b"{}"]
    assert server.heads[1][1][0].startswith("HEAD /apiv2/reseller.account.json?api_user=")


def test_a_client_that_gets_no_response_keeps_no_other_call_from_being_made() -> None:
    hanging = [Case(Format.JSON, profile=profiles()["wget"], repeat=turn) for turn in range(5)]
    plain = Case(Format.JSON)

    def respond(lines: list[str]) -> bytes:
        return b"" if any("Wget" in line for line in lines) else RESPONSE

    limits = Limits(timeout=0.3, retries=0, concurrency=1)
    with serving_heads(respond) as server, Client(target_at(server.url), limits) as client:
        *late, responded = client.send_in_sequence([*hanging, plain])
    kinds = [one.problem.kind for one in late if one.problem]
    assert set(kinds) == {TransportErrorKind.TIMEOUT, TransportErrorKind.NOT_SENT}
    assert responded.body == b"{}"


# --- Cookies -------------------------------------------------------------------------------------

SETS = RESPONSE.replace(b"OK\r\n", b"OK\r\nSet-Cookie: sid=s3ss; Path=/; HttpOnly\r\n", 1)


def cookies_in(heads: list[tuple[int, list[str]]]) -> list[str]:
    return [next((x for x in lines if x.startswith("Cookie")), "") for _, lines in heads]


def test_cookies_are_sent_only_where_the_case_says_so() -> None:
    right, wrong = Case(Format.JSON), Case(Format.JSON, api_key=State.MISSING)
    cases = [right, replace(right, repeat=1), replace(wrong, cookies=True), wrong]
    with serving_heads(lambda _: SETS) as server, Client(target_at(server.url), Limits()) as client:
        client.send_in_sequence(cases)
    assert cookies_in(server.heads) == ["", "", "Cookie: sid=s3ss", ""]


def test_a_cookie_that_an_invalid_call_sets_is_not_kept() -> None:
    wrong = Case(Format.JSON, api_key=State.MISSING)
    with serving_heads(lambda _: SETS) as server, Client(target_at(server.url), Limits()) as client:
        client.send_in_sequence([wrong, Case(Format.JSON, cookies=True)])
    assert cookies_in(server.heads) == ["", ""]


def test_the_operators_cookie_stands_beside_those_of_the_target() -> None:
    cases = [Case(Format.JSON), Case(Format.JSON, cookies=True)]
    headers = (("cookie", "gate=open"),)
    with (
        serving_heads(lambda _: SETS) as server,
        Client(target_at(server.url, headers=headers), Limits()) as client,
    ):
        client.send_in_sequence(cases)
    assert [one.lower() for one in cookies_in(server.heads)][1:] == ["cookie: gate=open; sid=s3ss"]


URL = "http://host/apiv2/reseller.account.json?user=a"


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("a=1", "a=1"),
        ("a=1; Path=/", "a=1"),
        ("a=1; Path=/apiv2; Secure; SameSite=Lax", "a=1"),
        ("a=1; Path=/other", ""),
        ("a=1; path=", "a=1"),
        ("a=b=c==", "a=b=c=="),
        ('a="quoted"', 'a="quoted"'),
        ("a=; Max-Age=0", ""),
        ("a=1; Max-Age=-1", ""),
        ("a=1; Max-Age=3600", "a=1"),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("a=1; Expires=nonsense", "a=1"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_sent_as_a_client_would(field: str, sent: str) -> None:
    jar = CookieJar()
    jar.keep(URL, [("Set-Cookie", field)])
    assert jar.field(URL) == sent


def test_a_deleted_cookie_is_not_sent_any_more() -> None:
    jar = CookieJar()
    jar.keep(URL, [("set-cookie", "a=1"), ("set-cookie", "b=2")])
    jar.keep(URL, [("set-cookie", "a=; Max-Age=0")])
    assert jar.field(URL) == "b=2"


# --- Profiles as data ----------------------------------------------------------------------------


def test_each_profile_says_where_it_comes_from() -> None:
    entries = json.loads(SOURCE.read_text(encoding="utf-8"))
    assert all(
        entry["source"].startswith(("recorded from ", "written from "))
        for entry in entries.values()
    )


def test_no_profile_carries_anything_of_the_machine_that_recorded_it() -> None:
    for profile in profiles().values():
        assert profile.field("Host") == HOST
        assert profile.field("Cookie") is profile.field("Authorization") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_its_changes(name: str) -> None:
    profile = profiles()[name]
    assert profile.changes
    undone = profile
    for change in profile.changes:
        assert own_with(change).changes == (change,)
        assert name in profiles_with(change)
        undone = restored(undone, change.field)
    assert undone.changes == ()


def test_changes_are_named_as_a_person_would() -> None:
    assert str(Change("Accept", "text/html")) == "with Accept: text/html"
    assert str(Change("User-Agent", None)) == "without User-Agent"
    assert str(Change(VERSION, "1.0")) == "in HTTP/1.0"


def test_only_codings_that_can_be_undone_are_left() -> None:
    assert decodable(profiles()["axios"]).field("Accept-Encoding") == "gzip, deflate"
    assert (
        decodable(own_with(Change("Accept-Encoding", "br"))).field("Accept-Encoding") == "identity"
    )
    assert decodable(profiles()["curl"]) is profiles()["curl"]


# --- The curl line -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_curl_line_says_what_the_profile_sends(name: str, tmp_path) -> None:
    profile = profiles()[name]
    words = given_to_curl(curl(Case(Format.JSON, profile=profile), target_at("http://x")), tmp_path)
    assert ("--http1.0" in words) == (profile.version == "1.0")
    fields = {words[i + 1] for i, word in enumerate(words) if word == "-H"}
    agents = {words[i + 1] for i, word in enumerate(words) if word == "-A"}
    for field_name, value in profile.fields:
        if field_name.lower() == "user-agent":
            assert agents == {value}
        elif value != HOST:
            assert f"{field_name}: {value}" in fields
    assert ("User-Agent:" in fields) == (profile.field("User-Agent") is None)
    assert ("Accept:" in fields) == (profile.field("Accept") is None)


def test_the_curl_line_runs_as_pasted_with_the_cookies_of_a_valid_call(tmp_path) -> None:
    case = Case(Format.JSON, api_key=State.MISSING, cookies=True)
    line = curl(case, target_at("http://x"))
    words = given_to_curl(line, tmp_path)
    assert words[words.index("-c") + 1] == words[words.index("-b") + 1] == "cookies.txt"
    assert "api_key" not in line.partition(" && ")[2]
