"""The file of a baseline: how its tables are read, and brought up to date by whole lines.

Comments, order and spacing stay as a person wrote them. TOML writers give a comment above a table
to the table before it, so that none is used here.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from reseller_conformance.findings.baseline.entry import Entry
from reseller_conformance.util.notation import as_written

__all__ = ["FRESH", "BaselineError", "edited", "entries_of", "with_entries"]

FRESH = """\
# Known violations, which `reseller-conformance run --baseline FILE` accepts.
# Each needs a reason; `expires = YYYY-MM-DD`, the last day on which it is accepted, is optional.
"""
"""How a file begins that an update makes."""

OPTIONAL = ("expires", "where", "kind")
WIDEST = 100

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*known[ \t]*\]\]")


class BaselineError(ValueError):
    """The baseline cannot be read, or written; the message says why, in one line."""


# --- Read -----------------------------------------------------------------------------------------


def entries_of(text: str, path: Path) -> tuple[Entry, ...]:
    """Return the entries of this text. Raises BaselineError."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: some numbers are too long
        raise BaselineError(f"--baseline is not TOML ({error}): {path}") from None
    tables = document.pop("known", [])
    if document or not isinstance(tables, list):
        wrong = next(iter(document), "known")
        raise BaselineError(f"--baseline {path} holds [[known]] tables and no more, not: {wrong}")
    entries = [_entry(*found, path) for found in zip(tables, _places(text, tables), strict=False)]
    if len(entries) < len(tables):
        raise BaselineError(f"--baseline {path} holds [[known]] tables, not: known = [...]")
    first: dict[object, Entry] = {}
    for entry in entries:
        if entry.scope in first:
            both = f"{first[entry.scope].first} and {entry.first}"
            raise BaselineError(f"--baseline {path}, lines {both}, says twice: {entry}")
        first[entry.scope] = entry
    return tuple(entries)


def _entry(table: Any, place: tuple[int, int], path: Path) -> Entry:
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "requirement": (lambda value: isinstance(value, str), "the id of a requirement"),
        "format": (lambda value: value in ("json", "xml", "both"), "json, xml or both"),
        "reason": (lambda value: isinstance(value, str), "a text"),
        "expires": (lambda value: type(value) in (date, type(None)), "a date, as 2030-12-31"),
        "where": (_are_names, "a text, or a list of texts"),
        "kind": (_are_names, "a text, or a list of texts"),
    }
    where = f"--baseline {path}, line {place[0]}"
    for name in table:
        if name not in rules:
            raise BaselineError(f"{where}: an entry has {', '.join(rules)}, not: {name}")
    for name, (fits, expected) in rules.items():
        if name not in table and name not in OPTIONAL:
            raise BaselineError(f"{where}: the entry has no {name}, which is {expected}")
        if not fits(table.get(name)):
            raise BaselineError(f"{where}: {name} is {expected}, not: {as_written(table[name])}")
    names = {name: _names(table.get(name)) for name in ("where", "kind")}
    return Entry(**{**table, **names}, first=place[0], last=place[1])


def _are_names(value: Any) -> bool:
    return value is None or all(isinstance(name, str) and name for name in _names(value))


def _names(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) and value else (value,)


def _places(text: str, tables: Sequence[object]) -> Iterable[tuple[int, int]]:
    """Return the first and last line of each table, as far as they can be distinguished.

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
        return tomllib.loads(_joined(lines))
    except ValueError:
        return None


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _holds(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


# --- Brought up to date ---------------------------------------------------------------------------


def edited(text: str, kept: Mapping[Entry, Entry | None]) -> str:
    """Return the text with each entry as it is to be; None deletes it.

    A comment between entries stays.
    """
    lines = text.split("\n")
    for entry, after in sorted(kept.items(), key=lambda both: -both[0].first):
        above, below = lines[: entry.first - 1], lines[entry.last :]
        own = lines[entry.first - 1 : entry.last]
        if after is None:
            own = []
            # what stood between two gaps leaves one
            while below and not below[0].strip() and not "".join(above[-1:]).strip():
                del below[0]
        elif after != entry:
            own = _rewritten(own, after)
        lines = above + own + below
    return "\n".join(lines)


def _rewritten(lines: Sequence[str], after: Entry) -> list[str]:
    """Return the lines of an entry with its places and kinds as they are to be."""
    left, end = list(lines), "\r" * lines[0].endswith("\r")
    at = len(left)
    for key in ("where", "kind"):
        if span := _assignment(left, key):
            start, stop = span
            del left[start:stop]
            at = min(start, at)
    # the last line of a file may have no end
    left[-1] = left[-1].removesuffix("\r") + end
    at = min(at, len(left))
    return left[:at] + [f"{line}{end}" for line in _named(after)] + left[at:]


def _assignment(lines: Sequence[str], key: str) -> tuple[int, int] | None:
    """Return the lines that say what this key is, the fewest: without them, all else is the same.

    A text of several lines may hold what looks like them.
    """
    table = tomllib.loads(_joined(lines))["known"][0]
    if key not in table:
        return None
    rest = {"known": [{name: value for name, value in table.items() if name != key}]}
    for many in range(1, len(lines)):
        for start in range(1, len(lines) - many + 1):
            if _reads_as([*lines[:start], *lines[start + many :]]) == rest:
                return start, start + many
    return None


def with_entries(text: str, fresh: Iterable[Entry]) -> str:
    """Return the text with these entries at its end."""
    end = "\r\n" if "\r\n" in text else "\n"
    parts = [text.rstrip()] if text.strip() else []
    for entry in fresh:
        about = [f'requirement = "{entry.requirement}"', f'format = "{entry.format}"']
        parts.append(end.join(["[[known]]", *about, *_named(entry), 'reason = ""']))
    return (end * 2).join(parts) + end if parts else ""


def _named(entry: Entry) -> list[str]:
    """Return the lines that name an entry's places and kinds."""
    lines = []
    for key, names in (("where", entry.where), ("kind", entry.kind)):
        words = [_quoted(name) for name in names]
        listed = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
        line = f"{key} = {listed}" if words else ""
        if len(line) > WIDEST and len(words) > 1:
            lines += [f"{key} = [", *(f"    {word}," for word in words), "]"]
        elif line:
            lines.append(line)
    return lines


def _quoted(name: str) -> str:
    """Return a text as TOML writes it, so that it shows in any editor."""
    escaped = json.dumps(name, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped)
