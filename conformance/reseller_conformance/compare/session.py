"""One comparison under way: the suite judges OLD and NEW, and each call is sent to both.

First the run on OLD decides which calls are made, then the run on NEW adds what it needs beyond
them. What a difference is, is left to `differences`; what it comes to, to `conclusion`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import may_fail_login
from reseller_conformance.checks.response import Response
from reseller_conformance.compare.conclusion import conclude
from reseller_conformance.compare.contract import Judged, judge
from reseller_conformance.compare.extra_calls import SAMPLE_EVERY, ExtraCalls
from reseller_conformance.compare.model import Grade
from reseller_conformance.compare.paired import Paired, Pairs
from reseller_conformance.compare.responses import Responses
from reseller_conformance.compare.sides import Protection, Side, SideRun
from reseller_conformance.compare.tally import Tally
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import Exchange, is_unsent
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reports.progress import Progress
from reseller_conformance.requirements import CATALOGUE
from reseller_conformance.suite.live_progress import LiveProgress
from reseller_conformance.suite.target_session import TargetSession

if TYPE_CHECKING:
    from reseller_conformance.client import Client

__all__ = ["Session"]

REPEATS_OF_NEW = 4_500
"""Added to the numbers of the calls that the run on NEW repeats: none of them was made for OLD."""

MAX_MORE_CALLS = 400
"""Calls to the side that has had fewer, to see whether it has the same quota."""

OLD, NEW = "OLD", "NEW"


class _EndError(BaseException):
    """No more calls are to be made; the message says why. The suite must not catch it."""


class Session:
    """One comparison under way. Without NEW the responses of OLD are only recorded."""

    def __init__(self, old: Side, new: Side | None, stop_at: Grade | None = None) -> None:
        """Compare these two; `stop_at` ends the calls at a difference of this grade or a graver."""
        self._stop_at = stop_at
        self._pool = ThreadPoolExecutor(1)
        self._responses = Responses()
        self._old = self._run(OLD, old, new, self._keep)
        self._new = self._run(NEW, new, old, self._keep_swapped) if new else None
        self._runs = [one for one in (self._old, self._new) if one]
        self._began = time.monotonic()
        self._progress = LiveProgress(self._old.session)
        self._extra = ExtraCalls(self._runs, self._responses)
        self._has_ended = False
        self._is_settling = False
        self.unverified = ""
        self.notes: list[str] = []
        self.interrupted = False

    def _run(
        self, name: str, side: Side, other: Side | None, keep: Callable[[Pairs, bool], None]
    ) -> SideRun:
        settings = replace(side.settings, max_violations=0, keep_going=False)
        paired = Paired(
            side.sender,
            other.sender if other else None,
            keep,
            self._pool,
            settings.limits.concurrency,
            drop=self._responses.leave_out,
            leaves_out=lambda case: self._is_left_out(name, case),
        )
        judged = {one.id for one in CATALOGUE if settings.selection.includes(one.id)}
        session = TargetSession(
            side.target,
            settings,
            cast("Client", paired),  # a run needs of its client what `Paired` has
            judged=judged,
            repeats_from=REPEATS_OF_NEW if name == NEW else 0,
        )
        return SideRun(name, side, session)

    def _is_left_out(self, name: str, case: Case) -> bool:
        """Say whether what is in front of the other side refuses this call in any case."""
        others = (run for run in self._runs if run.name != name)
        return any(run.session.environment.reason_to_leave_out(case) for run in others)

    @property
    def old_judged(self) -> list[Judged]:
        """The outcome of each requirement for OLD, as far as it is known."""
        return self._old.judged

    @property
    def new_judged(self) -> list[Judged]:
        """The outcome of each requirement for NEW, as far as it is known."""
        return self._new.judged if self._new else []

    @property
    def protection_of_old(self) -> Protection:
        """What in front of OLD has refused calls."""
        return self._old.protection

    @property
    def tally(self) -> Tally:
        """The differences so far."""
        return self._responses.tally

    @property
    def unsent(self) -> int:
        """How many calls one side did not send, or does not hold."""
        return self._responses.unsent

    @property
    def progress(self) -> Progress:
        """How far the calls are, and how many kinds of difference there are."""
        run = self._progress()
        seconds = time.monotonic() - self._began
        found = frozenset(self.tally.found)
        return Progress(
            self._responses.done, run.total, seconds, found, stage=run.stage, noun="different"
        )

    def run(self, watched: AbstractContextManager[object] | None = None) -> None:
        """Send all calls and judge both. After an interrupt, judge the responses so far.

        `watched` is entered while calls are made.
        """
        with self._pool:
            try:
                with watched or nullcontext():
                    self._send_all()
            except _EndError as why:
                self.notes.append(str(why))
                self._judge_without_calls()
            except KeyboardInterrupt:
                self.interrupted = True
                self._judge_without_calls()
        self._drop_refused_controls()
        self._drop_earlier_refusals()
        if self._old.protection != Protection():
            self._old.side.sender.forget(self._responses.leave_out_refused_samples())
        self._note_refused_logins()
        conclude(self._old, self._new, self._responses)
        for one in (*self.old_judged, *self.new_judged):
            if one.outcome is Outcome.ERROR and not self.unverified:
                self.unverified = f"the suite failed to judge {one.requirement.id}: {one.reason}"

    def _send_all(self) -> None:
        if not self._can_compare():
            return
        for run in self._runs:
            run.judged = judge(run.session)
            for side in self._runs:
                self._settle(side)
            self._check_end()
        self._extra.compare_spellings()
        self._extra.confirm()

    def _judge_without_calls(self) -> None:
        self._has_ended = True
        for run in self._runs:
            run.session.stop()
        for run in self._runs:
            if not run.judged and not self.unverified:
                run.judged = judge(run.session)

    @property
    def compared(self) -> int:
        """How many calls were compared: none where one side could not be reached."""
        runs = self._runs if self.unverified else ()
        return 0 if any(run.session.unreachable_reason for run in runs) else self.tally.compared

    # --- Whether anything can be said --------------------------------------------------------

    def _can_compare(self) -> bool:
        """Say whether both can be compared at all, by the documented calls."""
        old = [one for calls in self._old.session.initial_calls.values() for one in calls]
        if reason := self._old.session.unreachable_reason:
            self.unverified = f"OLD is not reachable: {reason}"
        elif all(one.kind is not EnvelopeKind.OVERVIEW for one in old):
            self.unverified = (
                "OLD returns no overview for the documented call; its credentials or "
                f"customer may be wrong: {old[0].summary}"
            )
        elif self._new is not None:
            if reason := self._new.session.unreachable_reason:
                self.unverified = f"NEW is not reachable: {reason}"
            elif self._new.session.preflight.rejected:
                raise _EndError(
                    "NEW returns no overview for the documented call. No more calls are made; "
                    "credentials or customer may be wrong."
                )
        return not self.unverified

    def _check_end(self) -> None:
        """Raise _EndError where no more calls are to be made."""
        if self._is_settling:
            return
        self._drop_refused_controls()
        seconds = self._runs[-1].side.settings.max_seconds
        if seconds is not None and time.monotonic() - self._began > seconds:
            raise _EndError("The time of --max-time is over; some calls are not made.")
        for run in self._runs:
            note, is_recorded = run.protection.ended_by, run.side.recorded.ended_by is not None
            if note and (self.unsent or not is_recorded):
                self._see_if_both_refuse(run)
                raise _EndError(
                    f"{run.name}: {note.reason}. No more calls are made: {note.way_out}."
                )
        if self._stop_at and self.tally.counts(self._stop_at):
            self._extra.confirm()
            if self.tally.counts(self._stop_at):
                raise _EndError("--fail-fast ends the calls at the first difference.")

    def _drop_refused_controls(self) -> None:
        for run in self._runs:
            if run.protection != run.known_protection:
                run.known_protection = run.protection
                refused = run.refused_controls()
                run.side.sender.forget(refused)
                self._responses.leave_out(refused)

    def _drop_earlier_refusals(self) -> None:
        """Leave out what a protection may have refused before it was known."""
        for place, run in enumerate(self._runs):
            pairs = self._responses.pairs.items()
            self._responses.leave_out(case for case, two in pairs if run.may_be_refused(two[place]))

    def _see_if_both_refuse(self, run: SideRun) -> None:
        """Make the calls that show whether the other side has the same protection."""
        for other in self._runs:
            if other is not run and not other.protection.ended_by:
                note = run.protection.ended_by
                recorded = note.calls + 2 * note.calls // SAMPLE_EVERY if note else 0
                made = run.side.sender.traffic.calls or recorded  # a recording makes none
                fewer = made - other.side.sender.traffic.calls
                case = Case(self._old.side.settings.formats[0])
                more = other.session.repeated([case] * max(0, min(fewer, MAX_MORE_CALLS)))
                self._tell(other, other.side.sender.send_in_sequence(more))
        if not self._old.protection.ended_by:
            self._extra.confirm()

    def _note_refused_logins(self) -> None:
        for run in self._runs:
            if note := run.session.environment.logins_note:
                self.notes.append(f"{run.name}: {note.reason}. They are not compared.")

    # --- What comes back ---------------------------------------------------------------------

    def _keep_swapped(self, pairs: Pairs, is_last: bool) -> None:
        """Keep what the run on NEW has sent; OLD did not send it if it cannot tell the call."""
        if self._has_ended:
            return
        whole: Pairs = [(old, new) for new, old in pairs if old is not None]
        self._responses.add(whole)
        self._tell(self._old, [old for old, _ in whole], is_last)
        self._check_end()

    def _keep(self, pairs: Pairs, is_last: bool) -> None:
        if self._has_ended:
            return
        self._responses.add(pairs)
        if self._new:
            self._tell(self._new, [new for _, new in pairs if new], is_last)
        self._extra.sample([old for old, _ in pairs])
        self._check_end()

    def _tell(self, run: SideRun, exchanges: Iterable[Exchange], is_last: bool = True) -> None:
        """Have a run know what the other one has sent.

        After the last calls of a batch, see whether valid calls are refused.
        """
        for exchange in sorted(exchanges, key=lambda one: one.began + one.seconds):
            if exchange.case not in run.session.responses and not is_unsent(exchange):
                response = run.session.remember(exchange)
                run.refuses_valid_calls |= _is_refused_valid_call(response)
        if is_last:
            self._settle(run)

    def _settle(self, run: SideRun) -> None:
        """Make control calls where they are due. Those of one run make none of the other due."""
        environment = run.session.environment
        is_due = environment.is_suspicious or environment.is_login_check_due
        if (is_due or run.refuses_valid_calls) and not self._is_settling:
            self._is_settling = True
            run.refuses_valid_calls = False
            try:
                run.session.settle()
            finally:
                self._is_settling = False


def _is_refused_valid_call(response: Response) -> bool:
    is_valid = not (response.case.invalid or may_fail_login(response.case))
    return is_valid and response.kind is EnvelopeKind.ERRORS
