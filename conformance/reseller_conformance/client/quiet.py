"""Keeps the key out of urllib3's log records, which hold whole URLs, while a client is open."""

from __future__ import annotations

import logging
import re
import traceback

from reseller_conformance.secret import MASK, Scrubber

__all__ = ["LogScrubber"]

# A key too short to be replaced by value stands in a query: all of it goes.
_QUERY = re.compile(r"(/reseller\.account\.\w+)\?\S*")


class LogScrubber(logging.Filter):
    """Scrubs every record of urllib3's loggers, from `attach` to `detach`."""

    def __init__(self, scrubber: Scrubber) -> None:
        """Scrub with this."""
        super().__init__()
        self._scrubber = scrubber
        self._loggers: list[logging.Logger] = []

    def attach(self) -> None:
        """Filter urllib3's records: each logger's own, for a filter is not inherited."""
        known = logging.Logger.manager.loggerDict
        self._loggers = [
            logger
            for name, logger in list(known.items())
            if isinstance(logger, logging.Logger) and f"{name}.".startswith("urllib3.")
        ]
        for logger in self._loggers:
            logger.addFilter(self)

    def detach(self) -> None:
        """Leave the loggers as they were."""
        for logger in self._loggers:
            logger.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what the record says; let it pass."""
        record.msg, record.args = self._scrubbed(record.getMessage()), ()
        if record.exc_info:
            said = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text, record.exc_info = self._scrubbed(said), None
        return True

    def _scrubbed(self, text: str) -> str:
        return self._scrubber.text(_QUERY.sub(rf"\1?{MASK}", text))
