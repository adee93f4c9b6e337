"""`validate` on bodies, lines, and mistakes: verdicts, exit codes and what is shown."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recorded import EXAMPLES, KEY, json_body, xml_body
from reseller_conformance.cli.commands import main
from reseller_conformance.reports.registry import WRITERS, Writer

SCHEMA = json.loads((EXAMPLES.parent / "report.schema.json").read_text(encoding="utf-8"))


def judged(*args: object, code: int) -> dict[str, Any]:
    """Validate, and return the JSON report; the exit code must be this."""
    report = Path("report.json")
    assert main(["validate", *map(str, args), "--report-json", str(report)]) == code
    reported: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(reported)
    return reported


def failed(report: dict[str, Any], level: str = "must") -> list[str]:
    """Return the requirements of this level that failed."""
    found = [r for r in report["requirements"] if r["outcome"] == "failed" and r["level"] == level]
    return list(dict.fromkeys(result["id"] for result in found))


def finding(report: dict[str, Any], requirement: str) -> dict[str, Any]:
    """Return the first finding of a requirement."""
    found = (r["findings"] for r in report["requirements"] if r["id"] == requirement)
    return next(findings[0] for findings in found if findings)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


# --- One body --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_the_pages_own_examples_are_conformant(path: Path) -> None:
    report = judged(path, code=0)
    assert report["verdict"] == "conformant"
    assert report["target"]["files"] == [{"file": str(path), "answers": 1, "passed_over": {}}]
    formats = {result["format"] for result in report["requirements"]}
    assert formats == {path.suffix.removeprefix(".")}


def test_the_report_names_the_file_and_its_departure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("broken.json").write_text(json_body(billing_end_date="2010-02-30"))
    assert main(["validate", "broken.json"]) == 1
    shown = capsys.readouterr().out
    assert "judged: 1 saved response in broken.json" in shown
    assert "found in  broken.json" in shown
    assert "success.dates" in shown
    assert "curl" not in shown


@pytest.mark.parametrize(
    ("body", "format"),
    [
        (json_body(), "json"),
        (xml_body(), "xml"),
        ("\ufeff" + xml_body().replace("ISO-8859-1", "UTF-8"), "xml"),
        (" \n" + json_body(), "json"),
    ],
)
def test_the_format_is_that_in_which_the_body_begins(
    body: str, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, body.encode())
    report = judged("-", code=0)
    assert report["suite"]["formats"] == [format]
    assert report["target"]["files"][0]["file"] == "stdin"


def test_utf_16_is_xml_as_well() -> None:
    text = xml_body().replace("ISO-8859-1", "UTF-16")
    Path("body").write_bytes(text.encode("utf-16"))
    assert judged("body", code=0)["suite"]["formats"] == ["xml"]


def test_a_body_in_another_format_than_its_name_says_is_in_the_wrong_one() -> None:
    Path("overview.json").write_text(xml_body())
    assert failed(judged("overview.json", code=1)) == ["readable.format"]


def test_the_format_may_be_said() -> None:
    Path("overview.txt").write_text(xml_body())
    assert failed(judged("overview.txt", "--format", "json", code=1)) == ["readable.format"]


def test_the_charset_of_the_header_rules() -> None:
    Path("overview.xml").write_bytes(xml_body(package="Café").encode("utf-8"))
    header = "application/xml; charset=us-ascii"
    report = judged("overview.xml", "--content-type", header, "--level", "should", code=1)
    assert failed(report, "should") == ["http.charset"]
    fitting = "application/xml; charset=utf-8"
    assert judged("overview.xml", "--content-type", fitting, "--level", "should", code=0)


def test_the_media_type_is_judged_where_it_is_given() -> None:
    report = judged(EXAMPLES / "overview.json", "--content-type", "application/xml", code=0)
    assert failed(report, "should") == ["http.content-type"]


@pytest.mark.parametrize(
    ("name", "expected", "violated"),
    [
        ("overview.json", "overview", []),
        ("errors.xml", "error", []),
        ("errors.json", "overview", ["success.returned"]),
        ("overview.xml", "error", ["errors.shape"]),
    ],
)
def test_what_is_due_may_be_said(name: str, expected: str, violated: list[str]) -> None:
    report = judged(EXAMPLES / name, "--expect", expected, code=bool(violated))
    assert failed(report) == violated


def test_a_should_fails_only_where_it_is_asked_for() -> None:
    Path("overview.json").write_text(json_body(reputation=101))
    assert failed(judged("overview.json", code=0), "should") == ["values.reputation"]
    assert judged("overview.json", "--level", "should", code=1)["verdict"] == "violated"


def test_an_empty_file_is_an_answer_without_a_body() -> None:
    Path("empty.xml").touch()
    assert failed(judged("empty.xml", code=1)) == ["http.body"]


def test_a_binary_file_is_in_no_format() -> None:
    Path("binary.json").write_bytes(bytes(range(256)) * 10)
    assert failed(judged("binary.json", code=1)) == ["readable.format"]


def test_a_body_longer_than_any_envelope_is_not_read_to_its_end() -> None:
    Path("long.json").write_bytes(b"[" * 3_000_000)
    assert failed(judged("long.json", code=1)) == ["http.complete"]


def test_the_key_of_the_environment_is_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESELLER_API_KEY", KEY)
    Path("errors.json").write_text(json.dumps({"message": "failed", "errors": [f"bad key {KEY}"]}))
    report = judged("errors.json", code=1)
    assert "***" in finding(report, "errors.message")["excerpt"]
    assert KEY not in json.dumps(report)
    assert KEY not in capsys.readouterr().out


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.option)
def test_every_report_of_a_run_can_be_written(writer: Writer) -> None:
    Path("broken.json").write_text(json_body(billing_end_date="2010-02-30"))
    assert main(["validate", "broken.json", f"--{writer.option}", "report"]) == 1
    assert "broken.json" in Path("report").read_text(encoding="utf-8")


# --- Lines -----------------------------------------------------------------------------------


def test_each_line_is_a_body_and_empty_ones_are_none() -> None:
    lines = [json_body(), "", json_body(credits_used="-1"), "  ", "no JSON", '{"message":"error"}']
    Path("bodies.ndjson").write_text("\r\n".join(lines))
    report = judged("bodies.ndjson", code=1)
    assert report["target"]["files"][0]["answers"] == 4
    assert finding(report, "success.counts")["case"] == "bodies.ndjson, line 3"
    assert finding(report, "readable.format")["case"] == "bodies.ndjson, line 5"
    assert finding(report, "errors.list")["case"] == "bodies.ndjson, line 6"


def test_the_mark_of_a_file_of_lines_is_no_bodys() -> None:
    Path("bodies.ndjson").write_text(f"\ufeff{json_body()}", encoding="utf-8")
    assert judged("bodies.ndjson", code=0)


def test_a_pipe_is_read_once() -> None:
    os.mkfifo("pipe")
    written = threading.Thread(target=Path("pipe").write_text, args=[json_body()])
    written.start()
    assert judged("pipe", code=0)["target"]["files"][0]["answers"] == 1
    written.join()


def test_lines_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, f"{json_body()}\n{json_body()}".encode())
    assert judged("-", "--ndjson", code=0)["target"]["files"][0]["answers"] == 2


def test_a_line_longer_than_any_envelope_is_one_departure() -> None:
    Path("bodies.jsonl").write_text("[" * 2_500_000 + "\n" + json_body())
    report = judged("bodies.jsonl", code=1)
    assert report["target"]["files"][0]["answers"] == 2
    assert failed(report) == ["http.complete"]


def test_findings_are_bounded_and_counted() -> None:
    bodies = [json_body(billing_end_date=f"2010-02-30-{turn}") for turn in range(1000)]
    bodies += [json_body(**{f"more_{turn}a": turn}) for turn in "abcdefghijklmnopqrstuvwxyz"]
    Path("bodies.ndjson").write_text("\n".join(bodies))
    report = judged("bodies.ndjson", code=1)
    dates = finding(report, "success.dates")
    places = [f"bodies.ndjson, line {line}" for line in (1, 2, 3)]
    assert dates["case"] == f"{'; '.join(places)}; 997 more"
    assert dates["times"] == 1000
    closed = next(r for r in report["requirements"] if r["id"] == "success.no-extras")
    assert len(closed["findings"]) == 10
    assert "26 of 1,026 responses" in closed["reason"]


def test_memory_does_not_grow_with_the_lines() -> None:
    line = json_body(billing_end_date="2010-02-30") + "\n"
    peaks = []
    for times in (50, 1000):
        Path("bodies.ndjson").write_text(line * times)
        judged("bodies.ndjson", code=1)
        tracemalloc.start()
        judged("bodies.ndjson", code=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


# --- Several files, and mistakes -------------------------------------------------------------


def test_several_files_are_one_run() -> None:
    report = judged(*sorted(EXAMPLES.iterdir()), code=0)
    assert [file["answers"] for file in report["target"]["files"]] == [1, 1, 1, 1]
    # the page's own examples are not one account
    assert "consistency.formats" not in {result["id"] for result in report["requirements"]}


@pytest.mark.parametrize(
    "args",
    [
        ["nowhere.json"],
        ["."],
        ["nothing"],
        ["words"],
        ["list.har"],
        ["nothing.har"],
        ["-", "-"],
        [],
        ["--format", "yaml", "words"],
        ["--expect", "both", "words"],
        ["--level", "may", "words"],
        ["--report-json", ".", "words"],
        ["a\nb\x1b[2J.json"],
        ["a\0b"],
    ],
    ids=lambda args: " ".join(args).encode("unicode_escape").decode(),
)
def test_a_mistake_is_one_line_and_exit_code_2(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("nothing").touch()
    Path("words").write_text("neither JSON nor XML")
    Path("list.har").write_text("[]")
    Path("nothing.har").touch()
    assert main(["validate", *args]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: [^\x00-\x1f]+\n", said.err)


def test_nothing_is_judged_where_a_file_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(EXAMPLES / "overview.json"), "nowhere.json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: the file cannot be read (No such file or directory): nowhere.json\n"


def test_no_line_at_all_verifies_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bodies.ndjson").write_text("\n\n")
    report = judged("bodies.ndjson", code=3)
    assert report["verdict"] == "unverified"
    said = capsys.readouterr()
    assert said.err == "unverified: nothing was judged; there is no response in bodies.ndjson\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    Path("bodies.ndjson").write_text(f"{json_body()}\n" * 3)
    assert main(["validate", "bodies.ndjson"]) == 0
    assert "responses judged" not in capsys.readouterr().out
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["validate", "bodies.ndjson"]) == 0
    assert "responses judged" in terminal.getvalue()


def test_a_body_gives_no_commands_to_github(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("errors.json").write_text('{"message":\n"failed", "errors": [":: \\n::error::x"]}')
    assert main(["validate", "errors.json"]) == 1
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("::stop-commands::")
    end = lines.index(f"::{first.rpartition('::')[2]}::")
    assert lines[end + 1].startswith("::error title=MUST errors.message")
    assert "errors.message" in Path("summary.md").read_text(encoding="utf-8")


def test_an_interrupt_keeps_what_was_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reseller_conformance.offline import bodies

    def interrupted(*_: object) -> Any:
        yield from ()
        raise KeyboardInterrupt

    Path("bodies.ndjson").write_text(json_body())
    monkeypatch.setattr(bodies, "lines", interrupted)
    report = judged(EXAMPLES / "overview.json", "bodies.ndjson", code=130)
    assert (report["verdict"], report["complete"]) == ("unverified", False)
    assert "not everything was read" in capsys.readouterr().out


def reasons(report) -> dict[str, str]:
    return {result["id"]: result["reason"] for result in report["requirements"]}


def test_what_was_not_saved_is_the_reason_for_what_was_not_tested() -> None:
    Path("body.json").write_text(json_body())
    said = reasons(judged("body.json", code=0))
    assert said["http.content-type"] == "no readable body was saved with its headers"
    assert said["http.charset"] == "no readable body was saved with its Content-Type"
    assert said["errors.shape"] == "no error envelope was saved"
    assert "http.status" not in said  # only a recorded call has a status


def test_what_no_file_can_hold_is_not_mentioned() -> None:
    Path("body.json").write_text(json_body())
    never = {"http.delivered", "http.timeout", "http.retries", "rejects.api-key-wrong"}
    assert never.isdisjoint(reasons(judged("body.json", code=0)))


def test_an_overview_where_an_error_is_due_is_judged_once() -> None:
    Path("body.json").write_text(json_body())
    report = judged("body.json", "--expect", "error", code=1)
    assert failed(report) == ["errors.shape"]
    assert reasons(report)["errors.shape"] == "an overview (1 of 1 responses violate it)"
