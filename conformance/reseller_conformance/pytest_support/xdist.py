"""One run in several processes: forwards settings to the workers, and splits the limits.

pytest-xdist starts the workers, here or on other machines, and sends them their items. Each worker
makes the calls that its items need. With `--dist loadscope` the items of a class stay together.
Then one worker makes all calls, and makes each call once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, MutableMapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from reseller_conformance.cases.depth import Depth
from reseller_conformance.client.target import Limits
from reseller_conformance.config.forwarded_env import forwarded_env
from reseller_conformance.config.options import dest

__all__ = [
    "concurrent_clients",
    "configure_worker",
    "environment",
    "make_scheduler",
    "split_limits",
    "stopped_itself",
]

CLASS_PER_WORKER = ("loadscope", "loadfile")
"""Values of `--dist` with which xdist sends all items of a class to one worker.

`loadgroup` is excluded: with pytest 9.2 the ids do not change, and xdist 3.8 groups nothing.
"""

SPREAD = ("load", "worksteal", "loadgroup")
"""Values of `--dist` with which the items of a class go to several workers."""

# --- Settings of a worker ------------------------------------------------------------------------


def configure_worker(config: pytest.Config, workerinput: MutableMapping[str, Any]) -> None:
    """Send a worker the distribution mode and the environment variables of the controller."""
    workerinput["reseller_dist"] = _dist(config)
    workerinput["reseller_environment"] = forwarded_env()


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return xdist's scheduler for the distribution mode, or None for that of xdist."""
    if _dist(config) == config.getoption("dist"):
        return None
    return import_module("xdist.scheduler").LoadScopeScheduling(config, log)


def _dist(config: pytest.Config) -> str:
    """Return the distribution mode. At depth smoke all items of a class go to one worker.

    Several workers would make more calls together than depth smoke may.
    """
    given: str = config.getoption("dist")
    depth = str(config.getoption(dest("depth")) or config.getini(dest("depth")) or "")
    is_smoke = depth.strip().lower() == Depth.SMOKE
    return "loadscope" if is_smoke and given in SPREAD else given


def environment(config: pytest.Config) -> dict[str, str]:
    """Return the environment variables of this process, overridden by the controller's."""
    return {**os.environ, **_input(config).get("reseller_environment", {})}


def _input(config: pytest.Config) -> dict[str, Any]:
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return given


def stopped_itself(stop: BaseException) -> bool:
    """Return True if pytest or xdist ended the session, for example by `-x`.

    xdist raises the same exception for Ctrl-C in a worker, and names that in its message.
    """
    if isinstance(stop, (pytest.Session.Interrupted, pytest.Session.Failed)):
        return True
    of_xdist = type(stop).__module__ == "xdist.dsession"
    return of_xdist and "keyboard-interrupt" not in str(stop)


# --- Limits --------------------------------------------------------------------------------------


def concurrent_clients(config: pytest.Config, items: Iterable[pytest.Item]) -> int:
    """Return the number of processes that may send at the same time, including this one."""
    given = _input(config)
    workers: int = given.get("workercount", 1)
    if given.get("reseller_dist") not in CLASS_PER_WORKER:
        return workers
    asking = (item for item in items if "reseller_session" in getattr(item, "fixturenames", ()))
    # A client lives as long as a class. Tests outside of a class stay together by module.
    owners = {item.parent for item in asking}
    return max(1, min(workers, len(owners)))


def split_limits(limits: Limits, askers: int) -> Limits:
    """Return the share of one process, so that the limits hold for all processes together.

    Each process may have at least one call in progress.
    """
    if askers == 1:
        return limits
    return replace(
        limits,
        rate=limits.rate and limits.rate / askers,
        concurrency=max(1, limits.concurrency // askers),
        max_requests=limits.max_requests and limits.max_requests // askers,
    )
