"""A response that is read within one deadline, with bounded headers and strict framing.

`http.client` reads some responses that curl, Java and Node reject, and rejects some that they
read.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from http.client import BadStatusLine, HTTPResponse, IncompleteRead
from typing import Any

from urllib3.util import wait_for_read

from reseller_conformance.client.http.asides import Aside, Asides
from reseller_conformance.client.http.framing_errors import (
    ChunkError,
    HeaderLineError,
    HeadersCutError,
    HeadersTooLargeError,
    LengthError,
    NulError,
    TransferCodingError,
    VersionError,
)
from reseller_conformance.client.http.request_head import HEAD
from reseller_conformance.exchange import FOLDED_HEADER_LINE, INVALID_HEADER_LINE, LONE_LINE_END

__all__ = [
    "BODILESS",
    "CHUNK_SIZE",
    "HEADER_LINES",
    "INTERIM",
    "LENGTH",
    "MAX_HEAD_BYTES",
    "MAX_LINE_BYTES",
    "NO_HEADER",
    "TRAILER",
    "VERSIONS",
    "StrictResponse",
]

MAX_HEAD_BYTES = 256 * 1024
"""Maximum size of status line and headers, in bytes. `http.client` would read six megabytes."""

MAX_LINE_BYTES = 64 * 1024

HEADER_LINES = 5_000
"""Maximum number of header lines of a response, as in curl."""

LENGTH = re.compile(r"0*[0-9]{1,18}")
"""A valid Content-Length (RFC 9110, 8.6). `http.client` ignores an invalid one."""

CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:;(?:[^\s\"]|\"(?:[^\"\\\r\n]|\\.)*\")+)?")
"""The first line of a chunk: its size, and extensions (RFC 9112, 7.1).

curl and Java accept white space outside quotes. Node rejects it.
"""

TRAILER = re.compile(rb"[^\s:]+:[^\r\n]*")
"""A header after the last chunk (RFC 9112, 7.1.2). Node rejects one that is folded."""

VERSIONS = ("HTTP/1.0", "HTTP/1.1")

NO_HEADER = (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
"""Defects of a header line that has no colon, no name, or white space before either."""

_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
"""CR or LF alone within the headers (RFC 9112, 2.2). curl and Java accept LF alone."""

INTERIM = frozenset(range(100, 200)) - {101}
"""Interim statuses to skip. The client never requests 101."""

BODILESS = (204, 304)
"""Statuses whose responses end with their headers (RFC 9112, 6.3)."""


def is_offered(transfer_encoding: str, offered: frozenset[str]) -> bool:
    """Return True if these are one offered coding and `chunked` around it (RFC 9112, 7.4)."""
    codings = [coding.strip().lower() for coding in transfer_encoding.split(",")]
    return len(codings) == 2 and codings[0] in offered and codings[1] == "chunked"


class _Reader(io.RawIOBase):
    """The socket as a file. Each read gets only the remaining time."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        """Read `raw`, the file of `sock`. The deadline is the socket's current timeout from now."""
        timeout = sock.gettimeout()
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._raw = raw
        self._sock = sock
        self._received = 0
        self._paused = False
        self.ended = False
        self.bound: int | None = MAX_HEAD_BYTES

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read once.

        Raises TimeoutError after the deadline, HeadersTooLargeError beyond the bound.
        """
        if self._paused:
            return None
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the time limit ran out")
            self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        self._received += count or 0
        if self.bound is not None and self._received > self.bound:
            raise HeadersTooLargeError
        return count

    def holds_more(self, buffered: io.BufferedReader) -> bool:
        """Return True if unread data has arrived. It does not wait for data."""
        self._paused = True
        if buffered.peek():
            return True
        if isinstance(self._sock, ssl.SSLSocket):
            return self._sock.pending() > 0
        try:
            readable = wait_for_read(self._sock, timeout=0)
            return readable and bool(self._sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


class _Buffer(io.BufferedReader):
    """The response as a file that lets `http.client` read several header lines at once.

    `http.client` fails after 100 header lines. curl reads 5,000 lines.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self.in_headers = False
        self._next = b""
        self._lines = 0
        self.violation = ""
        """How the headers violate RFC 9112, 2.2 or 5.2, or nothing. `http.client` accepts it."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line, or within the headers as many lines as fit into `size` bytes."""
        limit = -1 if size is None else size
        if not self.in_headers:
            return self._judged(super().readline(limit))
        group = self._next or self._line(limit)
        self._next = b""
        while group.strip() and len(group) < limit:
            line = self._line(limit)
            if not line.strip() or len(group) + len(line) >= limit:
                self._next = line  # The blank line that ends the headers must be read alone.
                break
            group += line
        return group

    def _line(self, size: int) -> bytes:
        self._lines += 1
        if self._lines > HEADER_LINES:
            raise HeadersTooLargeError
        line = self._judged(super().readline(size))
        if line[:1] in (b" ", b"\t"):  # curl and Java accept it, and Node does not.
            self.violation = FOLDED_HEADER_LINE
        return line

    def _judged(self, line: bytes) -> bytes:
        if _LONE_LINE_END.search(line):
            self.violation = LONE_LINE_END
        return line


class StrictResponse(HTTPResponse):
    """A response that is read through `_Reader`, with strict framing."""

    longer = False
    """True if more data arrived than Content-Length or the chunks announced."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        """Read from this socket; `http.client` passes the rest."""
        super().__init__(sock, *args, **options)
        self._is_after_form = options.get("method") == "POST"
        self.asides = Asides()
        self._reader = _Reader(self.fp.detach(), sock)
        self.fp = self._buffer = _Buffer(self._reader)

    def begin(self) -> None:
        """Read status line and headers. Raises one of `framing_errors` if they are invalid."""
        try:
            super().begin()
        except BadStatusLine as error:
            if self._reader.ended and str(error).startswith("HTTP/"):
                raise HeadersCutError from error
            raise
        # The buffer is refilled only if it contains no complete line, so the end was within the
        # headers.
        if self._reader.ended:
            raise HeadersCutError
        self._reader.bound = None
        self._buffer.in_headers = False
        # Some servers reject a form without reading it, and take it for the next request.
        head = HEAD.get()
        if self._is_after_form or (head is not None and head.closes):
            self.will_close = True
        if "\0" in self.reason or any("\0" in f"{n}{v}" for n, v in self.headers.items()):
            raise NulError
        if any(isinstance(defect, NO_HEADER) for defect in self.headers.defects):
            raise HeaderLineError(INVALID_HEADER_LINE)
        if self._buffer.violation:
            raise HeaderLineError(self._buffer.violation)
        self._check_transfer_coding()
        lengths = self.headers.get_all("content-length", ())
        if not self.chunked and not all(map(LENGTH.fullmatch, map(str.strip, lengths))):
            raise LengthError
        if self.status in BODILESS:
            # A body that some servers send anyway must not begin the next response.
            self.chunked, self.will_close = False, True

    def _check_transfer_coding(self) -> None:
        """Raise TransferCodingError if clients reject this Transfer-Encoding or disagree on it.

        All clients read `chunked`. All ignore `identity` if there is no Content-Length. Node
        rejects every response with both headers. A client that accepts gzip by TE may get it
        within the chunks: Tomcat sends it so.
        """
        fields = self.headers.get_all("transfer-encoding", ())
        codings = {field.strip().lower() for field in fields} - {""}
        head = HEAD.get()
        if head is not None and is_offered(", ".join(fields), head.transfer_codings):
            codings = {"chunked"}
        if len(codings) > 1 or not codings <= {"chunked", "identity"}:
            raise TransferCodingError
        if codings and "content-length" in self.headers:
            raise TransferCodingError
        # `http.client` does not recognize it with trailing white space.
        if "chunked" in codings and not self.chunked:
            self.chunked, self.chunk_left = True, None

    def _get_chunk_left(self) -> int | None:
        """Return the remaining bytes of the current chunk. None after the last one (RFC 9112, 7.1).

        `http.client` accepts any two bytes as the end of a chunk, and any integer as its size.
        """
        if self.chunk_left:
            return self.chunk_left
        if self.chunk_left is not None and (end := self.fp.read(2)) != b"\r\n":
            cut = len(end) < 2
            raise IncompleteRead(b"") if cut else ChunkError("a chunk ends without CRLF")
        line = self._read_chunk_line()
        size = CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise ChunkError("a chunk size is not a hexadecimal number")
        if extensions := line[size.end(1) :]:
            self.asides.keep(Aside.EXTENSION, extensions)
        self.chunk_left = int(size[1], 16) or None
        if self.chunk_left is None:
            self._read_trailers()
            self.length = 0
            self._close_conn()
        return self.chunk_left

    def _read_chunk_line(self) -> bytes:
        """Read a line between chunks, without its CRLF. curl and Java accept LF alone."""
        line: bytes = self.fp.readline(MAX_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise IncompleteRead(b"")
        if not line.endswith(b"\r\n"):
            raise ChunkError("a line between chunks ends without CR")
        return line[:-2]

    def _read_trailers(self) -> None:
        """Read to the blank line after the last chunk. Without it the body is incomplete."""
        for _ in range(HEADER_LINES):
            line = self._read_chunk_line()
            if not line:
                return
            if not TRAILER.fullmatch(line):
                raise ChunkError("a line after the last chunk is not a header")
            self.asides.keep(Aside.TRAILER, line)
        raise ChunkError("more lines after the last chunk than any response needs")

    def _close_conn(self) -> None:
        known: Any = self  # These two attributes are missing in the type stubs.
        inherited: Any = super()
        # A server may respond to a form before reading it, and then read the rest as another
        # request.
        if self.length == 0 and known._method == "GET" and self.status not in BODILESS:
            self.longer = self._reader.holds_more(self.fp)
        inherited._close_conn()

    def _read_status(self) -> tuple[str, int, str]:
        """Skip interim responses (RFC 9110, 15.2). `http.client` would skip only status 100."""
        inherited: Any = super()  # The method is missing in the type stubs.
        while True:
            self._buffer.in_headers = False
            version, status, reason = inherited._read_status()
            self._buffer.in_headers = True
            if version not in VERSIONS:
                raise VersionError
            if status not in INTERIM:
                return version, status, reason
            self.asides.keep(Aside.INTERIM, reason.encode("latin-1"))
            while lines := self.fp.readline(MAX_LINE_BYTES).strip():
                self.asides.keep(Aside.INTERIM, lines)
