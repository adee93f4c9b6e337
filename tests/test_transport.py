"""One try against hostile servers: time, size, framing, content codings, TLS."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import pytest

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.profiles import profiles
from reseller_conformance.client import Client
from reseller_conformance.client.circuit_breaker import MAX_LARGE_BYTES
from reseller_conformance.client.http.transport import KEPT_BYTES
from reseller_conformance.client.redact import MAX_HEADER_CHARS
from reseller_conformance.client.target import Limits
from reseller_conformance.contract import Format
from reseller_conformance.exchange import MAX_BODY_BYTES, Exchange, TransportErrorKind
from servers import (
    CLOSE,
    JSON,
    RESET,
    Part,
    always,
    ask_one,
    client_of,
    http,
    kind_of,
    refused_url,
    serving,
    target_at,
    turns,
)

# --- A hostile server -----------------------------------------------------------------------------


def drip(start: bytes, piece: bytes = b"x", pause: float = 0.05) -> Iterator[Part]:
    yield start
    while True:
        yield pause
        yield piece


def hurried(response: Iterable[Part]) -> Exchange:
    """Send a call with a short time limit, and check that the client keeps it."""
    began = time.monotonic()
    exchange = ask_one(response, timeout=0.4)
    assert time.monotonic() - began < 3
    return exchange


def test_silence_ends_in_time() -> None:
    exchange = hurried([60.0])
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT
    assert exchange.problem.detail == "no response within 0.4 s"
    assert exchange.status is None


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX-Drip: "])
def test_dripping_headers_end_in_time(start: bytes) -> None:
    exchange = hurried(drip(start))
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT


def test_endless_interim_answers_end_in_time() -> None:
    exchange = hurried(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT


@pytest.mark.parametrize("status", [b"100 Continue", b"102 Processing", b"103 Early Hints"])
def test_interim_answers_are_passed_over(status: bytes) -> None:
    interim = b"HTTP/1.1 " + status + b"\r\nLink: </x>\r\n\r\n"
    exchange = ask_one([interim * 3, http(b"12345", 404)])
    assert exchange.problem is None
    assert (exchange.status, exchange.body) == (404, b"12345")
    assert exchange.header("link") is None


def test_a_dripping_body_ends_in_time_and_is_kept_so_far() -> None:
    exchange = hurried(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart"))
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT
    assert " of 1000 bytes of body arrived" in exchange.problem.detail
    assert exchange.status == 200
    assert exchange.body.startswith(b"start")


def test_a_dripping_chunked_body_ends_in_time() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert kind_of(hurried(drip(head, b"1\r\nx\r\n"))) is TransportErrorKind.TIMEOUT
    assert kind_of(hurried(drip(head + b"ff", b"f"))) is TransportErrorKind.TIMEOUT
    assert kind_of(hurried(drip(head + b"0\r\n", b"X: y\r\n"))) is TransportErrorKind.TIMEOUT


def test_a_kept_connection_has_the_deadline_too() -> None:
    responses = iter([[http()], drip(b"HTTP/1.1 200 OK\r\nX: ")])
    with (
        serving(lambda _: next(responses)) as server,
        client_of(server, concurrency=1, timeout=0.4) as client,
    ):
        began = time.monotonic()
        _, exchange = client.send(turns(2))
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT
    assert time.monotonic() - began < 3
    assert {sent.connection for sent in server.received} == {1}


def endless(start: bytes, piece: bytes) -> Iterator[bytes]:
    yield start
    while True:
        yield piece * 1000


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 64),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 64),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"40\r\n" + b"x" * 64 + b"\r\n"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b"x" * 64),
    ],
)
def test_an_endless_body_is_capped(start: bytes, piece: bytes) -> None:
    exchange = ask_one(endless(start, piece))
    assert kind_of(exchange) is TransportErrorKind.TOO_LARGE
    assert len(exchange.body) <= MAX_BODY_BYTES


def test_after_much_of_long_bodies_no_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_LARGE_BYTES, Expected.OVERVIEW, 40_000)
    with serving(always(http(b"x" * 20_000))) as server, client_of(server) as client:
        exchanges = client.send_in_sequence(turns(4))
    assert len(server.received) == 2
    assert [len(exchange.body) for exchange in exchanges] == [20_000, 20_000, 0, 0]
    assert kind_of(exchanges[-1]) is TransportErrorKind.NOT_SENT


def test_of_a_body_without_end_the_beginning_is_kept() -> None:
    exchange = ask_one(endless(b"HTTP/1.1 200 OK\r\n\r\nstart", b"x"))
    assert exchange.body.startswith(b"startxxx")
    assert len(exchange.body) == KEPT_BYTES


def test_of_too_many_headers_those_that_are_judged_are_kept() -> None:
    many = {f"X_{number}": "y" * 100 for number in range(90)}
    exchange = ask_one([http(Content_Type="a/b" * 1000, Location="there", **many)])
    assert [name for name, _ in exchange.headers] == ["Content-Type", "Location"]
    assert exchange.header("content-type") == ("a/b" * 1000)[:MAX_HEADER_CHARS]


def many_headers(count: int) -> bytes:
    """Write a response with so many header lines, the last of which is judged."""
    lines = [b"X-%d: y" % number for number in range(count - 2)]
    lines += [b"Content-Type: application/json", b"Content-Length: 2"]
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b"{}"])


@pytest.mark.parametrize("count", [99, 100, 101, 1_000, 4_999])
def test_as_many_header_lines_are_read_as_curl_reads(count: int) -> None:
    exchange = ask_one([many_headers(count)])
    assert exchange.problem is None
    assert (exchange.header("content-type"), exchange.body) == ("application/json", b"{}")


def test_more_header_lines_than_curl_reads_are_too_many() -> None:
    assert kind_of(ask_one([many_headers(5_000)])) is TransportErrorKind.TOO_LARGE


def test_many_header_lines_in_pieces_are_read() -> None:
    whole = many_headers(300)
    pieces = [whole[start : start + 700] for start in range(0, len(whole), 700)]
    parts = [part for piece in pieces for part in (piece, 0.005)]
    exchange = ask_one(parts)
    assert (exchange.header("content-type"), exchange.body) == ("application/json", b"{}")


def test_an_answer_cut_off_within_many_headers_is_dropped() -> None:
    exchange = ask_one([many_headers(300)[:2_000], CLOSE], retries=0)
    assert exchange.problem.detail == "the connection closed within the headers"


@pytest.mark.parametrize(
    "piece",
    [
        b"X-Header: y\r\n",
        b"x" * 64,
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_endless_headers_are_capped(piece: bytes) -> None:
    exchange = ask_one(endless(b"HTTP/1.1 200 OK\r\nX: ", piece))
    assert kind_of(exchange) is TransportErrorKind.TOO_LARGE


def test_cookies_are_not_read() -> None:
    # `http.cookiejar` fails on such a date, and says so in a warning
    exchange = ask_one([http(Set_Cookie="a=b; expires=Mon, 1-Jan-" + "1" * 5000)])
    assert exchange.problem is None
    assert exchange.status == 200


def test_what_is_not_http_is_a_protocol_problem() -> None:
    for said in (b"SSH-2.0-OpenSSH_9.6\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/9 x\r\n\r\n"):
        exchange = ask_one([said, CLOSE])
        assert kind_of(exchange) is TransportErrorKind.PROTOCOL
        assert exchange.problem.detail == "the response is not HTTP"


LINES = ["X-Debug", "X-Debug : on", ": on", "X-De bug: on", "<br>", "X: 1\r2"]


@pytest.mark.parametrize(("line", "place"), [*product(LINES, range(3)), (" before any header", 0)])
def test_a_header_line_that_is_none_is_a_protocol_problem(line: str, place: int) -> None:
    fields = ["Content-Type: application/json", "Content-Length: 2"]
    fields.insert(place, line)
    head = "\r\n".join(["HTTP/1.1 200 OK", *fields, "", ""])
    exchange = ask_one([head.encode(), b"{}", CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "a header line is not a header"


@pytest.mark.parametrize(
    "line", ["X-Empty:", "X-Odd:\xe9\x80\x0b", "Content-Type: multipart/mixed"]
)
def test_an_odd_header_is_a_header(line: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{line}\r\n\r\n"
    exchange = ask_one([head.encode("latin-1"), b"{}"])
    assert exchange.problem is None
    assert exchange.body == b"{}"


@pytest.mark.parametrize("length", ["-1", "+2", "many", "2, 2", "0x2", "2.0", " ", "9" * 19])
def test_a_length_that_is_none_is_a_protocol_problem(length: str) -> None:
    exchange = ask_one([http(b"{}", Content_Length=length), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "Content-Length is not a valid length"


@pytest.mark.parametrize("length", ["2", "002", "0" * 30 + "2", " 2 ", "2\r\nContent-Length: 2"])
def test_a_length_may_be_written_at_length(length: str) -> None:
    exchange = ask_one([http(b"{}", Content_Length=length)])
    assert exchange.problem is None
    assert exchange.body == b"{}"


def test_contradicting_lengths_are_a_protocol_problem() -> None:
    two = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    assert kind_of(ask_one([two, CLOSE])) is TransportErrorKind.PROTOCOL


def test_a_body_shorter_than_announced_is_incomplete() -> None:
    exchange = ask_one([http(b"12345", Content_Length="100"), CLOSE], retries=0)
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.problem.detail == "the body breaks off: 5 of 100 bytes arrived"
    assert exchange.body == b"12345"
    assert exchange.status == 200


HEADERS = http(b"", Content_Length="8")


@pytest.mark.parametrize("end", [(), (CLOSE,)], ids=["kept", "closed"])
@pytest.mark.parametrize(
    "parts",
    [
        (HEADERS + b"12345678\n",),
        (HEADERS, 0.05, b"12345678\n"),
        (HEADERS + b"1234", 0.05, b"567890"),
    ],
    ids=["at once", "after the headers", "in two pieces"],
)
def test_a_body_longer_than_announced_is_incomplete(
    parts: tuple[object, ...], end: tuple[object, ...]
) -> None:
    exchange = ask_one([*parts, *end])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.problem.detail == "the body goes on beyond its Content-Length of 8 bytes"
    assert exchange.body == b"12345678"


IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n0\r\n\r\n"


@pytest.mark.parametrize("end", [(), (CLOSE,)], ids=["kept", "closed"])
@pytest.mark.parametrize("more", [b"0\r\n\r\n", b"more", b"\r\n"])
def test_a_body_longer_than_its_chunks_is_incomplete(more: bytes, end: tuple[object, ...]) -> None:
    exchange = ask_one([IN_CHUNKS + more, *end])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.problem.detail == "the body goes on beyond its last chunk"
    assert exchange.body == b"12345678"
    assert exchange.retries == ()


def test_data_behind_the_last_chunk_is_found_behind_a_trailer_too() -> None:
    exchange = ask_one([IN_CHUNKS[:-2] + b"X-Sum: 1\r\n\r\nmore"])
    assert exchange.problem.detail == "the body goes on beyond its last chunk"


@pytest.mark.parametrize("end", [(), (CLOSE,)], ids=["kept", "closed"])
def test_a_body_in_chunks_is_whole_whatever_the_connection_does(end: tuple[object, ...]) -> None:
    began = time.monotonic()
    exchange = ask_one([IN_CHUNKS, *end])
    assert exchange.problem is None
    assert exchange.body == b"12345678"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("response", [IN_CHUNKS + b"more", HEADERS + b"12345678more"])
def test_what_follows_the_response_to_a_form_is_not_judged(response: bytes) -> None:
    exchange = ask_one([response], Case(Format.JSON, method="POST"))
    assert exchange.problem is None
    assert exchange.body == b"12345678"


@pytest.mark.parametrize("response", [IN_CHUNKS, HEADERS + b"12345678"])
def test_a_body_that_follows_the_headers_of_head_is_not_judged(response: bytes) -> None:
    exchange = ask_one([response], Case(Format.JSON, method="HEAD"))
    assert exchange.problem is None
    assert exchange.body == b""


def test_a_body_announced_as_empty_may_be_none() -> None:
    exchange = ask_one([http(b'{"errors": []}', Content_Length="0")])
    assert exchange.problem.detail == "the body goes on beyond its Content-Length of 0 bytes"


@pytest.mark.parametrize("end", [CLOSE, RESET])
def test_a_chunked_body_cut_off_is_incomplete(end: object) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = ask_one([head + b"5\r\n12345\r\n", 0.05, end], retries=0)
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.body == b"12345"


def test_an_answer_cut_off_within_its_headers_is_dropped() -> None:
    exchange = ask_one([b"HTTP/1.1 200 OK\r\nContent-Type: app", CLOSE], retries=0)
    assert kind_of(exchange) is TransportErrorKind.DROPPED
    assert exchange.problem.detail == "the connection closed within the headers"


def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    exchange = ask_one([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall", CLOSE])
    assert exchange.problem is None
    assert exchange.body == b"all"


# --- What Python's reader takes, and curl, Node or Java do not ------------------------------------

WHOLE = http(b"{}", X_Trace="1")

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


@pytest.mark.parametrize(
    "response",
    [
        WHOLE.replace(b"Whatever\r\n", b"Whatever\n"),
        WHOLE.replace(b"json\r\n", b"json\n"),
        WHOLE.replace(b"1\r\n\r\n", b"1\n\r\n"),
        WHOLE.replace(b"\r\n\r\n", b"\r\n\n"),
        WHOLE.replace(b"\r\n", b"\n"),
        WHOLE.replace(b"What", b"What\r"),
        WHOLE.replace(b"json\r\n", b"json\r\r\n"),
        WHOLE.replace(b"json\r\n", b"json\rX: y\r\n"),
        EARLY.replace(b">\r\n", b">\n") + WHOLE,
        EARLY.replace(b"103", b"100").replace(b"\r\n", b"\n") + WHOLE,
    ],
)
def test_a_line_of_the_headers_ends_with_crlf(response: bytes) -> None:
    exchange = ask_one([response, CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "CR or LF alone is within the headers"


@pytest.mark.parametrize("fold", [b"\r\n folded", b"\r\n\tfolded", b"\r\n "])
@pytest.mark.parametrize("before", [b"json", b"X-Trace: 1"])
def test_a_folded_header_line_is_a_protocol_problem(before: bytes, fold: bytes) -> None:
    exchange = ask_one([WHOLE.replace(before, before + fold), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "a header line is folded"


def test_a_folded_header_line_before_the_response_is_a_protocol_problem() -> None:
    exchange = ask_one([EARLY.replace(b">", b">\r\n ;a=b"), WHOLE, CLOSE])
    assert exchange.problem.detail == "a header line is folded"


def test_lines_of_the_headers_in_pieces_end_with_crlf() -> None:
    parts = [part for byte in WHOLE for part in (bytes([byte]), 0.001)]
    exchange = ask_one(parts)
    assert exchange.problem is None
    assert exchange.body == b"{}"


def test_line_ends_in_the_body_are_not_those_of_the_headers() -> None:
    body = b"{\n \r}\r\r\n"
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n%b\r\n0\r\n\r\n" % body
    for response in (http(body), chunks):
        exchange = ask_one([response])
        assert exchange.problem is None
        assert exchange.body == body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


SIZES = [b"0x5", b"+5", b"-5", b" 5", b"0_5", b"", b"five", b"5 5", b"5  ", b"5\t", b"5\r"]
EXTENDED = [b"5 ;a=b", b"5; a=b", b"5;a =b", b"5;a=b ", b"5;", b'5;a="b', b'5;a="b\rc"']


@pytest.mark.parametrize("size", [*SIZES, *EXTENDED])
def test_a_chunk_size_is_hexadecimal_digits(size: bytes) -> None:
    exchange = ask_one([CHUNKED + size + b"\r\n12345\r\n0\r\n\r\n"])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.problem.detail == "a chunk size is not a hexadecimal number"
    assert exchange.retries == ()


@pytest.mark.parametrize("last", [b"-0", b"-1", b"0x0", b"+0", b"0  ", b"0 ;a=b"])
def test_the_last_chunk_has_a_size_too(last: bytes) -> None:
    exchange = ask_one([CHUNKED + b"5\r\n12345\r\n" + last + b"\r\n\r\n"])
    assert exchange.problem.detail == "a chunk size is not a hexadecimal number"


@pytest.mark.parametrize(
    "size", [b"5", b"0005", b"5;a=b", b"5;a;b=", b'5;a="x y"', b'5;a="x\\"\t;";b']
)
def test_a_chunk_size_may_have_zeros_and_extensions_behind_it(size: bytes) -> None:
    exchange = ask_one([CHUNKED + size + b"\r\n12345\r\n0\r\nX-Sum: 1\r\n\r\n"])
    assert exchange.problem is None
    assert exchange.body == b"12345"


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n", b"xx", b"\r"])
def test_a_chunk_ends_with_crlf(end: bytes) -> None:
    exchange = ask_one([CHUNKED + b"5\r\n12345" + end + b"00\r\n\r\n"])
    assert exchange.problem.detail == "a chunk ends without CRLF"


@pytest.mark.parametrize("end", [b"0", b"0\r\n", b"0\r\nX-Sum: 1\r\n"])
def test_a_chunked_body_without_its_last_line_is_incomplete(end: bytes) -> None:
    exchange = ask_one([CHUNKED + b"5\r\n12345\r\n" + end, CLOSE], retries=0)
    assert exchange.problem.detail == "the body breaks off: 5 bytes arrived"


@pytest.mark.parametrize(
    "chunks", [b"5\n12345\r\n0\r\n\r\n", b"5\r\n12345\r\n0\n\r\n", b"5\r\n12345\r\n0\r\n\n"]
)
def test_a_line_between_chunks_ends_with_crlf(chunks: bytes) -> None:
    exchange = ask_one([CHUNKED + chunks])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert exchange.problem.detail == "a line between chunks ends without CR"


@pytest.mark.parametrize(
    "line", [b"none", b": none", b"X : y", b" X: y", b"X: y\r\n folded", b"X: y\rz", b" "]
)
def test_a_line_behind_the_last_chunk_is_a_header(line: bytes) -> None:
    exchange = ask_one([CHUNKED + b"5\r\n12345\r\n0\r\n" + line + b"\r\n\r\n"])
    assert exchange.problem.detail == "a line after the last chunk is not a header"


@pytest.mark.parametrize("version", ["1.9", "1.2", "1.10", "1.11", "0.9", "2.0", "1.1a"])
def test_a_version_is_1_0_or_1_1(version: str) -> None:
    exchange = ask_one([http(b"{}").replace(b"1.1", version.encode(), 1), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "a version other than HTTP/1.0 and 1.1"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Whatever", b"What\0"), (b"json\r", b"json\0\r"), (b"\r\nContent", b"\r\nX: \0\r\nContent")],
)
def test_a_nul_among_the_headers_is_a_protocol_problem(old: bytes, new: bytes) -> None:
    exchange = ask_one([http(b"{}").replace(old, new, 1), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail == "a NUL in the headers"


CODINGS = [
    {"Transfer_Encoding": "identity"},
    {"Transfer_Encoding": "chunked"},
    {"Transfer_Encoding": "gzip", "Content_Length": ""},
    {"Transfer_Encoding": "utf-8", "Content_Length": ""},
    {"Transfer_Encoding": "chunked, identity", "Content_Length": ""},
    {"Transfer_Encoding": "identity\r\nTransfer-Encoding: chunked", "Content_Length": ""},
]


@pytest.mark.parametrize("headers", CODINGS)
def test_a_transfer_coding_that_clients_read_differently_is_a_protocol_problem(
    headers: dict[str, str],
) -> None:
    exchange = ask_one([http(b"2\r\n{}\r\n0\r\n\r\n", **headers), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL
    assert exchange.problem.detail.startswith("Transfer-Encoding is not only `chunked`")


@pytest.mark.parametrize(
    "coding", ["chunked", "Chunked", "chunked ", "chunked\r\nTransfer-Encoding: chunked"]
)
def test_a_transfer_coding_that_all_clients_read_is_undone(coding: str) -> None:
    parts = http(b"2\r\n{}\r\n0\r\n\r\n", Transfer_Encoding=coding, Content_Length="")
    exchange = ask_one([parts])
    assert exchange.problem is None
    assert exchange.body == b"{}"


def test_identity_without_a_length_is_read_up_to_the_end() -> None:
    exchange = ask_one([http(b"{}", Transfer_Encoding="identity", Content_Length=""), CLOSE])
    assert exchange.problem is None
    assert exchange.body == b"{}"


# --- Transfer codings that TE accepts -------------------------------------------------------------

WITH_TE = Case(Format.JSON, profile=profiles()["perl-lwp"])

GZIPPED = gzip.compress(b"{}", mtime=0)


def in_one_chunk(body: bytes, coding: str) -> bytes:
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return http(chunk + b"0\r\n\r\n", Transfer_Encoding=coding, Content_Length="")


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip, chunked", GZIPPED),
        ("gzip\r\nTransfer-Encoding: chunked", GZIPPED),
        ("Deflate,Chunked", zlib.compress(b"{}")),
        (
            "gzip, chunked\r\nContent-Encoding: deflate",
            gzip.compress(zlib.compress(b"{}"), mtime=0),
        ),
        ("gzip, chunked", b""),
    ],
)
def test_a_transfer_coding_that_te_accepts_is_undone(coding: str, coded: bytes) -> None:
    exchange = ask_one([in_one_chunk(coded, coding), CLOSE], WITH_TE)
    assert exchange.problem is None
    assert exchange.body == (coded and b"{}")


@pytest.mark.parametrize("coding", ["gzip", "br, chunked", "chunked, gzip", "gzip, gzip, chunked"])
def test_another_transfer_coding_is_a_protocol_problem_with_te_too(coding: str) -> None:
    exchange = ask_one([in_one_chunk(GZIPPED, coding), CLOSE], WITH_TE)
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL


def test_a_transfer_coding_without_te_is_a_protocol_problem() -> None:
    exchange = ask_one([in_one_chunk(GZIPPED, "gzip, chunked"), CLOSE])
    assert kind_of(exchange) is TransportErrorKind.PROTOCOL


def test_a_transfer_coding_that_cannot_be_undone_is_incomplete() -> None:
    exchange = ask_one([in_one_chunk(b"{}", "gzip, chunked"), CLOSE], WITH_TE)
    assert exchange.problem.detail == "the body is not gzip, as its header says"


# --- Responses without a body ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("sent", [b"", b"2\r\n{}\r\n0\r\n\r\n"])
def test_a_response_without_a_body_ends_with_its_headers(status: int, sent: bytes) -> None:
    announced = http(sent, status, Transfer_Encoding="chunked", Content_Length="")
    with (
        serving(always(announced)) as server,
        client_of(server, concurrency=1, timeout=1.0) as client,
    ):
        exchanges = client.send_in_sequence(turns(2))
    assert [(one.status, one.body, one.problem) for one in exchanges] == [(status, b"", None)] * 2


# --- Content codings ------------------------------------------------------------------------------

BODY = b'{"message": "error"}' * 20


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY[:50], mtime=0) + gzip.compress(BODY[50:], mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("deflate", raw_deflate(BODY) + zlib.compress(BODY)[-4:]),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=0)),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_offered_codings_are_undone(coding: str, coded: bytes) -> None:
    exchange = ask_one([http(coded, Content_Encoding=coding)])
    assert exchange.problem is None
    assert exchange.body == BODY


@pytest.mark.parametrize(
    ("coding", "coded", "detail"),
    [
        ("br", BODY, "not offered: br"),
        ("gzip", BODY, "is not gzip"),
        ("deflate", b"\xff" * 20, "is not deflate"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9], "ends too early"),
        ("deflate", zlib.compress(BODY)[:-9], "ends too early"),
        ("gzip, gzip, gzip, gzip, gzip, gzip", BODY, "more than 5"),
        ("gzip", gzip.compress(b"", mtime=0) * 101, "more than 100 members"),
        ("gzip", gzip.compress(BODY, mtime=0) + b"\n", "1 byte after the end of the gzip"),
        ("gzip", gzip.compress(BODY, mtime=0) + b"\0" * 8, "8 bytes after the end of the gzip"),
        ("deflate", zlib.compress(BODY) + b"x", "1 byte after the end of the deflate"),
        ("deflate", raw_deflate(BODY) + b"\0" * 5, "5 bytes after the end of the deflate"),
    ],
)
def test_a_coding_that_does_not_decode_is_incomplete(
    coding: str, coded: bytes, detail: str
) -> None:
    exchange = ask_one([http(coded, Content_Encoding=coding)])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE
    assert detail in exchange.problem.detail
    assert exchange.body == b""
    assert exchange.retries == ()


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(50 * MAX_BODY_BYTES), mtime=0)),
        ("deflate", zlib.compress(bytes(50 * MAX_BODY_BYTES))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(50 * MAX_BODY_BYTES), mtime=0), mtime=0)),
    ],
)
def test_a_bomb_is_too_large(coding: str, bomb: bytes) -> None:
    exchange = ask_one([http(bomb, Content_Encoding=coding)])
    assert kind_of(exchange) is TransportErrorKind.TOO_LARGE
    assert exchange.body == b""


# --- No server, or one without a valid certificate -----------------------------------------------


def test_nobody_there_is_unreachable() -> None:
    with Client(target_at(refused_url()), Limits()) as client:
        (exchange,) = client.send([JSON])
        assert client.traffic.calls == 1
    assert kind_of(exchange) is TransportErrorKind.UNREACHABLE
    assert exchange.problem.detail == "connection refused"
    assert exchange.retries == ()


def test_an_unknown_host_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Client(target_at("http://nowhere.invalid"), Limits()) as client:
        (exchange,) = client.send([JSON])
    assert kind_of(exchange) is TransportErrorKind.UNREACHABLE
    assert exchange.problem.detail == "unknown host"


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    home = tmp_path_factory.mktemp("tls")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(home / "key.pem"), "-out", str(home / "cert.pem")]
    subprocess.run([openssl, *command.split(), *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / "cert.pem", home / "key.pem")
    return context, str(home / "cert.pem")


def test_a_self_signed_certificate_is_unreachable(self_signed: tuple[ssl.SSLContext, str]) -> None:
    with serving(always(http()), self_signed[0]) as server, client_of(server) as client:
        (exchange,) = client.send([JSON])
    assert kind_of(exchange) is TransportErrorKind.UNREACHABLE
    assert exchange.problem.detail.startswith("TLS: certificate verify failed: self")


def test_a_given_bundle_is_trusted_and_insecure_trusts_all(
    self_signed: tuple[ssl.SSLContext, str],
) -> None:
    context, bundle = self_signed
    with serving(always(http()), context) as server:
        for verify in (bundle, False):
            with Client(target_at(server.url, verify=verify), Limits()) as client:
                (exchange,) = client.send([JSON])
            assert exchange.status == 200


def test_a_drip_over_tls_ends_in_time(self_signed: tuple[ssl.SSLContext, str]) -> None:
    context, bundle = self_signed
    responses = iter([[http()], drip(b"HTTP/1.1 200 OK\r\nX: ")])
    with serving(lambda _: next(responses), context) as server:
        limits = Limits(timeout=0.5, concurrency=1)
        with Client(target_at(server.url, verify=bundle), limits) as client:
            began = time.monotonic()
            _, exchange = client.send(turns(2))
    assert time.monotonic() - began < 4
    assert kind_of(exchange) is TransportErrorKind.TIMEOUT


def test_a_body_longer_than_announced_is_incomplete_over_tls(
    self_signed: tuple[ssl.SSLContext, str],
) -> None:
    context, bundle = self_signed
    parts = (HEADERS, 0.05, b"12345678\n")
    with (
        serving(always(*parts), context) as server,
        Client(target_at(server.url, verify=bundle), Limits()) as client,
    ):
        (exchange,) = client.send([JSON])
    assert kind_of(exchange) is TransportErrorKind.INCOMPLETE


def test_tls_spoken_to_a_plain_server_is_unreachable() -> None:
    with serving(always(http(b"", 400))) as server:
        url = server.url.replace("http:", "https:")
        with Client(target_at(url), Limits(timeout=1.0)) as client:
            (exchange,) = client.send([JSON])
    assert kind_of(exchange) in (
        TransportErrorKind.UNREACHABLE,
        TransportErrorKind.TIMEOUT,
        TransportErrorKind.DROPPED,
    )


def test_a_client_certificate_is_shown_where_one_is_named(
    self_signed: tuple[ssl.SSLContext, str],
) -> None:
    _, cert = self_signed
    key = str(Path(cert).with_name("key.pem"))
    mutual = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mutual.load_cert_chain(cert, key)
    mutual.load_verify_locations(cert)
    mutual.verify_mode = ssl.CERT_REQUIRED
    with serving(always(http()), mutual) as server:
        for client_cert, status in ((None, None), ((cert, key), 200)):
            target = target_at(server.url, verify=cert, client_cert=client_cert)
            with Client(target, Limits(retries=0)) as client:
                (exchange,) = client.send([JSON])
            assert exchange.status == status


def test_calls_go_by_the_proxy_that_is_named() -> None:
    with serving(always(http())) as proxy:
        by = proxy.url.replace("//", "//me:proxy-password-1@")
        with Client(target_at("http://api.example", proxy=by), Limits()) as client:
            (exchange,) = client.send([JSON])
    assert exchange.status == 200
    (sent,) = proxy.received
    assert sent.target.startswith("http://api.example/apiv2/reseller.account.json?")
    assert sent.headers["proxy-authorization"].startswith("Basic ")


def test_a_proxy_that_nobody_runs_is_named_without_its_password() -> None:
    by = refused_url().replace("//", "//me:proxy-password-1@")
    with Client(target_at("http://api.example", proxy=by), Limits(retries=0)) as client:
        (exchange,) = client.send([JSON])
    assert kind_of(exchange) is TransportErrorKind.UNREACHABLE
    shown = by.partition("@")[2]
    assert exchange.problem.detail == f"the proxy {shown} makes no connection: connection refused"


def test_the_password_of_a_proxy_is_redacted() -> None:
    with serving(always(http(b'{"message": "error", "errors": ["proxy-password-1"]}'))) as proxy:
        by = proxy.url.replace("//", "//me:proxy-password-1@")
        with Client(target_at("http://api.example", proxy=by), Limits()) as client:
            (exchange,) = client.send([JSON])
    assert b"proxy-password-1" not in exchange.body


def test_a_host_that_no_name_can_have_is_unreachable() -> None:
    with Client(target_at("http://\N{GRINNING FACE}.example"), Limits()) as client:
        (exchange,) = client.send([JSON])
    assert kind_of(exchange) is TransportErrorKind.UNREACHABLE
    assert exchange.problem.detail == "unknown host"
