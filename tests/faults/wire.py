"""Lengths, codings and timeouts below WSGI, and responses that are never complete."""

from __future__ import annotations

import gzip
import socket
import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import count
from threading import Lock
from urllib.parse import quote

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.requirements import (
    BOTH,
    CLIENTS_CONNECTION,
    ERRORS_NO_KEY_ECHO,
    HTTP_COMPLETE,
    HTTP_DELIVERED,
    HTTP_RETRIES,
    HTTP_SERVER_ERROR,
    HTTP_TIMEOUT,
    REQUEST_SPECIAL_TEXT,
    SUCCESS_RETURNED,
    Requirement,
)

from .due import RIGHT
from .http import ERROR, changed_response
from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    When,
    about,
    fault,
    sent,
    suffix,
)
from .sockets import Exchange, head

# --- Below WSGI ----------------------------------------------------------------------------------


def wire(
    name: str,
    description: str,
    write: Callable[[Exchange], None],
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
    when: When = ERROR,
) -> None:
    fault(
        fails=fails,
        also=also,
        formats=formats,
        when=when,
        wire=True,
        family=name,
        name=f"{name}{suffix(formats)}",
        description=description,
    )(write)


def coded(coding: str, code: Callable[[bytes], bytes]) -> Callable[[Exchange], None]:
    """Write the body in a coding."""

    def write(exchange: Exchange) -> None:
        body = code(exchange.response.body)
        exchange.send(
            head(exchange.response, Content_Encoding=coding, Content_Length=str(len(body))), body
        )

    return write


def length(change: Callable[[int], int]) -> Callable[[Exchange], None]:
    """Announce a length that is not the length of the body."""

    def write(exchange: Exchange) -> None:
        announced = change(len(exchange.response.body))
        exchange.send(
            head(exchange.response, Content_Length=str(announced)), exchange.response.body
        )

    return write


def chunked(exchange: Exchange, *chunks: bytes) -> None:
    exchange.send(
        head(exchange.response, Content_Length=None, Transfer_Encoding="chunked"), *chunks
    )


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def sized(size: bytes) -> Callable[[Exchange], None]:
    """Write the size of a chunk in this form."""

    def write(exchange: Exchange) -> None:
        body = exchange.response.body
        chunked(exchange, size % len(body), b"\r\n", body, b"\r\n0\r\n\r\n")

    return write


def ended(last: bytes) -> Callable[[Exchange], None]:
    """End the chunks in this form."""
    return lambda exchange: chunked(exchange, chunk(exchange.response.body), last)


def typed_too(*content_types: str) -> Callable[[Exchange], None]:
    """Write an additional Content-Type, or replace the first one and add another."""

    def write(exchange: Exchange) -> None:
        first = content_types[1] if len(content_types) > 1 else exchange.response.content_type
        reported = f"{first}\r\nContent-Type: {content_types[0]}"
        exchange.send(head(exchange.response, Content_Type=reported), exchange.response.body)

    return write


def key_beside_the_body(
    name: str,
    description: str,
    write: Callable[[Exchange, bytes], None],
    also: Sequence[Requirement] = (),
) -> None:
    """Register a server that writes the key where neither headers nor body are."""

    def written(exchange: Exchange) -> None:
        write(exchange, quote(sent(exchange.request).get("api_key", ""), safe="").encode())

    wire(f"key_in_{name}", description, written, fails=ERRORS_NO_KEY_ECHO, also=also)


IN_CHUNKS = (CLIENTS_CONNECTION,)
"""What a server also violates that sends chunks to HTTP/1.0."""

key_beside_the_body(
    "a_trailer",
    "the key comes back in a trailer field",
    lambda e, key: chunked(e, chunk(e.response.body), b"0\r\nX-Request: %b\r\n\r\n" % key),
    IN_CHUNKS,
)
key_beside_the_body(
    "an_interim_response",
    "the key comes back in a header of 103 Early Hints",
    lambda e, key: e.send(
        b"HTTP/1.1 103 Early Hints\r\nLink: </style.css?api_key=%b>\r\n\r\n" % key,
        head(e.response),
        e.response.body,
    ),
)
key_beside_the_body(
    "a_chunk_extension",
    "the key comes back in a chunk extension",
    lambda e, key: chunked(
        e, chunk(e.response.body).replace(b"\r\n", b';key="%b"\r\n' % key, 1), b"0\r\n\r\n"
    ),
    IN_CHUNKS,
)

INCOMPLETE: dict[str, tuple[str, Callable[[Exchange], None]]] = {
    "too_long_by_one": ("Content-Length is one too many", length(lambda n: n + 1)),
    "twice_as_long": ("Content-Length is twice as much", length(lambda n: n * 2)),
    "too_short_by_one": ("Content-Length is one too few", length(lambda n: n - 1)),
    "too_short_by_half": ("Content-Length is half of it", length(lambda n: n // 2)),
    "of_length_nought": ("Content-Length is 0, and a body follows", length(lambda _: 0)),
    "with_a_line_end_more": (
        "Content-Length does not count the end of the last line",
        lambda exchange: exchange.send(head(exchange.response), exchange.response.body, b"\r\n"),
    ),
    "called_gzip": ("the body is called gzip, and is not", coded("gzip", bytes)),
    "called_deflate": ("the body is called deflate, and is not", coded("deflate", bytes)),
    "gzip_cut": ("a compressed body is cut", coded("gzip", lambda b: gzip.compress(b)[:-12])),
    "gzip_spoilt": (
        "a compressed body has a wrong byte",
        coded("gzip", lambda b: gzip.compress(b)[:20] + b"\xff\xff" + gzip.compress(b)[22:]),
    ),
    "gzip_called_deflate": ("a body in gzip is called deflate", coded("deflate", gzip.compress)),
    "deflate_called_gzip": ("a body in deflate is called gzip", coded("gzip", zlib.compress)),
    "chunks_without_end": (
        "the last chunk is missing",
        lambda exchange: chunked(exchange, chunk(exchange.response.body)),
    ),
    "chunk_cut": (
        "a chunk is shorter than its size",
        lambda exchange: chunked(exchange, chunk(exchange.response.body)[:-20]),
    ),
    "chunks_without_sizes": (
        "chunks have no sizes",
        lambda exchange: chunked(exchange, exchange.response.body),
    ),
    "chunk_size_with_0x": ("a chunk size begins with 0x", sized(b"0x%x")),
    "chunk_size_with_a_sign": ("a chunk size has a sign", sized(b"+%x")),
    "chunk_size_behind_space": ("a space is before a chunk size", sized(b" %x")),
    "chunk_size_before_space": ("spaces follow a chunk size", sized(b"%x  ")),
    "chunk_size_before_extension": ("a space is before an extension", sized(b"%x ;a=b")),
    "chunk_size_with_a_line_feed": (
        "a line feed alone follows a chunk size",
        lambda e: chunked(e, chunk(e.response.body).replace(b"\r\n", b"\n", 1), b"0\r\n\r\n"),
    ),
    "chunk_size_parted": ("a chunk size is parted as Python's numbers are", sized(b"0_%x")),
    "last_chunk_of_minus_nought": ("the last chunk's size is -0", ended(b"-0\r\n\r\n")),
    "last_chunk_of_minus_one": ("the last chunk's size is -1", ended(b"-1\r\n\r\n")),
    "last_chunk_before_space": ("spaces follow the last chunk's size", ended(b"0  \r\n\r\n")),
    "last_chunk_without_line_end": ("the last chunk's line ends are missing", ended(b"0")),
    "last_chunk_twice": ("the last chunk comes twice", ended(b"0\r\n\r\n0\r\n\r\n")),
    "text_behind_the_last_chunk": (
        "text is behind the end of the chunks",
        ended(b"0\r\n\r\n<!-- 12 ms -->"),
    ),
    "last_chunk_followed_by_text": (
        "text without a colon follows the last chunk",
        ended(b"0\r\ndone\r\n\r\n"),
    ),
    "chunk_without_line_end": (
        "no line end follows a chunk's data",
        lambda e: chunked(e, chunk(e.response.body)[:-2], b"0\r\n\r\n"),
    ),
    "chunk_with_a_line_feed": (
        "a line feed alone follows a chunk's data",
        lambda e: chunked(e, chunk(e.response.body)[:-2], b"\n0\r\n\r\n"),
    ),
    "chunk_longer_than_it_says": (
        "a chunk is two bytes longer than its size",
        lambda e: chunked(e, chunk(e.response.body)[:-2], b"  ", b"0\r\n\r\n"),
    ),
    "gzip_with_a_line_end": (
        "a line end is behind the compressed body",
        coded("gzip", lambda b: gzip.compress(b) + b"\n"),
    ),
    "gzip_with_nuls": (
        "NULs follow the compressed body",
        coded("gzip", lambda b: gzip.compress(b) + bytes(8)),
    ),
    "gzip_with_text": (
        "text is behind the compressed body",
        coded("gzip", lambda b: gzip.compress(b) + b"<!-- 12 ms -->"),
    ),
    "deflate_with_text": (
        "text is behind the deflated body",
        coded("deflate", lambda b: zlib.compress(b) + b"<!-- 12 ms -->"),
    ),
    "deflate_twice": (
        "two deflated streams follow one another",
        coded("deflate", lambda b: zlib.compress(b[:10]) + zlib.compress(b[10:])),
    ),
    "called_html_too": ("a second Content-Type says text/html", typed_too("text/html")),
    "called_text_too": ("a second Content-Type says text/plain", typed_too("text/plain")),
    "called_both_formats": (
        "a second Content-Type says the other format",
        lambda e: typed_too(
            "application/xml" if e.request.path.endswith("json") else "application/json"
        )(e),
    ),
    "called_by_two_charsets": (
        "a second Content-Type says another charset",
        lambda e: typed_too(
            e.response.content_type.partition(";")[0] + "; charset=koi8-r",
            e.response.content_type.partition(";")[0] + "; charset=utf-8",
        )(e),
    ),
    "dropped_in_the_body": (
        "the connection closes in the middle of the body",
        lambda exchange: exchange.send(
            head(exchange.response), exchange.response.body[: len(exchange.response.body) // 2]
        ),
    ),
    "dropped_before_the_body": (
        "the connection closes after the headers",
        lambda exchange: exchange.send(head(exchange.response)),
    ),
}
for _name, (_said, _write) in INCOMPLETE.items():
    # JSON starts with a brace, which happens to start a valid deflate stream as well.
    _formats = XML if _name == "called_deflate" else BOTH
    wire(f"error_{_name}", f"{_said}, in errors", _write, fails=HTTP_COMPLETE, formats=_formats)
    wire(
        f"second_customer_{_name}",
        f"{_said}, for the second customer",
        _write,
        fails=HTTP_COMPLETE,
        formats=_formats,
        also=(SUCCESS_RETURNED,),
        when=about(1),
    )
wire(
    "length_in_characters",
    "Content-Length counts characters, not bytes",
    lambda exchange: length(lambda _: len(exchange.response.body.decode()))(exchange),
    fails=HTTP_COMPLETE,
    also=(SUCCESS_RETURNED,),
    formats=JSON,
    when=about(2, 3),
)


def hang(exchange: Exchange) -> None:
    """Send nothing."""
    exchange.stopped.wait()


def hang_after_headers(exchange: Exchange) -> None:
    """Send nothing after the headers."""
    exchange.send(head(exchange.response))
    exchange.stopped.wait()


def hang_in_the_body(exchange: Exchange) -> None:
    """Send nothing after half of the body."""
    exchange.send(head(exchange.response), exchange.response.body[:10])
    exchange.stopped.wait()


def hang_at_the_end(exchange: Exchange) -> None:
    """Neither send the length nor close the connection."""
    exchange.send(head(exchange.response, Content_Length=None), exchange.response.body)
    exchange.stopped.wait()


def drip(data: bytes, exchange: Exchange) -> None:
    for at in range(len(data)):
        exchange.send(data[at : at + 1])
        if exchange.stopped.wait(0.1):
            return


def drip_the_body(exchange: Exchange) -> None:
    """Send one byte at a time."""
    exchange.send(head(exchange.response))
    drip(exchange.response.body, exchange)


def drip_the_headers(exchange: Exchange) -> None:
    """Send the headers one byte at a time."""
    drip(head(exchange.response), exchange)
    exchange.send(exchange.response.body)


def endless_white_space(exchange: Exchange) -> None:
    """Send spaces now and then, so that the connection stays open."""
    exchange.send(head(exchange.response, Content_Length=None))
    while not exchange.stopped.wait(0.05):
        exchange.send(b" ")


def endless_informing(exchange: Exchange) -> None:
    """Send 102 Processing without end."""
    while not exchange.stopped.wait(0.05):
        exchange.send(b"HTTP/1.1 102 Processing\r\n\r\n")


def without_user() -> When:
    """Choose the calls in which only user is missing, because each may take the time limit."""

    def chosen(request: Request) -> bool:
        given = sent(request)
        right = all(given.get(n) in RIGHT[n] for n in ("task", "api_user", "api_key"))
        return not any(name.startswith("user") for name in given) and right

    return lambda: chosen


SLOW: dict[str, tuple[str, Callable[[Exchange], None]]] = {
    "hangs": ("nothing is sent", hang),
    "hangs_after_headers": ("nothing is sent after the headers", hang_after_headers),
    "hangs_in_the_body": ("nothing is sent after the beginning of the body", hang_in_the_body),
    "hangs_at_the_end": ("the end of the body is never marked", hang_at_the_end),
    "drips": ("the body is sent one byte at a time", drip_the_body),
    "drips_headers": ("the headers are sent one byte at a time", drip_the_headers),
    "never_ends": ("spaces are sent without end", endless_white_space),
    "is_processing": ("informational statuses are sent without end", endless_informing),
}
for _name, (_said, _write) in SLOW.items():
    wire(
        f"call_without_user_{_name}",
        f"{_said} where user is missing",
        _write,
        fails=HTTP_TIMEOUT,
        when=without_user(),
    )
    wire(
        f"second_customer_{_name}",
        f"{_said} for the second customer in XML",
        _write,
        fails=HTTP_TIMEOUT,
        also=(SUCCESS_RETURNED, REQUEST_SPECIAL_TEXT),
        formats=XML,
        when=about(1),
    )


def drop(exchange: Exchange) -> None:
    """Close the connection."""


def reset(exchange: Exchange) -> None:
    """Reset the connection."""
    no_time = struct.pack("ii", 1, 0)
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_time)


def raw(data: bytes) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.send(data)


def announced(said: str) -> Callable[[Exchange], None]:
    """Announce this text as the length."""
    return lambda exchange: exchange.send(
        head(exchange.response, Content_Length=said), exchange.response.body
    )


def versioned(version: bytes) -> Callable[[Exchange], None]:
    """Announce this version of HTTP."""
    return lambda e: e.send(head(e.response).replace(b"HTTP/1.1", version, 1), e.response.body)


UNDELIVERED: dict[str, tuple[str, Callable[[Exchange], None]]] = {
    "dropped": ("the connection closes without a response", drop),
    "reset": ("the connection is reset", reset),
    "dropped_in_the_status": ("the connection closes in the status line", raw(b"HTTP/1.1 4")),
    "dropped_in_the_headers": (
        "the connection closes in the headers",
        raw(b"HTTP/1.1 400 Bad Request\r\nContent-Ty"),
    ),
    "answered_by_ssh": ("the response is in another protocol", raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "answered_by_mail": (
        "the response is from a mail server",
        raw(b"220 mx.example ESMTP\r\n502 What?\r\n"),
    ),
    "answered_without_status": (
        "the body is sent without status and headers",
        lambda e: e.send(e.response.body),
    ),
    "answered_with_a_status_of_letters": (
        "the status is no number",
        raw(b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}"),
    ),
    "answered_with_two_lengths": (
        "there are two lengths that differ",
        announced("5\r\nContent-Length: 10"),
    ),
    "answered_with_a_length_below_nought": ("Content-Length is -1", announced("-1")),
    "answered_with_a_length_of_letters": ("Content-Length is no number", announced("unknown")),
    "answered_with_space_before_a_colon": (
        "a header has space before its colon",
        lambda e: e.send(head(e.response).replace(b"Type:", b"Type :"), e.response.body),
    ),
    "answered_with_text_among_the_headers": (
        "a line among the headers is not a header",
        lambda e: e.send(head(e.response).replace(b"\r\n", b"\r\nNotice\r\n", 1), e.response.body),
    ),
    "answered_with_line_feeds_alone": (
        "the lines of the headers end with a line feed alone",
        lambda e: e.send(head(e.response).replace(b"\r\n", b"\n"), e.response.body),
    ),
    "answered_with_one_line_feed_alone": (
        "one header line ends with a line feed alone",
        lambda e: e.send(head(e.response, X_Trace="1\nX-Span: 2"), e.response.body),
    ),
    "answered_with_a_carriage_return_too_many": (
        "a header line ends with two carriage returns",
        lambda e: e.send(head(e.response, X_Trace="1\r"), e.response.body),
    ),
    "answered_with_a_folded_header": (
        "a header line is folded",
        lambda e: e.send(head(e.response, X_Trace="1,\r\n 2"), e.response.body),
    ),
    "answered_with_a_nul_in_a_header": (
        "a NUL is in a header",
        lambda e: e.send(head(e.response, X_Request_Id="12\0ab"), e.response.body),
    ),
    "answered_with_a_nul_in_the_type": (
        "a NUL is behind Content-Type",
        lambda e: e.send(
            head(e.response, Content_Type=f"{e.response.content_type}\0"), e.response.body
        ),
    ),
    "answered_with_a_nul_in_the_reason": (
        "a NUL is in the reason phrase",
        lambda e: e.send(head(e.response).replace(b"Bad R", b"Bad\0R", 1), e.response.body),
    ),
    "answered_in_http_1_9": ("the version is HTTP/1.9", versioned(b"HTTP/1.9")),
    "answered_in_http_1_2": ("the version is HTTP/1.2", versioned(b"HTTP/1.2")),
    "answered_in_http_0_9": ("the version is HTTP/0.9", versioned(b"HTTP/0.9")),
    "answered_in_identity": (
        "Transfer-Encoding says identity, beside a length",
        lambda e: e.send(head(e.response, Transfer_Encoding="identity"), e.response.body),
    ),
    "answered_in_a_transfer_coding_of_nobody": (
        "Transfer-Encoding says utf-8",
        lambda e: e.send(head(e.response, Transfer_Encoding="utf-8"), e.response.body),
    ),
    "answered_in_chunks_with_a_length": (
        "Content-Length is beside chunks",
        lambda e: e.send(
            head(e.response, Transfer_Encoding="chunked"), chunk(e.response.body), b"0\r\n\r\n"
        ),
    ),
    "answered_in_noise": ("the response is random bytes", raw(bytes(range(128, 256)) * 4)),
}
for _name, (_said, _write) in UNDELIVERED.items():
    wire(
        f"call_without_user_{_name}",
        f"{_said} where user is missing",
        _write,
        fails=HTTP_DELIVERED,
        when=without_user(),
    )
for _code in (429, 502, 503, 504):
    changed_response(
        f"call_without_user_gets_{_code}",
        f"a call without user gets a {_code} each time",
        lambda _, code=_code: Response(code, "text/html", b"<h1>Not now</h1>"),
        fails=HTTP_DELIVERED,
        also=(HTTP_SERVER_ERROR,) if _code != 429 else (),
        when=without_user(),
    )
    changed_response(
        f"second_customer_gets_{_code}",
        f"the second customer gets a {_code} each time, in XML",
        lambda _, code=_code: Response(
            code, "text/html", b"<h1>Not now</h1>", (("Retry-After", "0"),)
        ),
        fails=HTTP_DELIVERED,
        also=(SUCCESS_RETURNED, *((HTTP_SERVER_ERROR,) if _code != 429 else ())),
        formats=XML,
        when=about(1),
    )


def not_again(number: int) -> When:
    """Choose each nth call, but not the repetition of that call."""

    def fresh() -> Callable[[Request], bool]:
        calls, lock = count(1), Lock()
        turned: set[bytes] = set()

        def chosen(request: Request) -> bool:
            call = request.path.encode() + request.query
            with lock:
                if call in turned:
                    turned.remove(call)
                    return False
                if next(calls) % number:
                    return False
                turned.add(call)
                return True

        return chosen

    return fresh


class Shaky(Reference):
    """Refuses each nth call, and responds to its repetition."""

    def __init__(self, code: int, number: int) -> None:
        super().__init__(ACCOUNTS)
        self.code, self.away = code, not_again(number)()

    def respond(self, request: Request) -> Response:
        if self.away(request):
            return Response(self.code, "text/html", b"<h1>Not now</h1>", (("Retry-After", "0"),))
        return super().respond(request)


for _code in (429, 502, 503, 504):
    fault(
        fails=HTTP_RETRIES,
        family="shaky",
        name=f"each_tenth_call_gets_{_code}",
        description=f"each tenth call gets a {_code}, and its repetition a correct response",
    )(lambda code=_code: Shaky(code, 10))
wire(
    "each_tenth_call_dropped",
    "each tenth connection is dropped",
    drop,
    fails=HTTP_RETRIES,
    when=not_again(10),
)
