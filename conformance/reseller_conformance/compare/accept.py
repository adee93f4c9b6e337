"""The file of accepted differences: TOML, `[[accepted]]` tables with `kind` and `reason`.

It is strict both ways: an entry without a reason is wrong usage, and an entry whose difference no
longer occurs fails the comparison.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["AcceptError", "read_accepted"]


class AcceptError(ValueError):
    """The file cannot be used; the message says why, in one line."""


def read_accepted(path: Path) -> Mapping[str, str]:
    """Return the reason for each accepted kind. Raises AcceptError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AcceptError(f"--accept cannot be read ({error.strerror}): {path}") from None
    except (ValueError, RecursionError) as error:
        raise AcceptError(f"--accept is not TOML ({error}): {path}") from None
    tables = document.pop("accepted", [])
    if document or not isinstance(tables, list):
        wrong = next(iter(document), "accepted")
        raise AcceptError(f"--accept {path} holds [[accepted]] tables and no more, not: {wrong}")
    accepted: dict[str, str] = {}
    for number, table in enumerate(tables, 1):
        where = f"--accept {path}, entry {number}"
        if not isinstance(table, dict) or set(table) != {"kind", "reason"}:
            raise AcceptError(f"{where}: an entry has kind and reason, not: {table}")
        kind, reason = table["kind"], table["reason"]
        if not isinstance(kind, str) or not isinstance(reason, str) or not reason.strip():
            raise AcceptError(f"{where}: kind and reason are texts, and not empty: {kind}")
        if kind in accepted:
            raise AcceptError(f"{where} says twice: {kind}")
        accepted[kind] = reason.strip()
    return accepted
