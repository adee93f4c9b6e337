"""Locks of an address: correct implementations that refuse every call from it for a while.

Failed logins are counted whatever they name, and those without a key are too. The lock ends after
some calls, in the middle of a row.
"""

from __future__ import annotations

from reseller_conformance.contract import Format
from reseller_conformance.reference import Request, Response
from reseller_conformance.reference.core import Parameters
from variants.protection import Guard, refusal
from variants.registry import composed

__all__ = ["IN_GERMAN", "AddressLock"]

IN_GERMAN = "Bitte später noch einmal versuchen."


class AddressLock(Guard):
    """Refuses all calls for a while after failed logins, in an envelope."""

    most, lasts, failed, until = 12, 10.0, 0, 0.0
    answers = staticmethod(refusal(403, IN_GERMAN))

    def refuses(self, request: Request) -> bool:
        return self.calls < self.until

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        given = dict(parameters)
        reseller = self.accounts.reseller(given.get("api_user", ""))
        if reseller is None or given.get("api_key") != reseller.api_key:
            self.failed += 1
        if self.failed == self.most:
            self.failed, self.until = 0, self.calls + self.lasts
        return super().answer(wanted, parameters)


for _status in (200, 401, 403):
    for _lasts in (10.0, 20.0):
        composed(
            f"12 failed logins lock the address for {_lasts:.0f} calls: {_status}, in German",
            perhaps=("http.error-status",) if _status < 400 else (),
        )(
            type(
                f"address_locked_for_{_lasts:.0f}_calls_with_{_status}_in_german",
                (AddressLock,),
                {
                    "__module__": __name__,
                    "lasts": _lasts,
                    "answers": staticmethod(refusal(_status, IN_GERMAN)),
                },
            )
        )
