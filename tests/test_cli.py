"""The command line: mistakes are one line, and commands without a run print their output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import CREDENTIALS, KEY, command
from reseller_conformance import __version__
from reseller_conformance.cli.commands import main
from reseller_conformance.config.options import OPTIONS
from reseller_conformance.findings.model import Run
from reseller_conformance.guidance import text_of
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.requirements import CATALOGUE
from runs import SUITE

# --- Mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "quick"],
        ["run", "--depth", "deep"],
        ["run", "--depth"],
        ["run", "--user", "customer@example.com"],
        ["run", "--base-url", "staging.example.com"],
        ["run", "--base-url", "https://staging.example.com"],
        ["run", "--base-url", "https://a\nb.example.com\x1b[2J"],
        ["run", "--base-url", ""],
        ["run", "--app", ""],
        ["run", "--report-json", ""],
        ["run", "--user", "a@example.com", "--user", ""],
        ["run", "--seed", "one"],
        ["run", "--api-key", "secret"],
        ["run", "--report-json", "."],
        ["run", "--", "--nonsense"],
        ["run", "--", "nonsense.py"],
        ["serve", "--port", "99999"],
        ["serve", "--accounts", "nonsense.json"],
        ["serve", "--host", "nonsense.invalid"],
        ["requirements", "--level", "nonsense"],
        ["schemas", "nonsense"],
        ["explain"],
        ["explain", "nonsense"],
        ["explain", "a\nb\x1b[2J"],
        ["badge", "nonsense.json"],
        ["badge", "pyproject.toml"],
        ["completion", "nonsense"],
    ],
    ids=lambda args: " ".join(args).encode("unicode_escape").decode(),
)
def test_a_mistake_is_one_line_and_exit_code_2(
    args: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    assert main(args) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: [^\x00-\x1f]+\n", said.err)


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (["diff", "", "new.json"], "OLD"),
        (["diff", "old.json", ""], "NEW"),
        (["validate", "a.json", ""], "FILE"),
        (["badge", ""], "REPORT.json"),
    ],
)
def test_an_empty_name_of_a_file_is_told(
    args: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert capsys.readouterr().err == f"error: the file name is empty: {name}\n"


def test_a_plan_needs_the_app_that_a_run_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    assert main(["run", "--plan", "--app", "nosuch:app", "--user", "a@example.com"]) == 2
    assert capsys.readouterr().err.startswith("error: there is no module 'nosuch'")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--max-requests", "5"], "No rate is set. Only the first 5 are sent."),
        (["--rate", "1/m"], " s at 1/m. A few more calls"),
        (["--rate", "90/m"], " s at 1.5/s. A few more calls"),
    ],
)
def test_a_plan_says_what_limits_it(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--reference", "--plan", *words]) == 0
    assert said in capsys.readouterr().out.splitlines()[-1]


def test_a_plan_of_a_smoke_run_says_what_it_sends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--reference", "--plan", "--depth", "smoke"]) == 0
    documented, invalid, _ = capsys.readouterr().out.splitlines()
    assert documented.endswith("  The documented call for one or two customers in each format.")
    assert invalid.endswith(
        "  A missing task, a missing user and an unknown user, once in each format."
    )


@pytest.mark.parametrize(
    "args",
    [
        *(["KEY"], ["run", "KEY"], ["run", "--depth", "KEY"], ["run", "--KEY"]),
        *(["run", "--", "KEY"], ["run", "--api-key-file", "KEY"], ["validate", "KEY"]),
        *(["explain", "KEY"], ["diff", "KEY", "x"], ["badge", "KEY"], ["serve", "--port", "KEY"]),
        *(["compare", "KEY", "x"], ["schemas", "KEY"], ["completion", "KEY"]),
        *(["run", "--api-key", "KEY"], ["run", "--api-key=KEY"], ["compare", "--api-key", "KEY"]),
        ["run", "--show-config", "--api-key-file", "KEY"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("variable", ["RESELLER_API_KEY", "RESELLER_OLD_API_KEY"])
def test_a_mistake_shows_no_key(
    args: list[str],
    variable: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, KEY)
    assert main([word.replace("KEY", KEY) for word in args]) == 2
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    if any(word.startswith("--api-key=") or word == "--api-key" for word in args):
        assert said.err == (
            "error: the key is never an option, because others can see it: set RESELLER_API_KEY\n"
        )


# --- Commands without a run ------------------------------------------------------------------


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"reseller-conformance {__version__}\n"


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in ("run", "serve", "requirements", "schemas"))


def test_help_fits_a_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for args in ([], ["serve"], ["requirements"], ["explain"], ["badge"], ["schemas"]):
        assert main([*args, "--help"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) <= 26
        assert max(map(len, lines)) <= 80
        assert not any(line.endswith("...") for line in lines if not line.startswith("Usage"))


def test_help_lists_every_option_once_and_what_most_runs_need_on_the_first_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["run", "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  --")]
    said = ["--base-url", "--plan", "--show-config", "--color", "--help"]
    said += [f"--{option.name}" for option in OPTIONS]
    assert sorted(listed) == sorted(said)
    headings = [line for line in lines if re.fullmatch(r"\S.*:", line)]
    assert headings == ["Options:", "Reports:", "More options:"]
    assert lines.index("Reports:") < 24
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", ["run", "compare"])
def test_the_arguments_of_a_command_are_not_among_its_options(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("Options:") + 1].startswith("  --")


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = ("rich", "pytest", "requests", "hypothesis", "jsonschema", "xmlschema", "responses")
    code = "import reseller_conformance.cli.commands, sys; "
    code += f"print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_requirements_lists_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {known.id}  {known.level.upper()}  " in f"\n{out}" for known in CATALOGUE)
    assert main(["requirements", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in entries] == [known.id for known in CATALOGUE]
    assert {"level", "formats", "title", "source", "reason"} < set(entries[0])


def test_requirements_of_one_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements", "--json", "--level", "may"]) == 0
    assert {entry["level"] for entry in json.loads(capsys.readouterr().out)} == {"may"}


def test_schemas_are_printed_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schemas"]) == 0
    folder = Path(capsys.readouterr().out.strip())
    to = tmp_path / "copied"
    for _ in range(2):  # files with the same content may be overwritten
        assert main(["schemas", "--export", str(to)]) == 0
    assert "files in" in capsys.readouterr().out
    report = Path("report.schema.json")
    assert (to / report).read_bytes() == (folder / report).read_bytes()
    assert (to / "xml" / "overview.xsd").is_file()


def test_an_export_overwrites_nothing_that_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "xml" / "overview.xsd"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    assert main(["schemas", "--export", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_an_export_to_where_nothing_can_be_written_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert main(["schemas", "--export", str(blocked / "below")]) == 2
    assert capsys.readouterr().err.startswith("error: --export cannot be written (")


def test_a_requirement_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for known in CATALOGUE:
        assert main(["explain", known.id]) == 0
        assert capsys.readouterr().out == text_of(known)


@pytest.mark.parametrize("word", ["succes.dates", "dates", "Success.Date", "success-dates"])
def test_a_mistyped_requirement_is_named(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", word]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"error: .* \(did you mean .*success\.dates.*\?\): (.*)\n", said)
    assert said.endswith(f": {word}\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_options_and_requirements(shell: str, tmp_path: Path) -> None:
    script = command(tmp_path, "completion", shell)
    assert (script.returncode, script.stderr) == (0, "")
    variable = "_RESELLER_CONFORMANCE_COMPLETE"
    assert f"{variable}={shell}_complete" in script.stdout

    def completed(*words: str) -> str:
        typed = " ".join(["reseller-conformance", *words])
        sent = {"COMP_WORDS": typed, "COMP_CWORD": words[-1] if shell == "fish" else ""}
        sent["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words))
        done = command(tmp_path, env={variable: f"{shell}_complete", **sent})
        return done.stdout

    assert "explain" in completed("ex")
    assert "--report-junit" in completed("run", "--report-j")
    assert "success.dates" in completed("explain", "success.d")


REPORTS = {
    "conformant": ({}, "conformant", "brightgreen"),
    "violated": ({"verdict": "violated"}, "violated: 1 MUST, 1 SHOULD", "red"),
    "unverified": ({"verdict": "unverified"}, "unverified", "lightgrey"),
    "one format": (
        {"partial": True, "formats": ["json"]},
        "partial: conformant (json only)",
        "lightgrey",
    ),
    "selected": (
        {"partial": True},
        f"partial: conformant (3 of {len(CATALOGUE)} requirements)",
        "lightgrey",
    ),
    "smoke": (
        {"depth": "smoke", "left": {"level": "must"}},
        "smoke: conformant",
        "lightgrey",
    ),
    "what counts was not tested": (
        {"left": {"level": "must"}},
        f"conformant (2 of {len(CATALOGUE)})",
        "lightgrey",
    ),
    "partial and violated": (
        {"partial": True, "verdict": "violated"},
        f"partial: violated: 1 MUST, 1 SHOULD (3 of {len(CATALOGUE)} requirements)",
        "red",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_badge_tells_the_verdict(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, message, colour = REPORTS[name]
    failed = [("success.dates", "must"), ("success.dates", "must"), ("values.cycle", "should")]
    entry = {"title": "", "format": "json", "reason": "", "known": "", "findings": []}
    report = as_json(Run((), suite=SUITE))
    report["verdict"] = changes.get("verdict", "conformant")
    report["suite"] |= {name: changes[name] for name in report["suite"] if name in changes}
    report["requirements"] = [
        *({**entry, "id": id, "level": of, "outcome": "failed"} for id, of in failed),
        {
            **entry,
            "id": "a.b",
            "outcome": "not-tested",
            "level": "should",
            **changes.get("left", {}),
        },
    ]
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert main(["badge", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schemaVersion": 1,
        "label": "account overview",
        "message": message,
        "color": colour,
    }
