"""Bodies that can be read: format, encoding, syntax and envelope."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks import echo
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement, single_response_test

__all__ = ["ReadableConformance"]


class ReadableConformance:
    """RFC 8259, XML 1.0, and the two envelopes."""

    test_readable_format = single_response_test(r.READABLE_FORMAT)

    @requirement(r.READABLE_ENCODING)
    def test_readable_encoding(self, reseller_evaluation: Evaluation) -> None:
        """The encoding of every body, and the texts that errors repeat."""
        evaluation = reseller_evaluation
        evaluation.check_rules()
        texts, others = evaluation.special_texts_in_both_formats()
        evaluation.check(texts, echo.garbled)
        evaluation.check(echo.pairs_of_formats(texts, others), echo.differs)
        evaluation.check(echo.pairs_of_lengths(texts), echo.cut)
        evaluation.finish()

    test_readable_encoding_name = single_response_test(r.READABLE_ENCODING_NAME)
    test_readable_syntax = single_response_test(r.READABLE_SYNTAX)
    test_readable_no_doctype = single_response_test(r.READABLE_NO_DOCTYPE)
    test_readable_envelope = single_response_test(r.READABLE_ENVELOPE)
