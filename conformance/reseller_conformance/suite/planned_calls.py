"""The calls of all stages of the plan, sent once for all formats, and judged as they come in.

`stages` says which calls there are, and in which order. `live_judge` judges each response.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.stages import DOCUMENTED, Stage, staged
from reseller_conformance.checks.response import Response
from reseller_conformance.client.pipeline import Pipeline
from reseller_conformance.contract import Format
from reseller_conformance.requirements import by_id
from reseller_conformance.suite.live_comparisons import COMPARED
from reseller_conformance.suite.needs import Needs
from reseller_conformance.suite.property_search import PROPERTY_STRATEGIES
from reseller_conformance.suite.remaining_calls import RemainingCalls

if TYPE_CHECKING:
    from reseller_conformance.reports.progress import LiveViolation
    from reseller_conformance.suite.target_session import TargetSession

__all__ = ["PlannedCalls"]


class PlannedCalls:
    """The planned calls of one session."""

    def __init__(self, session: TargetSession) -> None:
        """Send them by this session."""
        self._session = session
        self.stage = DOCUMENTED
        """The stage that was sent last."""

    @cached_property
    def responses(self) -> list[Response]:
        """The responses to all stages. The first access sends the calls."""
        session = self._session
        if session.preflight.rejected:
            return []
        formats = [f for f in session.settings.formats if session.returns_envelope(f)]
        session.live.look_at_start()
        self._confirm()
        cases: list[Case] = []
        for ends, stages in groupby(self._sequences(formats), _ends_together):
            sequences = self._new_sequences(stages, cases)
            if ends and ends.in_turn:
                self._send_in_turn(ends, sequences)
            else:
                self._send_pipeline(sequences)
            if ends and session.needs.includes(ends) and not session.environment.note:
                self._count(session.live.compare(ends))
        return session.send(dict.fromkeys(cases))

    def send(self) -> None:
        """Send the calls of all stages, unless they were sent before."""
        _ = self.responses

    def judge_first_calls(self) -> None:
        """Announce what the first calls of all violate."""
        self._session.live.look_at_first()
        self._count(self._session.live.confirm())

    def _sequences(self, formats: Sequence[Format]) -> Iterator[tuple[Stage, list[Case]]]:
        """Yield the sequences of all stages. Those that `--rerun` needs are the first."""
        plan, settings = self._session.plan, self._session.settings
        if failed := settings.failed_before:
            needs = Needs(failed, settings.depth)
            for stage, sequence in staged(plan, formats, self._examples):
                if any(needs.may_send(stage, case) for case in sequence):
                    yield stage, sequence
        yield from staged(plan, formats, self._examples)

    def _new_sequences(
        self, stages: Iterable[tuple[Stage, list[Case]]], cases: list[Case]
    ) -> Iterator[list[Case]]:
        """Yield the cases of each sequence that were not sent yet. Add all cases to `cases`."""
        session = self._session
        for stage, sequence in stages:
            # the preflight has made the documented calls
            if stage is DOCUMENTED or not session.needs.includes(stage):
                continue
            wanted = session.testable(sequence) if stage.own_account else sequence
            cases += wanted
            if new := [case for case in wanted if session.is_new(case)]:
                self.stage = stage
                yield new

    def _send_in_turn(self, stage: Stage, sequences: Iterable[list[Case]]) -> None:
        """Send these one after the other, perhaps after control calls.

        A lockout by later calls must not remove the responses that earlier ones are compared with.
        """
        for turn, sequence in enumerate(sequences):
            if stage.after_controls and not turn:
                self._session.controls.after(self._session.responses.values())
            self._session.send_in_sequence(sequence)

    def _send_pipeline(self, sequences: Iterable[list[Case]]) -> None:
        """Send these row by row, and judge each response."""
        environment = self._session.environment
        remaining = RemainingCalls(sequences)
        while remaining and not environment.note:
            # a concurrent mix is sent at once, with invalid calls of all kinds
            row = environment.row(remaining, lambda: self.stage.own_account)
            self._send_row(self._session.client.pipeline(row))
        for _ in remaining:
            pass  # the cases that are left out are collected as well

    def _send_row(self, pipeline: Pipeline) -> None:
        """Send what this pipeline holds. Calls stop where a response is suspicious."""
        live, environment = self._session.live, self._session.environment
        while True:
            halted = pipeline.exchanges(lambda: live.is_suspicious or environment.is_suspicious)
            with self._session.mocked(), closing(halted) as exchanges:
                for exchange in exchanges:
                    live.look(self._session.remember(exchange))
            was_suspicious = environment.is_suspicious
            self._session.settle()
            if environment.note or not (live.is_suspicious or was_suspicious):
                return
            self._confirm()

    def _confirm(self) -> None:
        """Repeat each suspicious call alone, and announce what violates its requirement again."""
        live = self._session.live
        found = live.confirm()
        if found and self._session.settings.max_violations:
            # the calls may end here, so the other format is judged first
            live.look_at_other_format(found)
            found += live.confirm()
        self._count(found)

    def _count(self, violations: Iterable[LiveViolation]) -> None:
        for one in violations:
            self._session.count_violation(by_id(one.requirement), one.format)

    def _examples(self, format: Format) -> Iterator[Case]:
        for strategy in PROPERTY_STRATEGIES:
            yield from self._session.property_cases(strategy, format)


def _ends_together(of: tuple[Stage, list[Case]]) -> Stage | None:
    """Return the stage, if all its calls must be in before the next one; None where not."""
    stage, _ = of
    return stage if stage.in_turn or stage in COMPARED else None
