"""What a report says about a run as a whole: the suite, the target, the baseline, the schemas.

The order of the fields is their order in the JSON report. None means unknown, and is null there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reseller_conformance.client.target import Target

__all__ = ["BaselineStatus", "SavedFile", "SchemaCounts", "SuiteInfo", "TargetInfo"]


@dataclass(frozen=True, slots=True)
class SuiteInfo:
    """The settings of a run; `started` is an ISO 8601 time in UTC.

    `partial` is True if a part of the catalogue was not selected, or not reached.
    """

    version: str | None = None
    depth: str | None = None
    level: str | None = None
    formats: tuple[str, ...] | None = None
    partial: bool | None = None
    seed: int | None = None
    started: str | None = None


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of saved responses: how many were judged, and how many calls were not, by reason."""

    file: str
    answers: int
    passed_over: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """The implementation under test, without a secret.

    `files` are named where saved responses were judged. `name` is set if a session has several
    targets.
    """

    kind: str | None = None
    base_url: str | None = None
    customers: tuple[str, ...] | None = None
    foreign_user: str | None = None
    files: tuple[SavedFile, ...] | None = None
    name: str = ""

    @classmethod
    def of(cls, target: Target, customers: int | None = None) -> TargetInfo:
        """Return what reports show of a target, which must be redacted.

        Only the first `customers` are named, if the calls are about no others.
        """
        return cls(target.kind, target.base_url, target.customers[:customers], target.foreign)

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> TargetInfo:
        """Return the target of another process, which sent it as JSON."""
        return cls(**{**entry, "customers": tuple(entry["customers"] or ()), "files": None})


@dataclass(frozen=True, slots=True)
class BaselineStatus:
    """A line for each entry: stale ones (`problems`), those without a reason, and the changes."""

    file: str
    problems: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaCounts:
    """How many distinct bodies a schema file validated, and how many contradict the reader."""

    validated: int | None = None
    disagreements: int | None = None
