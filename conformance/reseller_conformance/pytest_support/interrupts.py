"""Ctrl-C while a target is called: what came so far is judged, and then the session ends.

Without this, an interrupt after an hour of calls would leave no finding, for items judge only when
their calls are done. No more calls are made, so that the items of this target take a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

__all__ = ["Interrupted"]


class Interrupted:
    """Holds an interrupt back until the items of the target that was called are judged.

    Another interrupt ends the session at once.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        """Call `tell` when there was an interrupt."""
        self._tell = tell
        self._owner: pytest.Collector | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        """Judge an item again, from what came, where an interrupt ended its calls."""
        try:
            return (yield)
        except KeyboardInterrupt:
            evaluation: Any = pyfuncitem.funcargs.get("reseller_evaluation")
            if evaluation is None or self._owner is not None:
                raise
            self._owner = pyfuncitem.getparent(pytest.Class) or pyfuncitem.parent
        self._tell()
        evaluation.start_over_without_calls()
        arguments = pyfuncitem._fixtureinfo.argnames
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in arguments})
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Let the interrupt through before an item that would call another target, or is none."""
        if self._owner is not None and self._owner not in item.listchain():
            raise KeyboardInterrupt

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, Any, Any]:
        """Let the interrupt through after the last item."""
        ended = yield
        if self._owner is not None:
            raise KeyboardInterrupt
        return ended
