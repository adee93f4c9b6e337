"""How reports are written: whole or not at all, and refused before the first call."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from command_line import quick
from reseller_conformance.config.options import OPTIONS
from reseller_conformance.findings.model import Run
from reseller_conformance.reports import json_report
from reseller_conformance.reports.registry import (
    WRITERS,
    ReportError,
    check_writable,
    requested_reports,
    write_all,
)
from reseller_conformance.util.files import write_file

RUN = Run(())


def test_a_report_overwrites_nothing_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text("{}")
    link = tmp_path / "link.json"
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(ReportError, match="would overwrite what is read"):
            check_writable([(WRITERS[0], name)], [str(path)])


def test_a_link_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "real.txt", tmp_path / "link.txt"
    path.touch()
    link.symlink_to(path)
    write_file(link, "evidence")
    assert link.is_symlink()
    assert path.read_text() == "evidence"


def test_a_device_is_no_report() -> None:
    with pytest.raises(ReportError, match="no plain file"):
        check_writable([(WRITERS[0], Path("/dev/stdout"))])


def test_each_report_has_an_option_and_a_pure_render() -> None:
    options = {option.name: option for option in OPTIONS}
    for writer in WRITERS:
        assert options[writer.option].metavar == "FILE"
        text = writer.render(RUN)
        assert text == writer.render(RUN)
        text.encode()


def test_a_report_replaces_the_one_before_at_one_stroke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    path.write_text("the one before", encoding="utf-8")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(path, "the new one")
    assert path.read_text(encoding="utf-8") == "the one before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_folder_is_made_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    path = tmp_path / "build" / "reports" / "report.json"
    check_writable([(WRITERS[0], path)])
    assert list(path.parent.iterdir()) == []
    write_file(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_is_refused_with_its_option_and_path(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    refused = {
        tmp_path: "it is a folder",
        file / "report.json": "",
        tmp_path / ("n" * 300): "",
        Path("/dev/null"): "",
    }
    for path, why in refused.items():
        with pytest.raises(ReportError) as reported:
            check_writable([(WRITERS[0], path)])
        assert str(reported.value).startswith(f"--report-json cannot be written, {why}")
        assert str(reported.value).endswith(f": {path}")


def test_two_reports_in_one_file_are_refused(tmp_path: Path) -> None:
    first, second = WRITERS[0], WRITERS[-1]
    check_writable([(first, tmp_path / "a"), (second, tmp_path / "b")])
    if first is not second:
        with pytest.raises(ReportError, match="are one file"):
            check_writable([(first, tmp_path / "a"), (second, tmp_path / "." / "a")])


def test_a_report_that_fails_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(json_report, "render", full)
    others = [(writer, tmp_path / writer.option) for writer in WRITERS]
    assert write_all(others, RUN) == [
        f"--report-json could not be written, No space left on device: {tmp_path / 'report-json'}"
    ]
    assert len(list(tmp_path.iterdir())) == len(WRITERS) - 1


def test_a_report_is_wanted_where_its_option_names_a_file() -> None:
    names = {"report-json": "a/b.json"}
    assert requested_reports(names.get) == ((WRITERS[0], Path("a/b.json")),)
    assert requested_reports({}.get) == ()


BLOCKS = """
import pathlib
from reseller_conformance.reference import Application, default_reference

answer = Application(default_reference())

def app(environ, start_response):
    pathlib.Path("r.json").mkdir(exist_ok=True)
    return answer(environ, start_response)
"""


def test_a_report_that_cannot_be_written_in_the_end_is_told_and_the_run_is_not_green(
    tmp_path: Path,
) -> None:
    (tmp_path / "blocks.py").write_text(BLOCKS, encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "blocks:app", "--user", "customer@example.com"),
        *("--report-json", "r.json", "--report-junit", "r.xml", "--", "-k", "dates"),
        env={"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"},
    )
    assert done.returncode == 3
    assert done.stderr == "error: --report-json could not be written, Is a directory: r.json\n"
    assert "conformant" in done.stdout.splitlines()[-1]
    assert (tmp_path / "r.xml").is_file()
