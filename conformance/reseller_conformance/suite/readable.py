"""Can it be read at all?"""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.checks.consistency import misdeclared
from reseller_conformance.checks.reading import met
from reseller_conformance.contract import Format
from reseller_conformance.suite.consistency import side_by_side
from reseller_conformance.suite.evaluation import Judge
from reseller_conformance.suite.markers import requirement

__all__ = ["ReadableConformance"]


class ReadableConformance:
    """RFC 8259, XML 1.0, and the two envelopes."""

    @requirement(r.READABLE_FORMAT)
    def test_readable_format(self, reseller_judge: Judge) -> None:
        """The format is the one that the URL names."""
        reseller_judge(reseller_judge.everything(), met(r.READABLE_FORMAT))

    @requirement(r.READABLE_ENCODING)
    def test_readable_encoding(self, reseller_judge: Judge) -> None:
        """The bytes decode, and to the text that was meant."""
        reseller_judge.examine(reseller_judge.everything(), met(r.READABLE_ENCODING))
        if reseller_judge.format is Format.XML:
            reseller_judge.examine(side_by_side(reseller_judge), misdeclared)
        reseller_judge.conclude()

    @requirement(r.READABLE_SYNTAX)
    def test_readable_syntax(self, reseller_judge: Judge) -> None:
        """One text, and nothing before or after it."""
        reseller_judge(reseller_judge.everything(), met(r.READABLE_SYNTAX))

    @requirement(r.READABLE_PLAIN)
    def test_readable_plain(self, reseller_judge: Judge) -> None:
        """No DOCTYPE, no namespace."""
        reseller_judge(reseller_judge.everything(), met(r.READABLE_PLAIN))

    @requirement(r.READABLE_ENVELOPE)
    def test_readable_envelope(self, reseller_judge: Judge) -> None:
        """One of the two envelopes."""
        reseller_judge(reseller_judge.everything(), met(r.READABLE_ENVELOPE))
