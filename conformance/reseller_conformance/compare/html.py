"""A comparison as one HTML file: both responses of each kind side by side, the difference marked.

The page escapes all text, and only its own style may act. Needs Jinja2 (extra `html`).
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from markupsafe import Markup

from reseller_conformance import __version__
from reseller_conformance.compare.model import Comparison, DifferenceKind, Grade
from reseller_conformance.compare.terminal import latency_text
from reseller_conformance.reports.html.page import shown, templates

__all__ = ["marked_pair", "render"]

MAX_TOKENS = 2_000
"""Tokens of a response that are compared for the marks; a longer one has none."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_GRADE_CLASSES = {Grade.BREAKING: "failed", Grade.VISIBLE: "should", Grade.COSMETIC: "plain"}


def render(comparison: Comparison) -> str:
    """Return the whole page."""
    kinds = [(grade, [kind for kind in comparison.kinds if kind.grade is grade]) for grade in Grade]
    return (
        templates()
        .get_template("comparison.html")
        .render(
            comparison=comparison,
            kinds=[(grade, of_grade) for grade, of_grade in kinds if of_grade],
            classes=_GRADE_CLASSES,
            verdict={"same": "conformant", "different": "violated"}.get(
                comparison.verdict, "unverified"
            ),
            latency=latency_text(comparison.latency).removeprefix("latency: "),
            pair=_pair,
            version=__version__,
        )
    )


def _pair(kind: DifferenceKind) -> list[tuple[str, Markup, str]]:
    example = kind.example
    old, new = marked_pair(example.old_response, example.new_response)
    return [("OLD", old, example.old_curl), ("NEW", new, example.new_curl)]


def marked_pair(old: str, new: str) -> tuple[Markup, Markup]:
    """Return both texts as HTML, with what differs in `mark` elements."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > MAX_TOKENS:
        return shown(old), shown(new)
    sides: tuple[list[Markup], list[Markup]] = [], []
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for operation, start, end, other_start, other_end in blocks:
        parts = "".join(before[start:end]), "".join(after[other_start:other_end])
        for side, part in zip(sides, parts, strict=True):
            form = Markup("{}") if operation == "equal" else Markup("<mark>{}</mark>")
            if part:
                side.append(form.format(shown(part)))
    return Markup().join(sides[0]), Markup().join(sides[1])
