"""Delivery by HTTP: status, body, time, and the headers that say how to read the body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind, charset_problem, excerpt
from reseller_conformance.envelope.encoding import (
    charset_of,
    codec_of,
    declared_name,
    is_registered,
)
from reseller_conformance.exchange import (
    BROKEN_HEADERS,
    GATEWAY_STATUSES,
    TransportErrorKind,
)
from reseller_conformance.requirements import READABLE_FORMAT

__all__ = [
    "body",
    "charset",
    "complete",
    "content_type",
    "delivered",
    "encoding_name",
    "error_status",
    "in_time",
    "injected",
    "redirect",
    "retries",
    "server_error",
    "status",
    "survives",
]

MEDIA_TYPES = {
    Format.JSON: ("application/json", "text/javascript"),
    Format.XML: ("application/xml", "text/xml"),
}
"""The media types of each format (specification, section 6)."""


RESET_CONTENT = 205
"""The status whose body `fetch` and browsers do not read (RFC 9110, 15.3.6). `http.client` does."""


def _transport(
    response: Response, kinds: tuple[TransportErrorKind, ...], expected: str
) -> Iterator[Violation]:
    problem = response.exchange.problem
    if problem is not None and problem.kind in kinds:
        yield Violation(response, "answer", expected, problem.detail)


def delivered(response: Response) -> Iterator[Violation]:
    """A response comes, if necessary after retries."""
    gone = (TransportErrorKind.UNREACHABLE, TransportErrorKind.DROPPED, TransportErrorKind.PROTOCOL)
    yield from _transport(response, gone, "an HTTP response")
    if response.exchange.problem is None and response.exchange.status in GATEWAY_STATUSES:
        tries = len(response.exchange.retries) + 1
        got = f"{response.exchange.status} {tries} time{'s' * (tries > 1)}"
        if wait := response.exchange.header("Retry-After"):
            got += f", Retry-After: {wait[:30]}"
        yield Violation(response, "status", "a response within the retries", got)


def in_time(response: Response) -> Iterator[Violation]:
    """The whole response comes within the time limit."""
    yield from _transport(
        response, (TransportErrorKind.TIMEOUT,), "a whole response within the time limit"
    )


def complete(response: Response) -> Iterator[Violation]:
    """The whole length comes, its content coding decodes, and one Content-Type says what it is."""
    broken = (TransportErrorKind.INCOMPLETE, TransportErrorKind.TOO_LARGE)
    yield from _transport(response, broken, "a complete response")
    fields = [value for name, value in response.exchange.headers if name.lower() == "content-type"]
    if any(_contradict(one, other) for one, other in combinations(fields, 2)):
        # clients differ in which of them they believe (RFC 9110, 5.3)
        yield Violation(response, "Content-Type", "one Content-Type", ", then ".join(fields)[:120])


def _contradict(one: str, other: str) -> bool:
    """Return True if two values of Content-Type name different formats or charsets."""
    charsets = {charset_of(value) for value in (one, other)} - {None}
    return _format_of(one) != _format_of(other) or len({codec_of(str(c)) for c in charsets}) > 1


def _format_of(content_type: str) -> Format | str:
    """Return the format that a media type fits, or the media type."""
    media_type = content_type.partition(";")[0].strip().lower()
    return next((f for f, fitting in MEDIA_TYPES.items() if media_type in fitting), media_type)


def server_error(response: Response) -> Iterator[Violation]:
    """The server does not fail."""
    status = response.exchange.status
    if status is not None and status >= 500 and status not in GATEWAY_STATUSES:
        due = "an error envelope" if response.case.invalid else "an envelope"
        yield Violation(response, "status", f"{due}, no 5xx", str(status))


def survives(response: Response) -> Iterator[Violation]:
    """A malformed request may be refused in any way, but the server does not fail."""
    yield from server_error(response)
    yield from body(response)


def injected(response: Response) -> Iterator[Violation]:
    """A value with line ends in it writes no header and no cookie."""
    problem = response.exchange.problem
    if problem is not None and problem.detail in BROKEN_HEADERS:
        yield Violation(response, "headers", "no header line from the request", problem.detail)
    for name, value in response.exchange.headers:
        if name.lower() == "x-injected" or (
            name.lower() == "set-cookie" and value.lstrip().startswith("injected=")
        ):
            yield Violation(response, name, "no header that the request wrote", f"{name}: {value}")


def redirect(response: Response) -> Iterator[Violation]:
    """The response comes from this URL: no redirect."""
    if _hundreds(response) == 3:
        to = response.exchange.header("Location") or "nowhere"
        got = f"{response.exchange.status} to {to[:80]}"
        yield Violation(response, "status", "a response, no redirect", got)


def body(response: Response) -> Iterator[Violation]:
    """There is a body to read."""
    exchange = response.exchange
    if exchange.problem is not None:
        return
    if exchange.body.strip():
        if exchange.status == RESET_CONTENT:
            got = f"{RESET_CONTENT}, whose body clients do not read"
            yield Violation(response, "status", "a status that allows a body", got)
        return
    if not any((*redirect(response), *server_error(response), *delivered(response))):
        status = "" if exchange.status is None else f"{exchange.status} with "
        yield Violation(response, "body", "an envelope", f"{status}an empty body")


def status(response: Response) -> Iterator[Violation]:
    """A success is 2xx."""
    if response.kind is EnvelopeKind.OVERVIEW and _hundreds(response) != 2:
        yield Violation(response, "status", "2xx with an overview", str(response.exchange.status))


def error_status(response: Response) -> Iterator[Violation]:
    """An error is 4xx."""
    if response.kind is EnvelopeKind.ERRORS and _hundreds(response) != 4:
        yield Violation(
            response, "status", "4xx with an error envelope", str(response.exchange.status)
        )


def content_type(response: Response) -> Iterator[Violation]:
    """The media type is one of the format's."""
    if not _in_its_format(response):
        return
    given = response.exchange.header("Content-Type")
    media_type = (given or "").partition(";")[0].strip().lower()
    fitting = MEDIA_TYPES[response.case.format]
    if media_type not in fitting:
        yield Violation(response, "Content-Type", " or ".join(fitting), given or "none")


def charset(response: Response) -> Iterator[Violation]:
    """The charset, where one is given, is that of the body."""
    if not _in_its_format(response):
        return
    exchange = response.exchange
    problem = charset_problem(exchange.body, response.case.format, exchange.header("Content-Type"))
    if problem is not None:
        yield Violation(response, "Content-Type", problem.expected, problem.got)


def encoding_name(response: Response) -> Iterator[Violation]:
    """The encoding has a registered name, in Content-Type and in the XML declaration."""
    if not _in_its_format(response):
        return
    exchange = response.exchange
    names = {"Content-Type": charset_of(exchange.header("Content-Type"))}
    if response.case.format is Format.XML:
        names["body"] = declared_name(exchange.body)
    for where, name in names.items():
        if name and not is_registered(name):
            expected = "a name that IANA registers, such as UTF-8, ISO-8859-1 or windows-1252"
            yield Violation(response, where, expected, f"an encoding called {excerpt(name)}")


def retries(response: Response) -> Iterator[Violation]:
    """The first try gets a response."""
    tried = response.exchange.retries
    if (
        tried
        and response.exchange.problem is None
        and response.exchange.status not in GATEWAY_STATUSES
    ):
        yield Violation(
            response, "answer", "a response at the first try", f"{tried[0].reason}, then a response"
        )


def _hundreds(response: Response) -> int:
    """Return the class of the status: 4 for 404; 0 where there is none."""
    return (response.exchange.status or 0) // 100


def _in_its_format(response: Response) -> bool:
    """A body in another format has one cause, and `readable.format` names it."""
    return response.kind is not EnvelopeKind.UNKNOWN and all(
        problem.requirement is not READABLE_FORMAT for problem in response.problems
    )
