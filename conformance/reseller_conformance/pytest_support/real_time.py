"""Have the calls take real time where the host freezes it with freezegun.

Rates, time limits and waits would never end, and calls would seem to begin at once. An application
in this process keeps the frozen time.
"""

from __future__ import annotations

import sys

__all__ = ["use_real_time"]

MEASURING = (
    "reseller_conformance.client",
    "reseller_conformance.pytest_support",
    "reseller_conformance.suite",
    "requests",
    "urllib3",
)
"""The packages that measure time. The server of an application is left out on purpose."""


def use_real_time() -> None:
    """Leave this project out of what freezegun freezes from now on."""
    if freezegun := sys.modules.get("freezegun"):
        freezegun.configure(extend_ignore_list=list(MEASURING))
