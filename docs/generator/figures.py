"""The figures in README: faults found, from the matrix, and calls by depth, from the plan."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path

from generator.regions import table
from reseller_conformance.cases.depth import Depth
from reseller_conformance.config.settings import settings_from
from reseller_conformance.suite.plan_preview import planned_calls

__all__ = ["costs", "found"]

MATRIX = Path(__file__).parents[1] / "matrix.md"

BEYOND_A_SCHEMA = {
    "rejects.api-key-wrong": "prefixes, other letter cases and encodings of a valid key",
    "rejects.user-foreign": "the customer of another reseller, in any disguise",
    "errors.no-key-echo": "the key in every encoding, looked for in bodies and headers",
    "consistency.formats": "the same account in JSON and XML, while its counts change",
    "isolation.sequence": "invalid calls after valid ones, and the other way round",
    "isolation.concurrency": "calls for several customers in flight at once",
    "readable.syntax": "bodies that some JSON or XML readers accept, and others refuse",
}
"""Requirements that a tool without knowledge of this API cannot judge: what the suite compares."""

DEPTHS = {
    Depth.SMOKE: "the documented call and a few errors",
    Depth.QUICK: "each parameter in its common invalid states",
    Depth.STANDARD: "rare states and special texts too, shared by the formats",
    Depth.THOROUGH: "every combination, in both formats",
}
RATE = 10


def found() -> str:
    """Return the table of seeded faults that are found, with the figures of the matrix."""
    matrix = MATRIX.read_text(encoding="utf-8")
    rows = []
    for id, compared in BEYOND_A_SCHEMA.items():
        caught = re.search(rf"(?m)^\| {re.escape(id)} \|.*\| (\d+ of \d+) \|", matrix)
        assert caught, f"docs/matrix.md has no row of {id}"
        rows.append([f"[`{id}`](docs/requirements.md#{id})", compared, caught[1]])
    total = re.search(r"(?m)^(\d+ of \d+) faults caught.*; (\d+ of \d+) variants clean", matrix)
    assert total, "docs/matrix.md ends without its totals"
    rows.append(["all requirements", "", total[1]])
    rows.append(["no false alarm", "correct servers, written as other people write them", total[2]])
    return table(["requirement", "what the suite sends or compares", "measured"], rows)


def costs() -> str:
    """Return the table of calls and time by depth, for two customers."""
    rows = []
    for depth, what in DEPTHS.items():
        words = {"depth": depth.value, "user": ["a@b.example", "c@d.example"]}
        env = {"RESELLER_API_USER": "shop", "RESELLER_API_KEY": "Key-Of-The-Shop"}
        settings = settings_from(
            {**words, "foreign-user": "e@f.example"}, "https://shop.example", env
        )
        assert settings.target
        calls = sum(stage.calls for stage in planned_calls(settings.target, settings))
        # a run adds some calls that compare or confirm
        shown = calls if calls < 100 else 100 * ceil(calls / 100)
        rows.append([f"`--depth {depth.value}`", what, f"{shown:,}", _time(shown / RATE)])
    return table(["depth", "what is sent", "calls, about", f"time at {RATE} a second"], rows)


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > 100 else f"{seconds:.0f} s"
