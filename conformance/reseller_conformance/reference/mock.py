"""The reference with no socket: `requests` is answered in the process, through `responses`.

What is answered is left to `core`, and answering otherwise to `client_mock`. `responses` patches
`requests` for the whole process, so this is a scope with one owner, and the library is imported
only inside it.
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
"""Where the reference is mocked: a host that cannot exist (RFC 6761, 6.4)."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@contextmanager
def mocked(reference: Reference, base_url: str = EMBEDDED_URL) -> Iterator[RequestsMock]:
    """Answer every `requests` call below `base_url` as `reference` does, within this scope.

    Calls to anywhere else fail with `requests.ConnectionError`; `add_passthru` of the mock that is
    yielded lets some of them through.
    """
    from responses import RequestsMock

    # An unfired callback would raise at the end, and hide the error that led there.
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        answer_below(base_url, mock, lambda request: reference.respond(request_of(request)))
        yield mock


def answer_below(
    base_url: str,
    mock: RequestsMock,
    respond: Callable[[PreparedRequest], Response],
    match: tuple[Callable[[PreparedRequest], tuple[bool, str]], ...] = (),
) -> None:
    """Let `mock` answer each call below `base_url`, where every `match` agrees, with `respond`."""

    def callback(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        response = respond(request)
        return response.status, response.fields, b"" if request.method == "HEAD" else response.body

    below = re.compile(re.escape(base_url.rstrip("/")) + r"(?=[/?#]|$)")
    for method in _METHODS:
        mock.add_callback(method, below, callback, content_type=None, match=match)


def request_of(request: PreparedRequest) -> Request:
    """Return what the reference reads of a call that `requests` would have made."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    return Request(
        path=unquote(parts.path),
        query=parts.query.encode(),
        method=request.method or "GET",
        body=body if isinstance(body, bytes) else str(body).encode(),
    )
