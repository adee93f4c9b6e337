"""Faults that show only now and then: at each nth call, at the first, or from one on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from xml.etree import ElementTree as ET

from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.requirements import (
    CLIENTS_SAME_RESPONSE,
    CONSISTENCY_FORMATS,
    ERRORS_DETERMINISTIC,
    ERRORS_MESSAGE,
    ERRORS_NO_KEY_ECHO,
    HTTP_BODY,
    HTTP_ERROR_STATUS,
    HTTP_SERVER_ERROR,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    ISOLATION_SEQUENCE,
    READABLE_SYNTAX,
    REJECTS_API_KEY_WRONG,
    REJECTS_COMBINED,
    REJECTS_TASK_MISSING,
    REJECTS_TASK_OTHER,
    REJECTS_TASK_SPELLING,
    REJECTS_USER_FOREIGN,
    REJECTS_USER_MISSING,
    REJECTS_USER_UNKNOWN,
    REQUEST_ARRAY,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    REQUEST_REPEATED,
    REQUEST_SEPARATORS,
    REQUEST_SPECIAL_TEXT,
    REQUEST_UNDOCUMENTED,
    SUCCESS_COUNTS,
    SUCCESS_FIELDS,
    SUCCESS_RETURNED,
    Requirement,
)

from .due import RIGHT, accepting
from .keys import ECHOES, telling
from .registry import When, calls_that_are, changed, every, fault, sent, variant
from .together import UNKNOWN

SUCCESS, ERROR = calls_that_are(valid=True), calls_that_are(valid=False)


def wrong(parameter: str) -> When:
    """Choose the calls in which only this parameter is invalid, and not merely spelt otherwise."""

    def chosen(request: Request) -> bool:
        given = sent(request)
        bad = [name for name, right in RIGHT.items() if given.get(name) not in right]
        value = given.get(parameter, "").strip().lower()
        return bad == [parameter] and value not in ("", *RIGHT["task"])

    return lambda: chosen


def since(number: int, of: When) -> When:
    """Choose all requests from this number on, of those that another choice selects."""

    def fresh() -> Callable[[Request], bool]:
        counted, concerned = count(1), of()
        return lambda request: concerned(request) and next(counted) >= number

    return fresh


def only(number: int, of: When) -> When:
    """Choose one request of those that another choice selects."""

    def fresh() -> Callable[[Request], bool]:
        counted, concerned = count(1), of()
        return lambda request: concerned(request) and next(counted) == number

    return fresh


def crash(_: Response) -> Response:
    return Response(500, "text/html", b"<h1>Internal Server Error</h1>")


def without_overage(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if name != "credits_overage"}


def with_separators(values: Mapping[str, str]) -> Mapping[str, str]:
    return {**values, "requests": f"{int(values['requests']) + 1000:,}"}


def cut(response: Response) -> Response:
    return replace(response, body=response.body[:-4])


def failed(root: ET.Element) -> ET.Element:
    root[0].text = "failed"
    return root


KINDS: dict[str, tuple[str, Requirement, When, Callable[[], Reference]]] = {
    "crash": (
        "is a 500",
        HTTP_SERVER_ERROR,
        lambda: lambda _: True,
        changed(Reference.respond, crash),
    ),
    "error_crash": (
        "is a 500, among errors",
        HTTP_SERVER_ERROR,
        ERROR,
        changed(Reference.respond, crash),
    ),
    "success_crash": (
        "is a 500, among overviews",
        HTTP_SERVER_ERROR,
        SUCCESS,
        changed(Reference.respond, crash),
    ),
    "blank": (
        "is blank, among errors",
        HTTP_BODY,
        ERROR,
        changed(Reference.respond, lambda a: replace(a, body=b"")),
    ),
    "field_missing": (
        "lacks a field, among overviews",
        SUCCESS_FIELDS,
        SUCCESS,
        changed(Reference.overview, without_overage),
    ),
    "separators": (
        "has a separator in a count, among overviews",
        SUCCESS_COUNTS,
        SUCCESS,
        changed(Reference.overview, with_separators),
    ),
    "cut": ("is cut", READABLE_SYNTAX, lambda: lambda _: True, changed(Reference.respond, cut)),
    "message": (
        "has another message, among errors",
        ERRORS_MESSAGE,
        ERROR,
        variant(
            json_errors=lambda _, errors: {"message": "failed", "errors": list(errors)},
            xml_errors=lambda self, errors: failed(Reference.xml_errors(self, errors)),
        ),
    ),
    "key_echoed": (
        "repeats the key, among errors",
        ERRORS_NO_KEY_ECHO,
        ERROR,
        telling(ECHOES["raw"]),
    ),
    "any_key": (
        "is accepted, among calls with an invalid key",
        REJECTS_API_KEY_WRONG,
        wrong("api_key"),
        accepting(api_key=UNKNOWN),
    ),
    "any_user": (
        "is accepted, among calls with an invalid user",
        REJECTS_USER_UNKNOWN,
        wrong("user"),
        accepting(user=UNKNOWN),
    ),
    "any_task": (
        "is accepted, among calls with an invalid task",
        REJECTS_TASK_OTHER,
        wrong("task"),
        accepting(task=UNKNOWN),
    ),
}


# The one faulty call may belong to any of these requirements.
BY_CHANCE = (
    SUCCESS_RETURNED,
    CLIENTS_SAME_RESPONSE,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    CONSISTENCY_FORMATS,
    REJECTS_COMBINED,
    ISOLATION_SEQUENCE,
    REJECTS_TASK_MISSING,
    REJECTS_TASK_SPELLING,
    REJECTS_USER_FOREIGN,
    REJECTS_USER_MISSING,
    ERRORS_DETERMINISTIC,
    HTTP_ERROR_STATUS,
    REQUEST_ARRAY,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    REQUEST_REPEATED,
    REQUEST_SEPARATORS,
    REQUEST_SPECIAL_TEXT,
    REQUEST_UNDOCUMENTED,
)

for _name, (_said, _fails, _of, _make) in KINDS.items():
    for _number in (2, 7, 20, 50):
        fault(
            fails=_fails,
            also=BY_CHANCE,
            family=f"each_{_number}th",
            name=f"{_name}_each_{_number}th",
            description=f"each {_number}th {_said}",
            when=every(_number, _of),
        )(_make)
    for _number in (10, 100):
        fault(
            fails=_fails,
            also=BY_CHANCE,
            family=f"after_{_number}",
            name=f"{_name}_after_{_number}",
            description=f"from the {_number}th on each {_said}",
            when=since(_number, _of),
        )(_make)
    for _number in (1, 5):
        fault(
            fails=_fails,
            also=BY_CHANCE,
            by_chance=True,
            family=f"only_{_number}th",
            name=f"{_name}_only_the_{_number}th",
            description=f"the {_number}th {_said}, and no other",
            when=only(_number, _of),
        )(_make)

# So rare that no call which the API docs describe may be among them.
for _name in ("crash", "cut"):
    _said, _fails, _of, _make = KINDS[_name]
    fault(
        fails=_fails,
        family="each_211th",
        name=f"{_name}_each_211th",
        description=f"each 211th {_said}",
        when=every(211, _of),
    )(_make)
