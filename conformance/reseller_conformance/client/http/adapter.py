"""An adapter for `requests` with one deadline a call, bounded headers, and lengths that hold.

The limit of `requests` and urllib3 is one of each read, so a server that drips outlives it. Here
each read of an answer is given what is left of the whole. What a call says, and what becomes of
its body, is left to `wire`.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from contextlib import suppress
from contextvars import ContextVar
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from http.client import (
    BadStatusLine,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    RemoteDisconnected,
)
from itertools import count
from queue import Empty
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import wait_for_read

from reseller_conformance.cases.profiles import HOST

__all__ = [
    "ChunkError",
    "DeadlineAdapter",
    "HandshakeCutError",
    "HandshakeLateError",
    "Head",
    "HeaderLineError",
    "HeadersCutError",
    "HeadersTooLargeError",
    "LengthError",
    "NulError",
    "StaleConnectionError",
    "TransferCodingError",
    "VersionError",
    "connection_used",
]

MAX_HEAD_BYTES = 256 * 1024
"""How many bytes an answer may take before its body; `http.client` would take six megabytes."""

MAX_LINE_BYTES = 64 * 1024

HEADER_LINES = 5_000
"""How many header lines an answer may have, as curl has it."""

LENGTH = re.compile(r"0*[0-9]{1,18}")
"""A length that a body may have (RFC 9110, 8.6); `http.client` takes others for none at all."""

CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;.*)?", re.DOTALL)
"""A line that begins a chunk (RFC 9112, 7.1). curl and Java read white space after the size too."""

VERSIONS = ("HTTP/1.0", "HTTP/1.1")

NO_HEADER = (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
"""What `email` says of a line that has no colon, no name, or space before either."""

INTERIM = range(102, 200)
"""What comes before an answer: 100 is read elsewhere, and 101 is never asked for."""

BODILESS = (204, 304)
"""Statuses whose answers end with their headers, whatever these say (RFC 9112, 6.3)."""


class Head(NamedTuple):
    """The head of a request as one client writes it; `closes`: no other request follows it."""

    version: str
    fields: tuple[tuple[str, str], ...]
    closes: bool

    def lines(self, prepared: list[bytes]) -> list[bytes]:
        """Return the lines to send; the method, the target and the host are those prepared."""
        host = next(line for line in prepared if line.lower().startswith(b"host:"))
        host_value = host.partition(b":")[2].strip().decode("latin-1")
        target = prepared[0].rpartition(b" ")[0]
        fields = [f"{k}: {host_value if v == HOST else v}" for k, v in self.fields]
        first = target + f" HTTP/{self.version}".encode()
        return [first, *(line.encode("latin-1") for line in fields)]


_AS_WRITTEN: ContextVar[str] = ContextVar("_AS_WRITTEN")
"""What is asked of the host in this thread, letter by letter."""

_HEAD: ContextVar[Head | None] = ContextVar("_HEAD", default=None)
"""How the request of this thread is written, where a client profile says so."""

_USED: ContextVar[int | None] = ContextVar("_USED", default=None)
"""The number of the connection that was last used in this thread."""

_NUMBERS = count(1)


class HeadersTooLargeError(HTTPException):
    """More bytes before the body than any answer needs."""


class HeadersCutError(ConnectionError):
    """The connection closed within the headers, which `http.client` takes for their end."""


class HeaderLineError(HTTPException):
    """A line among the headers that is none: `http.client` drops all that come after it."""


class LengthError(HTTPException):
    """A Content-Length that is the length of nothing: the answer has no end (RFC 9112, 6.3)."""


class NulError(HTTPException):
    """A NUL in the status line or a header: curl and Node refuse the response."""


class VersionError(HTTPException):
    """A version that is neither HTTP/1.0 nor HTTP/1.1: curl and Node refuse the response."""


class TransferCodingError(HTTPException):
    """A Transfer-Encoding by which clients disagree about where the body ends (RFC 9112, 6.1)."""


class ChunkError(HTTPException):
    """Chunks that are not framed as RFC 9112, 7.1, has it: `http.client` reads some of them."""


class HandshakeCutError(ConnectionError):
    """The connection closed within the handshake of TLS."""


class HandshakeLateError(ConnectionError):
    """The time limit ran out within the handshake of TLS."""


class StaleConnectionError(ConnectionError):
    """The server had closed a kept connection before this request came (RFC 9112, 9.3.1)."""


def connection_used() -> int | None:
    """Return the number of the connection that this thread used since it last asked, if any."""
    number = _USED.get()
    _USED.set(None)
    return number


class _Reader(io.RawIOBase):
    """The socket as a file, each read of which has only what is left of the time."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        """Read `raw`, the file of `sock`, within the time that the socket has now."""
        timeout = sock.gettimeout()
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._raw = raw
        self._sock = sock
        self._received = 0
        self._paused = False
        self.ended = False
        self.bound: int | None = MAX_HEAD_BYTES

    def readable(self) -> bool:
        """Say that this is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read once, within what is left."""
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
        """Say whether more has come than was read, without waiting for it."""
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
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _Buffer(io.BufferedReader):
    """The answer, whose header lines `http.client` may read in groups.

    It reads a hundred times at most, and takes more for an error. curl reads 5,000 lines.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self.in_headers = False
        self._next = b""
        self._lines = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line, or within the headers as many as `size` bytes hold."""
        limit = -1 if size is None else size
        if not self.in_headers:
            return super().readline(limit)
        group = self._next or self._line(limit)
        self._next = b""
        while group.strip() and len(group) < limit:
            line = self._line(limit)
            if not line.strip() or len(group) + len(line) >= limit:
                self._next = line  # the blank line that ends the headers comes alone
                break
            group += line
        return group

    def _line(self, size: int) -> bytes:
        self._lines += 1
        if self._lines > HEADER_LINES:
            raise HeadersTooLargeError
        return super().readline(size)


class _Response(HTTPResponse):
    """An answer read through `_Reader`."""

    longer = False
    """Whether more has come than Content-Length announced, once the answer has been read."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._reader = _Reader(self.fp.detach(), sock)
        self.fp = self._buffer = _Buffer(self._reader)

    def begin(self) -> None:
        try:
            super().begin()
        except BadStatusLine as error:
            if self._reader.ended and str(error).startswith("HTTP/"):
                raise HeadersCutError from error
            raise
        # The buffer is filled only when it holds no whole line: the end was met within the headers.
        if self._reader.ended:
            raise HeadersCutError
        self._reader.bound = None
        self._buffer.in_headers = False
        if (head := _HEAD.get()) is not None and head.closes:
            self.will_close = True
        if "\0" in self.reason or any("\0" in f"{n}{v}" for n, v in self.headers.items()):
            raise NulError
        if any(isinstance(defect, NO_HEADER) for defect in self.headers.defects):
            raise HeaderLineError
        self._check_transfer_coding()
        lengths = self.headers.get_all("content-length", ())
        if not self.chunked and not all(map(LENGTH.fullmatch, map(str.strip, lengths))):
            raise LengthError

    def _check_transfer_coding(self) -> None:
        """Raise for a Transfer-Encoding that some clients refuse or read in another way.

        All read `chunked`, and all take `identity` for none where no Content-Length stands beside
        it. Node refuses each response that has both fields.
        """
        fields = self.headers.get_all("transfer-encoding", ())
        codings = {field.strip().lower() for field in fields} - {""}
        if len(codings) > 1 or not codings <= {"chunked", "identity"}:
            raise TransferCodingError
        if codings and "content-length" in self.headers:
            raise TransferCodingError
        if "chunked" in codings and not self.chunked:  # space behind it hides it from http.client
            self.chunked, self.chunk_left = True, None

    def _get_chunk_left(self) -> int | None:
        """Return what is left of the current chunk; None behind the last (RFC 9112, 7.1).

        `http.client` takes any two bytes for the end of a chunk, and any integer for a size.
        """
        if self.chunk_left:
            return self.chunk_left
        if self.chunk_left is not None and (end := self.fp.read(2)) != b"\r\n":
            cut = len(end) < 2
            raise IncompleteRead(b"") if cut else ChunkError("a chunk ends without CRLF")
        line = self.fp.readline(MAX_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise IncompleteRead(b"")
        size = CHUNK_SIZE.fullmatch(line.rstrip(b"\r\n"))
        if size is None:
            raise ChunkError("a chunk size is no hexadecimal number")
        self.chunk_left = int(size[1], 16) or None
        if self.chunk_left is None:
            self._read_trailers()
            self._close_conn()
        return self.chunk_left

    def _read_trailers(self) -> None:
        """Read up to the blank line that ends the last chunk; without it the body is not whole."""
        for _ in range(HEADER_LINES):
            line = self.fp.readline(MAX_LINE_BYTES)
            if not line.endswith(b"\n"):
                raise IncompleteRead(b"")
            if not line.strip():
                return
            if b":" not in line:
                raise ChunkError("a line behind the last chunk is no header")
        raise ChunkError("more lines behind the last chunk than any response needs")

    def _close_conn(self) -> None:
        known: Any = self  # types do not tell of these two
        inherited: Any = super()
        # A form may be answered before it is read, and what is left of it as another request.
        if self.length == 0 and known._method == "GET" and self.status not in BODILESS:
            self.longer = self._reader.holds_more(self.fp)
        inherited._close_conn()

    def _read_status(self) -> tuple[str, int, str]:
        """Pass over interim answers (RFC 9110, 15.2), of which `http.client` knows but 100."""
        inherited: Any = super()  # types do not tell of it
        while True:
            self._buffer.in_headers = False
            version, status, reason = inherited._read_status()
            self._buffer.in_headers = True
            if version not in VERSIONS:
                raise VersionError
            if status not in INTERIM:
                return version, status, reason
            while self.fp.readline(MAX_LINE_BYTES).strip():
                pass


class _Connection(HTTPConnection):
    """A connection with one deadline a call, which knows whether it has been used before."""

    response_class = _Response
    _answers = 0
    _number = 0

    def connect(self) -> None:
        self._answers = 0
        self._number = next(_NUMBERS)
        _USED.set(self._number)
        super().connect()

    def _new_conn(self) -> socket.socket:
        began = time.monotonic()
        sock = super()._new_conn()
        if self.timeout is not None:  # the TLS handshake has what is left
            sock.settimeout(max(self.timeout - (time.monotonic() - began), 0.001))
        return sock

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        # urllib3 has put every escape in capitals by now: `%6f`, as some clients write, is `%6F`
        _USED.set(self._number)
        super().putrequest(method, _AS_WRITTEN.get(url), *args, **options)

    def endheaders(self, *args: Any, **options: Any) -> None:
        if (head := _HEAD.get()) is not None:
            prepared: list[bytes] = getattr(self, "_buffer")  # noqa: B009 (types do not tell of it)
            prepared[:] = head.lines(prepared)
        super().endheaders(*args, **options)

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            if self._answers == 0:
                raise
            raise StaleConnectionError from error
        self._answers += 1
        return response


class _TLSConnection(_Connection, HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        try:
            super().connect()
        except ConnectionError as error:  # refused ones, and late ones, come as urllib3's own
            raise HandshakeCutError from error
        except TimeoutError as error:
            raise HandshakeLateError from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 would warn of a certificate that is not verified: the operator asked for that,
        # and in a host that makes errors of warnings every call would fail.
        if conn.is_closed:
            conn.connect()


class DeadlineAdapter(HTTPAdapter):
    """Sends with such connections; `urllib3.Timeout(total=…)` sets the deadline."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pool manager of `requests` use these connections."""
        self._pools: dict[str, Any] = {}
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def get_connection_with_tls_context(self, request: Any, *args: Any, **options: Any) -> Any:
        """Find the pool of a host once: it is one host, trusted in one way."""
        host = request.url.split("/", 3)[2]
        if host not in self._pools:
            found = super().get_connection_with_tls_context(request, *args, **options)
            self._pools[host] = found
        return self._pools[host]

    def let_go(self) -> None:
        """Close the kept connections that are idle: a target may wait for the end of one."""
        for pool in list(self._pools.values()):
            with suppress(Empty, AttributeError):  # none is left, or the pool is closed
                while True:
                    kept = pool.pool.get(block=False)
                    if kept is not None:
                        kept.close()

    def close(self) -> None:
        """Close the kept connections."""
        self.let_go()
        super().close()

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pool manager of a proxy use these connections too."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return the request target: the path, or by a proxy for `http` the URL (RFC 9112, 3.2)."""
        sent: str = request.url
        if not proxies or not sent.startswith("http:"):
            sent = sent[sent.index("/", len("https://")) :]
        _AS_WRITTEN.set(sent)
        _HEAD.set(getattr(request, "head", None))
        return sent

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Wrap an answer without reading its cookies, which nobody wants.

        `http.cookiejar` warns of its own failure on dates that it cannot read, and in a host that
        makes errors of warnings the call would fail.
        """
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        response.url = req.url
        return response
