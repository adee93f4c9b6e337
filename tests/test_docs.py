"""What README and docs show is run, so that it stays true."""

import re
from pathlib import Path

import pytest

from reseller_conformance.options import OPTIONS

ROOT = Path(__file__).parent.parent
SNIPPETS = [
    (path.name, text)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for text in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.mark.parametrize(("page", "snippet"), SNIPPETS, ids=[page for page, _ in SNIPPETS])
def test_a_snippet_is_a_test_that_passes(page, snippet, pytester):
    pytester.makepyfile(test_snippet=snippet)
    result = pytester.runpytest("--reseller-depth=quick")
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 0


def test_the_readme_names_every_option():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for option in OPTIONS:
        assert f"`--{option.name}" in readme, option.name
