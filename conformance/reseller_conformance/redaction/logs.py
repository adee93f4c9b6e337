"""Redact the key in urllib3's log records and in an application's output.

urllib3 logs whole URLs. An imported application may have read the key from the environment.
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

# A very short key cannot be replaced by value, so the whole query is replaced.
_QUERY = re.compile(r"(/reseller\.account\.\w+)\?\S*")


class LogScrubber(logging.Filter):
    """Redact every record of urllib3's loggers, between `attach` and `detach`."""

    def __init__(self, scrubber: Scrubber) -> None:
        """Redact with this scrubber."""
        super().__init__()
        self._scrubber = scrubber
        self._loggers: list[logging.Logger] = []

    def attach(self) -> None:
        """Add this filter to each of urllib3's loggers. Child loggers do not inherit filters."""
        known = logging.Logger.manager.loggerDict
        self._loggers = [
            logger
            for name, logger in list(known.items())
            if isinstance(logger, logging.Logger) and f"{name}.".startswith("urllib3.")
        ]
        for logger in self._loggers:
            logger.addFilter(self)

    def detach(self) -> None:
        """Remove this filter from the loggers."""
        for logger in self._loggers:
            logger.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the message and the traceback of the record, and let it pass."""
        record.msg, record.args = self._scrubbed(record.getMessage()), ()
        if record.exc_info:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text, record.exc_info = self._scrubbed(text), None
        return True

    def _scrubbed(self, text: str) -> str:
        return self._scrubber.text(_QUERY.sub(rf"\1?{MASK}", text))


class RedactedStream:
    """A text stream that redacts each text before it is written."""

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        """Write to `stream` after `redact`."""
        self._stream = stream
        self._redact = redact

    def write(self, text: str) -> int:
        """Write the redacted text. Returns the length of the original text."""
        self._stream.write(self._redact(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the stream."""
        return getattr(self._stream, name)


@contextmanager
def redacted_output(redact: Callable[[str], str]) -> Iterator[None]:
    """Redact what Python writes to stdout and stderr within this block.

    A log handler that is created in the block keeps the redacted stream.
    """
    before = sys.stdout, sys.stderr
    sys.stdout = cast("TextIO", RedactedStream(sys.stdout, redact))
    sys.stderr = cast("TextIO", RedactedStream(sys.stderr, redact))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
