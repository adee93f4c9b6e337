"""Decide which of the two envelopes a tree is, by the places of its names, in both formats."""

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

# Values of `message` with which other calls of this API report success.
_WELL = ("success", "ok")


def classify(
    root: V, levels: Iterable[Scope[V]], dialect: Dialect[V], text: str, problems: Problems
) -> Envelope:
    """Return the envelope of a tree. `problems` are the problems found while reading it."""
    sights = index_names(levels)
    home = max(sights, key=lambda sight: sight.fields, default=None)
    if home is not None and not home.fields:
        home = None
    error_index = _error_members(sights, home, dialect.errors_at)
    if error_index is not None and home is not None and _is_detail(home, error_index):
        home = None
    if error_index is not None and _is_error(error_index, home, dialect):
        errors = judge_errors(error_index, home, dialect, problems)
        values = read_fields(sights, home, dialect) if home else {}
        return build_envelope(problems, EnvelopeKind.ERRORS, values, errors)
    if home is not None and home.fields >= MIN_FIELDS:
        values = judge_overview(sights, home, error_index, dialect, problems)
        return build_envelope(problems, EnvelopeKind.OVERVIEW, values)
    # After a syntax error, the missing names may be in the part that was lost.
    if not problems.include(READABLE_SYNTAX):
        problems.add(READABLE_ENVELOPE, "body", "one of the two envelopes", dialect.describe(root))
    if home is not None:
        return build_envelope(problems, EnvelopeKind.OVERVIEW, read_fields(sights, home, dialect))
    return build_envelope(
        problems, EnvelopeKind.UNKNOWN if error_index is not None else guess(text)
    )


def _error_members(
    sights: Sequence[NameIndex[V]], home: NameIndex[V] | None, errors_at: str
) -> NameIndex[V] | None:
    """Find `message` and `errors`: both at any level, or one of them at or around the fields."""
    most = home.scope if home is not None and home.fields >= MIN_FIELDS else None
    around = home.scope.chain if home is not None else []
    for sight in sights:
        # A level inside the fields is an addition to them.
        if sight.error_member_count == len(ERROR_MEMBERS) and not any(
            link is most for link in sight.scope.chain[:-1]
        ):
            return sight
    for sight in sights:
        if sight.error_member_count and any(sight.scope is link for link in around):
            return sight
    root = sights[0] if sights else None
    # One of the two names alone makes an error envelope only at the documented place and spelling.
    if root and root.scope.where == errors_at and any(name in root.exact for name in ERROR_MEMBERS):
        return root
    return None


def _is_detail(home: NameIndex[V], error_index: NameIndex[V]) -> bool:
    """Return True if the fields are only part of an error: {"rate": {"requests": 600}}.

    They are then few and not beside the error, and their parent is not named `overview`.
    """
    apart = home.scope is not error_index.scope and TASK not in home.scope.where
    return home.fields < MIN_FIELDS and apart


def _is_error(error_index: NameIndex[V], home: NameIndex[V] | None, dialect: Dialect[V]) -> bool:
    """Return True if names of both envelopes, or of none, are meant as an error."""
    messages = [dialect.text(value) for value in error_index.exact.get("message", [])]
    if ERROR in messages:
        return True
    if home is None or home.fields < MIN_FIELDS:
        well = any(isinstance(text, str) and text.lower() in _WELL for text in messages)
        return error_index.holds("errors") or not well
    lists = [dialect.entries(value) for value in error_index.exact.get("errors", [])]
    some = any(isinstance(entries, ErrorItems) and entries.items for entries in lists)
    return some and home.fields < len(FIELDS)
