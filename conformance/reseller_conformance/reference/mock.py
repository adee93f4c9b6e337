"""The reference without a socket: `responses` passes the calls of `requests` to it.

`responses` patches `requests` for the whole process. So this is a scope with one owner, and the
library is imported only inside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reseller_conformance.reference.core import Reference, Request, Response

if TYPE_CHECKING:
    from requests import PreparedRequest
    from responses import RequestsMock

__all__ = ["EMBEDDED_URL", "answer_below", "mocked", "request_of"]

EMBEDDED_URL = "https://reference.invalid"
"""Base URL of the mocked reference. The host cannot exist (RFC 6761, 6.4)."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@contextmanager
def mocked(reference: Reference, base_url: str = EMBEDDED_URL) -> Iterator[RequestsMock]:
    """Respond to every `requests` call below `base_url` as `reference` does, within this scope.

    Other calls fail with `requests.ConnectionError`. `add_passthru` of the yielded mock lets calls
    through.
    """
    from responses import RequestsMock

    # An unused callback would raise at the end, and hide the original error.
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        answer_below(base_url, mock, lambda request: reference.respond(request_of(request)))
        yield mock


def answer_below(
    base_url: str,
    mock: RequestsMock,
    respond: Callable[[PreparedRequest], Response],
    match: tuple[Callable[[PreparedRequest], tuple[bool, str]], ...] = (),
) -> None:
    """Let `mock` call `respond` for each call below `base_url` that every `match` accepts."""

    def callback(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        response = respond(request)
        return response.status, response.fields, b"" if request.method == "HEAD" else response.body

    below = re.compile(re.escape(base_url.rstrip("/")) + r"(?=[/?#]|$)")
    for method in _METHODS:
        mock.add_callback(method, below, callback, content_type=None, match=match)


def request_of(request: PreparedRequest) -> Request:
    """Return the reference's request for a prepared request of `requests`."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    return Request(
        path=unquote(parts.path),
        query=parts.query.encode(),
        method=request.method or "GET",
        body=body if isinstance(body, bytes) else str(body).encode(),
        headers=tuple(request.headers.items()),
    )
