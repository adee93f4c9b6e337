"""The exceptions by which pytest's functions end a test: failed, skipped, or failed as known."""

from __future__ import annotations

import pytest

__all__ = ["ENDINGS"]

ENDINGS = (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
"""What a test raises that was judged. Any other exception is an error."""
