"""The reference as a mock for the tests of a client, with errors on request.

This module imports `requests` and `responses`. It serves the fixture `reseller_mock` and type
hints.
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

# pytest then shows the failing line of the test, without the frames of this module.
__tracebackhide__ = True

CLIENT_URL = "https://reseller.example"
"""Base URL of the mock. The host is reserved for examples (RFC 2606, 2)."""

_PAGE = b"<!DOCTYPE html><title>Down</title><p>We will be back soon, or <br>later &nbsp;\n"

Step = Callable[[PreparedRequest, Format], Response]


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


class ResellerMock(RequestsMock):
    """The reference in place of the network, for the tests of a client that uses `requests`.

    It responds as the reference does, unless a method changes the next calls. `slow`, `refused`,
    `rate_limited`, `malformed` and `next` each change the next `times` overview calls. Later
    changes apply after earlier ones.

    It is a `responses.RequestsMock`. `calls` lists the requests. A response that a test adds itself
    has priority.
    """

    def __init__(self, reference: Reference, base_url: str = CLIENT_URL) -> None:
        """Respond below `base_url` as this reference does."""
        super().__init__(assert_all_requests_are_fired=False)
        self.reference = reference
        self.base_url = base_url
        self._told: deque[Step] = deque()
        answer_below(base_url, self, self._respond, (self._nothing_added_for,))
        self._own = list(self.registered())

    def __enter__(self) -> Self:
        """Replace the network until the scope ends."""
        super().__enter__()
        return self

    @property
    def reseller(self) -> Reseller:
        """The reseller whose `api_user`, `api_key` and `customers` a client may use."""
        return self.reference.accounts.resellers[0]

    # --- Change the next responses -----------------------------------------------------------

    def slow(self, seconds: float, times: int = 1) -> None:
        """Send the valid response after this many seconds.

        A caller with a shorter read timeout gets `requests.ReadTimeout` at once.
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
        """Respond with the error envelope and these texts, in the requested format."""
        refusal = Refusal(status, errors)
        self._tell(lambda _, wanted: self.reference.refuse(wanted, refusal), times)

    def rate_limited(self, retry_after: int | str | None = None, times: int = 1) -> None:
        """Respond with 429 and an error envelope. `retry_after` is in seconds, or an HTTP date."""
        header = () if retry_after is None else (("Retry-After", str(retry_after)),)
        refusal = Refusal(429, ("Too many calls.",))

        def step(_: PreparedRequest, wanted: Format) -> Response:
            response = self.reference.refuse(wanted, refusal)
            return replace(response, headers=(*response.headers, *header))

        self._tell(step, times)

    def malformed(self, how: Malformed | str = Malformed.TRUNCATED, times: int = 1) -> None:
        """Respond with something that no client can read.

        Raises ValueError if `how` is not a value of `Malformed`.
        """
        if how not in tuple(Malformed):
            raise ValueError(f"how is one of {', '.join(Malformed)}, not: {how}")
        spoil = Malformed(how)
        self._tell(lambda request, wanted: self._spoiled(spoil, request, wanted), times)

    def next(self, response: Response | Exception, times: int = 1) -> None:
        """Respond with this, or raise this exception in the caller.

        Raises TypeError for anything else.
        """
        if not isinstance(response, (Response, Exception)):
            raise TypeError(f"next takes a Response or an exception, not: {response!r}")

        def step(_request: PreparedRequest, _wanted: Format) -> Response:
            if isinstance(response, Exception):
                raise response
            return response

        self._tell(step, times)

    # --- Respond -----------------------------------------------------------------------------

    def _tell(self, step: Step, times: int) -> None:
        if times < 1:
            raise ValueError(f"times is 1 or more, not: {times}")
        self._told.extend(repeat(step, times))

    def _respond(self, request: PreparedRequest) -> Response:
        wanted = self.reference.find_format(request_of(request).path)
        if wanted is None:
            return self._right(request)
        try:
            # Pop directly instead of testing first: clients call from several threads.
            step = self._told.popleft()
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
    # The arguments of the call to `requests`, which `responses` keeps for its own matchers. A pair
    # holds the timeouts for connecting and for reading.
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return getattr(timeout, "read_timeout", timeout)
