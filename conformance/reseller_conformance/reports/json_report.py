"""A run as JSON, for programs; `schemas/report.schema.json` describes each field.

`terminal` has the report for people.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reseller_conformance import __version__
from reseller_conformance.checks.exercised import DATA_KINDS
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.findings.model import Result, Run
from reseller_conformance.findings.run_info import TargetInfo
from reseller_conformance.guidance.documentation import documented_at

__all__ = ["NAME", "as_json", "render"]

NAME = "reseller-conformance"
"""The name of the suite in reports."""

_UNKNOWN_TRAFFIC: dict[str, object] = {
    **dict.fromkeys(("calls", "retries", "seconds", "bytes")),
    "latency": dict.fromkeys(("median", "p95", "max", "histogram")),
    "timeline": None,
    "notes": [],
}
"""The traffic of saved responses, and of a run that ended before its first call."""


def as_json(run: Run) -> dict[str, Any]:
    """Return the report as the dictionary that `render` writes."""
    report = {
        "verdict": run.verdict.value,
        "complete": run.complete,
        "suite": {"name": NAME, **asdict(run.suite), "version": run.suite.version or __version__},
        "target": _target(run.target),
        **({"targets": [_part(part) for part in run.parts]} if run.targets else {}),
        "requirements": [_result(result) for result in run.sorted_results],
        "baseline": asdict(run.baseline) if run.baseline else None,
        "traffic": asdict(run.traffic) if run.traffic else _UNKNOWN_TRAFFIC,
        "schemas": asdict(run.schemas),
        "exercised": _exercised(run),
        "environment": [_note(run, note) for note in run.environment],
    }
    plain: dict[str, Any] = _plain(report)
    return plain


def render(run: Run) -> str:
    """Return the report as text."""
    return json.dumps(as_json(run), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _result(result: Result) -> dict[str, Any]:
    requirement = result.requirement
    source = {"source": requirement.citation, "documentation": documented_at(requirement)}
    return result.as_dict() | source


def _exercised(run: Run) -> dict[str, list[str]] | None:
    if run.exercised is None:
        return None
    missing = [kind.name for kind in DATA_KINDS if kind.name not in run.exercised]
    return {"shown": list(run.exercised), "not_shown": missing}


def _note(run: Run, note: EnvironmentNote) -> dict[str, Any]:
    not_tested = dict.fromkeys(result.requirement.id for result in run.kept_from(note))
    return {**asdict(note), "not_tested": list(not_tested)}


def _part(part: Run) -> dict[str, Any]:
    name = part.target.name
    return {"name": name, "verdict": part.verdict.value, **_target(part.target)}


def _target(target: TargetInfo) -> dict[str, Any]:
    return {name: value for name, value in asdict(target).items() if name != "name"}


def _plain(value: Any) -> Any:
    """Return the value for every JSON reader: without NaN, lone surrogates and tuples."""
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, str):
        # str() first: an enum's member is written as its value
        return str(value).encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
