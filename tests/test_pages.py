"""The generated parts of README and docs are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reseller_conformance.requirements import CATALOGUE, Requirement
from snippets import PAGES, ROOT

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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_reads_on_github_too(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"```\{\w+\}|\[\]\(\S+\)", text) == []


@pytest.mark.parametrize("requirement", CATALOGUE, ids=str)
def test_the_place_that_a_requirement_cites_has_its_anchor(requirement: Requirement) -> None:
    page = (ROOT / "docs" / "api-documentation.md").read_text(encoding="utf-8")
    cites_docs = requirement.citation.startswith("API docs") or "silent" in requirement.source
    assert cites_docs <= bool(requirement.docs_anchor)
    assert not requirement.docs_anchor or f'<a id="{requirement.docs_anchor}"></a>' in page


def test_the_readme_is_short() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= MAX_README_LINES
