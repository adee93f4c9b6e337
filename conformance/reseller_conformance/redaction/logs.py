"""Keeps the key out of what others write: urllib3's log records, and an application's output.

The log records hold whole URLs, for as long as a client is open. An application that is imported
may have read the key from the environment.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from reseller_conformance.redaction.secret import MASK, Scrubber

__all__ = ["LogScrubber", "RedactedStream", "redacted_output"]

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


class RedactedStream:
    """A text stream on which each text is redacted as it is written."""

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        """Write to this stream."""
        self._stream = stream
        self._redact = redact

    def write(self, text: str) -> int:
        """Write the text without what is secret in it."""
        self._stream.write(self._redact(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the stream itself."""
        return getattr(self._stream, name)


@contextmanager
def redacted_output(redact: Callable[[str], str]) -> Iterator[None]:
    """Redact what Python writes to both standard streams in this block.

    A log handler that is made meanwhile keeps the redacted stream.
    """
    before = sys.stdout, sys.stderr
    sys.stdout = cast("TextIO", RedactedStream(sys.stdout, redact))
    sys.stderr = cast("TextIO", RedactedStream(sys.stderr, redact))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
