"""Values of JSON and TOML files in messages, written as in the file."""

from __future__ import annotations

import json
from datetime import date, time

__all__ = ["as_written", "outlined"]

MAX_CHARS = 60


def as_written(value: object) -> str:
    """Return the value as the file has it. JSON writes most values as TOML does."""
    if isinstance(value, (date, time)):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode()


def outlined(value: object) -> str:
    """Return the value, cut. A container is only named, because it may hold a key."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return as_written(value)[:MAX_CHARS]
