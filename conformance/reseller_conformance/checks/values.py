"""Values that fit together. All of this is inferred from the examples of the API docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice, pairwise
from typing import cast

from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.envelope import FieldValue
from reseller_conformance.util.place import Place

__all__ = ["balance", "cycle", "package", "reputation", "steady"]


def reputation(response: Response) -> Iterator[Violation]:
    """A percentage."""
    if cast("int", response.values["reputation"]) > 100:
        got = shown(response.values, ("reputation",))
        yield Violation(response, "reputation", "at most 100", got)


def package(response: Response) -> Iterator[Violation]:
    """A name that is not empty.

    Section 2 of the specification accepts any characters, and section 10 leaves white space open:
    a name of white space alone is not empty, although some readers of XML trim it.
    """
    if response.values["package"] == "":
        yield Violation(response, "package", "a name", "an empty text")


def balance(response: Response) -> Iterator[Violation]:
    """Credits remain, or there is an overage: never both, never negative."""
    values = response.values
    left = cast("int", values["credits_allowed"]) - cast("int", values["credits_used"])
    for name, expected in (("credits_remain", max(left, 0)), ("credits_overage", max(-left, 0))):
        if values[name] != expected:
            because = shown(values, ("credits_allowed", "credits_used"))
            wanted = shown({name: expected}, (name,))
            yield Violation(response, name, f"{wanted}, for {because}", shown(values, (name,)))


CYCLE = ("billing_start_date", "billing_end_date", "billing_process_date")


def cycle(response: Response) -> Iterator[Violation]:
    """The cycle starts, ends, and is processed."""
    days = [cast("date", response.values[name]) for name in CYCLE]
    if days != sorted(days):
        yield Violation(
            response,
            Place("billing dates", names=CYCLE),
            "start, end and process in order",
            shown(response.values, CYCLE),
        )


def steady(responses: Sequence[Response]) -> Iterator[Violation]:
    """No value goes back: counts do not decrease within a cycle, and the others do not return.

    An allowance may be lowered and raised again, and a reputation goes up and down.
    """
    for before, response in pairwise(responses):
        if before.values.get("billing_start_date") == response.values.get("billing_start_date"):
            yield from _decreases(before, response)
    for name in ("package", *CYCLE):
        yield from islice(_returns(name, responses), 1)


def _decreases(before: Response, response: Response) -> Iterator[Violation]:
    for name in ("requests", "credits_used"):
        then, now = before.values.get(name), response.values.get(name)
        if isinstance(then, int) and isinstance(now, int) and now < then:
            expected = f"no less than before: {shown(before.values, (name,))}"
            yield Violation(response, name, expected, shown(response.values, (name,)))


def _returns(name: str, responses: Sequence[Response]) -> Iterator[Violation]:
    earlier: list[FieldValue] = []
    readings = [response for response in responses if name in response.values]
    for before, response in pairwise(readings):
        if before.values[name] == response.values[name]:
            continue
        earlier.append(before.values[name])
        if response.values[name] in earlier:
            expected = f"as just before: {shown(before.values, (name,))}"
            actual = f"as earlier: {shown(response.values, (name,))}"
            yield Violation(response, name, expected, actual)
