"""Responses made by hand, for the tests of checks."""

from collections.abc import Iterable

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem

__all__ = ["ERROR", "FIELDS", "RIGHT", "WRONG", "broken", "overview", "response_to", "texts_of"]

FIELDS = {
    "reputation": 99,
    "requests": 700,
    "package": "Silver",
    "credits_allowed": 1000,
    "credits_used": 600,
    "credits_remain": 400,
    "credits_overage": 0,
    "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
}
RIGHT = Case(Format.JSON)
WRONG = Case(Format.JSON, task=State.MISSING)
ERROR = b'{"message": "error", "errors": ["no"]}'


def response_to(
    case=RIGHT, status=200, body=ERROR, content_type="application/json", **more
) -> Response:
    headers = (("Content-Type", content_type),) if content_type else ()
    return parse(Exchange(case, "http://h", status, headers, body, **more))


def overview(case=RIGHT, **changes) -> Response:
    fields = {**FIELDS, **changes}
    if case.format is Format.XML:
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        body = f"<result><overview>{inner}</overview></result>".encode()
        return response_to(case, 200, body, "text/xml")
    members = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    return response_to(case, 200, f"{{{members}}}".encode())


def broken(kind: TransportErrorKind, status=None) -> Response:
    return response_to(status=status, body=b"", problem=TransportProblem(kind, "why"))


def texts_of(violations: Iterable[Violation]) -> list[tuple[str, str, str, str]]:
    """Return what a person reads of each violation: where, expected, actual, hint."""
    return [(one.where, one.expected, one.actual, one.hint) for one in violations]
