"""What the responses come to once no more calls are made: grades, contract, protection."""

from __future__ import annotations

from collections.abc import Iterable

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import holds_attack_text
from reseller_conformance.cases.sequences import REPEATED
from reseller_conformance.checks.firewall import is_stopped
from reseller_conformance.checks.response import parse
from reseller_conformance.compare.contract import Judged, newly_violated
from reseller_conformance.compare.responses import Responses
from reseller_conformance.compare.sides import Protection, SideRun
from reseller_conformance.compare.tally import Tally
from reseller_conformance.findings.environment import EnvironmentKind
from reseller_conformance.requirements import REQUEST_ATTACK_TEXT, Level

__all__ = ["conclude"]


def conclude(old: SideRun, new: SideRun | None, responses: Responses) -> None:
    """Add to the differences what both runs say of them. Without NEW there are none."""
    if new is None:
        return
    responses.leave_out(_refused((old, new), responses))
    newly = list(newly_violated(old.judged, new.judged))
    responses.leave_out(_stopped_texts(old, new, responses))
    tally = responses.tally
    _add_protection(tally, old, new)
    tally.settle_grades(_breaking_calls([*old.judged, *new.judged]))
    for one in newly:
        simplest = one.responses[0]
        [beside] = old.side.sender.send_in_sequence([simplest.case])
        tally.add_contract(one, parse(beside), simplest)


def _refused(runs: Iterable[SideRun], responses: Responses) -> set[Case]:
    """Return the repeated calls that something in front of one side refused.

    A firewall's ban refuses texts that look like an attack, whether it stops them otherwise or not.
    """
    protected = [run for run in runs if run.protection != Protection()]
    shielded = [n for run in protected for n in (run.protection.ended_by, *run.protection.others)]
    bans = any(note and note.kind is EnvironmentKind.FIREWALL for note in shielded)
    repeated = {
        case
        for case, (old, new) in responses.pairs.items()
        if protected
        and old.kind is not new.kind
        and (case.repeat >= REPEATED or (bans and holds_attack_text(case)))
    }
    return repeated.union(*(run.refused_controls() for run in protected))


def _stopped_texts(old: SideRun, new: SideRun, responses: Responses) -> set[Case]:
    """Return the calls that a firewall in front of one side stops, because of their texts.

    That one side alone violates `request.attack-text` is reported once.
    """
    violates = [_stops_texts(run) for run in (old, new)]
    return {
        case
        for case, pair in responses.pairs.items()
        if any(violates) and [is_stopped(one) for one in pair] == violates
    }


def _stops_texts(run: SideRun) -> bool:
    return any(one.requirement is REQUEST_ATTACK_TEXT and one.violations for one in run.judged)


def _add_protection(tally: Tally, old: SideRun, new: SideRun) -> None:
    """Add what in front of one side alone has refused calls."""
    sides = [run.protection for run in (old, new)]
    ended = [side.ended_by for side in sides]
    if any(ended):
        kinds = [{one.kind for one in (side.ended_by, *side.others) if one} for side in sides]
        if not all(ended) and kinds[0].isdisjoint(kinds[1]):
            tally.add_protection(*ended)
        return
    for kind in EnvironmentKind:
        notes = [next((n for n in side.others if n.kind is kind), None) for side in sides]
        if notes.count(None) == 1:
            tally.add_protection(*notes)


def _breaking_calls(judged: Iterable[Judged]) -> set[Case]:
    """Return the calls in which one side violates a MUST."""
    must = (one for one in judged if one.requirement.level is Level.MUST)
    return {response.case for one in must for response in one.responses}
