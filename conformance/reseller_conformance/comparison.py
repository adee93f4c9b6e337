"""Two JSON reports side by side: what broke, what was fixed, what is newly or no longer tested.

It compares outcomes, requirement by requirement and format by format; whether a report is one is
asked of its schema. How the command is called is left to `cli`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reseller_conformance.findings import Outcome
from reseller_conformance.validators import schema_text

__all__ = ["Change", "Comparison", "ReportFileError", "as_text", "compare", "read"]

# The worst first: suites of one's own may test a requirement more than once.
_WORST = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.NOT_TESTED,
    Outcome.NOT_APPLICABLE,
    Outcome.PASSED,
)
_TESTED = (Outcome.PASSED, Outcome.FAILED)
_SUITE = ("version", "depth", "level", "formats", "seed")
_TARGET = ("kind", "base_url", "customers", "foreign_user")

Report = Mapping[str, Any]


class ReportFileError(ValueError):
    """A file is no JSON report; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one requirement in one format; None where a report does not have it.

    `reason` is that of the newer outcome: what came, or why it was not tested. `known` says why
    the newer run's baseline accepts a failure.
    """

    id: str
    level: str
    format: str
    title: str
    before: str | None
    after: str | None
    reason: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs; `notes` tell what was different about the two runs themselves."""

    broke: tuple[Change, ...]
    fixed: tuple[Change, ...]
    newly_tested: tuple[Change, ...]
    no_longer_tested: tuple[Change, ...]
    notes: tuple[str, ...]


def read(path: Path) -> Report:
    """Return the JSON report in this file. Raises ReportFileError where it holds none."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    try:
        report = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ReportFileError(f"cannot be read, {error.strerror}: {path}") from None
    except (ValueError, RecursionError) as error:
        raise ReportFileError(f"no JSON report, {error}: {path}") from None
    schema = json.loads(schema_text("report.schema.json"))
    wrong = best_match(Draft202012Validator(schema).iter_errors(report))
    if wrong is not None:
        why = f"{wrong.json_path}: {wrong.message[:200]}"
        raise ReportFileError(f"no JSON report of this version, {why}: {path}")
    known: Report = report
    return known


def compare(old: Report, new: Report) -> Comparison:
    """Return what differs from the older report to the newer one, in the order of the catalogue."""
    changes = list(_changes(old, new))
    turned = [change for change in changes if change.before in _TESTED and change.after in _TESTED]
    others = [change for change in changes if change not in turned]
    return Comparison(
        broke=tuple(c for c in turned if c.before != c.after == Outcome.FAILED),
        fixed=tuple(c for c in turned if c.before != c.after == Outcome.PASSED),
        newly_tested=tuple(change for change in others if change.after in _TESTED),
        no_longer_tested=tuple(change for change in others if change.before in _TESTED),
        notes=tuple(_notes(old, new)),
    )


def _changes(old: Report, new: Report) -> Iterator[Change]:
    before, after = _by_what(old), _by_what(new)
    for what in [*after, *(what for what in before if what not in after)]:
        then, now = before.get(what), after.get(what)
        entry = now or then or {}
        yield Change(
            id=what[0],
            level=entry["level"],
            format=what[1],
            title=entry["title"],
            before=then["outcome"] if then else None,
            after=now["outcome"] if now else None,
            reason=now["reason"] if now else "",
            known=now["known"] if now else "",
        )


def _by_what(report: Report) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the worst entry for each requirement and format."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in report["requirements"]:
        what = entry["id"], entry["format"]
        worst = min(found.get(what, entry), entry, key=lambda one: _WORST.index(one["outcome"]))
        found[what] = worst
    return found


def _notes(old: Report, new: Report) -> Iterator[str]:
    served = old["target"]["kind"] == new["target"]["kind"] == "app"
    for part, names in (("suite", _SUITE), ("target", _TARGET)):
        for name in names:
            then, now = old[part][name], new[part][name]
            # an app is served on another port each time
            if then != now and not (served and name == "base_url"):
                yield f"another {name.replace('_', ' ')}: {_word(then)}, then {_word(now)}"
    for which, report in (("older", old), ("newer", new)):
        if not report["complete"]:
            yield f"the {which} run was interrupted: what is missing was not asked"


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


# --- For a person ---------------------------------------------------------------------------------


def as_text(found: Comparison) -> list[str]:
    """Return the comparison in lines, what broke first."""
    parts = {
        "broke": found.broke,
        "fixed": found.fixed,
        "newly tested": found.newly_tested,
        "no longer tested": found.no_longer_tested,
    }
    lines = [] if any(parts.values()) else ["nothing changed"]
    for title, changes in parts.items():
        if changes:
            lines.append(f"{title}: {len(changes)}")
            lines += [line for change in changes for line in _lines(change)]
    return lines + [f"note: {note}" for note in found.notes]


def _lines(change: Change) -> Iterator[str]:
    yield f"  {change.level.upper()} {change.id} ({change.format}): {change.title}"
    if change.after == Outcome.FAILED:
        yield f"    got {change.reason}"
    elif change.after != Outcome.PASSED:
        yield f"    {change.after or 'not in this run'}{change.reason and f', {change.reason}'}"
    if change.known:
        yield f"    known: {change.known}"
