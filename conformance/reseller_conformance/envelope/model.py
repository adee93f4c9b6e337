"""The result of reading a body: an `Overview`, an `ErrorList`, or something `Unreadable`.

These are plain values. The readers create them, and `checks` judge them further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from operator import attrgetter

from reseller_conformance.contract import FIELD_NAMES
from reseller_conformance.requirements import Requirement

__all__ = [
    "Envelope",
    "EnvelopeKind",
    "ErrorList",
    "FieldValue",
    "Overview",
    "Problem",
    "Unreadable",
    "looks_of",
]

FieldValue = int | str | date

_VALUES_OF = attrgetter(*FIELD_NAMES)


@dataclass(frozen=True, slots=True)
class Problem:
    """One violation found while reading: requirement, place, expected and actual content."""

    requirement: Requirement
    where: str
    expected: str
    got: str
    hint: str = ""


class EnvelopeKind(StrEnum):
    """What an unreadable response was probably meant to be."""

    OVERVIEW = "overview"
    ERRORS = "errors"
    UNKNOWN = "neither"


@dataclass(frozen=True, slots=True)
class Overview:
    """A success envelope with ten valid fields. `problems` contains additions only."""

    reputation: int
    requests: int
    package: str
    credits_allowed: int
    credits_used: int
    credits_remain: int
    credits_overage: int
    billing_start_date: date
    billing_end_date: date
    billing_process_date: date
    problems: tuple[Problem, ...] = ()

    @property
    def values(self) -> Mapping[str, FieldValue]:
        """The ten fields by name, in the order of the API docs."""
        return dict(zip(FIELD_NAMES, _VALUES_OF(self), strict=True))


@dataclass(frozen=True, slots=True)
class ErrorList:
    """An error envelope. `problems` contains additions and empty texts only."""

    errors: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Neither of the two documented envelopes.

    `values` are the fields, and `errors` the messages, that could be read anyway.
    """

    problems: tuple[Problem, ...]
    kind: EnvelopeKind = EnvelopeKind.UNKNOWN
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


Envelope = Overview | ErrorList | Unreadable


def looks_of(envelope: Envelope) -> EnvelopeKind:
    """Return which envelope this is, or was probably meant to be."""
    match envelope:
        case Overview():
            return EnvelopeKind.OVERVIEW
        case ErrorList():
            return EnvelopeKind.ERRORS
        case Unreadable(kind=looks):
            return looks
