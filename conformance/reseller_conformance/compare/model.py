"""The result of a comparison, as plain values: kinds of differences, noise, verdicts, latency.

`tally` makes them. The reports show them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reseller_conformance.findings.model import ExitCode

__all__ = [
    "Aspect",
    "Comparison",
    "Difference",
    "DifferenceKind",
    "Example",
    "Grade",
    "Latency",
    "Violated",
]


class Grade(StrEnum):
    """How much a client notices of a difference, the gravest first."""

    BREAKING = "breaking"
    """NEW does not keep the contract where OLD does, or one accepts what the other refuses."""
    VISIBLE = "visible"
    """A client that reads values, texts, statuses or headers sees the difference."""
    COSMETIC = "cosmetic"
    """Only the bytes differ. A client that parses them sees the same."""

    @property
    def rank(self) -> int:
        """0 for the gravest grade."""
        return list(Grade).index(self)


class Aspect(StrEnum):
    """What of a response differs."""

    DELIVERY = "delivery"
    VERDICT = "verdict"
    ENVELOPE = "envelope"
    CONTRACT = "contract"
    PROTECTION = "protection"
    STATUS = "status"
    FIELDS = "fields"
    TYPE = "type"
    VALUE = "value"
    ERROR_COUNT = "error-count"
    ERROR_TEXT = "error-text"
    ECHO = "key-echo"
    MEDIA_TYPE = "media-type"
    HEADER = "header"
    CHARSET = "charset"
    ORDER = "order"
    DECLARATION = "declaration"
    WHITE_SPACE = "white-space"
    BYTES = "bytes"

    @property
    def notice(self) -> str:
        """What a client would notice, in one sentence."""
        return NOTICES[self]


NOTICES = {
    Aspect.DELIVERY: "A client gets a response from one, and none from the other.",
    Aspect.VERDICT: "A call that one accepts is refused by the other.",
    Aspect.ENVELOPE: "A client can read the response of one, and not that of the other.",
    Aspect.CONTRACT: "NEW violates a requirement that OLD keeps.",
    Aspect.PROTECTION: "A client is refused after calls that the other still serves.",
    Aspect.STATUS: "A client that looks at the HTTP status takes another branch.",
    Aspect.FIELDS: "A client misses a field, or meets one that it does not know.",
    Aspect.TYPE: "A client in a typed language fails, or compares a text with a number.",
    Aspect.VALUE: "A client shows, stores or bills another value.",
    Aspect.ERROR_COUNT: "A client that counts or lists the errors sees more or fewer.",
    Aspect.ERROR_TEXT: "A client that compares or shows the text of an error sees another.",
    Aspect.ECHO: "One response repeats the api_key, and the other does not.",
    Aspect.MEDIA_TYPE: "A client that chooses its parser by Content-Type takes another one.",
    Aspect.HEADER: "A client, cache or browser that reads this header acts otherwise.",
    Aspect.CHARSET: "A client that decodes by the charset of the header may read other characters.",
    Aspect.ORDER: "A client that reads fields by position takes another one.",
    Aspect.DECLARATION: "Only a client that looks at the declaration or the first bytes notices.",
    Aspect.WHITE_SPACE: "Only a client that compares bytes notices.",
    Aspect.BYTES: "Only a client that compares bytes notices.",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two responses to one call.

    `place` says where it is, such as the name of a field. `old` and `new` are short texts.
    """

    aspect: Aspect
    place: str
    grade: Grade
    old: str
    new: str

    @property
    def id(self) -> str:
        """What names the kind: `value:reputation`."""
        return f"{self.aspect}:{self.place}" if self.place else self.aspect.value


@dataclass(frozen=True, slots=True)
class Example:
    """The simplest call that shows a kind, with both responses, redacted and cut.

    The responses are empty where no single call shows it.
    """

    case: str
    old: str
    new: str
    old_response: str = field(default="", repr=False)
    new_response: str = field(default="", repr=False)
    old_curl: str = ""
    new_curl: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceKind:
    """Differences with one aspect at one place: a line of the report.

    `accepted` is the reason in the file of accepted differences; empty if there is none.
    """

    id: str
    aspect: Aspect
    place: str
    grade: Grade
    calls: int
    formats: tuple[str, ...]
    example: Example
    accepted: str = ""

    @property
    def notice(self) -> str:
        """What a client would notice."""
        return self.aspect.notice


@dataclass(frozen=True, slots=True)
class Violated:
    """A requirement that OLD or NEW violates: how many calls of each show it."""

    requirement: str
    level: str
    title: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of the calls that both answered. None if there were none."""

    old_median: float | None = None
    new_median: float | None = None
    old_p95: float | None = None
    new_p95: float | None = None

    @property
    def median_ratio(self) -> float | None:
        """The median of NEW, divided by that of OLD."""
        return _ratio(self.new_median, self.old_median)

    @property
    def p95_ratio(self) -> float | None:
        """The 95th percentile of NEW, divided by that of OLD."""
        return _ratio(self.new_p95, self.old_p95)


def _ratio(new: float | None, old: float | None) -> float | None:
    return new / old if new is not None and old else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A whole comparison.

    - `compared`: calls that both answered. `calls`: calls that were sent, to both together.
    - `noise`: kinds that differ between two responses of OLD to one call.
    - `unverified`: why nothing can be said; empty if something can.
    - `notes`: what limits the comparison, a sentence each.
    """

    old: str
    new: str
    grade: Grade
    compared: int
    calls: int
    kinds: tuple[DifferenceKind, ...] = ()
    noise: tuple[DifferenceKind, ...] = ()
    violated: tuple[Violated, ...] = ()
    latency: Latency = Latency()
    stale: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unverified: str = ""
    interrupted: bool = False
    started: str = ""
    depth: str = ""
    formats: tuple[str, ...] = ()
    seed: int = 0

    @property
    def counted(self) -> tuple[DifferenceKind, ...]:
        """The kinds that decide: at or above the grade, and not accepted."""
        return tuple(
            kind for kind in self.kinds if not kind.accepted and kind.grade.rank <= self.grade.rank
        )

    @property
    def improved(self) -> tuple[Violated, ...]:
        """What OLD violates, and NEW keeps."""
        return tuple(one for one in self.violated if one.old and not one.new)

    @property
    def verdict(self) -> str:
        """`same`, `different` or `unverified`."""
        if self.unverified:
            return "unverified"
        return "different" if self.counted or self.stale else "same"

    @property
    def headline(self) -> str:
        """The verdict as a sentence."""
        if self.unverified:
            return f"unverified: {self.unverified}"
        if not self.new:
            return "recorded: the responses of OLD, with which --recorded compares"
        if self.counted:
            grades = [kind.grade for kind in self.counted]
            parts = [f"{grades.count(grade)} {grade}" for grade in Grade if grade in grades]
            return f"different: {', '.join(parts)} {'kind' if len(grades) == 1 else 'kinds'}"
        if self.stale:
            return "different: accepted differences no longer occur"
        grade = "" if self.grade is Grade.COSMETIC else f" that is {self.grade} or graver"
        same = "same so far" if self.interrupted else "same"
        return f"{same}: {self.compared:,} calls show no difference{grade}"

    @property
    def exit_code(self) -> ExitCode:
        """0 none, 1 some, 3 could not verify, 130 interrupted."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return {
            "same": ExitCode.CONFORMANT,
            "different": ExitCode.VIOLATED,
            "unverified": ExitCode.UNVERIFIED,
        }[self.verdict]

    @property
    def contract_lines(self) -> tuple[str, ...]:
        """What the responses of both say about the contract, a line each."""
        must = [one for one in self.violated if one.level == "must"]
        sides = [
            _contract_line("OLD", [one.requirement for one in must if one.old]),
            _contract_line("NEW", [one.requirement for one in must if one.new]),
        ]
        good = [one.requirement for one in self.improved]
        if good:
            sides.append(f"Good news: NEW keeps what OLD violates: {', '.join(good)}")
        return tuple(sides)


def _contract_line(side: str, ids: list[str]) -> str:
    return f"{side} violates {', '.join(ids)}" if ids else f"{side} violates no MUST in these calls"
