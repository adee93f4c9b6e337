"""Do the values make sense together? All of these are inferred from the page's examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import cast

from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Departure, shown

__all__ = ["balance", "cycle", "package", "reputation", "steady"]


def reputation(answer: Answer) -> Iterator[Departure]:
    """A percentage."""
    if cast("int", answer.values["reputation"]) > 100:
        got = shown(answer.values, ("reputation",))
        yield Departure(answer, "reputation", "at most 100", got)


def package(answer: Answer) -> Iterator[Departure]:
    """A name that names something."""
    if not cast("str", answer.values["package"]).strip():
        yield Departure(answer, "package", "a name", "an empty text")


def balance(answer: Answer) -> Iterator[Departure]:
    """What remains and what is over: never both, never negative."""
    values = answer.values
    left = cast("int", values["credits_allowed"]) - cast("int", values["credits_used"])
    for name, expected in (("credits_remain", max(left, 0)), ("credits_overage", max(-left, 0))):
        if values[name] != expected:
            because = shown(values, ("credits_allowed", "credits_used"))
            wanted = shown({name: expected}, (name,))
            yield Departure(answer, name, f"{wanted}, for {because}", shown(values, (name,)))


CYCLE = ("billing_start_date", "billing_end_date", "billing_process_date")


def cycle(answer: Answer) -> Iterator[Departure]:
    """The cycle starts, ends, and is processed."""
    days = [cast("date", answer.values[name]) for name in CYCLE]
    if days != sorted(days):
        yield Departure(
            answer, "billing dates", "start, end and process in order", shown(answer.values, CYCLE)
        )


def steady(answers: Sequence[Answer]) -> Iterator[Departure]:
    """What counts up does not go down while the cycle is the same."""
    for before, answer in pairwise(answers):
        if before.values.get("billing_start_date") != answer.values.get("billing_start_date"):
            continue
        for name in ("requests", "credits_used"):
            then, now = before.values.get(name), answer.values.get(name)
            if isinstance(then, int) and isinstance(now, int) and now < then:
                expected = f"no less than before: {shown(before.values, (name,))}"
                yield Departure(answer, name, expected, shown(answer.values, (name,)))
