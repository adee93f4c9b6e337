"""A badge of a run for the endpoint of shields.io, made from the JSON report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reseller_conformance.findings.model import Outcome, Verdict
from reseller_conformance.requirements import CATALOGUE, Level

__all__ = ["badge"]

LABEL = "account overview"
GREY = "lightgrey"
_COLOURS = {
    Verdict.CONFORMANT: "brightgreen",
    Verdict.VIOLATED: "red",
    Verdict.UNVERIFIED: GREY,
}


def badge(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the badge of a report.

    Raises ValueError if it is not a report of this suite.
    """
    try:
        verdict = Verdict(report["verdict"])
        message = f"{verdict}{_counts(report, verdict)}"
        part, outdated = _part(report), _outdated(report)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("it is not a JSON report of a run") from error
    colour = _COLOURS[verdict]
    if part:
        message = f"partial: {message} ({part})"
        colour = GREY if verdict is Verdict.CONFORMANT else colour
    if outdated and verdict is Verdict.CONFORMANT:
        message, colour = f"baseline outdated, {message}", _COLOURS[Verdict.VIOLATED]
    return {"schemaVersion": 1, "label": LABEL, "message": message, "color": colour}


def _counts(report: Mapping[str, Any], verdict: Verdict) -> str:
    all_failed = [entry for entry in report["requirements"] if entry["outcome"] == Outcome.FAILED]
    failed = {(e["id"], Level(e["level"])) for e in all_failed if not e["known"]}
    known = {entry["id"] for entry in all_failed if entry["known"]}
    counts = [
        f"{number} {level.upper()}"
        for level in (Level.MUST, Level.SHOULD)
        if (number := sum(of is level for _, of in failed))
    ]
    text = f": {', '.join(counts)}" if verdict is Verdict.VIOLATED and counts else ""
    return f"{text}, {len(known)} known" if known else text


def _part(report: Mapping[str, Any]) -> str:
    """Return which part of the catalogue was tested; empty if all of it was."""
    if not report["suite"]["partial"]:
        return ""
    formats = list(report["suite"]["formats"] or [])
    if len(formats) == 1:
        return f"{formats[0]} only"
    tested = {entry["id"] for entry in report["requirements"]}
    return f"{len(tested)} of {len(CATALOGUE)} requirements"


def _outdated(report: Mapping[str, Any]) -> bool:
    """Return True if the baseline failed the run."""
    held = report.get("baseline") or {}
    return bool(held.get("problems") or held.get("unexplained"))
