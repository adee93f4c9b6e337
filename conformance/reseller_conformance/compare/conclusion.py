"""What the responses come to once no more calls are made: grades, contract, protection."""

from __future__ import annotations

from collections.abc import Iterable

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.sequences import REPEATED
from reseller_conformance.checks.response import parse
from reseller_conformance.compare.contract import Judged, newly_violated
from reseller_conformance.compare.responses import Responses
from reseller_conformance.compare.sides import SideRun
from reseller_conformance.compare.tally import Tally
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import Level

__all__ = ["conclude"]


def conclude(old: SideRun, new: SideRun | None, responses: Responses) -> None:
    """Add to the differences what both runs say of them. Without NEW there are none."""
    if new is None:
        return
    if void := _void((old, new), responses):
        responses.leave_out(void)
    tally = responses.tally
    _add_protection(tally, old, new)
    tally.settle_grades(_breaking_calls([*old.judged, *new.judged]))
    for one in newly_violated(old.judged, new.judged):
        simplest = one.responses[0]
        [beside] = old.side.sender.send_in_sequence([simplest.case])
        tally.add_contract(one, parse(beside), simplest)


def _void(runs: Iterable[SideRun], responses: Responses) -> set[Case]:
    """Return the calls that something in front of a target refused, control calls as well."""
    void: set[Case] = set()
    for place, run in enumerate(runs):
        if run.note:
            void |= responses.pairs.keys() - run.session.responses.keys()
            refused = (
                case
                for case, pair in responses.pairs.items()
                if not case.invalid and pair[place].kind is not EnvelopeKind.OVERVIEW
            )
            void |= {case for case in refused if case.repeat >= REPEATED}
    return void


def _add_protection(tally: Tally, old: SideRun, new: SideRun) -> None:
    """Add a difference where something in front of one side alone refuses valid calls."""
    note = old.note or new.note
    if note is not None and not (old.note and new.note):
        texts = [run.note.reason if run.note else "valid calls get overviews" for run in (old, new)]
        tally.add_protection(note.kind, *texts)


def _breaking_calls(judged: Iterable[Judged]) -> set[Case]:
    """Return the calls in which one side violates a MUST."""
    must = (one for one in judged if one.requirement.level is Level.MUST)
    return {response.case for one in must for response in one.responses}
