"""Conformance under load: Locust makes the load, and the checks of a run judge every response.

A locustfile needs one line: `from reseller_conformance.soak import OverviewUser`.

user (chooses cases) → calls (sends them) → rules (judges) → tally (adds up) → locust_events
(options, workers, verdict and reports).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reseller_conformance.soak.user import OverviewUser

__all__ = ["OverviewUser"]


def __getattr__(name: str) -> Any:
    # Importing Locust patches the whole process, so import it only on use.
    if name != "OverviewUser":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from reseller_conformance.soak.user import OverviewUser
    except ModuleNotFoundError as error:
        if error.name != "locust":
            raise
        why = "soak needs Locust: pip install locust"
        raise ModuleNotFoundError(why, name="locust") from None
    return OverviewUser
