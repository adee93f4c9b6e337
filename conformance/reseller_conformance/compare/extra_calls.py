"""The calls beyond those of the two runs: OLD gets some a second time, and both get spellings.

What differs between two responses of OLD is noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.risks import may_fail_login, sends_wrong_credentials
from reseller_conformance.compare.responses import Responses
from reseller_conformance.compare.sides import SideRun
from reseller_conformance.compare.spellings import spellings
from reseller_conformance.exchange import Exchange, is_unsent

__all__ = ["SAMPLE_EVERY", "ExtraCalls"]

SAMPLE_EVERY = 16
"""OLD gets each so-manyth call a second time."""

SECOND = 500_000
"""Added to `repeat` for the second call to OLD, so that the client sends it anew."""

MAX_CONFIRMED = 60
"""Kinds whose example is sent to OLD once more."""


class ExtraCalls:
    """Sends them for one comparison. No run judges by them."""

    def __init__(self, runs: Sequence[SideRun], responses: Responses) -> None:
        """Send them to these, OLD first."""
        self._runs = runs
        self._old = runs[0]
        self._responses = responses
        self._samples = 0

    def sample(self, old: Iterable[Exchange]) -> None:
        """Send some of these calls to OLD a second time."""
        wanted = []
        for exchange in old:
            if not may_fail_login(exchange.case) and not exchange.case.repeat:
                self._samples += 1
                if self._samples % SAMPLE_EVERY == 0:
                    wanted.append(exchange.case)
        self._send_again(wanted)

    def confirm(self) -> None:
        """Send the example of each kind to OLD once more."""
        cases = [one.case for one in self._responses.tally.unconfirmed[:MAX_CONFIRMED]]
        logins = [case for case in cases if sends_wrong_credentials(case)]
        left_out = logins[self._old.side.settings.wrong_credentials :]
        left_out += filter(self._old.session.environment.reason_to_leave_out, cases)
        self._send_again([case for case in cases if case not in left_out])

    def compare_spellings(self) -> None:
        """Send a customer's name in other spellings to both."""
        settings = self._old.side.settings
        if settings.depth is Depth.SMOKE:
            return
        calls = [[case] for case in spellings(settings.formats)]
        old, *new = [run.side.sender.send_in_sequence(*calls) for run in self._runs]
        self._responses.add(list(zip(old, new[0] if new else [None] * len(old), strict=True)))

    def _send_again(self, cases: Iterable[Case]) -> None:
        again = dict.fromkeys(replace(case, repeat=case.repeat + SECOND) for case in cases)
        for exchange in self._old.side.sender.send_in_sequence(*([case] for case in again)):
            if not is_unsent(exchange):
                self._responses.add_of_old(exchange)
