"""The reference as a mock for the tests of a client that uses `requests`.

This module imports `requests` and `responses`. It serves the fixture `reseller_mock` and type
hints. What the next calls get is left to `scripted`.
"""

from __future__ import annotations

from typing import Self

from requests import PreparedRequest, ReadTimeout
from responses import RequestsMock

from reseller_conformance.contract import Format
from reseller_conformance.reference.core import Reference, Request, Response
from reseller_conformance.reference.mock import answer_below, request_of
from reseller_conformance.reference.scripted import Malformed, Script, check_argument

__all__ = ["CLIENT_URL", "Malformed", "ResellerMock"]

# pytest then shows the failing line of the test, without the frames of this module.
__tracebackhide__ = True

CLIENT_URL = "https://reseller.example"
"""Base URL of the mock. The host is reserved for examples (RFC 2606, 2)."""


class ResellerMock(Script, RequestsMock):
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
        answer_below(base_url, self, self._respond, (self._nothing_added_for,))
        self._own = list(self.registered())

    def __enter__(self) -> Self:
        """Replace the network until the scope ends."""
        super().__enter__()
        return self

    def slow(self, seconds: float, times: int = 1) -> None:
        """Send the valid response after this many seconds.

        A caller with a shorter read timeout gets `requests.ReadTimeout` at once.
        """
        super().slow(seconds, times)

    def next(self, response: Response | Exception, times: int = 1) -> None:
        """Respond with this, or raise this exception in the caller.

        Raises TypeError for anything else.
        """
        check_argument("next takes a Response or an exception", response, (Response, Exception))

        def step(_request: PreparedRequest, _wanted: Format) -> Response:
            if isinstance(response, Exception):
                raise response
            return response

        self._tell(step, times)

    def _wait(self, sent: PreparedRequest, seconds: float) -> None:
        patience = _read_timeout(sent)
        if patience is not None and patience < seconds:
            text = f"Read timed out. (read timeout={patience})"
            raise ReadTimeout(text, request=sent)
        super()._wait(sent, seconds)

    def _request(self, sent: PreparedRequest) -> Request:
        return request_of(sent)

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
