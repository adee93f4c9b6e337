"""A run as JSON, for programs; `schemas/report.schema.json` describes each field.

What a person reads is left to `terminal`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from reseller_conformance import __version__
from reseller_conformance.findings.model import Run

__all__ = ["NAME", "as_json", "render"]

NAME = "reseller-conformance"
"""The name of the suite in reports."""

# A run may end before all of this is known: the report then says null rather than nothing.
_SUITE = ("depth", "level", "formats", "partial", "seed", "started")
_TARGET = ("kind", "base_url", "customers", "foreign_user", "files")
_TRAFFIC = ("calls", "retries", "seconds", "bytes")
_SCHEMAS = ("validated", "disagreements")
_LATENCY = ("median", "p95", "max", "histogram")


def as_json(run: Run) -> dict[str, Any]:
    """Return the report as the dictionary that `render` writes."""
    traffic = run.traffic or {}
    report = {
        "verdict": run.verdict.value,
        "complete": run.complete,
        "suite": {
            "name": NAME,
            "version": (run.suite or {}).get("version") or __version__,
            **_picked(run.suite, _SUITE),
        },
        "target": _picked(run.target, _TARGET),
        **({"targets": [_target(part) for part in run.parts]} if run.targets else {}),
        "requirements": [result.as_dict() for result in run.sorted_results],
        "baseline": run.baseline,
        "traffic": {
            **_picked(traffic, _TRAFFIC),
            "latency": _picked(traffic.get("latency"), _LATENCY),
            "timeline": traffic.get("timeline"),
            "notes": list(traffic.get("notes") or ()),
        },
        "schemas": _picked(run.schemas, _SCHEMAS),
    }
    plain: dict[str, Any] = _plain(report)
    return plain


def render(run: Run) -> str:
    """Return the report as text."""
    return json.dumps(as_json(run), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _target(part: Run) -> dict[str, Any]:
    name = (part.target or {}).get("name")
    return {"name": name, "verdict": part.verdict.value, **_picked(part.target, _TARGET)}


def _picked(known: Mapping[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: (known or {}).get(name) for name in names}


def _plain(value: Any) -> Any:
    """Return the value as every JSON reader takes it: no NaN, no lone surrogate, no tuple."""
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
