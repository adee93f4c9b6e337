"""Can it be read at all?"""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.suite.markers import single_response_test

__all__ = ["ReadableConformance"]


class ReadableConformance:
    """RFC 8259, XML 1.0, and the two envelopes."""

    test_readable_format = single_response_test(r.READABLE_FORMAT)
    test_readable_encoding = single_response_test(r.READABLE_ENCODING)
    test_readable_syntax = single_response_test(r.READABLE_SYNTAX)
    test_readable_no_doctype = single_response_test(r.READABLE_NO_DOCTYPE)
    test_readable_envelope = single_response_test(r.READABLE_ENVELOPE)
