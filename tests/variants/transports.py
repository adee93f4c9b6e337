"""How a response is transferred: codings, chunks, connections, headers."""

from __future__ import annotations

import gzip
import itertools
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace

from reseller_conformance.reference import Reference, Response
from variants.registry import Running, variant
from variants.shops import ACCENTED
from variants.wire import Call, Wire, Writable, on_wire

__all__: list[str] = []


class _Lines(Wire):
    """A wire whose variants choose the header lines, and how the body follows."""

    status_line = "HTTP/1.1 {status} OK"

    def write(self, response: Response, call: Call, writer: Writable) -> None:
        body = b"" if call.method == "HEAD" else response.body
        lines = [self.status_line.format(status=response.status), *self.lines(response)]
        self.send("\r\n".join([*lines, "", ""]).encode("iso-8859-1"), body, writer)

    def lines(self, response: Response) -> list[str]:
        return [f"Content-Type: {response.content_type}", f"Content-Length: {len(response.body)}"]

    def send(self, head: bytes, body: bytes, writer: Writable) -> None:
        writer.write(head + body)


def _serve(kind: type[Wire]) -> Iterator[Running]:
    with on_wire(kind(Reference(ACCENTED.accounts)), ACCENTED) as running:
        yield running


# --- Codings -------------------------------------------------------------------------------------


class _Coded(_Lines):
    """Responds in a content coding, if the client accepts it."""

    coding = "gzip"

    def write(self, response: Response, call: Call, writer: Writable) -> None:
        body = b"" if call.method == "HEAD" else response.body
        lines = [f"HTTP/1.1 {response.status} OK", f"Content-Type: {response.content_type}"]
        if self.coding.lower() in call.headers.get("accept-encoding", ""):
            body = self.code(body)
            lines += [f"Content-Encoding: {self.coding}", "Vary: Accept-Encoding"]
        lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    def code(self, body: bytes) -> bytes:
        return gzip.compress(body)


@variant("gzip if the client accepts it, named in capitals")
def gzipped() -> Iterator[Running]:
    class Gzipped(_Coded):
        coding = "GZIP"

    yield from _serve(Gzipped)


@variant("gzip in two members, with a file's name in it")
def gzipped_in_two_members() -> Iterator[Running]:
    class TwoMembers(_Coded):
        def code(self, body: bytes) -> bytes:
            return gzip.compress(body[:40]) + gzip.compress(body[40:])

    yield from _serve(TwoMembers)


@variant("deflate, as in the RFC: in a zlib wrapper")
def deflated() -> Iterator[Running]:
    class Deflated(_Coded):
        coding = "deflate"

        def code(self, body: bytes) -> bytes:
            return zlib.compress(body)

    yield from _serve(Deflated)


@variant("deflate, as some servers send it: without a wrapper")
def deflated_raw() -> Iterator[Running]:
    class DeflatedRaw(_Coded):
        coding = "deflate"

        def code(self, body: bytes) -> bytes:
            return zlib.compress(body, wbits=-15)

    yield from _serve(DeflatedRaw)


@variant("deflate without a wrapper, but with the wrapper's checksum, which curl ignores")
def deflated_raw_with_checksum() -> Iterator[Running]:
    class DeflatedRaw(_Coded):
        coding = "deflate"

        def code(self, body: bytes) -> bytes:
            return zlib.compress(body)[2:]

    yield from _serve(DeflatedRaw)


@variant("gzip as a transfer coding, where TE accepts it, as Tomcat sends it")
def gzipped_in_transfer() -> Iterator[Running]:
    class InTransfer(_Lines):
        def write(self, response: Response, call: Call, writer: Writable) -> None:
            if "gzip" not in call.headers.get("te", "") or call.method == "HEAD":
                super().write(response, call, writer)
                return
            body = gzip.compress(response.body)
            lines = [f"HTTP/1.1 {response.status} ", f"Content-Type: {response.content_type}"]
            lines += ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked", "", ""]
            chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            writer.write("\r\n".join(lines).encode() + chunks)

    yield from _serve(InTransfer)


class _InChunks(_Lines):
    """Chunks for every client that reads them: HTTP/1.0 does not (RFC 9112, 6.1)."""

    def write(self, response: Response, call: Call, writer: Writable) -> None:
        if call.request.version == "1.0":
            Wire.write(self, response, call, writer)
        else:
            super().write(response, call, writer)


@variant("chunk sizes with zeros before them, and two fields that announce chunks")
def chunked_with_padded_sizes() -> Iterator[Running]:
    class Padded(_InChunks):
        def lines(self, response: Response) -> list[str]:
            chunked = "Transfer-Encoding: Chunked"
            return [f"content-type: {response.content_type}", chunked, chunked.lower()]

        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            chunk = b"00%x\r\n%b\r\n" % (len(body), body) if body else b""
            writer.write(head + chunk + b"0000\r\n\r\n")

    yield from _serve(Padded)


@variant("chunks of a few bytes, cut within characters, with extensions and trailers")
def chunked() -> Iterator[Running]:
    class Chunked(_InChunks):
        def lines(self, response: Response) -> list[str]:
            return [f"content-type: {response.content_type}", "transfer-encoding: chunked"]

        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            parts = (body[place : place + 7] for place in range(0, len(body), 7))
            chunks = b"".join(b"%X;ext=1\r\n%b\r\n" % (len(part), part) for part in parts)
            writer.write(head + chunks + b"0\r\nX-Checksum: none\r\n\r\n" if body else head)

    yield from _serve(Chunked)


@variant("gzip in chunks, sent in several writes")
def chunked_and_gzipped() -> Iterator[Running]:
    class Both(_Lines):
        def lines(self, response: Response) -> list[str]:
            kind = f"Content-Type: {response.content_type}"
            return [kind, "Transfer-Encoding: chunked", "Content-Encoding: gzip"]

        def write(self, response: Response, call: Call, writer: Writable) -> None:
            if "gzip" in call.headers.get("accept-encoding", "") and call.method != "HEAD":
                super().write(response, call, writer)
            else:
                Wire.write(self, response, call, writer)

        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            writer.write(head)
            coded = gzip.compress(body)
            for part in (coded[:10], coded[10:]):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
            writer.write(b"0\r\n\r\n")

    yield from _serve(Both)


@variant(
    "gzip under its old name, for every client that does not refuse it",
    should=("clients.no-accept-encoding",),
)
def gzipped_unasked() -> Iterator[Running]:
    class Unasked(_Lines):
        def write(self, response: Response, call: Call, writer: Writable) -> None:
            if call.headers.get("accept-encoding") == "identity":
                Wire.write(self, response, call, writer)
                return
            coded = replace(response, body=gzip.compress(response.body))
            super().write(coded, call, writer)

        def lines(self, response: Response) -> list[str]:
            return [*super().lines(response), "Content-Encoding: x-gzip"]

    yield from _serve(Unasked)


# --- Connections ---------------------------------------------------------------------------------


class _Closing(_Lines):
    """One call for each connection."""

    def reply(self, call: Call, writer: Writable) -> bool:
        super().reply(call, writer)
        return False


@variant("HTTP/1.0: a length, and the connection is closed")
def http_1_0() -> Iterator[Running]:
    class Old(_Closing):
        status_line = "HTTP/1.0 {status} OK"

    yield from _serve(Old)


@variant("HTTP/1.0 without a length: the body ends where the connection does")
def http_1_0_without_length() -> Iterator[Running]:
    class Older(_Closing):
        status_line = "HTTP/1.0 {status} OK"

        def lines(self, response: Response) -> list[str]:
            return [f"Content-Type: {response.content_type}", "Connection: close"]

    yield from _serve(Older)


@variant("`Transfer-Encoding: identity` without a length, up to the end of the connection")
def in_identity() -> Iterator[Running]:
    class Identity(_Closing):
        def lines(self, response: Response) -> list[str]:
            ending = ["Transfer-Encoding: identity", "Connection: close"]
            return [f"Content-Type: {response.content_type}", *ending]

    yield from _serve(Identity)


@variant("keep-alive for three calls, then `Connection: close`")
def three_calls_a_connection() -> Iterator[Running]:
    class Three(_Lines):
        def reply(self, call: Call, writer: Writable) -> bool:
            response = self.reference.respond(call.request)
            closing = (("Connection", "close" if call.number == 3 else "keep-alive"),)
            reported = Response(response.status, response.content_type, response.body, closing)
            Wire.write(self, reported, call, writer)
            return call.number < 3

    yield from _serve(Three)


@variant(
    "keep-alive closed after ten calls without notice: the next call may find it closed",
    perhaps=("http.retries",),
)
def closed_without_a_word() -> Iterator[Running]:
    class Silent(_Lines):
        def reply(self, call: Call, writer: Writable) -> bool:
            super().reply(call, writer)
            return call.number < 10

    yield from _serve(Silent)


# --- Head ----------------------------------------------------------------------------------------


@variant("header names in lower case, no phrase in the status line, no space after the colon")
def lower_case_headers() -> Iterator[Running]:
    class Lower(_Lines):
        status_line = "HTTP/1.1 {status} "

        def lines(self, response: Response) -> list[str]:
            return [f"content-type:{response.content_type}", f"content-length:{len(response.body)}"]

    yield from _serve(Lower)


@variant("cookies, validators, security headers, and 60 more, one of them of 30,000 characters")
def many_headers() -> Iterator[Running]:
    class Many(_Lines):
        def lines(self, response: Response) -> list[str]:
            return [
                *(f"X-Trace-{number}: {number}" for number in range(60)),
                f"Content-Security-Policy: {'https://cdn.example ' * 1500}",
                f"Set-Cookie: session={self.calls}; Path=/; HttpOnly",
                "Set-Cookie: seen=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT",
                f'ETag: "{zlib.crc32(response.body):x}"',
                "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT",
                "Cache-Control: private, max-age=60",
                "Server: caf\xe9/1.0",
                *super().lines(response),
            ]

    yield from _serve(Many)


@variant("Content-Type twice: by the framework, and by a gateway in other words")
def two_content_types() -> Iterator[Running]:
    class Twice(_Lines):
        def lines(self, response: Response) -> list[str]:
            media_type = response.content_type.partition(";")[0]
            again = {"application/xml": "text/xml"}.get(media_type, media_type.upper())
            return [*super().lines(response), f"content-type: {again}"]

    yield from _serve(Twice)


@variant("no Content-Type at all", should=("http.content-type",))
def no_content_type() -> Iterator[Running]:
    class Untyped(_Lines):
        def lines(self, response: Response) -> list[str]:
            return [f"Content-Length: {len(response.body)}"]

    yield from _serve(Untyped)


@variant("the body is sent some time after the head, and in pieces")
def in_pieces() -> Iterator[Running]:
    class Pieces(_Lines):
        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            for part in (head[:20], head[20:], body[: len(body) // 2], body[len(body) // 2 :]):
                writer.write(part)
                time.sleep(0.003)

    yield from _serve(Pieces)


@variant("every response takes 50 ms")
def fifty_milliseconds() -> Iterator[Running]:
    class Slow(_Lines):
        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            time.sleep(0.05)
            super().send(head, body, writer)

    yield from _serve(Slow)


@variant("responses take between 0 and 80 ms")
def jitter() -> Iterator[Running]:
    class Jitter(_Lines):
        delays = itertools.cycle((0, 0.005, 0.08, 0.001, 0.02))

        def send(self, head: bytes, body: bytes, writer: Writable) -> None:
            time.sleep(next(self.delays))
            super().send(head, body, writer)

    yield from _serve(Jitter)
