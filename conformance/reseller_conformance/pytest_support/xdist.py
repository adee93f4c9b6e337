"""One run in several processes: who asks what, and how much of the limits is whose.

pytest-xdist starts the workers, here or on other machines, and hands them their items. A worker
asks for itself whatever its items need; where those of one class stay together, as they do by
`--dist loadscope`, one worker asks everything, and nothing is asked twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from reseller_conformance.client.target import Limits
from reseller_conformance.config.forwarded_env import forwarded_env

__all__ = [
    "concurrent_clients",
    "configure_worker",
    "environment",
    "split_limits",
    "stopped_itself",
]

CLASS_PER_WORKER = ("loadscope", "loadfile")
"""Where xdist hands all items of a class to one worker.

`loadgroup` is not among them: with pytest 9.2, whose ids do not change, xdist 3.8 groups nothing.
"""

# --- What a worker knows -------------------------------------------------------------------------


def configure_worker(config: pytest.Config, workerinput: MutableMapping[str, Any]) -> None:
    """Tell a worker what it cannot know: how items are spread, and who is to be asked."""
    workerinput["reseller_dist"] = config.getoption("dist")
    workerinput["reseller_environment"] = forwarded_env()


def environment(config: pytest.Config) -> dict[str, str]:
    """Return the environment variables of this process, those of the controller above them."""
    return {**os.environ, **_input(config).get("reseller_environment", {})}


def _input(config: pytest.Config) -> dict[str, Any]:
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return given


def stopped_itself(stop: BaseException) -> bool:
    """Say whether pytest or xdist ended the session, as `-x` does, and no person or signal.

    xdist raises the same exception for Ctrl-C in a worker, and names that in its message.
    """
    if isinstance(stop, (pytest.Session.Interrupted, pytest.Session.Failed)):
        return True
    of_xdist = type(stop).__module__ == "xdist.dsession"
    return of_xdist and "keyboard-interrupt" not in str(stop)


# --- Who asks ------------------------------------------------------------------------------------


def concurrent_clients(config: pytest.Config, items: Iterable[pytest.Item]) -> int:
    """Return how many processes may ask at the same time, this one among them."""
    given = _input(config)
    workers: int = given.get("workercount", 1)
    if given.get("reseller_dist") not in CLASS_PER_WORKER:
        return workers
    asking = (item for item in items if "reseller_session" in getattr(item, "fixturenames", ()))
    # a client lives as long as a class; tests that are in none stay together by their module
    owners = {item.parent for item in asking}
    return max(1, min(workers, len(owners)))


def split_limits(limits: Limits, askers: int) -> Limits:
    """Return one process's part of the limits, which so hold for all of them together.

    At least one call is in flight in each.
    """
    if askers == 1:
        return limits
    return replace(
        limits,
        rate=limits.rate and limits.rate / askers,
        concurrency=max(1, limits.concurrency // askers),
        max_requests=limits.max_requests and limits.max_requests // askers,
    )
