"""Compare responses: of the two formats, of the customers, and of calls in flight together.

The account may be live: a count is valid if it lies between those of the calls around it
(specification, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation, shown
from reseller_conformance.contract import FIELD_NAMES, Format
from reseller_conformance.envelope import (
    EnvelopeKind,
    FieldValue,
    alternative_decodings,
    declared_package,
)
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import WHITE_SPACE

__all__ = [
    "Bracketed",
    "bracket",
    "charset_overrides",
    "declares_wrong_encoding",
    "differing",
    "formats",
    "own_account",
    "own_account_alone",
    "own_account_in_sequence",
    "same_account",
    "white_space",
]

BALANCE = ("credits_allowed", "credits_used")
FOLLOWS = ("credits_remain", "credits_overage")
"""What follows from the balance (specification, section 5)."""

Values = Mapping[str, FieldValue]


@final
@dataclass(frozen=True, slots=True)
class Bracketed:
    """A response, and those around it that show what is expected of it.

    `wavering` are the counts that they do not bound, because they go up and down.
    """

    before: Response
    response: Response
    after: Response
    wavering: frozenset[str] = frozenset()


def bracket(responses: Sequence[Response]) -> list[Bracketed]:
    """Put each response except the first and the last between its neighbours."""
    return [
        Bracketed(*three) for three in zip(responses, responses[1:], responses[2:], strict=False)
    ]


Reader = Callable[[FieldValue], FieldValue]
"""What of a value is compared."""


def _lines(value: FieldValue) -> FieldValue:
    # XML 1.0, 2.11: a reader of XML never sees the carriage returns that a text was written with
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _trimmed(value: FieldValue) -> FieldValue:
    read = _lines(value)
    return read.strip(WHITE_SPACE) if isinstance(read, str) else read


def differing(group: Bracketed, names: Sequence[str], read: Reader = _lines) -> Iterator[str]:
    """Yield the fields in which the response lies outside those around it."""
    before, values, after = (part.values for part in (group.before, group.response, group.after))
    for name in names:
        if name in group.wavering:
            continue
        if name in before and name in values and name in after:
            around = (read(before[name]), read(after[name]))
            if not _fits(read(values[name]), around):
                yield name


def _fits(value: FieldValue, around: tuple[FieldValue, FieldValue]) -> bool:
    if isinstance(value, int) and isinstance(around[0], int) and isinstance(around[1], int):
        return min(around[0], around[1]) <= value <= max(around[0], around[1])
    return value in around


OWN = tuple(name for name in FIELD_NAMES if name != "reputation")
"""What tells accounts apart. Reputation may go up and down from call to call."""


def formats(group: Bracketed) -> Iterator[Violation]:
    """One format shows what the calls around it in the other format show."""
    if group.response.kind is not EnvelopeKind.OVERVIEW:
        return
    decoded_wrongly = any(declares_wrong_encoding(group)) or any(charset_overrides(group))
    for name in differing(group, FIELD_NAMES, _trimmed):
        if not (decoded_wrongly and isinstance(group.response.values[name], str)):
            other = group.before.case.format.upper()
            expected = f"as in {other}: {shown(group.before.values, (name,))}"
            yield Violation(group.response, name, expected, shown(group.response.values, (name,)))


def white_space(group: Bracketed) -> Iterator[Violation]:
    """The package has the same white space around it in both formats.

    XML is often written with each text on a line of its own. Where a body cannot be read, that is
    the finding.
    """
    responses = (group.before, group.response, group.after)
    if any(one.requirement.topic == "readable" for each in responses for one in each.problems):
        return
    if any(differing(group, ("package",))) and not any(differing(group, ("package",), _trimmed)):
        other = group.before.case.format.upper()
        expected = f"as in {other}: {group.before.values['package']!r:.80}"
        yield Violation(
            group.response, "package", expected, f"{group.response.values['package']!r:.80}"
        )


def declares_wrong_encoding(group: Bracketed) -> Iterator[Violation]:
    """The XML is in the encoding that it declares.

    The XML alone cannot show it: almost any bytes are text in ISO-8859-1. The JSON shows it.
    """
    pair = _packages(group)
    if pair is None or any(charset_overrides(group)):
        return
    xml, ours, theirs = pair
    for encoding, text in alternative_decodings(xml.exchange.body).items():
        if _trimmed(text) == theirs:
            expected = f"the text that the JSON has: {theirs}"
            hint = f"the bytes are {encoding}, but are declared otherwise"
            yield Violation(xml, "package", expected, ours, hint)
            return


def charset_overrides(group: Bracketed) -> Iterator[Violation]:
    """The header's charset does not override a valid declaration."""
    pair = _packages(group)
    if pair is None:
        return
    xml, ours, theirs = pair
    content_type = xml.exchange.header("Content-Type")
    declared = declared_package(xml.exchange.body, content_type)
    if declared is not None and _trimmed(declared) == theirs:
        expected = f"a charset by which the text is that of the JSON: {theirs}"
        yield Violation(xml, "Content-Type", expected, f"{content_type}, by which it is {ours}")


def _packages(group: Bracketed) -> tuple[Response, str, str] | None:
    """Return the XML, its package and that of the JSON, both trimmed, where the two differ."""
    pair = {part.case.format: part for part in (group.before, group.response)}
    if len(pair) < len(Format):
        return None
    ours, theirs = (pair[f].values.get("package") for f in (Format.XML, Format.JSON))
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return None
    ours, theirs = ours.strip(WHITE_SPACE), theirs.strip(WHITE_SPACE)
    return None if ours == theirs else (pair[Format.XML], ours, theirs)


def own_account(group: Bracketed) -> Iterator[Violation]:
    """A valid call gets this customer's overview, as before and after."""
    if group.response.kind is EnvelopeKind.ERRORS:
        text = "; ".join(group.response.errors)[:120]
        yield Violation(group.response, "answer", "the customer's overview", f"an error: {text}")
    elif group.response.kind is EnvelopeKind.OVERVIEW:
        names = tuple(name for name in differing(group, FIELD_NAMES) if not _moving(group, name))
        if names:
            yield Violation(
                group.response,
                Place.of(names),
                f"this customer's: {shown(group.before.values, names[:3])}",
                shown(group.response.values, names[:3]),
            )


def own_account_alone(group: Bracketed) -> Iterator[Violation]:
    """A call that names a foreign customer too shows no other account than the own one."""
    names = tuple(name for name in differing(group, FIELD_NAMES) if not _moving(group, name))
    if group.response.kind is EnvelopeKind.OVERVIEW and names:
        expected = f"an error, or this customer's: {shown(group.before.values, names[:3])}"
        actual = shown(group.response.values, names[:3])
        yield Violation(group.response, Place.of(names), expected, actual)


def _moving(group: Bracketed, name: str) -> bool:
    """Return True if a value has changed meanwhile, so that what it was in between is unknown.

    Usage may be reset, an allowance raised, and a package changed, once or more often, while a run
    lasts: see `consistency.counters`. What follows from usage and allowance may come back to where
    it was.
    """
    before, after = group.before.values, group.after.values
    names = {name, *(BALANCE if name in FOLLOWS else ())} & before.keys() & after.keys()
    return any(_lines(before[of]) != _lines(after[of]) for of in names)


def own_account_in_sequence(group: Bracketed) -> Iterator[Violation]:
    """A call among others, at once or in turn, gets the response that it gets alone.

    For an invalid call that gets an overview even alone, `rejects` reports the cause.
    """
    if not group.response.case.invalid:
        yield from own_account(group)
    elif group.before.kind is not EnvelopeKind.OVERVIEW:
        yield from refused(group.response)


def same_account(group: Bracketed) -> Iterator[Violation]:
    """A customer's overview differs from those of another around it."""
    whole = all(
        set(FIELD_NAMES) <= set(part.values) for part in (group.before, group.response, group.after)
    )
    if whole and not any(differing(group, FIELD_NAMES)):
        names = ("package", "credits_used")
        values = shown(group.response.values, names)
        yield Violation(
            group.response,
            Place("all ten fields", names=names),
            "an overview of its own",
            f"{values}, as customer {group.before.case.customer + 1}",
            "if the two accounts are really alike, name two customers that differ",
        )
