"""What a violation is about: its place and its kind, without what changes from run to run.

A baseline and `diff` compare violations by these two. Counts, names and texts of an account change,
so neither holds a value; a field, a member and the kind of what came stay the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reseller_conformance.contract import FIELD_NAMES, PARAMETERS

__all__ = ["ANYWHERE", "MAX_SPOTS", "Spot", "kind_of", "place_of"]

MAX_SPOTS = 500
"""So many spots of one requirement are kept; a server may invent more."""

ANYWHERE = "*"
"""In a baseline: wherever the requirement is violated. No place of a finding is called so."""

OVERVIEW = "overview"
"""The place of an overview that is another's: which fields show it differs from run to run."""

ANOTHERS = "this customer's"
"""How `checks.agreement` begins what it expects of such an overview."""

UNDOCUMENTED = "nothing undocumented"
"""What is expected in place of an undocumented member. Its value does not matter."""

MAX_KIND_CHARS = 60

_STATUS = re.compile(r"([1-5])[0-9]{2}\b")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place and kind at which a requirement is violated in a format.

    `known` is the reason for which the baseline accepts that; mostly empty.
    """

    requirement: str
    format: str
    place: str
    kind: str
    known: str = ""


def place_of(where: str, expected: str = "") -> str:
    """Return the field, member, header or parameters of a violation."""
    if expected.startswith(ANOTHERS):
        return OVERVIEW
    last = re.split(r"[./]", where)[-1]
    if last in FIELD_NAMES:
        return last
    # Hypothesis draws other combinations of invalid parameters with another seed
    parameters = [part.partition(" ")[0] for part in where.split(" and ")]
    if len(parameters) > 1 and set(parameters) <= set(PARAMETERS):
        return " and ".join(parameters)
    place = _plain(where) or "body"
    return f"'{place}'" if place == ANYWHERE else place


def kind_of(where: str, expected: str, got: str) -> str:
    """Return what kind of thing came there; empty where the place says enough.

    What shows that an overview is another's differs from run to run, and how a connection fails
    from one try to the next: neither has a kind.
    """
    if where == "answer" or expected == UNDOCUMENTED or expected.startswith(ANOTHERS):
        return ""
    if where == "status" and (status := _STATUS.match(got)):
        return f"{status[1]}xx"
    if got == "''":
        return "an empty text"
    head = re.split(r"""['"(<=:;,…]""", got)[0]
    # what numbers, lists and objects hold is a value
    head = re.sub(r"^(the number|an object|a list)\b.*", r"\1", head).strip()
    kind = _plain(head) or ("a text" if got[:1] in "'\"" else "")
    return "" if kind in (place_of(where), where) else kind


def _plain(text: str) -> str:
    """Return the text with N for each number, as TOML can hold it."""
    return re.sub(r"[0-9]+", "N", text).encode("utf-8", "replace").decode()[:MAX_KIND_CHARS]
