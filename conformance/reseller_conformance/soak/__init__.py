"""Conformance under load: Locust asks, and every answer is judged by the checks of a run.

A locustfile of one line, `from reseller_conformance.soak import OverviewUser`, is all it takes.
`user` asks, by `asking`; `rules` says what an answer is judged by, `tally` adds up what is found,
`listening` ties it to Locust. The load, and the machines that make it, are left to Locust.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reseller_conformance.soak.user import OverviewUser

__all__ = ["OverviewUser"]


def __getattr__(name: str) -> Any:
    # Locust patches the whole process: only where it is wanted
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
