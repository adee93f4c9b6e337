"""Read the body of a response into an `Overview`, an `ErrorList`, or something `Unreadable`.

reader → encoding (bytes to text) → json_parser, xml_parser (text to a tree) → tree (find the names)
→ classify (which envelope) → success_envelope, error_envelope (its problems) → problems (the
result).

Reading reports every problem, with the requirement that it violates. `checks` decide whether the
envelope is the expected one, and whether its values make sense.
"""

from __future__ import annotations

from reseller_conformance.envelope.encoding_conflicts import (
    alternative_decodings,
    charset_problem,
    declared_package,
)
from reseller_conformance.envelope.heuristics import is_html
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
    "is_html",
    "looks_of",
    "read_envelope",
]
