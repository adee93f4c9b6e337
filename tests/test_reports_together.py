"""A run in which every report is written: each is read back, and all say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command_line import CREDENTIALS, OPEN_TO_ALL, quick
from readers import READERS
from reseller_conformance.reports.registry import WRITERS

ALL = [f"--{writer.option}=out/{writer.option}" for writer in WRITERS]


def reported(folder: Path) -> dict[str, set[str]]:
    return {
        name: read((folder / "out" / name).read_text(encoding="utf-8"))
        for name, read in READERS.items()
    }


def test_every_report_has_a_reader() -> None:
    assert set(READERS) == {writer.option for writer in WRITERS}


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["alone", "workers"])
def test_every_report_of_a_run_is_read_back_and_reports_the_same(
    rest: list[str], tmp_path: Path
) -> None:
    (tmp_path / "open_to_all.py").write_text(OPEN_TO_ALL, encoding="utf-8")
    target = ["--app", "open_to_all:app", "--user", "customer@example.com"]
    done = quick(tmp_path, *target, *ALL, *rest, env=CREDENTIALS)
    assert done.returncode == 1
    # nothing but what is announced at once
    assert all(re.match(r"\d+ s, call [\d,]+: ✗ MUST ", line) for line in done.stderr.splitlines())
    shown = set(re.findall(r"(?m)^[✗~] ([a-z]+\.[a-z-]+) \(", done.stdout))
    assert "rejects.api-key-wrong" in shown
    assert reported(tmp_path) == dict.fromkeys(READERS, shown)
    assert len(list((tmp_path / "out").iterdir())) == len(WRITERS)


def test_every_report_of_a_green_run_is_read_back(tmp_path: Path) -> None:
    done = quick(tmp_path, *ALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert reported(tmp_path) == {name: set() for name in READERS}
