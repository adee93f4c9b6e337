"""The limits of a run where the operator sets none: for `Limits` and for the options."""

from __future__ import annotations

__all__ = [
    "DEFAULT_CONCURRENCY",
    "DEFAULT_RETRIES",
    "DEFAULT_TIMEOUT_SECONDS",
    "DEFAULT_WRONG_CREDENTIALS",
]

DEFAULT_CONCURRENCY = 8
DEFAULT_TIMEOUT_SECONDS = 10.0
DEFAULT_RETRIES = 2
DEFAULT_WRONG_CREDENTIALS = 24
