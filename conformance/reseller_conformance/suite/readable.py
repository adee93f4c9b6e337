"""Can it be read at all?"""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks.consistency import declares_wrong_encoding
from reseller_conformance.checks.reading import reader_violations
from reseller_conformance.contract import Format
from reseller_conformance.suite.consistency import side_by_side
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.markers import requirement

__all__ = ["ReadableConformance"]


class ReadableConformance:
    """RFC 8259, XML 1.0, and the two envelopes."""

    @requirement(r.READABLE_FORMAT)
    def test_readable_format(self, reseller_evaluation: Evaluation) -> None:
        """The format is the one that the URL names."""
        reseller_evaluation(
            reseller_evaluation.all_responses(), reader_violations(r.READABLE_FORMAT)
        )

    @requirement(r.READABLE_ENCODING)
    def test_readable_encoding(self, reseller_evaluation: Evaluation) -> None:
        """The bytes decode, and to the text that was meant."""
        reseller_evaluation.check(
            reseller_evaluation.all_responses(), reader_violations(r.READABLE_ENCODING)
        )
        if reseller_evaluation.format is Format.XML:
            reseller_evaluation.check(side_by_side(reseller_evaluation), declares_wrong_encoding)
        reseller_evaluation.finish()

    @requirement(r.READABLE_SYNTAX)
    def test_readable_syntax(self, reseller_evaluation: Evaluation) -> None:
        """One text, and nothing before or after it."""
        reseller_evaluation(
            reseller_evaluation.all_responses(), reader_violations(r.READABLE_SYNTAX)
        )

    @requirement(r.READABLE_NO_DOCTYPE)
    def test_readable_no_doctype(self, reseller_evaluation: Evaluation) -> None:
        """No DOCTYPE, no namespace."""
        reseller_evaluation(
            reseller_evaluation.all_responses(), reader_violations(r.READABLE_NO_DOCTYPE)
        )

    @requirement(r.READABLE_ENVELOPE)
    def test_readable_envelope(self, reseller_evaluation: Evaluation) -> None:
        """One of the two envelopes."""
        reseller_evaluation(
            reseller_evaluation.all_responses(), reader_violations(r.READABLE_ENVELOPE)
        )
