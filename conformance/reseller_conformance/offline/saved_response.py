"""One saved response, and what is known of it beside its body."""

from __future__ import annotations

from dataclasses import dataclass

from reseller_conformance.cases.case import Expected
from reseller_conformance.checks.response import Response

__all__ = ["SavedResponse"]


@dataclass(frozen=True, slots=True)
class SavedResponse:
    """A saved response, at a place that a person can find: `calls.har, entry 12`.

    `due` is the envelope that the operator, or the saved request, says is due. `verbatim` says that
    the body is byte by byte as it came: most recorders save a text, and its encoding is lost.
    `headers` says that they were saved. `account` names whose overview was requested, and `request`
    the whole call; both are empty where that is not known. `keyed` says that the key is known that
    was sent, so that it would be seen in the response.
    """

    response: Response
    place: str
    expected: Expected = Expected.EITHER
    raw_bytes: bool = True
    headers: bool = False
    account: str = ""
    request: str = ""
    key_known: bool = False

    @property
    def began(self) -> float:
        """When the call was made, in seconds."""
        return self.response.exchange.began

    @property
    def ended(self) -> float:
        """When the whole response had arrived, in seconds."""
        return self.response.exchange.began + self.response.exchange.seconds
