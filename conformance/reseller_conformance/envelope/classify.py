"""Which of the two envelopes a tree is, by what stands where in it; the rules of both formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from reseller_conformance.contract import ERROR, FIELDS, TASK
from reseller_conformance.envelope.dialect import Dialect, Entries
from reseller_conformance.envelope.error_envelope import judge_errors
from reseller_conformance.envelope.heuristics import ENOUGH, guess
from reseller_conformance.envelope.model import Envelope, Looks
from reseller_conformance.envelope.problems import Problems, conclude
from reseller_conformance.envelope.success_envelope import judge_overview, read_fields
from reseller_conformance.envelope.tree import TOLD, Level, Sight, survey
from reseller_conformance.requirements import READABLE_ENVELOPE, READABLE_SYNTAX

__all__ = ["judge"]

V = TypeVar("V")

# What other calls of the same API answer when all went well: a message, but no error.
_WELL = ("success", "ok")


def judge(
    root: V, levels: Iterable[Level[V]], dialect: Dialect[V], text: str, problems: Problems
) -> Envelope:
    """Judge a tree; `problems` are those that reading it had already."""
    sights = survey(levels)
    home = max(sights, key=lambda sight: sight.fields, default=None)
    if home is not None and not home.fields:
        home = None
    told = _told(sights, home, dialect.errors_at)
    if told is not None and home is not None and _is_detail(home, told):
        home = None
    if told is not None and _is_error(told, home, dialect):
        errors = judge_errors(told, home, dialect, problems)
        values = read_fields(sights, home, dialect) if home else {}
        return conclude(problems, Looks.ERRORS, values, errors)
    if home is not None and home.fields >= ENOUGH:
        values = judge_overview(sights, home, told, dialect, problems)
        return conclude(problems, Looks.OVERVIEW, values)
    # A text that is broken is not blamed for what the break left of it.
    if not problems.include(READABLE_SYNTAX):
        problems.add(READABLE_ENVELOPE, "body", "one of the two envelopes", dialect.describe(root))
    if home is not None:
        return conclude(problems, Looks.OVERVIEW, read_fields(sights, home, dialect))
    return conclude(problems, Looks.NEITHER if told is not None else guess(text))


def _told(sights: Sequence[Sight[V]], home: Sight[V] | None, errors_at: str) -> Sight[V] | None:
    """Find `message` and `errors`: together anywhere, or one of them around the fields."""
    most = home.level if home is not None and home.fields >= ENOUGH else None
    around = home.level.chain if home is not None else []
    for sight in sights:
        # What stands deeper than the fields is an addition to them.
        if sight.told == len(TOLD) and not any(link is most for link in sight.level.chain[:-1]):
            return sight
    for sight in sights:
        if sight.told and any(sight.level is link for link in around):
            return sight
    root = sights[0] if sights else None
    # One of them alone makes an envelope only where it should be, as it should be.
    if root and root.level.where == errors_at and any(name in root.exact for name in TOLD):
        return root
    return None


def _is_detail(home: Sight[V], told: Sight[V]) -> bool:
    """Say whether the fields are a word or two in something else: {"rate": {"requests": 600}}.

    They do not stand beside the error then, unless what holds them is an `overview`.
    """
    apart = home.level is not told.level and TASK not in home.level.where
    return home.fields < ENOUGH and apart


def _is_error(told: Sight[V], home: Sight[V] | None, dialect: Dialect[V]) -> bool:
    """Say which it is meant to be where an overview and an error stand together, or neither."""
    messages = [dialect.text(value) for value in told.exact.get("message", [])]
    if ERROR in messages:
        return True
    if home is None or home.fields < ENOUGH:
        well = any(isinstance(text, str) and text.lower() in _WELL for text in messages)
        return told.holds("errors") or not well
    lists = [dialect.entries(value) for value in told.exact.get("errors", [])]
    some = any(isinstance(entries, Entries) and entries.items for entries in lists)
    return some and home.fields < len(FIELDS)
