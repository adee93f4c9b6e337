"""Which of the two envelopes a tree is, by what stands where in it; the rules of both formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from reseller_conformance.contract import ERROR, FIELDS, TASK
from reseller_conformance.envelope.dialect import Dialect, ErrorItems
from reseller_conformance.envelope.error_envelope import judge_errors
from reseller_conformance.envelope.heuristics import MIN_FIELDS, guess
from reseller_conformance.envelope.model import Envelope, EnvelopeKind
from reseller_conformance.envelope.problems import Problems, build_envelope
from reseller_conformance.envelope.success_envelope import judge_overview, read_fields
from reseller_conformance.envelope.tree import ERROR_MEMBERS, NameIndex, Scope, index_names
from reseller_conformance.requirements import READABLE_ENVELOPE, READABLE_SYNTAX

__all__ = ["classify"]

V = TypeVar("V")

# What other calls of the same API answer when all went well: a message, but no error.
_WELL = ("success", "ok")


def classify(
    root: V, levels: Iterable[Scope[V]], dialect: Dialect[V], text: str, problems: Problems
) -> Envelope:
    """Judge a tree; `problems` are those that reading it had already."""
    sights = index_names(levels)
    home = max(sights, key=lambda sight: sight.fields, default=None)
    if home is not None and not home.fields:
        home = None
    told = _error_members(sights, home, dialect.errors_at)
    if told is not None and home is not None and _is_detail(home, told):
        home = None
    if told is not None and _is_error(told, home, dialect):
        errors = judge_errors(told, home, dialect, problems)
        values = read_fields(sights, home, dialect) if home else {}
        return build_envelope(problems, EnvelopeKind.ERRORS, values, errors)
    if home is not None and home.fields >= MIN_FIELDS:
        values = judge_overview(sights, home, told, dialect, problems)
        return build_envelope(problems, EnvelopeKind.OVERVIEW, values)
    # A text that is broken is not blamed for what the break left of it.
    if not problems.include(READABLE_SYNTAX):
        problems.add(READABLE_ENVELOPE, "body", "one of the two envelopes", dialect.describe(root))
    if home is not None:
        return build_envelope(problems, EnvelopeKind.OVERVIEW, read_fields(sights, home, dialect))
    return build_envelope(problems, EnvelopeKind.UNKNOWN if told is not None else guess(text))


def _error_members(
    sights: Sequence[NameIndex[V]], home: NameIndex[V] | None, errors_at: str
) -> NameIndex[V] | None:
    """Find `message` and `errors`: together anywhere, or one of them around the fields."""
    most = home.scope if home is not None and home.fields >= MIN_FIELDS else None
    around = home.scope.chain if home is not None else []
    for sight in sights:
        # What stands deeper than the fields is an addition to them.
        if sight.error_member_count == len(ERROR_MEMBERS) and not any(
            link is most for link in sight.scope.chain[:-1]
        ):
            return sight
    for sight in sights:
        if sight.error_member_count and any(sight.scope is link for link in around):
            return sight
    root = sights[0] if sights else None
    # One of them alone makes an envelope only where it should be, as it should be.
    if root and root.scope.where == errors_at and any(name in root.exact for name in ERROR_MEMBERS):
        return root
    return None


def _is_detail(home: NameIndex[V], told: NameIndex[V]) -> bool:
    """Say whether the fields are a word or two in something else: {"rate": {"requests": 600}}.

    They do not stand beside the error then, unless what holds them is an `overview`.
    """
    apart = home.scope is not told.scope and TASK not in home.scope.where
    return home.fields < MIN_FIELDS and apart


def _is_error(told: NameIndex[V], home: NameIndex[V] | None, dialect: Dialect[V]) -> bool:
    """Say which it is meant to be where an overview and an error stand together, or neither."""
    messages = [dialect.text(value) for value in told.exact.get("message", [])]
    if ERROR in messages:
        return True
    if home is None or home.fields < MIN_FIELDS:
        well = any(isinstance(text, str) and text.lower() in _WELL for text in messages)
        return told.holds("errors") or not well
    lists = [dialect.entries(value) for value in told.exact.get("errors", [])]
    some = any(isinstance(entries, ErrorItems) and entries.items for entries in lists)
    return some and home.fields < len(FIELDS)
