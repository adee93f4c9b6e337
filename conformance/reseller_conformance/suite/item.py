"""One pytest item: a requirement in a format, what it needs, and how it ends.

An item ends passed, failed with findings, not tested or not applicable. The reason is kept with it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict

import pytest

from reseller_conformance.cases.depth import Depth
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import Format
from reseller_conformance.exchange import STOPPED_AT_VIOLATION
from reseller_conformance.findings.model import Finding, Outcome
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.needs import NOT_AT_SMOKE
from reseller_conformance.suite.repetition import Failure
from reseller_conformance.suite.target_session import TargetSession

__all__ = ["TOO_FEW_CALLS", "Item", "unsent_because"]

TOO_FEW_CALLS = "--depth smoke makes no call for this"


def unsent_because(why: str) -> str:
    """Return the reason of an item whose calls were not made."""
    return f"not all calls were made: {why}"


class Item:
    """A requirement in a format, for one target."""

    def __init__(
        self,
        requirement: Requirement,
        format: Format | None,
        session: TargetSession,
        record: Callable[[str, str], None],
        named: Callable[[str], str] = str,
    ) -> None:
        """Judge this requirement; `record` keeps the outcome with the pytest item.

        `named` replaces the names of options in a sentence by those of the command in use.
        """
        self.requirement = requirement
        self.session = session
        self.plan = session.plan
        self._format = format
        self._record = record
        self._named = named
        self.unsent: list[Response] = []
        """Calls that this item needs and that were not made: nothing is concluded from them."""
        self.lost: list[Response] = []
        """Responses that never arrived from the implementation."""
        self.failures: list[Failure] = []
        self.subjects = 0
        """How many responses, or groups of responses, were judged."""

    @property
    def format(self) -> Format:
        """The format that is judged. A requirement that compares both formats has none."""
        assert self._format is not None, f"{self.requirement} compares the formats"
        return self._format

    def observe(self, accepted: bool, detail: str) -> None:
        """End an item that reports what the target does, which violates nothing."""
        if self.unsent:
            self.not_tested(self.unsent_reason())
        observed = "yes" if accepted else "no"
        self._record("observed", observed)
        self.end(Outcome.PASSED, f"{observed}: {detail}")

    def satisfied(self, reason: str) -> None:
        """End the item passed, because what it is about does not occur."""
        self.end(Outcome.PASSED, reason)

    def not_tested(self, reason: str) -> None:
        """End the item untested."""
        reason = self._named(reason)
        self.end(Outcome.NOT_TESTED, reason)
        pytest.skip(visible(reason))

    def not_applicable(self, reason: str) -> None:
        """End the item: the requirement does not apply to this run."""
        reason = self._named(reason)
        self.end(Outcome.NOT_APPLICABLE, reason)
        pytest.skip(visible(reason))

    def require_depth(self) -> None:
        """End the item untested where it compares more calls than `--depth smoke` makes."""
        is_smoke = self.session.settings.depth is Depth.SMOKE
        if is_smoke and self.requirement.topic in NOT_AT_SMOKE:
            self.not_tested(TOO_FEW_CALLS)

    def require_overview(self) -> None:
        """End the item untested where the documented call brings no overview."""
        self.require_reachable()
        if not self.session.customers_with_overview(self.format):
            self.not_tested("the documented call brings no overview: see success.returned")

    def require_both_formats(self) -> None:
        """End the item where one format brings no overview to compare with the other."""
        self.require_reachable()
        if self.session.settings.partial:
            self.not_applicable("one format alone is tested")
        for format in self.session.settings.formats:
            if not self.session.customers_with_overview(format):
                self.not_tested(
                    f"the documented call brings no overview in {format}: see success.returned"
                )

    def require_envelope(self) -> None:
        """End the item untested where the documented call brings neither envelope."""
        self.require_reachable()
        if not self.session.returns_envelope(self.format):
            self.not_tested("the documented call brings no envelope: see success.returned")

    def require_reachable(self) -> None:
        """End the item untested where the target cannot be reached."""
        if reason := self.session.unreachable_reason:
            self.not_tested(reason)

    def unsent_reason(self) -> str:
        """Return why calls that this item needs were not made: the most common reason."""
        problems = [response.exchange.problem for response in self.unsent]
        [(why, _)] = Counter(problem.detail for problem in problems if problem).most_common(1)
        return why if why == STOPPED_AT_VIOLATION else unsent_because(why)

    def end(self, outcome: Outcome, reason: str = "", findings: Sequence[Finding] = ()) -> None:
        """Keep the outcome with the pytest item."""
        self._record("target", self.session.name)
        self._record("outcome", outcome.value)
        self._record("reason", reason)
        if findings:
            self._record("findings", json.dumps([asdict(one) for one in findings]))
