"""A badge of a run: what shields.io's endpoint reads, made from the JSON report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reseller_conformance.findings import Outcome, Verdict
from reseller_conformance.requirements import Level

__all__ = ["badge"]

LABEL = "account overview"
_COLOURS = {
    Verdict.CONFORMANT: "brightgreen",
    Verdict.VIOLATED: "red",
    Verdict.UNVERIFIED: "lightgrey",
}


def badge(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the badge of a report.

    Raises ValueError where it is no report of this suite.
    """
    try:
        verdict = Verdict(report["verdict"])
        all_failed = [
            entry for entry in report["requirements"] if entry["outcome"] == Outcome.FAILED
        ]
        failed = {(e["id"], Level(e["level"])) for e in all_failed if not e["known"]}
        known = {entry["id"] for entry in all_failed if entry["known"]}
        formats = report["suite"]["formats"] if report["suite"]["partial"] else []
        only = f" ({', '.join(formats)} only)" if formats else ""
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("it is no JSON report of a run") from error
    counts = [
        f"{number} {level.upper()}"
        for level in (Level.MUST, Level.SHOULD)
        if (number := sum(of is level for _, of in failed))
    ]
    said = f": {', '.join(counts)}" if verdict is Verdict.VIOLATED and counts else ""
    said += f", {len(known)} known" if known else ""
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": f"{verdict}{said}{only}",
        "color": _COLOURS[verdict],
    }
