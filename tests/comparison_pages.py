"""Comparisons to look at in a browser: one with kinds of each grade, one with hostile texts."""

from __future__ import annotations

from dataclasses import replace

from pages import MARKUP
from reseller_conformance.compare.html import render
from reseller_conformance.compare.model import (
    Aspect,
    Comparison,
    DifferenceKind,
    Example,
    Grade,
    Latency,
    Violated,
)

__all__ = ["COMPARED", "COMPARED_HOSTILE", "COMPARISONS"]

LONG_NAME = "customer+with.a.long.name@subdomain.of.a.long.domain.example.com"


def kind(
    aspect: Aspect, place: str, grade: Grade, old: str, new: str, accepted: str = ""
) -> DifferenceKind:
    head = "HTTP 200\nContent-Type: application/json\nX-Request-Id: " + 40 * "5f"
    example = Example(
        "json, all parameters valid",
        old,
        new,
        f'{head}\n\n{{"package": "{old}"}}',
        f'{head}\n\n{{"package": "{new}"}}',
        f"curl -sS -i -G https://old.example.com/ --data-urlencode 'user={LONG_NAME}'",
        f"curl -sS -i -G https://new.example.com/ --data-urlencode 'user={LONG_NAME}'",
    )
    id = f"{aspect}:{place}" if place else aspect.value
    return DifferenceKind(id, aspect, place, grade, 1204, ("json", "xml"), example, accepted)


COMPARED = Comparison(
    "https://old.example.com/a/path/that/is/long/enough/to/be/wrapped/on/a/phone",
    "https://new.example.com",
    Grade.VISIBLE,
    1797,
    3664,
    kinds=(
        kind(Aspect.VERDICT, "api_key invalid", Grade.BREAKING, "refuses", "accepts"),
        kind(Aspect.VALUE, "package", Grade.VISIBLE, "Silver & more", "Gold"),
        kind(Aspect.HEADER, "cache-control", Grade.VISIBLE, "absent", "no-store", "It is meant."),
        kind(Aspect.WHITE_SPACE, "", Grade.COSMETIC, "a", "a "),
    ),
    noise=(kind(Aspect.VALUE, "requests", Grade.VISIBLE, "1", "2"),),
    violated=(
        Violated("rejects.api-key-wrong", "must", "A wrong key is refused", 0, 12),
        Violated("success.dates", "must", "Dates are dates", 7, 0),
    ),
    latency=Latency(0.010, 0.012, 0.030, 0.029),
    stale=("header:vary",),
    notes=("12 calls were not compared: one side did not send or record them.",),
    started="2026-11-29T05:47:14+00:00",
    depth="standard",
    formats=("json", "xml"),
)

COMPARED_HOSTILE = replace(
    COMPARED,
    old=MARKUP,
    new=MARKUP,
    notes=(MARKUP,),
    stale=(MARKUP,),
    kinds=(kind(Aspect.VALUE, MARKUP, Grade.VISIBLE, MARKUP, f"x{MARKUP}", MARKUP),),
)

COMPARISONS = {"compared": render(COMPARED), "compared-hostile": render(COMPARED_HOSTILE)}
"""The pages."""
