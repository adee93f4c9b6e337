"""Responses that would hurt a careless client: bombs, floods, traps. Each also breaks a rule."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Response
from reseller_conformance.requirements import (
    HTTP_COMPLETE,
    HTTP_REDIRECT,
    READABLE_NO_DOCTYPE,
    READABLE_SYNTAX,
    SUCCESS_NO_EXTRAS,
    Requirement,
)

from .registry import JSON, XML, When, about, calls_that_are, fault
from .sockets import Exchange, head
from .wire import wire, without_user
from .writing import json_answer, xml_answer

SUCCESS, ERROR = calls_that_are(valid=True), calls_that_are(valid=False)


def hostile(
    name: str,
    description: str,
    change: Callable[[Response], Response],
    fails: Requirement,
    when: When,
    formats: tuple[Format, ...],
) -> None:
    fault(
        fails=fails,
        when=when,
        formats=formats,
        after=Reference.respond,
        name=name,
        description=description,
    )(change)


def inserted(before: bytes, text: bytes) -> Callable[[Response], Response]:
    def change(response: Response) -> Response:
        if response.status != 200:
            return response
        start, found, end = response.body.rpartition(before)
        return replace(response, body=start + text + found + end)

    return change


LAUGHS = (
    b'<!DOCTYPE result [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
)
LOCAL = b'<!DOCTYPE result [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
REMOTE = b'<!DOCTYPE result SYSTEM "http://127.0.0.1:9/never.dtd">'


def with_doctype(doctype: bytes, text: bytes = b"") -> Callable[[Response], Response]:
    return lambda response: replace(
        response,
        body=response.body.replace(b"?>", b"?>\n" + doctype, 1).replace(
            b"</error>", text + b"</error>", 1
        ),
    )


hostile(
    "a_billion_laughs",
    "entities of entities of entities",
    with_doctype(LAUGHS, b"&a11;"),
    READABLE_NO_DOCTYPE,
    ERROR,
    XML,
)
hostile(
    "a_local_entity",
    "an entity that is a file of the client",
    with_doctype(LOCAL, b"&x;"),
    READABLE_NO_DOCTYPE,
    ERROR,
    XML,
)
hostile(
    "a_remote_dtd", "a DTD on another host", with_doctype(REMOTE), READABLE_NO_DOCTYPE, ERROR, XML
)
hostile(
    "a_deep_list",
    "a list 100,000 deep among the errors",
    lambda a: json_answer(
        '{"message": "error", "errors": [' + "[" * 100_000 + "]" * 100_000 + "]}", a.status
    ),
    READABLE_SYNTAX,
    without_user(),
    JSON,
)
hostile(
    "a_deep_package",
    "a list 5,000 levels deep as the package",
    lambda a: replace(a, body=a.body.replace(b'"Silver Package"', b"[" * 5000 + b"]" * 5000)),
    READABLE_SYNTAX,
    about(0),
    JSON,
)
hostile(
    "a_deep_element",
    "50,000 elements within one another in an error",
    lambda a: xml_answer(
        "<result><message>error</message><errors><error>"
        + "<b>" * 50_000
        + "</b>" * 50_000
        + "</error></errors></result>",
        a.status,
    ),
    READABLE_SYNTAX,
    without_user(),
    XML,
)
hostile(
    "many_attributes",
    "20,000 attributes on the root of an error",
    lambda a: replace(
        a,
        body=a.body.replace(
            b"<result>",
            b"<result " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b">",
        ),
    ),
    READABLE_SYNTAX,
    without_user(),
    XML,
)
hostile(
    "many_namespaces",
    "5,000 namespaces on the root of an error",
    lambda a: replace(
        a,
        body=a.body.replace(
            b"<result>",
            b"<result "
            + b" ".join(b'xmlns:n%d="urn:%d" n%d:a="1"' % (n, n, n) for n in range(5000))
            + b">",
        ),
    ),
    READABLE_SYNTAX,
    without_user(),
    XML,
)
hostile(
    "many_members",
    "5,000 members more in an overview",
    inserted(b"}", b"".join(b', "m%d": 1' % n for n in range(5000))),
    SUCCESS_NO_EXTRAS,
    about(1),
    JSON,
)
hostile(
    "many_elements",
    "5,000 elements more in an overview",
    inserted(b"</overview>", b"<m/>" * 5000),
    SUCCESS_NO_EXTRAS,
    about(1),
    XML,
)
hostile(
    "a_redirect_to_itself",
    "errors redirect to their own URL without end",
    lambda a: replace(a, status=302, headers=(("Location", "?again"),)),
    HTTP_REDIRECT,
    ERROR,
    (*JSON, *XML),
)
hostile(
    "a_redirect_to_another_host",
    "errors are sent to another host, with the query",
    lambda a: replace(a, status=307, headers=(("Location", "http://elsewhere.invalid/collect"),)),
    HTTP_REDIRECT,
    ERROR,
    (*JSON, *XML),
)
hostile(
    "escapes_of_a_terminal",
    "escape sequences of a terminal after an overview",
    lambda a: replace(a, body=a.body + b"\x1b[2J\x1b]0;owned\x07"),
    READABLE_SYNTAX,
    SUCCESS,
    (*JSON, *XML),
)


@cache
def bomb_of(size: int) -> bytes:
    return gzip.compress(bytes(size))


def bomb(exchange: Exchange) -> None:
    """Send 100 megabytes in 100 kilobytes."""
    body = bomb_of(100_000_000)
    length = str(len(body))
    exchange.send(head(exchange.response, Content_Encoding="gzip", Content_Length=length), body)


def flood(exchange: Exchange) -> None:
    """Send spaces as fast as possible, without end."""
    exchange.send(head(exchange.response, Content_Length=None))
    while not exchange.stopped.is_set():
        exchange.send(b" " * 65536)


def flood_of_headers(exchange: Exchange) -> None:
    """Send headers as fast as possible, without end."""
    exchange.send(b"HTTP/1.1 400 Bad Request\r\n")
    while not exchange.stopped.is_set():
        exchange.send(b"X-Flood: " + b"x" * 1000 + b"\r\n")


def huge_length(exchange: Exchange) -> None:
    """Announce a terabyte."""
    exchange.send(head(exchange.response, Content_Length=str(2**40)), exchange.response.body)


for _name, _write in {
    "a_bomb": bomb,
    "a_flood": flood,
    "a_flood_of_headers": flood_of_headers,
    "a_terabyte": huge_length,
}.items():
    wire(_name, (_write.__doc__ or "").strip(), _write, fails=HTTP_COMPLETE)
