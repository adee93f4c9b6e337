"""The reference as a mock for the tests of a client, which may be told to answer otherwise.

The answers themselves are left to `core`, and putting them in place of the network to `mock`. This
imports `requests` and `responses`: it is for the fixture `reseller_mock`, and for type hints.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from itertools import repeat
from typing import Self

from requests import PreparedRequest, ReadTimeout
from responses import RequestsMock

from reseller_conformance.contract import Format
from reseller_conformance.reference.accounts import Reseller
from reseller_conformance.reference.core import Reference, Refusal, Response
from reseller_conformance.reference.mock import answer_below, request_of

__all__ = ["CLIENT_URL", "Malformed", "ResellerMock"]

# pytest shows the line of the test that failed, not the frames of this module
__tracebackhide__ = True

CLIENT_URL = "https://reseller.example"
"""Where a client finds the mock: a host that nobody has (RFC 2606, 2)."""

_PAGE = b"<!DOCTYPE html><title>Down</title><p>We will be back soon, or <br>later &nbsp;\n"

Step = Callable[[PreparedRequest, Format], Response]


class Malformed(StrEnum):
    """What may be wrong with an answer so that no client can take an overview from it."""

    TRUNCATED = "truncated"
    """The right answer, cut in half."""
    EMPTY = "empty"
    """No body."""
    HTML = "html"
    """A web page with status 200, as gateways send it."""
    OTHER_FORMAT = "other-format"
    """The right answer in XML where JSON was asked for, and the other way round."""
    NO_FIELDS = "no-fields"
    """A success envelope without any of the ten fields."""


class ResellerMock(RequestsMock):
    """The reference in place of the network, for the tests of a client that calls with `requests`.

    It answers as the reference does, but for the calls that it has been told about: `slow`,
    `refused`, `rate_limited`, `malformed` and `next` each speak of the next `times` calls of the
    overview that nothing was said about yet, so they may be said one after the other.

    It is a `responses.RequestsMock`: `calls` holds what was asked, and a response that a test adds
    comes before all of this.
    """

    def __init__(self, reference: Reference, base_url: str = CLIENT_URL) -> None:
        """Answer below `base_url` as this reference does."""
        super().__init__(assert_all_requests_are_fired=False)
        self.reference = reference
        self.base_url = base_url
        self._told: deque[Step] = deque()
        answer_below(base_url, self, self._respond, (self._nothing_added_for,))
        self._own = list(self.registered())

    def __enter__(self) -> Self:
        """Take the network's place until the scope ends."""
        super().__enter__()
        return self

    @property
    def reseller(self) -> Reseller:
        """Whose `api_user`, `api_key` and `customers` a client may use."""
        return self.reference.accounts.resellers[0]

    # --- What it may be told -----------------------------------------------------------------

    def slow(self, seconds: float, times: int = 1) -> None:
        """Answer rightly, after so many seconds.

        A caller whose read timeout is shorter gets `requests.ReadTimeout`, and at once.
        """

        def step(request: PreparedRequest, _: Format) -> Response:
            patience = _read_timeout(request)
            if patience is not None and patience < seconds:
                said = f"Read timed out. (read timeout={patience})"
                raise ReadTimeout(said, request=request)
            time.sleep(seconds)
            return self._right(request)

        self._tell(step, times)

    def refused(self, *errors: str, status: int = 400, times: int = 1) -> None:
        """Answer with the error envelope, in the format that is asked for, and these texts."""
        refusal = Refusal(status, errors)
        self._tell(lambda _, wanted: self.reference.refuse(wanted, refusal), times)

    def rate_limited(self, retry_after: int | str | None = None, times: int = 1) -> None:
        """Answer with 429 and an error envelope; `retry_after` is seconds, or an HTTP date."""
        header = () if retry_after is None else (("Retry-After", str(retry_after)),)
        refusal = Refusal(429, ("Too many calls.",))

        def step(_: PreparedRequest, wanted: Format) -> Response:
            response = self.reference.refuse(wanted, refusal)
            return replace(response, headers=(*response.headers, *header))

        self._tell(step, times)

    def malformed(self, how: Malformed | str = Malformed.TRUNCATED, times: int = 1) -> None:
        """Answer with what no client can read; ValueError where `how` is none of `Malformed`."""
        if how not in tuple(Malformed):
            raise ValueError(f"how is one of {', '.join(Malformed)}, not: {how}")
        spoil = Malformed(how)
        self._tell(lambda request, wanted: self._spoiled(spoil, request, wanted), times)

    def next(self, response: Response | Exception, times: int = 1) -> None:
        """Answer with this, or raise this exception in the caller."""
        if not isinstance(response, (Response, Exception)):
            raise TypeError(f"next takes an Answer or an exception, not: {response!r}")

        def step(_request: PreparedRequest, _wanted: Format) -> Response:
            if isinstance(response, Exception):
                raise response
            return response

        self._tell(step, times)

    # --- How it answers ----------------------------------------------------------------------

    def _tell(self, step: Step, times: int) -> None:
        if times < 1:
            raise ValueError(f"times is 1 or more, not: {times}")
        self._told.extend(repeat(step, times))

    def _respond(self, request: PreparedRequest) -> Response:
        wanted = self.reference.find_format(request_of(request).path)
        if wanted is None:
            return self._right(request)
        try:
            step = self._told.popleft()  # in one go: clients call from several threads
        except IndexError:
            return self._right(request)
        return step(request, wanted)

    def _right(self, request: PreparedRequest) -> Response:
        return self.reference.respond(request_of(request))

    def _spoiled(self, how: Malformed, request: PreparedRequest, wanted: Format) -> Response:
        right = self._right(request)
        match how:
            case Malformed.TRUNCATED:
                return replace(right, body=right.body[: len(right.body) // 2])
            case Malformed.EMPTY:
                return replace(right, body=b"")
            case Malformed.HTML:
                return Response(200, "text/html; charset=utf-8", _PAGE)
            case Malformed.OTHER_FORMAT:
                sent = request_of(request)
                other = Format.XML if wanted is Format.JSON else Format.JSON
                path = sent.path.removesuffix(wanted) + other
                return self.reference.respond(replace(sent, path=path))
            case Malformed.NO_FIELDS if wanted is Format.JSON:
                return self.reference.send_json(200, self.reference.json_overview({}))
            case Malformed.NO_FIELDS:
                return self.reference.send_xml(200, self.reference.xml_overview({}))

    def _nothing_added_for(self, request: PreparedRequest) -> tuple[bool, str]:
        added = (known for known in self.registered() if all(known is not own for own in self._own))
        free = not any(known.matches(request)[0] for known in added)
        return free, "" if free else "A response that was added comes first"


def _read_timeout(request: PreparedRequest) -> float | None:
    # What `requests` was called with, as `responses` keeps it for its own matchers; a pair is the
    # timeouts for connecting and for reading.
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return getattr(timeout, "read_timeout", timeout)
