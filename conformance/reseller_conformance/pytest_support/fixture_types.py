"""Types of the fixtures, for annotations, and validation of their arguments.

`reseller_target` is a `Target`, and `reseller_mock` is a `ResellerMock`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State, Text
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.exchange import Exchange

__all__ = ["ResellerAsk", "checked"]

# pytest then shows the failing line of the test, without the frames of this module.
__tracebackhide__ = True


class ResellerAsk(Protocol):
    """The type of the fixture `reseller_ask`: a function that sends a batch of cases."""

    def __call__(self, cases: Iterable[Case], /) -> list[Exchange]:
        """Send these cases at once, within the limits of the run, and return the exchanges.

        A case is sent once, and then returns the same exchange. A case without a meaning for the
        target is left out: a second customer, if only one is named. Raises TypeError for anything
        but cases.
        """


def checked(cases: object) -> list[Case]:
    """Validate the cases of a test that may not use a type checker, and return them.

    Raises TypeError with a one-line message for anything else.
    """
    if not isinstance(cases, Iterable) or isinstance(cases, (str, bytes)):
        raise TypeError(f"reseller_ask takes a list of cases, not: {cases!r}")
    return [_checked(case) for case in cases]


def _checked(case: object) -> Case:
    if not isinstance(case, Case):
        raise TypeError(f"a case is made as Case(Format.JSON), not: {case!r}")
    if not isinstance(case.format, Format):
        raise TypeError(f"the format of a case is Format.JSON or Format.XML, not: {case.format!r}")
    for name in PARAMETERS:
        if not isinstance(case.state(name), (State, Text)):
            text = f"{name} of a case is a State, as State.MISSING, or a Text"
            raise TypeError(f"{text}, not: {case.state(name)!r}")
    return case
