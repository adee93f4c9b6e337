"""The entry point: a body, the format of the URL and the Content-Type, to an envelope."""

from __future__ import annotations

from reseller_conformance.contract import Format
from reseller_conformance.envelope.json_reader import read_json
from reseller_conformance.envelope.model import Envelope, Problem, Unreadable
from reseller_conformance.envelope.problems import OtherFormat, Problems, salvage
from reseller_conformance.envelope.xml_reader import read_xml
from reseller_conformance.requirements import READABLE_FORMAT, READABLE_SYNTAX
from reseller_conformance.util.body_cache import BodyCache

__all__ = ["read_envelope"]

_EXPECTED = {Format.JSON: "one JSON text", Format.XML: "one XML document"}


def read_envelope(
    body: bytes,
    format: Format,
    content_type: str | None = None,
) -> Envelope:
    """Read a body in the format that it must have. It is a pure function and never raises.

    `content_type` is the header's value. Its charset affects the decoding of XML.
    """
    return _remembered(body, format, content_type)


def _read(body: bytes, format: Format, content_type: str | None) -> Envelope:
    if not body.strip():
        got = "nothing but white space" if body else "an empty body"
        return Unreadable((Problem(READABLE_SYNTAX, "body", _EXPECTED[format], got),))
    is_json = format is Format.JSON
    read = read_json(body) if is_json else read_xml(body, content_type)
    if not isinstance(read, OtherFormat):
        return read
    # Read the other format as well, because account data in it matters.
    other = read_xml(body, content_type) if is_json else read_json(body)
    problem = Problem(READABLE_FORMAT, "body", _EXPECTED[format], read.got)
    return salvage(Problems(problem), other, read.text)


_MAX_LONG_BODIES = 256
"""Most envelopes of long bodies that are kept. A run meets so many where each error is long."""

_MAX_LONG_BYTES = 4 * 1024 * 1024
"""Maximum length of those bodies together: an envelope may hold as much text as its body."""

# A plain function, because mutation testing skips decorated ones.
_remembered = BodyCache(_read, _MAX_LONG_BODIES, _MAX_LONG_BYTES)
