"""The reference as a WSGI application (PEP 3333), for any server and below any path."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from reseller_conformance.reference.core import Reference, Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["Application"]

_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Application:
    """A WSGI application that responds as `reference` does."""

    def __init__(self, reference: Reference) -> None:
        """Respond as this reference does."""
        self.reference = reference

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request."""
        response = self.reference.respond(_request(environ))
        reason = _REASONS.get(response.status, "Unknown")
        start_response(f"{response.status} {reason}", list(response.fields.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


def _request(environ: WSGIEnvironment) -> Request:
    # PEP 3333: text in the environment is bytes decoded as ISO-8859-1.
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Request(
        path=path.encode("iso-8859-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", "").encode("iso-8859-1"),
        method=environ["REQUEST_METHOD"],
        body=environ["wsgi.input"].read(length) if length else b"",
        headers=tuple(
            (name.removeprefix("HTTP_").replace("_", "-").title(), value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ),
        version=environ.get("SERVER_PROTOCOL", "HTTP/1.1").rpartition("/")[2],
    )
