"""Why is the documented call refused? What a few calls beside it show.

Each of these calls changes one parameter. One that gets the same response as the documented call
shows that the target did not get as far as that parameter, or that its value is invalid already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reseller_conformance.cases.mutations import UNREGISTERED
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import PARAMETERS
from reseller_conformance.envelope import EnvelopeKind

__all__ = ["Cause", "cause"]

UNAUTHORIZED = (401, 403, 407)


@dataclass(frozen=True, slots=True)
class Cause:
    """The probable cause, for a hint, and whether a call for another customer may succeed."""

    hint: str = ""
    concerns_customer: bool = True


def cause(documented: Response, beside: Iterable[Response], names: Iterable[str]) -> Cause:
    """Return the probable cause. The hint is empty if these calls do not show it.

    `beside` holds the documented call once more, and calls that change one parameter or all.
    `names` are those that an error text may repeat.
    """
    compared = _Comparison((*names, *UNREGISTERED.values(), "***"))
    made = {response.case.invalid: response for response in beside if response.was_sent}
    control = made.pop((), documented)
    # Where the texts hold a time or a number of their own, only the status can be compared.
    alike = compared.whole if compared.whole(control, documented) else compared.status
    same = {wrong for wrong, response in made.items() if alike(response, documented)}
    return _cause(documented.exchange.status, same)


def _cause(status: int | None, same: set[tuple[str, ...]]) -> Cause:
    key, customer, task = (("api_key",) in same, ("user",) in same, ("task",) in same)
    if PARAMETERS in same and status == 404:
        return Cause(
            "every call gets a 404: is the base URL the one below which /apiv2/ lies?", False
        )
    if key and not customer:
        which = "api_user or api_key" if ("api_user",) in same else "api_key"
        return Cause(f"a wrong key gets the same response: {which} may be wrong", False)
    if customer and not key:
        return Cause(
            "an unknown customer gets the same response, a wrong key does not: "
            "the customer may not be registered under this api_user"
        )
    if not key:
        return Cause("an unknown task gets the same response: is it the same API?" if task else "")
    if status in UNAUTHORIZED or (task and PARAMETERS not in same):
        text = "a wrong key gets the same response, whatever the other parameters are"
        return Cause(f"{text}: the credentials may be wrong", False)
    if PARAMETERS in same:
        return Cause(
            "every call gets the same response, even one without parameters: "
            "the base URL, the credentials or the customer may be wrong"
        )
    return Cause(
        "a wrong key and an unknown customer get the same response: "
        "the credentials or the customer may be wrong"
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares responses, apart from the names that were sent."""

    names: tuple[str, ...]

    def whole(self, one: Response, other: Response) -> bool:
        """Return True if status, envelope and error texts are the same."""
        return self.status(one, other) and self._texts(one) == self._texts(other)

    def status(self, one: Response, other: Response) -> bool:
        """Return True if status and kind of envelope are the same."""
        return _kind(one) == _kind(other)

    def _texts(self, response: Response) -> list[str]:
        return [self._without_names(text) for text in response.errors]

    def _without_names(self, text: str) -> str:
        for name in sorted(filter(None, self.names), key=len, reverse=True):
            text = text.replace(name, "…")
        return text


def _kind(response: Response) -> tuple[int | None, EnvelopeKind]:
    return response.exchange.status, response.kind
