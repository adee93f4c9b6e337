"""Is it delivered as HTTP wants? Status, body, time, and the headers that say how to read it."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure
from reseller_conformance.contract import Format
from reseller_conformance.envelope import Looks, charset_problem
from reseller_conformance.exchange import GATEWAY, Transport
from reseller_conformance.requirements import READABLE_FORMAT

__all__ = [
    "body",
    "charset",
    "complete",
    "content_type",
    "delivered",
    "error_status",
    "in_time",
    "redirect",
    "retries",
    "server_error",
    "status",
]

MEDIA_TYPES = {
    Format.JSON: ("application/json", "text/javascript"),
    Format.XML: ("application/xml", "text/xml"),
}
"""What fits each format (specification, section 6)."""


def _transport(answer: Answer, kinds: tuple[Transport, ...], expected: str) -> Iterator[Departure]:
    problem = answer.exchange.problem
    if problem is not None and problem.kind in kinds:
        yield Departure(answer, "answer", expected, problem.detail)


def delivered(answer: Answer) -> Iterator[Departure]:
    """An answer comes, if need be after retries."""
    gone = (Transport.UNREACHABLE, Transport.DROPPED, Transport.PROTOCOL)
    yield from _transport(answer, gone, "an HTTP answer")
    if answer.exchange.problem is None and answer.exchange.status in GATEWAY:
        tries = len(answer.exchange.retries) + 1
        got = f"{answer.exchange.status} {tries} time{'s' * (tries > 1)}"
        if wait := answer.exchange.header("Retry-After"):
            got += f", Retry-After: {wait[:30]}"
        yield Departure(answer, "status", "an answer within the retries", got)


def in_time(answer: Answer) -> Iterator[Departure]:
    """The whole answer comes within the time limit."""
    yield from _transport(answer, (Transport.TIMEOUT,), "a whole answer within the time limit")


def complete(answer: Answer) -> Iterator[Departure]:
    """The whole length comes, and its content coding decodes."""
    broken = (Transport.INCOMPLETE, Transport.TOO_LARGE)
    yield from _transport(answer, broken, "a complete answer")


def server_error(answer: Answer) -> Iterator[Departure]:
    """The server does not fail."""
    status = answer.exchange.status
    if status is not None and status >= 500 and status not in GATEWAY:
        due = "an error envelope" if answer.case.wrong else "an envelope"
        yield Departure(answer, "status", f"{due}, no 5xx", str(status))


def redirect(answer: Answer) -> Iterator[Departure]:
    """The answer is here, not elsewhere."""
    if _hundreds(answer) == 3:
        to = answer.exchange.header("Location") or "nowhere"
        got = f"{answer.exchange.status} to {to[:80]}"
        yield Departure(answer, "status", "an answer, no redirect", got)


def body(answer: Answer) -> Iterator[Departure]:
    """There is a body to read."""
    exchange = answer.exchange
    if exchange.problem is not None or exchange.body.strip():
        return
    if not any((*redirect(answer), *server_error(answer), *delivered(answer))):
        status = "" if exchange.status is None else f"{exchange.status} with "
        yield Departure(answer, "body", "an envelope", f"{status}an empty body")


def status(answer: Answer) -> Iterator[Departure]:
    """A success is 2xx."""
    if answer.looks is Looks.OVERVIEW and _hundreds(answer) != 2:
        yield Departure(answer, "status", "2xx with an overview", str(answer.exchange.status))


def error_status(answer: Answer) -> Iterator[Departure]:
    """An error is 4xx."""
    if answer.looks is Looks.ERRORS and _hundreds(answer) != 4:
        yield Departure(answer, "status", "4xx with an error envelope", str(answer.exchange.status))


def content_type(answer: Answer) -> Iterator[Departure]:
    """The media type is one of the format's."""
    if not _in_its_format(answer):
        return
    given = answer.exchange.header("Content-Type")
    media_type = (given or "").partition(";")[0].strip().lower()
    fitting = MEDIA_TYPES[answer.case.format]
    if media_type not in fitting:
        yield Departure(answer, "Content-Type", " or ".join(fitting), given or "none")


def charset(answer: Answer) -> Iterator[Departure]:
    """The charset, where one is given, is that of the body."""
    if not _in_its_format(answer):
        return
    exchange = answer.exchange
    problem = charset_problem(exchange.body, answer.case.format, exchange.header("Content-Type"))
    if problem is not None:
        yield Departure(answer, "Content-Type", problem.expected, problem.got)


def retries(answer: Answer) -> Iterator[Departure]:
    """The first try is answered."""
    tried = answer.exchange.retries
    if tried and answer.exchange.problem is None and answer.exchange.status not in GATEWAY:
        yield Departure(
            answer, "answer", "an answer at the first try", f"{tried[0].reason}, then an answer"
        )


def _hundreds(answer: Answer) -> int:
    """Return the class of the status: 4 for 404; 0 where there is none."""
    return (answer.exchange.status or 0) // 100


def _in_its_format(answer: Answer) -> bool:
    """A body in another format has one cause, and `readable.format` names it."""
    return answer.looks is not Looks.NEITHER and all(
        problem.requirement is not READABLE_FORMAT for problem in answer.problems
    )
