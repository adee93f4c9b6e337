"""The traffic of a run as bars: how many calls when, how slow, and how often.

Pure geometry, in the units of a small picture. The template has the lines, words and colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_conformance.reports.text import counted

if TYPE_CHECKING:
    from reseller_conformance.client.timeline import Timeline
    from reseller_conformance.client.traffic import Bucket, Traffic

__all__ = ["Bar", "Chart", "charts", "duration"]

WIDTH, HEIGHT = 300.0, 84.0
GAP = 0.18
"""The part of a bar's room that is left empty."""

MAX_BAR_WIDTH = 36.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the ground up, and what it says in words."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one kind: what they count, the highest of them in words, and where they end."""

    title: str
    highest: str
    left: str
    right: str
    bars: tuple[Bar, ...]
    width: float = WIDTH
    height: float = HEIGHT


def charts(traffic: Traffic) -> list[Chart]:
    """Return the charts for which this traffic says enough."""
    made = [_latencies(traffic.latency.histogram or ())]
    if traffic.timeline:
        made = [_calls(traffic.timeline), _slowest(traffic.timeline), *made]
    return [chart for chart in made if chart is not None]


def _calls(timeline: Timeline) -> Chart | None:
    tries, step = timeline.tries, timeline.step
    says = [f"{_from_to(place, step)}: {counted(n, 'call')}" for place, n in enumerate(tries)]
    rate = max(tries, default=0) / step
    highest = f"at most {rate:,.0f} a second" if rate >= 1 else f"at most {rate * 60:,.0f} a minute"
    right = duration(len(tries) * step)
    return _chart("Calls in the course of the run", highest, "0 s", right, tries, says)


def _slowest(timeline: Timeline) -> Chart | None:
    slowest, step = timeline.slowest, timeline.step
    says = [f"{_from_to(place, step)}: {duration(n)}" for place, n in enumerate(slowest)]
    highest = f"at most {duration(max(slowest, default=0.0))}"
    right = duration(len(slowest) * step)
    return _chart("Slowest response in the course of the run", highest, "0 s", right, slowest, says)


def _latencies(histogram: Sequence[Bucket]) -> Chart | None:
    filled = [place for place, bucket in enumerate(histogram) if bucket.answers]
    if not filled:
        return None
    first, last = filled[0], filled[-1]
    starts = [0.0, *(bucket.up_to for bucket in histogram if bucket.up_to is not None)]
    counts = [bucket.answers for bucket in histogram[first : last + 1]]
    says = [
        f"{_between(start, bucket.up_to)}: {counted(bucket.answers, 'response')}"
        for start, bucket in list(zip(starts, histogram, strict=False))[first : last + 1]
    ]
    end = histogram[last].up_to
    right = "longer" if end is None else duration(end)
    highest = f"at most {counted(max(counts), 'response')}"
    return _chart(
        "Responses by how long they took", highest, duration(starts[first]), right, counts, says
    )


def _chart(
    title: str, highest: str, left: str, right: str, values: Sequence[float], says: Sequence[str]
) -> Chart | None:
    most = max(values, default=0)
    if not most:
        return None
    room = min(WIDTH / len(values), MAX_BAR_WIDTH)
    bars = [
        Bar(
            x=round((place + GAP / 2) * room, 2),
            y=round(HEIGHT * (1 - value / most), 2),
            width=round(room * (1 - GAP), 2),
            height=round(HEIGHT * value / most, 2),
            says=text,
        )
        for place, (value, text) in enumerate(zip(values, says, strict=True))
        if value
    ]
    return Chart(title, highest, left, right, tuple(bars), width=round(room * len(values), 2))


def duration(seconds: float) -> str:
    """Return seconds as a person says them: `0.4 ms`, `35 ms`, `2.5 s`, `3 min 20 s`."""
    if seconds < 0.9995:
        return f"{_two_digits(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _two_digits(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:.0f}"


def _from_to(place: int, step: float) -> str:
    return f"{duration(place * step)} to {duration((place + 1) * step)}"


def _between(above: float, up_to: float | None) -> str:
    return f"over {duration(above)}" if up_to is None else f"{duration(above)} to {duration(up_to)}"
