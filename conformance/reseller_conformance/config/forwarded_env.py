"""The environment variables that a worker on another machine gets from the controller."""

from __future__ import annotations

import os

__all__ = ["forwarded_env"]

FORWARDED_ENV = ("RESELLER_BASE_URL", "RESELLER_USER", "RESELLER_FOREIGN_USER", "RESELLER_API_USER")
"""Never the key: a worker has it from its own environment."""


def forwarded_env() -> dict[str, str]:
    """Return those of this process that are set."""
    return {name: os.environ[name] for name in FORWARDED_ENV if name in os.environ}
