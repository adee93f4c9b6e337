"""A baseline as read: what it accepts, what in it does not hold, and what an update makes of it.

Pure but for `load` and `write`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from reseller_conformance.findings.baseline.entry import Entry
from reseller_conformance.findings.baseline.file import (
    FRESH,
    BaselineError,
    edited,
    entries_of,
    with_entries,
)
from reseller_conformance.findings.baseline.found import Found
from reseller_conformance.findings.kinds import Spot
from reseller_conformance.findings.model import Result
from reseller_conformance.requirements import CATALOGUE, Level
from reseller_conformance.util.files import check_file, write_file

__all__ = ["Baseline", "load", "write"]

_JUDGED = {(r.id, str(f)) for r in CATALOGUE for f in r.formats or ("both",)}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as read: its text is kept to be brought up to date, and `today` for the expiry."""

    path: Path
    entries: tuple[Entry, ...]
    today: date
    text: str = field(repr=False)

    def known_entry(self, spot: Spot) -> Entry | None:
        """Return the entry that accepts this violation today; without a reason none does."""
        for entry in self.entries:
            if entry.covers(spot) and entry.why and not self._is_over(entry):
                return entry
        return None

    def problems(self, results: Iterable[Result], *, complete: bool = True) -> list[str]:
        """Return a line for each entry that does not hold, which says what to do about it.

        Nothing is said of what was not tested, in this format or at all. A run that is not
        complete may have missed a place, and says nothing of places.
        """
        found = Found(results, complete=complete)
        lines = (self._problem(entry, found) for entry in self.entries)
        return [f"{self.path}: {line}" for line in lines if line]

    def _problem(self, entry: Entry, found: Found) -> str:
        if entry.what not in _JUDGED:
            return f"delete {entry.lines}, which name no requirement in a format of its: {entry}"
        if found.no_longer(entry):
            return f"delete {entry.lines}, for this no longer fails: {entry}"
        if found.fails(entry) and entry.why and self._is_over(entry):
            return f"delete {entry.lines} or set a new date, for {entry.expires} is over: {entry}"
        if gone := found.gone(entry):
            names = ", ".join(gone)
            return f"take out of {entry.lines} what no longer fails, {names}: {entry}"
        return ""

    def unexplained(self, results: Iterable[Result]) -> list[str]:
        """Return a line for each entry whose violation was found, and which has no reason yet."""
        found = Found(results)
        return [
            f"{self.path}: write a reason in {entry.lines}; "
            f"without one the violation is not accepted: {entry}"
            for entry in self.entries
            if not entry.why and found.fails(entry)
        ]

    def _is_over(self, entry: Entry) -> bool:
        return entry.expires is not None and entry.expires < self.today

    def updated(self, results: Sequence[Result], level: Level) -> Baseline:
        """Return the baseline without what does not hold, and with what fails besides.

        An entry that names no place gets those that fail. What counts at this level is added,
        without a reason: that is for a person to write. What was not tested stays.
        """
        found = Found(results)
        kept: dict[Entry, Entry | None] = {}
        for entry in self.entries:
            gone = entry.what not in _JUDGED or found.no_longer(entry)
            kept[entry] = None if gone else found.bound(entry)
        known = [entry for entry in kept.values() if entry]
        fresh = found.besides(known, (Level.MUST, level))
        if not fresh and all(entry == after for entry, after in kept.items()):
            return self
        text = with_entries(edited(self.text or FRESH, kept), fresh)
        return replace(self, text=text, entries=entries_of(text, self.path))

    def changes(self, after: Baseline) -> list[str]:
        """Say in a line for each entry what an update to that one changes."""
        removed = [entry for entry in self.entries if entry not in after.entries]
        added = [entry for entry in after.entries if entry not in self.entries]
        lines = []
        for entry in removed:
            same = next((one for one in added if _is_rewritten(entry, one)), None)
            if same:
                added.remove(same)
            lines.append(f"changed: {entry} is now {same}" if same else f"removed: {entry}")
        return lines + [f"added: {entry}" for entry in added]


def _is_rewritten(before: Entry, after: Entry) -> bool:
    about = (before.what, before.reason, before.expires)
    return about == (after.what, after.reason, after.expires) and bool(before.reason)


def load(path: Path, *, update: bool = False, today: date | None = None) -> Baseline:
    """Read a baseline; one that is to be updated may be missing, and must be writable.

    Raises BaselineError.
    """
    today = today or datetime.now(UTC).date()
    try:
        if update:
            check_file(path)
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if update:
            return Baseline(path, (), today, "")
        missing = f"--baseline does not exist; --update-baseline creates it: {path}"
        raise BaselineError(missing) from None
    except UnicodeDecodeError:
        raise BaselineError(f"--baseline is not UTF-8 text: {path}") from None
    except OSError as error:
        raise BaselineError(f"--baseline cannot be read ({error.strerror}): {path}") from None
    return Baseline(path, entries_of(text, path), today, text)


def write(before: Baseline, after: Baseline) -> None:
    """Replace the file at one stroke; one that has changed since it was read is left as it is.

    Raises BaselineError.
    """
    path = before.path.resolve()  # a link stays one
    try:
        mode = path.stat().st_mode if path.exists() else None
        if (b"" if mode is None else path.read_bytes()) != before.text.encode():
            raise BaselineError(f"--baseline has changed meanwhile, and is left so: {before.path}")
        write_file(path, after.text)
        if mode is not None:
            path.chmod(mode)
    except OSError as error:
        raise BaselineError(f"--baseline cannot be written ({error.strerror}): {path}") from None
