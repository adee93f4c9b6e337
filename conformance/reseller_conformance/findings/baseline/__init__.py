"""The baseline: violations that are known and accepted, each with a reason, strict both ways.

A TOML file of `[[known]]` tables: what one of them says is in `entry`, how the file is read and
brought up to date in `file`, how it is held against the results of a run in `found` and `model`.
"""

from reseller_conformance.findings.baseline.entry import Entry
from reseller_conformance.findings.baseline.file import BaselineError
from reseller_conformance.findings.baseline.model import Baseline, load, write

__all__ = ["Baseline", "BaselineError", "Entry", "load", "write"]
