"""The command line: exit codes, one line for each mistake, and what each command prints."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from readers import READERS
from reseller_conformance import __version__
from reseller_conformance.cli import run
from reseller_conformance.cli.commands import main
from reseller_conformance.cli.run import exit_code
from reseller_conformance.config.options import OPTIONS
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.guidance import text_of
from reseller_conformance.requirements import CATALOGUE, by_id

TREE = Path(__file__).parents[1]
SCHEMA = json.loads((TREE / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())",
]
KEY = "Canary-9f8e7d-Key"
CREDENTIALS = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": KEY}
LIMIT = 120
# one for all: filling it takes a second or two
CACHES = str(Path(tempfile.gettempdir()) / "reseller-conformance-tests")


def environment(**more: str) -> dict[str, str]:
    ours = ("RESELLER_", "PYTEST_", "GITHUB_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": CACHES, **more}


def command(
    cwd: Path, *args: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *args],
        cwd=cwd,
        env=environment(**(env or {})),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


def quick(cwd: Path, *args: str, env: Mapping[str, str] | None = None) -> Any:
    """Run the suite at its least."""
    return command(cwd, "run", "--depth", "quick", *args, env=env)


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


def test_an_app_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    done = quick(tmp_path, "--app", "nowhere:app", "--user", "a@example.com", env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: there is no module 'nowhere' here or in the Python path\n"


@pytest.mark.parametrize(
    "module",
    [
        'import os\nraise RuntimeError("bad key " + os.environ["RESELLER_API_KEY"])\n',
        'import os\ndef __getattr__(_):\n    raise RuntimeError(os.environ["RESELLER_API_KEY"])\n',
    ],
    ids=["imported", "looked into"],
)
def test_what_an_app_says_of_its_own_failure_holds_no_key(tmp_path: Path, module: str) -> None:
    (tmp_path / "shop.py").write_text(module)
    done = quick(tmp_path, "--app", "shop:app", "--user", "a@example.com", env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    assert CREDENTIALS["RESELLER_API_KEY"] not in done.stderr
    assert re.fullmatch(
        r"error: .* failed with RuntimeError: .*\*\*\* \(shop.py:[23]\)\n", done.stderr
    )


NOT_STARTING = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette

def database():
    raise RuntimeError("no database at " + KEY)

@asynccontextmanager
async def lifespan(app):
    database()
    yield

import os
KEY = os.environ["RESELLER_API_KEY"]
starlette = Starlette(lifespan=lifespan)

async def plain(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "first\\nno database"})
"""


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["", "workers"])
@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("starlette", "RuntimeError: no database at *** (shop.py:6)"),
        ("plain", "no database"),
    ],
)
def test_an_app_that_does_not_start_is_wrong_usage(
    app: str, why: str, rest: list[str], tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(NOT_STARTING)
    words = ["--app", f"shop:{app}", "--user", "a@example.com", "--report-json", "r.json"]
    done = quick(tmp_path, *words, *rest, env=CREDENTIALS)
    assert (done.returncode, done.stdout) == (2, "")
    worker = "worker gw[01]: " if rest else ""
    expected = f"error: {worker}the application did not start: {re.escape(why)}\n"
    assert re.fullmatch(expected, done.stderr)
    assert not (tmp_path / "r.json").exists()


def test_an_app_without_its_server_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asgi_shop_here.py").write_text("async def app(scope, receive, send): ...\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    assert main(["run", "--app", "asgi_shop_here:app", "--user", "a@example.com"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: an ASGI application needs uvicorn: pip install uvicorn\n"


FAILING = """
import logging, os
from reseller_conformance.reference import Reference, default_reference, Application

KEY = os.environ["RESELLER_API_KEY"]
accounts = default_reference().accounts

class Shop(Reference):
    def find_customer(self, reseller, user):
        print("looking up", user, "with", KEY)
        logging.getLogger("shop").warning("key %s", KEY.encode().hex())
        if "'" in user:
            raise LookupError(f"no customer {user} for {KEY}")
        return super().find_customer(reseller, user)

app = Application(Shop(accounts))

class Refusing(Reference):
    def look_up(self, parameters):
        refusal = super().look_up(parameters)
        print("refusing")
        return refusal

    def refuse(self, wanted, refusal):
        from dataclasses import replace
        return replace(super().refuse(wanted, refusal), status=500)

silent = Application(Refusing(accounts))
"""


@pytest.mark.parametrize("rest", [[], ["--", "-n", "2"]], ids=["", "workers"])
@pytest.mark.parametrize("log", [[], ["--app-log"]], ids=["", "log"])
def test_a_5xx_of_an_app_shows_the_end_of_its_traceback(
    log: list[str], rest: list[str], tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    reports = [f"--report-{kind}=r.{kind}" for kind in ("json", "html", "junit", "markdown")]
    words = ["--app", "shop:app", "--user", "customer@example.com", *log, *reports]
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    done = quick(tmp_path, *words, *rest, env=env)
    assert done.returncode == 1
    said = done.stdout
    assert 'File "shop.py", line 13, in find_customer' in said
    assert re.search(r"LookupError: no customer \S*'\S* for\s+\*\*\*", said)
    assert ("looking up" in said, "WARNING shop: key ***" in said) == (bool(log), bool(log))
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    found = [finding for entry in report["requirements"] for finding in entry["findings"]]
    assert found
    for finding in found:
        failed = finding["status"] == 500
        assert ("LookupError" in finding["app_log"]) == failed
        assert ("looking up" in finding["app_log"]) == bool(log)
    for path in tmp_path.glob("r.*"):
        text = path.read_text(encoding="utf-8")
        assert "LookupError" in text
        assert "Demo-Key-0001" not in text
        assert b"Demo-Key-0001".hex() not in text


def test_where_an_app_raised_nothing_the_way_to_its_output_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    words = ["--app", "shop:silent", "--user", "customer@example.com"]
    only = ["--", "-k", "server_error"]
    assert "--app-log shows what it prints" in quick(tmp_path, *words, *only, env=env).stdout
    said = quick(tmp_path, *words, "--app-log", *only, env=env).stdout
    assert "app       refusing" in said
    assert "--app-log" not in said


def test_a_run_of_an_app_prints_its_heading_first(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(FAILING)
    env = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}
    words = ["--app", "shop:app", "--user", "customer@example.com", "--", "-k", "server_error"]
    said = quick(tmp_path, *words, env=env).stdout
    assert said.startswith(f"reseller-conformance {__version__}")
    assert said.count("target: ") == 1


# --- What needs no run -----------------------------------------------------------------------


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
    for _ in range(2):  # the same files again are no other files
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
    assert capsys.readouterr().err.startswith("error: cannot write there")


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
        asked = {"COMP_WORDS": typed, "COMP_CWORD": words[-1] if shell == "fish" else ""}
        asked["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words))
        done = command(tmp_path, env={variable: f"{shell}_complete", **asked})
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
        f"partial: conformant (2 of {len(CATALOGUE)} requirements)",
        "lightgrey",
    ),
    "partial and violated": (
        {"partial": True, "verdict": "violated"},
        f"partial: violated: 1 MUST, 1 SHOULD (2 of {len(CATALOGUE)} requirements)",
        "red",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_badge_tells_the_verdict(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, message, colour = REPORTS[name]
    failed = [("success.dates", "must"), ("success.dates", "must"), ("values.cycle", "should")]
    report = {
        "verdict": changes.get("verdict", "conformant"),
        "suite": {
            "formats": changes.get("formats", ["json", "xml"]),
            "partial": changes.get("partial", False),
        },
        "requirements": [
            {"id": id, "level": of, "outcome": "failed", "known": ""} for id, of in failed
        ],
    }
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert main(["badge", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schemaVersion": 1,
        "label": "account overview",
        "message": message,
        "color": colour,
    }


# --- serve -----------------------------------------------------------------------------------


def test_serve_says_what_to_paste_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as (said, url):
        user = re.search(r"export RESELLER_API_USER=(\S+)", said)
        key = re.search(r"export RESELLER_API_KEY=(\S+)", said)
        assert f"reseller-conformance run --base-url {url} --user customer@example.com" in said
        assert "--foreign-user " in said
        assert user
        assert key
        query = {
            "api_user": user[1],
            "api_key": key[1],
            "task": "overview",
            "user": "customer@example.com",
        }
        answer = requests.get(f"{url}/apiv2/reseller.account.json", params=query, timeout=10)
        assert answer.json()["package"] == "Silver Package"


def test_serve_never_prints_the_key_of_accounts_of_ones_own(tmp_path: Path) -> None:
    shipped = TREE / "conformance/reseller_conformance/reference/accounts.json"
    accounts = json.loads(shipped.read_text(encoding="utf-8"))
    accounts["resellers"][0]["api_key"] = KEY
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(accounts), encoding="utf-8")
    with serving(tmp_path, "--accounts", str(file)) as (said, _):
        assert KEY not in said
        assert "customer@example.com" in said


def test_a_port_in_use_is_a_mistake(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert re.fullmatch(r"error: cannot listen on .*\n", done.stderr)


@contextmanager
def serving(cwd: Path, *args: str) -> Iterator[tuple[str, str]]:
    """Serve the reference by a process of its own; yield what it says, and its base URL."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *args],
        cwd=cwd,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        said = ""
        while "reseller-conformance run" not in said:
            line = process.stdout.readline()
            assert line, "it has ended"
            said += line
        yield said, re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert process.returncode == 0


# --- What a run comes to -----------------------------------------------------------------------


def result(outcome: Outcome) -> Result:
    return Result(by_id("success.fields"), "json", outcome)


@pytest.mark.parametrize(
    "run, problems, interrupted, code",
    [
        (Run((result(Outcome.PASSED),)), [], False, 0),
        (Run((result(Outcome.FAILED),)), [], False, 1),
        (Run((result(Outcome.ERROR),)), [], False, 3),
        (Run((result(Outcome.NOT_TESTED),)), [], False, 3),
        (Run(()), [], False, 3),
        (None, [], False, 3),
        (Run((result(Outcome.PASSED),)), ["pytest failed"], False, 3),
        (Run((result(Outcome.PASSED),), complete=False), [], False, 3),
        (Run((result(Outcome.PASSED),)), [], True, 130),
        (Run((result(Outcome.FAILED),), complete=False), [], True, 130),
    ],
)
def test_exit_codes(run: Run | None, problems: list[str], interrupted: bool, code: int) -> None:
    assert exit_code(run, problems, interrupted) == code


# --- Streams and folders that are not what they should be ---------------------------------------

SAID = (
    ("requirements",),
    ("explain", "success.dates"),
    ("validate", str(TREE / "schemas/examples/overview.json")),
    ("run", "--depth", "quick", "--", "-k", "success_dates"),
)
needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="waits for a POSIX shell")


def in_shell(cwd: Path, words: Sequence[str], rest: str) -> subprocess.CompletedProcess[str]:
    """Run a command within a shell, which does the rest with its output."""
    script = f'"$@" {rest}'
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )


@needs_sh
@pytest.mark.parametrize("words", SAID, ids=lambda words: words[0])
def test_a_reader_that_has_left_changes_no_exit_code(words: Sequence[str], tmp_path: Path) -> None:
    plain = in_shell(tmp_path, words, "> file; echo $?")
    script = '{ "$@"; echo $? > code; } | true; cat code'
    piped = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert (piped.stdout, piped.stderr) == (plain.stdout, "")


@needs_sh
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="waits for /dev/full")
@pytest.mark.parametrize("words", SAID, ids=lambda words: words[0])
def test_output_that_cannot_be_written_is_one_line(words: Sequence[str], tmp_path: Path) -> None:
    for rest, why in ((">/dev/full", "no space left on device"), (">&-", "it is closed")):
        done = in_shell(tmp_path, words, rest)
        assert done.stderr == f"error: not all output could be written: {why}\n"
        assert done.returncode in (1, 3)


def test_a_terminal_of_no_width_is_written_to(tmp_path: Path) -> None:
    done = quick(tmp_path, env={"COLUMNS": "0"})
    assert done.stdout.splitlines()[-1].startswith("✓ conformant")


@needs_sh
def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, "run"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "error: this folder is gone; change to one that exists: .\n"


@pytest.mark.parametrize("option", ["--report-json", "--baseline"])
def test_a_path_that_is_a_link_to_itself_is_one_line(option: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = quick(tmp_path, option, "loop")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {option} cannot be ")
    assert done.stderr.endswith(": loop\n")
    assert len(done.stderr.splitlines()) == 1


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "reseller_conformance", "--version"]
    said = subprocess.check_output(words, cwd=tmp_path, env=environment(), encoding="utf-8")
    assert said == "reseller-conformance 0.1.0\n"


@needs_sh
@pytest.mark.parametrize("rest", ["", "-- -n 2"], ids=["alone", "workers"])
def test_the_key_may_come_through_a_pipe(rest: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DASHES, encoding="utf-8")
    (tmp_path / "key").write_text("Demo-Key-0001\n", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    words = ["run", "--app", "mine:app", "--user=--", "--depth=quick", "--api-key-file", "pipe"]
    script = f'cat key > pipe & "$@" {rest or "--"} -k success_returned'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=tmp_path,
        env=environment(RESELLER_API_USER="harbour-mail"),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- Runs ------------------------------------------------------------------------------------


def test_what_is_set_about_a_target_needs_one(tmp_path: Path) -> None:
    done = quick(tmp_path, env={**CREDENTIALS, "RESELLER_BASE_URL": "", "RESELLER_USER": "a@b"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: no target: give --base-url URL or --app MODULE:ATTR")
    assert done.stderr.endswith("given without a target: RESELLER_BASE_URL\n")
    assert quick(tmp_path, "--reference", env=CREDENTIALS).returncode == 0


def test_without_options_the_embedded_reference_is_conformant(tmp_path: Path) -> None:
    done = command(tmp_path, "run")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 30
    assert "embedded reference" in done.stdout
    assert lines[0].startswith("reseller-conformance 0.1.0: only the embedded reference is tested")
    assert lines[-1] == "✓ conformant (only the embedded reference was tested)"
    assert list(tmp_path.iterdir()) == []


DASHES = """
from dataclasses import replace
from reseller_conformance.reference import Accounts, Application, Reference, default_reference

first, *others = default_reference().accounts.resellers
named = replace(first.customers[0], user="--")
mine = replace(first, customers=(named, *first.customers[1:]))
app = Application(Reference(Accounts((mine, *others))))
"""


@pytest.mark.parametrize("rest", [[], ["-n", "2"]], ids=["", "workers"])
def test_words_that_look_like_options_reach_the_run(rest: list[str], tmp_path: Path) -> None:
    (tmp_path / "dashes.py").write_text(DASHES, encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "dashes:app", "--user=--", "--user=newsletter@shop.example"),
        *("--foreign-user=-x", "--header=X-Word: --user=-a b", "--report-json=-r.json"),
        *("--", "-k", "returned", *rest),
        env={**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    target = json.loads((tmp_path / "-r.json").read_text(encoding="utf-8"))["target"]
    assert target["customers"] == ["--", "newsletter@shop.example"]
    assert target["foreign_user"] == "-x"


def test_the_json_report_fits_its_schema(tmp_path: Path) -> None:
    done = quick(tmp_path, "--report-json", "out/report.json", "--seed", "7")
    assert done.returncode == 0
    report = json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert (report["verdict"], report["complete"]) == ("conformant", True)
    assert report["suite"]["seed"] == 7
    assert report["target"]["kind"] == "embedded"
    assert report["traffic"]["calls"] > 100
    assert {entry["id"] for entry in report["requirements"]} == {r.id for r in CATALOGUE}


def test_nothing_of_the_current_folder_changes_a_run(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text("raise RuntimeError\n", encoding="utf-8")
    done = quick(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_needs_no_autoloading_of_plugins(tmp_path: Path) -> None:
    done = quick(tmp_path, env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert (done.returncode, done.stderr) == (0, "")


def test_one_format_alone_is_partial(tmp_path: Path) -> None:
    done = quick(tmp_path, "--formats", "xml")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("✓ partial: conformant (xml only")


@pytest.mark.parametrize("rest", [[], ["-n", "2"]], ids=["", "workers"])
def test_messages_name_the_options_of_run(rest: list[str], tmp_path: Path) -> None:
    (tmp_path / "dashes.py").write_text(DASHES, encoding="utf-8")
    account = {**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"}
    args = ["--app", "dashes:app", "--user", "newsletter@shop.example"]
    done = quick(tmp_path, *args, "--", "-k", "customers or foreign", *rest, env=account)
    assert "with --user" in done.stdout
    assert "with --foreign-user" in done.stdout
    assert "--reseller-" not in done.stdout


@pytest.mark.parametrize("rest", [["-n", "2"], ["--numprocesses=2"]], ids=" ".join)
def test_without_xdist_processes_are_refused_with_what_to_install(
    rest: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "find_spec", lambda _: None)
    assert main(["run", "--", *rest]) == 2
    said = capsys.readouterr().err
    assert said == (
        "error: several processes need pytest-xdist, pip install pytest-xdist: " + rest[0] + "\n"
    )


@pytest.mark.parametrize(
    "rest", [["-n", "2"], ["-x"], ["-p", "no:randomly"], ["-W", "error"]], ids=" ".join
)
def test_what_follows_two_dashes_goes_to_pytest(rest: list[str], tmp_path: Path) -> None:
    done = quick(tmp_path, "--", *rest)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("✓ conformant")


@pytest.mark.parametrize(
    ("args", "env", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color"], {"NO_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
    ids=["plain", "forced", "asked for", "refused"],
)
def test_colours_are_only_where_they_are_wanted(
    args: list[str], env: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    done = quick(tmp_path, *args, "--", "-k", "dates", env={"TERM": "xterm", **env})
    assert done.returncode == 0
    assert ("\x1b[" in done.stdout) is coloured


def test_a_part_of_the_suite_says_how_little_it_was(tmp_path: Path) -> None:
    done = quick(tmp_path, "--", "-k", "success_dates or test_dates")
    assert done.returncode == 0
    assert f"1 of {len(CATALOGUE)} requirements tested" in done.stdout.splitlines()[-1]


def test_nothing_selected_is_nothing_verified(tmp_path: Path) -> None:
    done = quick(tmp_path, "--", "-k", "nonsense")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "unverified: nothing was tested\n"


def test_nobody_answering_is_nothing_verified(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    done = quick(
        tmp_path, "--base-url", url, "--user", "a@example.com", "--retries", "0", env=CREDENTIALS
    )
    assert done.returncode == 3
    assert "nobody answers" in done.stdout.splitlines()[-1]
    assert KEY not in done.stdout + done.stderr


def test_a_spent_budget_verifies_nothing_though_nothing_failed(tmp_path: Path) -> None:
    done = quick(tmp_path, "--max-requests", "100", "--report-json", "report.json")
    assert done.returncode == 3
    last = done.stdout.splitlines()[-1]
    assert "no violation so far (the request budget is exhausted: not everything was sent" in last
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["complete"]) == ("unverified", False)
    assert report["traffic"]["calls"] == 100


def test_a_budget_that_suffices_is_no_matter(tmp_path: Path) -> None:
    assert quick(tmp_path, "--max-requests", "9999").returncode == 0


OPEN_TO_ALL = """
from urllib.parse import parse_qs
from reseller_conformance.contract import Format
from reseller_conformance.reference import default_reference

reference = default_reference()
first = reference.accounts.resellers[0]

def app(environ, start_response):
    format = Format(environ["PATH_INFO"].rpartition(".")[2])
    answer = reference.show(format, first.customers[0])
    start_response("200 OK", list(answer.fields.items()))
    return [answer.body]
"""


def test_a_violation_is_shown_and_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "open_to_all.py").write_text(OPEN_TO_ALL, encoding="utf-8")
    done = quick(
        tmp_path,
        *("--app", "open_to_all:app", "--user", "customer@example.com"),
        *("--report-json", "report.json", "--report-html", "report.html"),
        env=CREDENTIALS,
    )
    assert done.returncode == 1
    screen = "\n".join(done.stdout.splitlines()[:24])
    assert re.search(r"✗ violated: \d+ MUST", screen)
    assert "\n✗ rejects." in screen
    assert "\n  curl " in screen
    assert done.stdout.splitlines()[-1].startswith("✗ violated: ")
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["verdict"] == "violated"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Violated: " in page
    assert KEY not in done.stdout + done.stderr + text + page


def test_an_error_inside_pytest_says_nothing_about_the_target(tmp_path: Path) -> None:
    plugin = "def pytest_runtest_protocol():\n    raise RuntimeError('a bug of mine')\n"
    (tmp_path / "broken.py").write_text(plugin, encoding="utf-8")
    done = quick(tmp_path, "--", "-p", "broken", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 3
    assert done.stderr.startswith("error: pytest failed: RuntimeError: a bug of mine\n")


SLOW = """
import pathlib, time
from reseller_conformance.reference import Application, default_reference

answer = Application(default_reference())

def app(environ, start_response):
    pathlib.Path("asked").touch()
    time.sleep(0.2)
    return answer(environ, start_response)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_reports_what_it_has(name: str, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    args = ["--app", "slow:app", "--user", "customer@example.com"]
    args += [f"--{name}={name}" for name in READERS]
    process = subprocess.Popen(
        [*COMMAND, "run", *args, "--", "-p", "no:randomly"],
        cwd=tmp_path,
        env=environment(**{**CREDENTIALS, "RESELLER_API_KEY": "Demo-Key-0001"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    until = time.monotonic() + LIMIT
    while not (tmp_path / "asked").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert err.endswith("interrupted\n")
    assert "Traceback" not in err
    assert "Demo-Key-0001" not in out + err
    for name, read in READERS.items():
        read((tmp_path / name).read_text(encoding="utf-8"))
    report = json.loads((tmp_path / "report-json").read_text(encoding="utf-8"))
    assert report["complete"] is False
    page = (tmp_path / "report-html").read_text(encoding="utf-8")
    assert "This report is incomplete." in page
    assert report["verdict"] != "conformant"


def test_the_exit_code_stands_where_nobody_reads_the_report(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "--depth", "quick"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    process.stdout.close()
    _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_and_then_gone(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "run", "--depth", "quick"],
        cwd=tmp_path,
        env=environment(TERM="xterm", COLUMNS="80"),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert process.wait(timeout=LIMIT) == 0
    text = shown.decode()
    bar, _, report = text.rpartition("\x1b[2K")  # what erases a line
    assert " violated" in bar
    assert "of about" not in report
    assert text.count("reseller-conformance 0") == 1
    assert "conformant" in text.splitlines()[-1]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so where the other end is closed
        return b""
