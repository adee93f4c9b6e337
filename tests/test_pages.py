"""The generated parts of README and docs are fresh."""

from __future__ import annotations

import subprocess
import sys

from snippets import ROOT

MAX_README_LINES = 120


def test_each_generated_part_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generator", "--check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_is_short() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= MAX_README_LINES
