"""Bytes and headers to what they mean: an `Overview`, an `ErrorList`, or something `Unreadable`.

Reading reports every problem that it met, each with the requirement that it violates. Whether the
envelope is the one that was called for, and whether its values make sense, is left to `checks`.
"""

from __future__ import annotations

from reseller_conformance.envelope.encoding_conflicts import (
    alternative_decodings,
    charset_problem,
    declared_package,
)
from reseller_conformance.envelope.model import (
    Envelope,
    EnvelopeKind,
    ErrorList,
    FieldValue,
    Overview,
    Problem,
    Unreadable,
    looks_of,
)
from reseller_conformance.envelope.reader import read_envelope
from reseller_conformance.util.text import excerpt

__all__ = [
    "Envelope",
    "EnvelopeKind",
    "ErrorList",
    "FieldValue",
    "Overview",
    "Problem",
    "Unreadable",
    "alternative_decodings",
    "charset_problem",
    "declared_package",
    "excerpt",
    "looks_of",
    "read_envelope",
]
