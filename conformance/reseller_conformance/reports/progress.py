"""The progress of a run.

`suite.live_progress` and `collector` count, and `cli.progress` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LiveViolation", "Progress"]

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class LiveViolation:
    """A requirement that is violated in one format, as it is announced during the run.

    `seconds` and `calls` say when it was known.
    """

    requirement: str
    level: str
    format: str
    what: str
    seconds: float
    calls: int

    def __str__(self) -> str:
        """Return it as a line: `12 s, call 31: ✗ MUST success.fields [json] package: …`."""
        when = f"{self.seconds:.0f} s, call {self.calls:,}"
        return f"{when}: ✗ {self.level.upper()} {self.requirement} [{self.format}] {self.what}"


@dataclass(frozen=True, slots=True)
class Progress:
    """Calls made, planned calls, seconds, and the requirements that are violated so far.

    `stage` names the part of the plan that is being sent.
    `total` is an estimate, because responses may make more calls necessary. If other processes make
    the calls, `judged` is True: then items are counted, and `total` is exact.
    """

    done: int
    total: int
    seconds: float
    violated: frozenset[str] = frozenset()
    judged: bool = False
    stage: str = ""
    violations: tuple[LiveViolation, ...] = ()
    """The known violations, in the order in which they were found."""
    noun: str = "violated"
    """What `violated` counts; a comparison counts differences."""

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float:
        """Seconds until the last call is made, at this rate."""
        return max(self.total - self.done, 0) / self.rate if self.rate else 0.0

    def __str__(self) -> str:
        """Return it as a line: `valid: 412 of about 3,101 calls, 1 violated, 4:20 to go`."""
        if self.judged:
            text = f"{self.done:,} of {self.total:,} checks judged"
        elif self.total > self.done:
            text = f"{self.done:,} of about {_calls(self.total)}"
        else:
            text = _calls(self.done)
        if self.stage:
            text = f"{self.stage}: {text}"
        left = f", {_time(self.left)} to go" if self.rate and self.total > self.done else ""
        return f"{text}, {len(self.violated):,} {self.noun}{left}"


def _calls(number: int) -> str:
    return f"{number:,} {'call' if number == 1 else 'calls'}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE}:{whole % MINUTE:02}"
    return f"{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
