"""The reference on loopback, for the tests of a client in any HTTP library or language.

It serves the fixture `reseller_server`. A client on `requests` may use `reseller_mock` instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.reference import Application, Reference, Request, Response
from reseller_conformance.reference.scripted import Script

__all__ = ["ResellerServer", "serving"]


class ResellerServer(Script):
    """The reference at `base_url`, a server on loopback.

    It responds as the reference does, unless a method changes the next calls. `slow`, `refused`,
    `rate_limited`, `malformed` and `next` each change the next `times` overview calls. Later
    changes apply after earlier ones. `requests` lists what was sent.
    """

    def __init__(self, reference: Reference) -> None:
        """Respond as this reference does."""
        super().__init__()
        self.reference = reference
        self.base_url = ""
        self.requests: list[Request] = []

    def respond(self, request: Request) -> Response:
        """Respond to any request."""
        self.requests.append(request)
        return self._respond(request)


class _Served(Reference):
    """The reference as the server responds."""

    def __init__(self, server: ResellerServer) -> None:
        super().__init__(server.reference.accounts)
        self._server = server

    def respond(self, request: Request) -> Response:
        """Respond as the script of the server says."""
        return self._server.respond(request)


@contextmanager
def serving(reference: Reference) -> Iterator[ResellerServer]:
    """Serve this reference on a free port within this scope."""
    server = ResellerServer(reference)
    with serve_app(Application(_Served(server))) as base_url:
        server.base_url = base_url
        yield server
