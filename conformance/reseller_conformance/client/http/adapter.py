"""An adapter for `requests` with one deadline for each call. `strict_response` reads the responses.

The timeout of `requests` and urllib3 applies to each read, so a slow server can exceed it many
times. Here each read of a response gets only the time that remains of the whole.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from contextvars import ContextVar
from http.client import RemoteDisconnected
from itertools import count
from queue import Empty
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from reseller_conformance.client.http.framing_errors import (
    HandshakeCutError,
    HandshakeLateError,
    StaleConnectionError,
)
from reseller_conformance.client.http.request_head import AS_WRITTEN, HEAD
from reseller_conformance.client.http.strict_response import StrictResponse

__all__ = ["DeadlineAdapter", "connection_used"]

_USED: ContextVar[int | None] = ContextVar("_USED", default=None)
"""The number of the connection that this thread used last."""

_NUMBERS = count(1)


def connection_used() -> int | None:
    """Return the number of the connection that this thread has used since the last call.

    None if it used none.
    """
    number = _USED.get()
    _USED.set(None)
    return number


class _Connection(HTTPConnection):
    """A connection with one deadline for each call, and a count of its responses."""

    response_class = StrictResponse
    _responses = 0
    _number = 0

    def connect(self) -> None:
        self._responses = 0
        self._number = next(_NUMBERS)
        _USED.set(self._number)
        super().connect()

    def _new_conn(self) -> socket.socket:
        began = time.monotonic()
        sock = super()._new_conn()
        if self.timeout is not None:  # The TLS handshake gets the remaining time.
            sock.settimeout(max(self.timeout - (time.monotonic() - began), 0.001))
        return sock

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        # urllib3 has already changed every escape to upper case: `%6f`, as some clients write, to
        # `%6F`.
        _USED.set(self._number)
        super().putrequest(method, AS_WRITTEN.get(url), *args, **options)

    def endheaders(self, *args: Any, **options: Any) -> None:
        if (head := HEAD.get()) is not None:
            prepared: list[bytes] = getattr(self, "_buffer")  # noqa: B009 (not in the type stubs)
            prepared[:] = head.lines(prepared)
        super().endheaders(*args, **options)

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            if self._responses == 0:
                raise
            raise StaleConnectionError from error
        self._responses += 1
        return response


class _TLSConnection(_Connection, HTTPSConnection):
    """A connection as above, over TLS."""

    def connect(self) -> None:
        try:
            super().connect()
        # urllib3 raises its own errors for refused and late connections.
        except ConnectionError as error:
            raise HandshakeCutError from error
        except TimeoutError as error:
            raise HandshakeLateError from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 would warn about the unverified certificate, which the operator has accepted. A
        # host that turns warnings into errors would then fail on every call.
        if conn.is_closed:
            conn.connect()


class DeadlineAdapter(HTTPAdapter):
    """Sends over these connections. `urllib3.Timeout(total=…)` sets the deadline."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pool manager of `requests` use these connections."""
        self._pools: dict[str, Any] = {}
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def get_connection_with_tls_context(self, request: Any, *args: Any, **options: Any) -> Any:
        """Look up the pool of a host once. There is one host, with one TLS configuration."""
        host = request.url.split("/", 3)[2]
        if host not in self._pools:
            found = super().get_connection_with_tls_context(request, *args, **options)
            self._pools[host] = found
        return self._pools[host]

    def close_idle(self) -> None:
        """Close idle connections. A target may wait for one to end."""
        for pool in list(self._pools.values()):
            with suppress(Empty, AttributeError):  # The pool is empty or closed.
                while True:
                    kept = pool.pool.get(block=False)
                    if kept is not None:
                        kept.close()

    def close(self) -> None:
        """Close the kept connections."""
        self.close_idle()
        super().close()

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pool manager of a proxy use these connections too."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return the request target: the path, or the URL for `http` through a proxy.

        See RFC 9112, 3.2.
        """
        sent: str = request.url
        if not proxies or not sent.startswith("http:"):
            sent = sent[sent.index("/", len("https://")) :]
        AS_WRITTEN.set(sent)
        HEAD.set(getattr(request, "head", None))
        return sent

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Wrap a response without parsing its cookies, which are not used.

        `http.cookiejar` warns about dates that it cannot parse. A host that turns warnings into
        errors would then fail on the call.
        """
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        response.url = req.url
        return response
