"""What the docs show people who annotate their tests passes mypy and pyright, both strict.

Neither is needed for anything else here: `nox -s types` installs them.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reseller_conformance
from snippets import ROOT, blocks

PAGES = ("plugin.md", "strategies.md")
EXAMPLES = ROOT / "examples"
SOURCES = [
    str(Path(reseller_conformance.__file__).parent.parent),
    *map(str, sorted(EXAMPLES.glob("*/src"))),
]


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """A folder with each Python block of the docs as a module, and the tests of the examples."""
    for page in PAGES:
        for number, block in enumerate(blocks(ROOT / "docs" / page)):
            if block.language == "python":
                name = f"test_{page.removesuffix('.md')}_{number}.py"
                (tmp_path / name).write_text(block.text, encoding="utf-8")
    for path in EXAMPLES.glob("*/tests/conformance/test_*.py"):
        name = f"{path.parts[-4]}_{path.name}".replace("-", "_")
        (tmp_path / f"test_{name}").write_bytes(path.read_bytes())
    return tmp_path


def run(folder: Path, module: str, *words: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(SOURCES)}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


WRONG = """
from reseller_conformance import Case, Format, ResellerAsk, Target

def test_it(reseller_ask: ResellerAsk, reseller_target: Target) -> None:
    reseller_ask(Case(Format.JSON))
    reseller_target.api_key.upper()
"""


def test_mypy_passes_what_the_docs_show(typed: Path) -> None:
    done = run(typed, "mypy", "mypy", "--strict", "--no-incremental", ".")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    (typed / "test_wrong.py").write_text(WRONG)
    done = run(typed, "mypy", "mypy", "--strict", "--no-incremental", "test_wrong.py")
    assert all(f"test_wrong.py:{line}:" in done.stdout for line in (5, 6))


def test_pyright_passes_what_the_docs_show(typed: Path) -> None:
    settings = {"typeCheckingMode": "strict", "extraPaths": SOURCES}
    (typed / "pyrightconfig.json").write_text(json.dumps(settings))
    words = ("basedpyright", "--pythonpath", sys.executable)
    done = run(typed, "basedpyright", *words)
    assert done.returncode == 0, done.stdout
    (typed / "test_wrong.py").write_text(WRONG)
    done = run(typed, "basedpyright", *words)
    assert all(f"test_wrong.py:{line}:" in done.stdout for line in (5, 6))
