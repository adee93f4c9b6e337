"""After Ctrl-C, judge the responses that have arrived, and then end the session.

Items judge only after all their calls. Without this, an interrupt after an hour would leave no
finding. No further calls are sent, so the remaining items take only a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

__all__ = ["Interrupted"]


class Interrupted:
    """Delays an interrupt until the items of the current target are judged.

    A second interrupt ends the session at once.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        """Call `tell` on an interrupt."""
        self._tell = tell
        self._owner: pytest.Collector | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        """If an interrupt ended an item's calls, judge the item from the existing responses."""
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
        """Raise the delayed interrupt before the first item of another target or class."""
        if self._owner is not None and self._owner not in item.listchain():
            raise KeyboardInterrupt

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, Any, Any]:
        """Raise the delayed interrupt after the last item."""
        ended = yield
        if self._owner is not None:
            raise KeyboardInterrupt
        return ended
