"""The key on its way through the client: no part of it leaves, for any response."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.mutations import UNREGISTERED, State, Text, Value
from reseller_conformance.checks.response import parse
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange
from reseller_conformance.soak.calls import Caller
from servers import CLOSE, JSON, KEY, Received, always, ask_one, client_of, http, serving, target_at

# --- The key --------------------------------------------------------------------------------------

CANARY = 'k3y/with+odd&chars=%41é "<'


def holds_canary(text: str) -> bool:
    return any(part in text for part in (CANARY, "k3y", "odd&chars", "odd%26chars", "azN5"))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("encoding", Encoding)
def test_the_canary_leaves_in_no_form(
    method: str, encoding: Encoding, caplog: pytest.LogCaptureFixture
) -> None:
    def respond(received: Received) -> Iterator[bytes]:
        said = received.target + " " + received.body.decode()
        body = json.dumps({"errors": [said, received.parameters["api_key"]]}).encode()
        location = f"/login?next={said}".replace(" ", "%20")
        yield http(body, 302, Location=location, X_Key=CANARY.encode().decode("latin-1"))

    caplog.set_level(logging.DEBUG)
    case = Case(Format.JSON, method=method, encoding=encoding)
    with serving(respond) as server, client_of(server, key=CANARY) as client:
        (exchange,) = client.send([case])
    assert exchange.echoes_key
    assert not holds_canary(repr(exchange) + exchange.body.decode() + repr(exchange.headers))
    assert "***" in exchange.body.decode()
    assert "***" in (exchange.header("Location") or "")
    assert json.loads(exchange.body)["errors"][1] == "***"
    assert "reseller.account" in caplog.text
    assert not holds_canary(caplog.text)
    assert "odd" not in caplog.text


@pytest.mark.parametrize("key", [CANARY, "ab", "errors", "password", "2010"])
@pytest.mark.parametrize("state", [State.VALID, State.PREFIX, State.ENDING, State.COMMENTED])
def test_a_url_shows_nothing_of_the_key(key: str, state: State) -> None:
    case = Case(
        Format.JSON,
        api_key=state,
        repeated_parameters=(("api_key", State.VALID),),
        arrays=("api_key",),
    )
    with serving(always(http())) as server, client_of(server, key=key) as client:
        (exchange,) = client.send([case])
    assert "api_key%5B%5D=***&task=overview&user=customer@example.com&api_key=***" in exchange.url


@pytest.mark.parametrize(
    ("state", "shown"), [(State.EMPTY, ""), (State.GLOB, "%2A"), (Text("x y"), "x%20y")]
)
def test_a_url_shows_what_holds_nothing_of_the_key(state: Value, shown: str) -> None:
    exchange = ask_one([http()], Case(Format.JSON, api_key=state))
    assert f"api_key={shown}&task" in exchange.url


def test_debug_records_of_urllib3_hold_no_short_key_either(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(always(http())) as server, client_of(server, key="zq") as client:
        client.send([JSON])
        during = caplog.text
    assert "?***" in during
    assert "zq" not in during


def test_loggers_are_left_as_they_were() -> None:
    logger = logging.getLogger("urllib3.connectionpool")
    before = list(logger.filters)
    with Client(target_at("http://mock.invalid"), Limits()):
        assert logger.filters != before
    assert logger.filters == before


def echo(case: Case, body: str, key: str = KEY) -> tuple[str, ...]:
    with serving(always(http(body.encode(), 403))) as server, client_of(server, key=key) as client:
        return client.send([case])[0].echoes_key


def test_an_echo_is_of_the_key_that_was_sent() -> None:
    prefix = Case(Format.JSON, api_key=State.PREFIX)
    unknown = Case(Format.JSON, api_key=State.UNKNOWN)
    assert echo(JSON, f"no {KEY} here")
    assert echo(prefix, f"no {KEY[:-1]} here")
    assert echo(unknown, f"no {UNREGISTERED['api_key']} here")
    assert not echo(JSON, "no such key")
    assert not echo(Case(Format.JSON, api_key=State.GLOB), "* is no key")
    assert not echo(Case(Format.JSON, api_key=State.MISSING), "api_key is missing")


def test_what_was_sent_elsewhere_too_proves_no_echo() -> None:
    both = Case(Format.JSON, api_key=State.UNKNOWN, user=State.UNKNOWN)
    listed = Case(Format.JSON, api_key=State.UNKNOWN, user=State.LISTED)
    for case in (both, listed):
        assert not echo(case, f"no {UNREGISTERED['user']} here")
        assert echo(case, f"no {UNREGISTERED['api_key']} here")
    assert not echo(JSON, "bad api_key: acme", key="acme")
    without_user = Case(Format.JSON, user=State.MISSING)
    assert not echo(without_user, "before: no customer@example.com", key="customer@example.com")
    escaped = Case(Format.JSON, user=State.DECODED_TWICE)
    assert not echo(escaped, "no %63ustomer@example.com here", key="customer@example.com")


@pytest.mark.parametrize("state", [State.VALID, State.PREFIX, State.UNKNOWN])
@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("X_Request", "key={}", "header X-Request"),
        ("Content_Location", "/?api_user=acme&api_key={}", "header Content-Location"),
        ("Set_Cookie", "key={}; Path=/", "cookie key"),
        ("Location", "/login?api_key={}", "header Location"),
    ],
)
def test_an_echo_beside_the_body_is_one(state: State, name: str, value: str, place: str) -> None:
    def respond(received: Received) -> Iterator[bytes]:
        written = quote(received.parameters["api_key"], safe="")
        yield http(b"{}", 403, **{name: value.format(written)})

    with serving(respond) as server, client_of(server, key=CANARY) as client:
        (exchange,) = client.send([Case(Format.JSON, api_key=state)])
    assert exchange.echoes_key == (place,)
    assert not holds_canary(repr(exchange))


def test_a_name_that_holds_the_key_is_told_without_it() -> None:
    headers = [b"HTTP/1.1 403 No", b"X-%s: 1" % KEY.encode(), b"Set-Cookie: %s=1" % KEY.encode()]
    head = b"\r\n".join([*headers, b"Content-Length: 2", b"", b"{}"])
    exchange = ask_one([head])
    assert exchange.echoes_key == ("header X-***", "cookie ***")


def test_the_key_in_the_reason_phrase_is_an_echo() -> None:
    line = b"HTTP/1.1 403 No key %s here\r\nContent-Length: 2\r\n\r\n{}" % KEY.encode()
    assert ask_one([line]).echoes_key == ("reason phrase",)


NO = b"HTTP/1.1 403 No\r\n"
CHUNKED = NO + b"Transfer-Encoding: chunked\r\n\r\n%b2%b\r\n{}\r\n0%b\r\n%b\r\n"
ASIDES = {
    "an interim header": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </?api_key=%b>\r\n\r\n" + NO + b"\r\n{}",
        "interim response",
    ),
    "an interim header of 100": (
        b"HTTP/1.1 100 Continue\r\nX-A: 1\r\nX-Key: %b\r\n\r\n" + NO + b"\r\n{}",
        "interim response",
    ),
    "an interim reason phrase": (
        b"HTTP/1.1 102 %b\r\n\r\n" + NO + b"\r\n{}",
        "interim response",
    ),
    "a chunk extension": (CHUNKED % (b"", b";key=%b", b"", b""), "chunk extension"),
    "an extension of the last chunk": (CHUNKED % (b"", b"", b";%b", b""), "chunk extension"),
    "a trailer": (CHUNKED % (b"", b"", b"", b"X-Sum: 1\r\nX-Key: %b\r\n"), "trailer"),
    "the name of a trailer": (CHUNKED % (b"", b"", b"", b"%b: 1\r\n"), "trailer"),
}


@pytest.mark.parametrize(("response", "place"), ASIDES.values(), ids=ASIDES)
def test_the_key_beside_headers_and_body_is_an_echo(response: bytes, place: str) -> None:
    exchange = ask_one([response % quote(KEY, safe="").encode(), CLOSE])
    assert exchange.problem is None
    assert exchange.echoes_key == (place,)
    assert "s3cret" not in repr(exchange) + repr(exchange.headers)


def test_the_key_is_found_where_the_response_breaks_off_behind_it() -> None:
    cut = CHUNKED % (b"", b";key=%b" % KEY.encode(), b"", b"none")
    exchange = ask_one([cut, CLOSE], retries=0)
    assert exchange.problem is not None
    assert exchange.echoes_key == ("chunk extension",)


def test_a_trailer_is_no_header() -> None:
    exchange = ask_one([CHUNKED % (b"", b"", b"", b"Content-Type: text/html\r\n")])
    assert exchange.header("Content-Type") is None
    assert exchange.echoes_key == ()


def test_little_is_kept_beside_headers_and_body() -> None:
    line = b"X-Sum: " + b"1" * 60_000 + b"\r\n"
    response = CHUNKED % (b"", b"", b"", line * 3)
    assert ask_one([response[:-2] + b"X: %b\r\n\r\n" % KEY.encode()]).echoes_key == ("trailer",)
    response = CHUNKED % (b"", b"", b"", line * 30)
    assert ask_one([response[:-2] + b"X: %b\r\n\r\n" % KEY.encode()]).echoes_key == ()


def test_a_redirect_repeats_the_url_as_redirects_do() -> None:
    redirect = http(b"", 302, Location=f"https://h/?api_key={KEY}")
    assert ask_one([redirect]).echoes_key == ()


def test_an_ordinary_word_is_an_echo_only_after_its_name() -> None:
    assert not echo(JSON, "Bad username / password", key="password")
    assert not echo(JSON, "Missing api_key or bad password", key="password")
    assert echo(JSON, "api_key=password is wrong", key="password")
    assert echo(JSON, '{"api_key": "password"}', key="password")


def test_a_body_that_breaks_off_within_the_key_keeps_no_part_of_it() -> None:
    body = b'{"errors": ["bad key ' + KEY.encode()[:-3]
    exchange = ask_one([http(body, Content_Length="999"), CLOSE], retries=0)
    assert exchange.body == b'{"errors": ["bad key '


# --- The operator's headers -----------------------------------------------------------------------

SECRET_HEADERS = {
    ("Cookie", "sid=51a0c2f7; theme=dark-blue; t=9"): ["51a0c2f7", "dark-blue", "sid=51a0c2f7"],
    ("Cookie", "pin=123"): ["pin=123"],
    ("Authorization", "Bearer t0ken-of-staging"): ["t0ken-of-staging"],
    ("Authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l"): [
        "YWxhZGRpbjpvcGVuc2VzYW1l",
        "aladdin:opensesame",
        "opensesame",
    ],
    ("Authorization", 'Digest username="aladdin", realm="staging", response="6629fae4"'): [
        "aladdin",
        "6629fae4",
    ],
    ("X-Session-Id", "0d5c1f3e"): ["0d5c1f3e"],
    ("X-Signature", "t=1700000000,v1=5257a869e7"): ["5257a869e7", "1700000000"],
    ("X-Signature", "c2lnbmF0dXJlIQ=="): ["c2lnbmF0dXJlIQ"],
    ("X-Vercel-Protection-Bypass", "bypass-Me-42"): ["bypass-Me-42"],
    ("X-Goog-Iap-Jwt-Assertion", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0"): ["eyJpc3MiOi.c2lnbmF0"],
    ("X-Gateway", 'pass "phrase, of two"; for=me42'): ["phrase, of two", "me42"],
    ("X-Team", "billing-team"): ["billing-team"],
}


def told_of(name: str, value: str, said: list[str]) -> str:
    """Return what leaves the client of a response that says these texts, and sends them back."""
    body = json.dumps({"all": value, "parts": said}).encode()
    reported = http(body, X_Echo=value, Location=f"/{value}")
    headers = ((name, value),)
    with (
        serving(always(reported)) as server,
        Client(target_at(server.url, headers=headers), Limits()) as client,
    ):
        (exchange,) = client.send([JSON])
    return exchange.body.decode() + repr(exchange.headers)


@pytest.mark.parametrize(("header", "parts"), SECRET_HEADERS.items(), ids=lambda one: str(one[0]))
def test_a_header_of_the_operator_leaves_neither_whole_nor_in_parts(
    header: tuple[str, str], parts: list[str]
) -> None:
    reported = told_of(*header, parts)
    assert '"all": "***"' in reported
    assert not [part for part in (header[1], *parts) if part in reported]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "staging.example.com"),
        ("Accept", "application/json"),
        ("User-Agent", "probe/1.0"),
        ("X-Forwarded-For", "203.0.113.9"),
    ],
)
def test_a_header_that_is_public_by_nature_hides_nothing(name: str, value: str) -> None:
    assert f'"all": "{value}"' in told_of(name, value, [])


def test_parameters_that_name_no_secret_hide_nothing() -> None:
    value = 'Digest realm="staging", algorithm=SHA-256, qop=auth, response="6629fae4"'
    said = ["staging", "SHA-256", "auth", "unauthorized"]
    assert f'"parts": {json.dumps(said)}' in told_of("Authorization", value, said)


# --- What is cut ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [8, 16, 64, 200])
@pytest.mark.parametrize("before", ["", "x" * 30, "x" * 38, "x" * 1000, "x" * 1020])
@pytest.mark.parametrize("header", ["Content_Encoding", "Content_Type", "Location", "X_Other"])
def test_what_is_cut_is_redacted_first(header: str, before: str, length: int) -> None:
    key = ("kQ7-zV3,pW9/" * 20)[:length]
    filling = {"X_Filling": "y" * 8_000} if len(before) > 900 else {}
    responded = http(b"{}", 302, **{header: before + key}, **filling)
    with serving(always(responded)) as server, client_of(server, key=key) as client:
        (exchange,) = client.send([JSON])
    reported = repr((exchange.headers, exchange.problem)) + parse(exchange).summary
    assert "kQ7-" not in reported.replace("...", "")
    assert not [at for at in range(length - 3) if key[at : at + 4] in reported]


def test_an_unknown_coding_is_told_by_its_name() -> None:
    exchange = ask_one([http(b"{}", Content_Encoding="gzip, " + "br" * 30)])
    assert exchange.problem is not None
    assert exchange.problem.detail.endswith("not offered: gzip, " + "br" * 17)


def test_words_of_the_suite_are_not_redacted() -> None:
    broken = [http(b"{", Content_Length="99"), CLOSE]
    with serving(always(*broken)) as server, client_of(server, key="breaks off") as client:
        (exchange,) = client.send([JSON])
    assert exchange.problem is not None
    assert exchange.problem.detail == "the body breaks off: 1 of 99 bytes arrived"


def asked_by_a_run(url: str) -> Exchange:
    with Client(target_at(url), Limits()) as client:
        return client.send([Case(Format.XML)])[0]


def asked_under_load(url: str) -> Exchange:
    asker = Caller(target_at(url), Limits())
    try:
        return asker.call(Case(Format.XML)).exchange
    finally:
        asker.close()


@pytest.mark.parametrize("send", [asked_by_a_run, asked_under_load])
@pytest.mark.parametrize("joint", ["<!-- -->", "<?x y?>", "<![CDATA[]]>", "<x>y</x>"])
def test_a_key_in_pieces_is_in_nothing_that_the_reader_makes(
    send: Callable[[str], Exchange], joint: str
) -> None:
    broken = f"{KEY[:6]}{joint}{KEY[6:]}"
    body = f"<result>{broken}<message>{broken}</message><errors>{broken}</errors></result>"
    with serving(always(http(body.encode(), 403, Content_Type="text/xml"))) as server:
        exchange = send(server.url)
    envelope = parse(exchange).envelope
    for text in (repr(envelope), exchange.body.decode()):
        assert KEY not in text
        assert KEY[:6] not in text
        assert KEY[6:] not in text
    assert exchange.echoes_key == ("body",)
