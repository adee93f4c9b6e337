"""Responses of HTTP libraries and of frameworks' test clients, recognized by their attributes.

None of these libraries is imported. Those of requests, httpx and Starlette, of Flask (werkzeug) and
Django have a `status_code`, `headers`, and the body as `content` or from `get_data()`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ResponseParts", "response_parts"]

# pytest shows the line of the test that failed, not the frames of this module
__tracebackhide__ = True


@dataclass(frozen=True, slots=True, repr=False)
class ResponseParts:
    """What is to be judged; the status is None, and nothing else known, where a body was given.

    `url` is the requested one, and `form` what was sent with it: both may contain the key.
    """

    body: bytes
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    url: str = ""
    form: str = ""


def response_parts(response: object) -> ResponseParts:
    """Take a response apart.

    Raises TypeError where it is no response, or one that has not been read.
    """
    if isinstance(response, (bytes, bytearray, memoryview)):
        return ResponseParts(bytes(response))
    if inspect.isawaitable(response):
        raise TypeError(f"a response was expected, not what becomes one: await {_kind(response)}")
    if isinstance(response, str):
        raise TypeError("a body is given as bytes, as it came; give response.content, not: str")
    if isinstance(response, (Mapping, list)):
        given = _kind(response)
        raise TypeError(f"a response or its bytes was expected, not what was read of it: {given}")
    status = getattr(response, "status_code", None)
    if status is None and hasattr(response, "status_code"):
        raise TypeError(
            f"a received response was expected, not one without status: {_kind(response)}"
        )
    if not isinstance(status, int):
        raise TypeError(
            "a response of requests, httpx, Flask, Django or Starlette was expected, or the body "
            f"as bytes, not: {_kind(response)}"
        )
    request = _attribute(response, "request")
    return ResponseParts(
        body=_body(response),
        status=int(status),
        reason=_reason(response),
        headers=tuple((str(name), str(value)) for name, value in _items(response)),
        method=_method(request),
        url=_url(request) or str(_attribute(response, "url") or ""),
        form=_form(request),
    )


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")


def _attribute(of: object, name: str) -> Any:
    """Return an attribute, or None: httpx raises an error of its own where there is none yet."""
    try:
        return getattr(of, name, None)
    except RuntimeError:
        return None


def _items(response: Any) -> Any:
    headers = _attribute(response, "headers")
    return headers.items() if hasattr(headers, "items") else ()


def _reason(response: object) -> str:
    """Return the reason phrase: requests calls it `reason`, httpx and Django `reason_phrase`."""
    names = ("reason", "reason_phrase")
    texts = (_attribute(response, name) for name in names)
    return next((text for text in texts if isinstance(text, str)), "")


def _body(response: Any) -> bytes:
    unread = f"the whole body was expected, but it has not been read: {_kind(response)}"
    if _attribute(response, "streaming") is True:  # Django's, which has no content at all
        raise TypeError(f"{unread}; give its bytes: b''.join(response)")
    try:
        body = response.get_data() if hasattr(response, "get_data") else response.content
    except (AttributeError, RuntimeError) as error:
        raise TypeError(f"{unread}; {error}") from None
    if not isinstance(body, bytes):
        raise TypeError(unread)
    return body


def _method(request: Any) -> str:
    if isinstance(request, Mapping):
        return str(request.get("REQUEST_METHOD", "GET")).upper()
    return str(_attribute(request, "method") or "GET").upper()


def _url(request: Any) -> str:
    """Return the URL; Django's test client keeps the parts of a WSGI environment."""
    if isinstance(request, Mapping):
        return f"{request.get('PATH_INFO', '')}?{request.get('QUERY_STRING', '')}"
    return str(_attribute(request, "url") or "")


def _form(request: Any) -> str:
    for name in ("body", "content"):
        sent = _attribute(request, name)
        if isinstance(sent, (str, bytes)):
            return sent.decode("latin-1") if isinstance(sent, bytes) else sent
    return ""
