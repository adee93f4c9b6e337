"""The picture of a violated run shows what the run prints."""

from __future__ import annotations

import html
import re
import sys

import pytest

from snippets import ROOT

sys.path.append(str(ROOT / "docs"))

import pictures


@pytest.fixture(scope="module")
def output() -> str:
    return pictures.printed()


def words(svg: str) -> list[str]:
    """Return the words in a picture. Counts, times and ports differ from one run to the next."""
    text = html.unescape(" ".join(re.findall(r"<text[^>]*>(.*?)</text>", svg)))
    return re.sub(r"\d[\d,.]*", "0", text.replace("\xa0", " ")).split()


def test_the_picture_shows_the_run(output: str) -> None:
    drawn = pictures.drawn(pictures.excerpt(output))
    assert words(pictures.RUN.read_text(encoding="utf-8")) == words(drawn), "run: nox -s pictures"


def test_the_picture_loads_nothing() -> None:
    picture = pictures.RUN.read_text(encoding="utf-8")
    assert re.findall(r"url\((?!#)|(?:href|src)=", picture) == []


def test_the_picture_shows_the_command_of_the_readme() -> None:
    readme = re.sub(r"\s*\\\n\s*", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert pictures.COMMAND in readme.replace(" --report-html report.html", "")


def test_the_example_passes_once_its_marked_line_is_mended(tmp_path, monkeypatch) -> None:
    shop = (pictures.EXAMPLE / "shop.py").read_text(encoding="utf-8")
    wrong, mended = 'end.strftime("%d/%m/%Y"),  # the fault', "end.isoformat(),  #"
    assert shop.count(wrong) == 1
    (tmp_path / "shop.py").write_text(shop.replace(wrong, mended), encoding="utf-8")
    monkeypatch.setattr(pictures, "EXAMPLE", tmp_path)
    with pytest.raises(SystemExit, match="ends with 0"):
        pictures.printed("--level=should")
