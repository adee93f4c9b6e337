"""The pictures of a violated run, made from what the run prints: `nox -s pictures`.

The picture of the terminal is SVG text, and `tests/test_pictures.py` compares it with a run. The
picture of the HTML report needs Chromium and selenium.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "first-run"
PICTURES = ROOT / "docs" / "_static"
RUN = PICTURES / "run.svg"
REPORT = PICTURES / "report.png"

COLUMNS = 92
COMMAND = (
    "reseller-conformance run --app shop:app --depth quick "
    "--user ada@example.com --user grace@example.com --foreign-user alan@elsewhere.example"
)
CREDENTIALS = {"RESELLER_API_USER": "shop", "RESELLER_API_KEY": "Key-Of-The-Shop"}
# a browser loads no font for an image, and no picture here loads anything
SVG_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.S).replace(
    "font-family: Fira Code, monospace", "font-family: Consolas, Menlo, DejaVu Sans Mono, monospace"
)


def printed(*more: str) -> str:
    """Return what a run of the example prints, with the codes of its colours."""
    ours = ("RESELLER_", "PYTEST_", "GITHUB_", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    colours = {"FORCE_COLOR": "1", "COLUMNS": f"{COLUMNS}", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "reseller_conformance", *COMMAND.split()[1:], *more],
        cwd=EXAMPLE,
        env={**kept, **CREDENTIALS, **colours, "TERM": "xterm-256color"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 1:
        raise SystemExit(f"the run of {EXAMPLE.name} ends with {done.returncode}\n{done.stderr}")
    return done.stdout


def excerpt(output: str) -> str:
    """Return the output to the end of the JSON finding, and its last line; `…` is what is left out.

    The picture would be twice as high with the same finding in XML and the table.
    """
    lines = re.sub("\x1b\\[[0-9;]*m", "", output).splitlines()
    xml = next(number for number, line in enumerate(lines) if line.split() == ["format", "xml"])
    coloured = output.splitlines()
    return "\n".join([f"$ {COMMAND}", *coloured[:xml], "…", coloured[-1]])


def drawn(text: str) -> str:
    """Return a picture of this text in a terminal, as SVG."""
    console = Console(record=True, file=StringIO(), width=COLUMNS, force_terminal=True)
    console.print(Text.from_ansi(text))
    picture = console.export_svg(
        title="examples/first-run", theme=DIMMED_MONOKAI, code_format=SVG_FORMAT, unique_id="run"
    )
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def photograph(page: Path, picture: Path) -> None:
    """Write a picture of the page as Chromium shows it, with its first finding open."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    # found by name, so that selenium does not look for a download
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,1180"):
        options.add_argument(argument)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options, service) as driver:
        driver.get(page.as_uri())
        picture.write_bytes(driver.get_screenshot_as_png())


def main() -> None:
    """Make both pictures anew."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        output = printed(f"--report-html={page}")
        RUN.write_text(drawn(excerpt(output)), encoding="utf-8")
        photograph(page, REPORT)


if __name__ == "__main__":
    main()
