"""The baseline: violations that are known and accepted, each with a reason, strict both ways.

A TOML file of `[[known]]` tables. Here it is read, held against the results of a run, and brought
up to date by whole lines, so that comments, order and spacing stay as a person wrote them (TOML
writers give a comment above a table to the table before it). Pure but for `load` and `write`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from reseller_conformance.findings import Outcome, Result
from reseller_conformance.reports import writers
from reseller_conformance.requirements import CATALOGUE, Level

__all__ = ["Baseline", "BaselineError", "Entry", "load", "write"]

FRESH = """\
# Known violations, which `reseller-conformance run --baseline FILE` accepts.
# Each needs a reason; `expires = YYYY-MM-DD`, the last day on which it is accepted, is optional.
"""
"""How a file begins that an update makes."""

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*known[ \t]*\]\]")
_JUDGED = {(r.id, str(f)) for r in CATALOGUE for f in r.formats or ("both",)}
_PLACE = {requirement.id: place for place, requirement in enumerate(CATALOGUE)}


class BaselineError(ValueError):
    """The baseline cannot be read, or written; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known violation; `first` and `last` are its lines in the file, counted from 1."""

    requirement: str
    format: str
    reason: str
    expires: date | None = None
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    @property
    def what(self) -> tuple[str, str]:
        """What it is about: requirement and format."""
        return self.requirement, self.format

    def __str__(self) -> str:
        """Return the requirement and the format: `success.counts (json)`."""
        return f"{self.requirement} ({self.format})"

    @property
    def why(self) -> str:
        """The reason in one line; empty where there is none yet."""
        return " ".join(self.reason.split())

    @property
    def lines(self) -> str:
        """Its place in the file, for a person."""
        return f"lines {self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as read: its text is kept to be brought up to date, and `today` for the expiry."""

    path: Path
    entries: tuple[Entry, ...]
    today: date
    text: str = field(repr=False)

    def excuse(self, requirement: str, format: str) -> Entry | None:
        """Return the entry that accepts this violation today; without a reason none does."""
        for entry in self.entries:
            current = entry.expires is None or self.today <= entry.expires
            if entry.what == (requirement, format) and entry.why and current:
                return entry
        return None

    def problems(self, results: Iterable[Result]) -> list[str]:
        """Return a line for each entry that does not hold, which says what to do about it.

        Nothing is said of what was not tested, in this format or at all.
        """
        found = _outcomes(results)
        lines = (self._problem(entry, found.get(entry.what, set())) for entry in self.entries)
        return [f"{self.path}: {line}" for line in lines if line]

    def unexplained(self, results: Iterable[Result]) -> list[str]:
        """Return a line for each entry whose violation was found, and which has no reason yet."""
        found = _outcomes(results)
        return [
            f"{self.path}: write a reason in {entry.lines}; "
            f"without one the violation is not accepted: {entry}"
            for entry in self.entries
            if not entry.why and Outcome.FAILED in found.get(entry.what, set())
        ]

    def _problem(self, entry: Entry, outcomes: set[Outcome]) -> str:
        if entry.what not in _JUDGED:
            return f"delete {entry.lines}, which name no requirement in a format of its: {entry}"
        if outcomes == {Outcome.PASSED}:
            return f"delete {entry.lines}, for this no longer fails: {entry}"
        if Outcome.FAILED not in outcomes or not entry.why or self.excuse(*entry.what):
            return ""
        return f"delete {entry.lines} or set a new date, for {entry.expires} is over: {entry}"

    def updated(self, results: Sequence[Result], level: Level) -> Baseline:
        """Return the baseline without what does not hold, and with what fails besides.

        What counts at this level is added, without a reason: that is for a person to write. What
        was not tested stays.
        """
        found = _outcomes(results)
        gone = [
            entry
            for entry in self.entries
            if entry.what not in _JUDGED or found.get(entry.what) == {Outcome.PASSED}
        ]
        known = {entry.what for entry in self.entries}
        counting = (Level.MUST, level)
        failed = {
            (result.requirement.id, result.format)
            for result in results
            if result.outcome is Outcome.FAILED and result.requirement.level in counting
        }
        fresh = sorted(failed - known, key=lambda what: (_PLACE[what[0]], what[1]))
        if not gone and not fresh:
            return self
        text = _with(_without(self.text or FRESH, gone), fresh)
        return replace(self, text=text, entries=_entries(text, self.path))

    def changes(self, after: Baseline) -> list[str]:
        """Say in a line for each entry what an update to that one adds and removes."""
        removed = [f"removed: {entry}" for entry in self.entries if entry not in after.entries]
        return removed + [f"added: {entry}" for entry in after.entries if entry not in self.entries]


def _outcomes(results: Iterable[Result]) -> dict[tuple[str, str], set[Outcome]]:
    """Return what became of each requirement and format; suites of one's own may test it twice."""
    found: dict[tuple[str, str], set[Outcome]] = {}
    for result in results:
        found.setdefault((result.requirement.id, result.format), set()).add(result.outcome)
    return found


# --- The file -------------------------------------------------------------------------------------


def load(path: Path, *, update: bool = False, today: date | None = None) -> Baseline:
    """Read a baseline; one that is to be updated may be missing, and must be writable.

    Raises BaselineError.
    """
    today = today or datetime.now(UTC).date()
    try:
        if update:
            writers.attempt(path)
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if update:
            return Baseline(path, (), today, "")
        raise BaselineError(f"--baseline is missing; --update-baseline makes it: {path}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"--baseline is not UTF-8 text: {path}") from None
    except OSError as error:
        raise BaselineError(f"--baseline cannot be read ({error.strerror}): {path}") from None
    return Baseline(path, _entries(text, path), today, text)


def write(before: Baseline, after: Baseline) -> None:
    """Replace the file at one stroke; one that has changed since it was read is left as it is.

    Raises BaselineError.
    """
    path = before.path.resolve()  # a link stays one
    try:
        mode = path.stat().st_mode if path.exists() else None
        if (b"" if mode is None else path.read_bytes()) != before.text.encode():
            raise BaselineError(f"--baseline has changed meanwhile, and is left so: {before.path}")
        writers.write(path, after.text)
        if mode is not None:
            path.chmod(mode)
    except OSError as error:
        raise BaselineError(f"--baseline cannot be written ({error.strerror}): {path}") from None


def _entries(text: str, path: Path) -> tuple[Entry, ...]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: some numbers are too long
        raise BaselineError(f"--baseline is not TOML, {error}: {path}") from None
    tables = document.pop("known", [])
    if document or not isinstance(tables, list):
        wrong = next(iter(document), "known")
        raise BaselineError(f"--baseline {path} holds [[known]] tables and no more, not: {wrong}")
    entries = [_entry(*found, path) for found in zip(tables, _places(text, tables), strict=False)]
    if len(entries) < len(tables):
        raise BaselineError(f"--baseline {path} holds [[known]] tables, not: known = [...]")
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.what in first:
            both = f"{first[entry.what].first} and {entry.first}"
            raise BaselineError(f"--baseline {path}, lines {both}, says twice: {entry}")
        first[entry.what] = entry
    return tuple(entries)


def _entry(table: Any, place: tuple[int, int], path: Path) -> Entry:
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "requirement": (lambda value: isinstance(value, str), "the id of a requirement"),
        "format": (lambda value: value in ("json", "xml", "both"), "json, xml or both"),
        "reason": (lambda value: isinstance(value, str), "a text"),
        "expires": (lambda value: type(value) in (date, type(None)), "a date, as 2030-12-31"),
    }
    where = f"--baseline {path}, line {place[0]}"
    for name in table:
        if name not in rules:
            raise BaselineError(f"{where}: an entry has {', '.join(rules)}, not: {name}")
    for name, (fits, expected) in rules.items():
        if name not in table and name != "expires":
            raise BaselineError(f"{where}: the entry has no {name}, which is {expected}")
        if not fits(table.get(name)):
            raise BaselineError(f"{where}: {name} is {expected}, not: {table[name]!r}")
    return Entry(**table, first=place[0], last=place[1])


def _places(text: str, tables: Sequence[object]) -> Iterable[tuple[int, int]]:
    """Return the first and last line of each table, so far as they can be told apart.

    A text may hold what looks like a header: a table reaches as far as it reads as itself.
    """
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    ends = [*starts[1:], len(lines)]
    start = next(iter(starts), len(lines))
    for table in tables:
        for end in ends:
            if end > start and _reads_as(lines[start:end]) == {"known": [table]}:
                held = [number for number in range(start, end) if _holds(lines[number])]
                yield start + 1, held[-1] + 1
                start = end
                break
        else:
            return


def _reads_as(lines: Sequence[str]) -> Mapping[str, object] | None:
    try:
        return tomllib.loads("".join(f"{line}\n" for line in lines))
    except ValueError:
        return None


def _holds(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


# --- Lines in, lines out --------------------------------------------------------------------------


def _without(text: str, gone: Iterable[Entry]) -> str:
    """Return the text without the lines of these entries; a comment between entries stays."""
    lines = text.split("\n")
    for entry in sorted(gone, key=lambda entry: -entry.first):
        above, below = lines[: entry.first - 1], lines[entry.last :]
        # what stood between two gaps leaves one
        while below and not below[0].strip() and not "".join(above[-1:]).strip():
            del below[0]
        lines = above + below
    return "\n".join(lines)


def _with(text: str, fresh: Iterable[tuple[str, str]]) -> str:
    """Return the text with entries for these at its end."""
    end = "\r\n" if "\r\n" in text else "\n"
    parts = [text.rstrip()] if text.strip() else []
    parts += [
        end.join(["[[known]]", f'requirement = "{id}"', f'format = "{format}"', 'reason = ""'])
        for id, format in fresh
    ]
    return (end * 2).join(parts) + end if parts else ""
