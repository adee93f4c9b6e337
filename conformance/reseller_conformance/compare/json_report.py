"""A comparison as JSON, for programs. Its schema is `schemas/comparison.schema.json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reseller_conformance import __version__
from reseller_conformance.compare.model import Comparison, DifferenceKind
from reseller_conformance.reports.text import json_text

__all__ = ["as_json", "render"]


def render(comparison: Comparison) -> str:
    """Return the report as text."""
    return f"{json_text(as_json(comparison))}\n"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the report as plain values."""
    latency = comparison.latency
    return {
        "verdict": comparison.verdict,
        "headline": comparison.headline,
        "unverified": comparison.unverified or None,
        "interrupted": comparison.interrupted,
        "suite": {
            "version": __version__,
            "started": comparison.started,
            "depth": comparison.depth,
            "formats": list(comparison.formats),
            "seed": comparison.seed,
            "grade": comparison.grade.value,
        },
        "old": comparison.old,
        "new": comparison.new or None,
        "compared": comparison.compared,
        "calls": comparison.calls,
        "kinds": [_kind(kind) for kind in comparison.kinds],
        "noise": [_kind(kind) for kind in comparison.noise],
        "stale": list(comparison.stale),
        "contract": [asdict(one) for one in comparison.violated],
        "latency": {
            **asdict(latency),
            "median_ratio": latency.median_ratio,
            "p95_ratio": latency.p95_ratio,
        },
        "notes": list(comparison.notes),
    }


def _kind(kind: DifferenceKind) -> dict[str, Any]:
    return {
        "id": kind.id,
        "aspect": kind.aspect.value,
        "place": kind.place,
        "grade": kind.grade.value,
        "notice": kind.notice,
        "calls": kind.calls,
        "formats": list(kind.formats),
        "accepted": kind.accepted or None,
        "example": asdict(kind.example),
    }
