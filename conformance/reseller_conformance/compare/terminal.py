"""A comparison in the terminal: the verdict first, then a line a kind with its example."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from reseller_conformance.compare.model import Comparison, DifferenceKind, Grade, Latency
from reseller_conformance.reports.terminal_page import console_for
from reseller_conformance.reports.text import counted, one_line, visible
from reseller_conformance.util.text import shortened

__all__ = ["latency_text", "lines", "print_comparison"]

COLOURS = {Grade.BREAKING: "bold red", Grade.VISIBLE: "yellow", Grade.COSMETIC: "dim"}
MAX_NOISE = 10


def print_comparison(comparison: Comparison, color: bool | None) -> None:
    """Print the report on stdout."""
    console = console_for(color)
    for text, style in lines(comparison):
        shown = visible(one_line(text), console.encoding)
        console.print(Text(shown, style=style or ""), soft_wrap=True)


def lines(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Yield each line with its style."""
    style = {"same": "bold green", "different": "bold red"}.get(comparison.verdict, "bold yellow")
    yield comparison.headline, style
    yield f"  OLD {comparison.old}", ""
    if comparison.new:
        yield f"  NEW {comparison.new}", ""
    yield f"  {counted(comparison.compared, 'call')} compared, {comparison.calls:,} sent in all", ""
    for note in comparison.notes:
        yield f"  {note}", ""
    for grade in Grade:
        kinds = [one for one in comparison.kinds if one.grade is grade]
        if kinds:
            yield "", ""
            yield f"{grade}: {counted(len(kinds), 'kind')}", COLOURS[grade]
            for kind in kinds:
                yield from _kind(kind)
    yield from _rest(comparison)


def _kind(kind: DifferenceKind) -> Iterator[tuple[str, str]]:
    formats = ", ".join(kind.formats)
    yield f"  {kind.id}  {counted(kind.calls, 'call')} in {formats}", COLOURS[kind.grade]
    if kind.accepted:
        yield f"    accepted: {kind.accepted}", "dim"
        return
    yield f"    {kind.notice}", ""
    yield f"    call: {kind.example.case}", ""
    yield f"    OLD: {kind.example.old}", ""
    yield f"    NEW: {kind.example.new}", ""
    if kind.example.new_curl and kind.grade is not Grade.COSMETIC:
        yield f"    reproduce: {kind.example.new_curl}", "dim"


def _rest(comparison: Comparison) -> Iterator[tuple[str, str]]:
    for entry in comparison.stale:
        yield f"  stale: this accepted difference no longer occurs; remove it: {entry}", "yellow"
    if comparison.noise:
        yield "", ""
        yield f"noise, in which OLD differs from itself: {_noise(comparison)}", "dim"
    if comparison.compared and not comparison.unverified:
        yield "", ""
        for line in comparison.contract_lines:
            yield line, ""
        yield latency_text(comparison.latency), ""


def _noise(comparison: Comparison) -> str:
    ids = [kind.id for kind in comparison.noise]
    more = f", {len(ids) - MAX_NOISE} more" if len(ids) > MAX_NOISE else ""
    return shortened(", ".join(ids[:MAX_NOISE]), 400) + more


def latency_text(latency: Latency) -> str:
    """Return both figures of each side, and NEW as a multiple of OLD."""
    if latency.median_ratio is None or latency.p95_ratio is None:
        return "latency: not measured"
    return (
        f"latency: median OLD {_ms(latency.old_median)}, NEW {_ms(latency.new_median)} "
        f"(x {latency.median_ratio:.2f}); p95 OLD {_ms(latency.old_p95)}, "
        f"NEW {_ms(latency.new_p95)} (x {latency.p95_ratio:.2f})"
    )


def _ms(seconds: float | None) -> str:
    return f"{1000 * (seconds or 0):.1f} ms"
