"""Cost of the plugin in a pytest run that does not use it, and what it imports there."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measuring import OURS, compared

WITHOUT = ("-p", "no:reseller_conformance")


def table(runs: int) -> list[str]:
    """Compare one empty test with the plugin loaded and not loaded."""
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder, "test_empty.py")
        test.write_text("def test_nothing():\n    pass\n")
        pytest = [str(OURS / "python"), "-m", "pytest", "-q", f"--rootdir={folder}", str(test)]
        times = compared({"with": pytest, "without": [*pytest, *WITHOUT]}, runs)
    more = (times["with"] - times["without"]) * 1000
    return [
        "| pytest on an empty test | s |",
        "|---|---:|",
        f"| without the plugin | {times['without']:.3f} |",
        f"| with it | {times['with']:.3f} |",
        f"| difference, ms | **{more:.0f}** |",
    ]
