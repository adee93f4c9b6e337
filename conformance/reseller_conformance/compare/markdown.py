"""A comparison as Markdown, for the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from reseller_conformance.compare.model import Comparison, DifferenceKind, Grade
from reseller_conformance.compare.terminal import latency_text
from reseller_conformance.reports.markdown import code, folded, plain
from reseller_conformance.reports.text import counted, one_line, visible

__all__ = ["render"]


def render(comparison: Comparison) -> str:
    """Return the report as text."""
    return "\n".join([*_lines(comparison), ""])


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"## {plain(visible(comparison.headline))}"
    yield ""
    compared = counted(comparison.compared, "call")
    yield f"- OLD {code(comparison.old)}, NEW {code(comparison.new)}: {compared} compared."
    yield from (f"- {plain(visible(note))}" for note in comparison.notes)
    if comparison.compared and not comparison.unverified:
        for line in (*comparison.contract_lines, latency_text(comparison.latency)):
            yield f"- {plain(line)}"
    if comparison.noise:
        ids = ", ".join(kind.id for kind in comparison.noise)
        yield f"- Noise, in which OLD differs from itself: {code(ids)}"
    yield from (f"- Stale in the accepted differences: {code(id)}" for id in comparison.stale)
    if comparison.kinds:
        yield ""
        yield "| grade | kind | calls | OLD | NEW |"
        yield "|---|---|---:|---|---|"
        yield from map(_row, comparison.kinds)
    for kind in comparison.kinds:
        if kind.grade is not Grade.COSMETIC and not kind.accepted:
            yield folded(f"{kind.grade} {code(kind.id)}: {plain(kind.notice)}", _parts(kind))


def _row(kind: DifferenceKind) -> str:
    grade = f"accepted: {kind.accepted}" if kind.accepted else kind.grade.value
    texts = (kind.id, f"{kind.calls:,}", kind.example.old, kind.example.new)
    return f"| {plain(visible(one_line(grade)))} | {' | '.join(map(code, texts))} |"


def _parts(kind: DifferenceKind) -> Iterator[tuple[str, str]]:
    example = kind.example
    yield "call", visible(example.case)
    for side, response in (
        ("OLD", example.old_response or example.old),
        ("NEW", example.new_response or example.new),
    ):
        yield side, "\n".join(map(visible, response.split("\n")))
    if example.new_curl:
        yield "reproduce", visible(example.new_curl)
