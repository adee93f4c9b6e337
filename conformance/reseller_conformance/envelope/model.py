"""What a body means: an `Overview`, an `ErrorList`, or something `Unreadable`.

Plain values, made by the readers beside this module and judged further by `checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from operator import attrgetter

from reseller_conformance.contract import FIELDS
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

_NAMES = tuple(field.name for field in FIELDS)
_VALUES_OF = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class Problem:
    """One departure: which requirement, where, what was expected, and what came."""

    requirement: Requirement
    where: str
    expected: str
    got: str
    hint: str = ""


class EnvelopeKind(StrEnum):
    """What an unreadable answer was meant to be, as far as can be told."""

    OVERVIEW = "overview"
    ERRORS = "errors"
    UNKNOWN = "neither"


@dataclass(frozen=True, slots=True)
class Overview:
    """A success envelope whose ten fields are right; `problems` are additions only."""

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
        """The ten fields by name, in the page's order."""
        return dict(zip(_NAMES, _VALUES_OF(self), strict=True))


@dataclass(frozen=True, slots=True)
class ErrorList:
    """An error envelope; `problems` are additions and empty texts only."""

    errors: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Neither envelope as documented.

    `values` are those fields, and `errors` those messages, that could be read all the same.
    """

    problems: tuple[Problem, ...]
    kind: EnvelopeKind = EnvelopeKind.UNKNOWN
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


Envelope = Overview | ErrorList | Unreadable


def looks_of(envelope: Envelope) -> EnvelopeKind:
    """Return which of the two envelopes this is, or was meant to be."""
    match envelope:
        case Overview():
            return EnvelopeKind.OVERVIEW
        case ErrorList():
            return EnvelopeKind.ERRORS
        case Unreadable(kind=looks):
            return looks
