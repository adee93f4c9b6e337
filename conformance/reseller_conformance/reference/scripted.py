"""Responses of the reference that are late, limited, refused or malformed, to test a client.

`Script` changes the next calls, as the fixtures do. `HabitualReference` changes every call, as
`serve` does. How a call arrives is left to `client_mock` and to `app_server`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from itertools import count, repeat
from math import inf
from typing import Any

from reseller_conformance.contract import Format
from reseller_conformance.reference.accounts import Accounts, Reseller
from reseller_conformance.reference.core import Reference, Refusal, Request, Response

__all__ = ["HabitualReference", "Malformed", "Script", "check_argument"]

__tracebackhide__ = True

_PAGE = b"<!DOCTYPE html><title>Down</title><p>We will be back soon, or <br>later &nbsp;\n"

Step = Callable[[Any, Format], Response]


class Malformed(StrEnum):
    """A response from which no client can read an overview."""

    TRUNCATED = "truncated"
    """The valid response, cut in half."""
    EMPTY = "empty"
    """No body."""
    HTML = "html"
    """A web page with status 200, as some gateways send it."""
    OTHER_FORMAT = "other-format"
    """The valid response in the other format."""
    NO_FIELDS = "no-fields"
    """A success envelope without any of the ten fields."""


class Script:
    """Changes the next overview calls of a reference, each method `times` of them.

    Later changes apply after earlier ones. Then the reference responds again. A wrong argument
    raises TypeError or ValueError at once: an error in a later call would not show its cause.
    """

    reference: Reference

    def __init__(self, *args: Any, **named: Any) -> None:
        """Change nothing yet."""
        super().__init__(*args, **named)
        self._told: deque[Step] = deque()

    @property
    def reseller(self) -> Reseller:
        """The reseller whose `api_user`, `api_key` and `customers` a client may use."""
        return self.reference.accounts.resellers[0]

    def slow(self, seconds: float, times: int = 1) -> None:
        """Send the valid response after this many seconds."""
        check_argument(
            "seconds is a number from 0 on", seconds, (int, float), lambda value: 0 <= value < inf
        )

        def step(sent: Any, _: Format) -> Response:
            self._wait(sent, seconds)
            return self._right(sent)

        self._tell(step, times)

    def refused(self, *errors: str, status: int = 400, times: int = 1) -> None:
        """Respond with the error envelope and these texts, in the requested format."""
        check_argument("refused takes one or more texts", errors, (tuple,), _are_texts)
        check_argument(
            "status is a whole number from 200 to 599", status, (int,), lambda one: 200 <= one < 600
        )
        refusal = Refusal(status, errors)
        self._tell(lambda _, wanted: self.reference.refuse(wanted, refusal), times)

    def rate_limited(self, retry_after: int | str | None = None, times: int = 1) -> None:
        """Respond with 429 and an error envelope. `retry_after` is in seconds, or an HTTP date."""
        check_argument(
            "retry_after is a whole number of seconds from 0 on, or an HTTP date",
            retry_after,
            (int, str, type(None)),
            lambda value: not isinstance(value, int) or value >= 0,
        )
        self._tell(lambda _, wanted: _limited(self.reference, wanted, retry_after), times)

    def malformed(self, how: Malformed | str = Malformed.TRUNCATED, times: int = 1) -> None:
        """Respond with something that no client can read.

        Raises ValueError if `how` is not a value of `Malformed`.
        """
        if how not in tuple(Malformed):
            raise ValueError(f"how is one of {', '.join(Malformed)}, not: {how}")
        spoil = Malformed(how)

        def step(sent: Any, wanted: Format) -> Response:
            return _spoiled(self.reference, spoil, self._request(sent), wanted)

        self._tell(step, times)

    def next(self, response: Response, times: int = 1) -> None:
        """Respond with this.

        Raises TypeError for anything else.
        """
        check_argument("next takes a Response", response, (Response,))
        self._tell(lambda _, __: response, times)

    # --- Respond -----------------------------------------------------------------------------

    def _tell(self, step: Step, times: int) -> None:
        check_argument("times is a whole number from 1 on", times, (int,), lambda one: one >= 1)
        self._told.extend(repeat(step, times))

    def _respond(self, sent: Any) -> Response:
        wanted = self.reference.find_format(self._request(sent).path)
        if wanted is None:
            return self._right(sent)
        try:
            # Pop directly instead of testing first: clients call from several threads.
            step = self._told.popleft()
        except IndexError:
            return self._right(sent)
        return step(sent, wanted)

    def _wait(self, _sent: Any, seconds: float) -> None:
        time.sleep(seconds)

    def _right(self, sent: Any) -> Response:
        return self.reference.respond(self._request(sent))

    def _request(self, sent: Any) -> Request:
        """Return what was sent as the reference reads it."""
        request: Request = sent
        return request


class HabitualReference(Reference):
    """The reference, with every overview call late, limited or malformed.

    `retry_after` refuses every second call with 429, the first one included: a client that tries
    again gets its response.
    """

    def __init__(
        self,
        accounts: Accounts,
        slow: float = 0.0,
        retry_after: int | None = None,
        malformed: Malformed | None = None,
    ) -> None:
        """Respond so to every call. `slow` and `retry_after` are in seconds."""
        super().__init__(accounts)
        self._slow = slow
        self._retry_after = retry_after
        self._malformed = malformed
        self._calls = count()

    def respond(self, request: Request) -> Response:
        """Respond to any request."""
        wanted = self.find_format(request.path)
        if wanted is None:
            return super().respond(request)
        time.sleep(self._slow)
        if self._retry_after is not None and next(self._calls) % 2 == 0:
            return _limited(self, wanted, self._retry_after)
        right = Reference(self.accounts)
        if self._malformed is not None:
            return _spoiled(right, self._malformed, request, wanted)
        return right.respond(request)


def check_argument(
    wanted: str,
    value: object,
    kinds: tuple[type, ...],
    fits: Callable[[Any], bool] = lambda _: True,
) -> None:
    """Raise TypeError for a value of another type, and ValueError for one that does not fit."""
    is_kind = isinstance(value, kinds) and not isinstance(value, bool)
    if not is_kind or not fits(value):
        raise (ValueError if is_kind else TypeError)(f"{wanted}, not: {value!r}")


def _are_texts(values: tuple[object, ...]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _limited(reference: Reference, wanted: Format, retry_after: int | str | None) -> Response:
    header = () if retry_after is None else (("Retry-After", str(retry_after)),)
    response = reference.refuse(wanted, Refusal(429, ("Too many calls.",)))
    return replace(response, headers=(*response.headers, *header))


def _spoiled(reference: Reference, how: Malformed, request: Request, wanted: Format) -> Response:
    right = reference.respond(request)
    match how:
        case Malformed.TRUNCATED:
            return replace(right, body=right.body[: len(right.body) // 2])
        case Malformed.EMPTY:
            return replace(right, body=b"")
        case Malformed.HTML:
            return Response(200, "text/html; charset=utf-8", _PAGE)
        case Malformed.OTHER_FORMAT:
            other = Format.XML if wanted is Format.JSON else Format.JSON
            path = request.path.removesuffix(wanted) + other
            return reference.respond(replace(request, path=path))
        case Malformed.NO_FIELDS if wanted is Format.JSON:
            return reference.send_json(200, reference.json_overview({}))
        case Malformed.NO_FIELDS:
            return reference.send_xml(200, reference.xml_overview({}))
