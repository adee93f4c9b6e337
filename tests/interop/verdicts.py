"""Which verdicts agree with the index, and which do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bodies import Body
from interop.validators import Validator

__all__ = ["VERDICTS", "Difference", "differing"]

VERDICTS = {"overview": "overview answer", "errors": "errors answer", "neither": "none"}
"""Each kind, and the schemas that accept a body of it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A body whose verdict is not the expected one."""

    body: str
    expected: str
    got: str


def differing(validator: Validator, bodies: Iterable[Body]) -> list[Difference]:
    """Judge the bodies that a schema can judge.

    A difference that the index names is expected. If it no longer occurs, this is a difference too.
    """
    sent = [body for body in bodies if body.has_document and body.format == validator.format]
    said = validator.verdicts([body.path for body in sent])
    found = []
    for body, verdict in zip(sent, said, strict=True):
        expected = VERDICTS[body.schemas]
        known = validator.name in body.differing
        if known:
            expected = f"other than {expected}"
        if (verdict == VERDICTS[body.schemas]) is known:
            found.append(Difference(body.name, expected, verdict))
    return found
