"""The configuration file: its content, its precedence, and the output of `--show-config`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from reseller_conformance.cli.commands import main
from reseller_conformance.config.file import ConfigError, ConfigFile, given, read_config
from reseller_conformance.config.options import OPTIONS
from snippets import ROOT

OWN, PROJECT = "reseller-conformance.toml", "pyproject.toml"
SCHEMA = json.loads((ROOT / "schemas" / "config.schema.json").read_text(encoding="utf-8"))
NOTHING = {option.name: False if option.flag else () if option.many else None for option in OPTIONS}
WHOLE = """
base-url = "https://staging.example.com"
user = ["customer@example.com", "second@example.com"]
formats = ["json", "xml"]
depth = "quick"
concurrency = 4
timeout = 2.5
keep-going = true
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BASE_URL", "USER", "FOREIGN_USER", "API_USER", "API_KEY", "PROXY"):
        monkeypatch.delenv(f"RESELLER_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


# --- The content of a file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head"), [(OWN, ""), (PROJECT, "[project]\nname = 'x'\n[tool.reseller-conformance]\n")]
)
def test_each_value_is_read_as_the_command_line_has_it(name: str, head: str) -> None:
    Path(name).write_text(head + WHOLE, encoding="utf-8")
    found = read_config(Path.cwd())
    assert found == ConfigFile(
        name,
        {
            "base-url": "https://staging.example.com",
            "user": ("customer@example.com", "second@example.com"),
            "formats": "json,xml",
            "depth": "quick",
            "concurrency": "4",
            "timeout": "2.5",
            "keep-going": True,
        },
    )


def test_the_file_of_its_own_counts_alone() -> None:
    Path(PROJECT).write_text("[tool.reseller-conformance]\nlevel = 'should'\n")
    Path(OWN).write_text("depth = 'smoke'\n")
    assert read_config(Path.cwd()).words == {"depth": "smoke"}


def test_a_project_file_that_does_not_name_the_suite_may_be_anything() -> None:
    Path(PROJECT).write_text("[tool.other\n")
    assert read_config(Path.cwd()) == ConfigFile()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deph = 'quick'", "has an unknown key (did you mean depth?): deph"),
        ("api-key = 'x'", "the key is a secret: set RESELLER_API_KEY, and remove"),
        ("api-user = 'x'", "set RESELLER_API_USER, and remove"),
        ("header = ['a: b']", "a header may hold a secret"),
        ("proxy = 'http://me:secret@proxy:1'", "a password is a secret: set RESELLER_PROXY"),
        ("keep-going = 'yes'", 'keep-going must be true or false, not: "yes"'),
        ("user = [1]", "user must be a list of texts, not: [1]"),
        ("user = ['']", 'user must be a list of texts, not: [""]'),
        ("depth = true", "depth must be a text or a number, not: true"),
        ("rate = 2010-01-01", "rate must be a text or a number, not: 2010-01-01"),
        ("depth = ''", "the value is empty: depth"),
        ("depth = ['quick']", 'depth must be a text or a number, not: ["quick"]'),
        ("depth =", f"the file is not TOML (Invalid value (at line 1, column 8)): {OWN}"),
    ],
)
def test_what_a_file_cannot_hold_is_told_in_one_line(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(OWN).write_text(text + "\n")
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert "secret@" not in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[tool]\nreseller-conformance = true\n", "true"),
        ("[[tool.reseller-conformance]]\napi-key = 'Secret-1'\n", "a list"),
    ],
)
def test_a_table_that_is_no_table_is_told(text: str, shown: str) -> None:
    Path(PROJECT).write_text(text)
    with pytest.raises(ConfigError, match=f"must be a table, not: {shown}$"):
        read_config(Path.cwd())


@pytest.mark.parametrize("rest", [[], ["--plan"], ["--show-config"]])
def test_a_wrong_value_is_blamed_on_where_it_is_from(
    rest: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(OWN).write_text("rate = 5\nbase-url = 'localhost'\n")
    assert main(["run", *rest]) == 2
    assert f"error: {OWN}: base-url must be http://HOST" in capsys.readouterr().err
    assert main(["run", "--base-url", "localhost", *rest]) == 2
    assert "error: --base-url must be http://HOST" in capsys.readouterr().err
    assert main(["run", "--reference", *rest]) == 2
    assert f"error: {OWN}: rate must be " in capsys.readouterr().err
    assert main(["run", "--reference", "--rate", "6", *rest]) == 2
    assert "error: --rate must be " in capsys.readouterr().err


def test_a_folder_of_its_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "reseller-conformance.toml").mkdir()
    with pytest.raises(ConfigError, match=r"is a folder; rename it: reseller-conformance\.toml$"):
        read_config(tmp_path)


def test_a_file_that_is_no_text_is_told() -> None:
    Path(OWN).write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_config(Path.cwd())


# --- Precedence -----------------------------------------------------------------------------------


def counts(
    file: Mapping[str, object], env: Mapping[str, str] = {}, url: str | None = None, **words: object
) -> tuple[str | None, dict[str, object]]:
    reported = {**NOTHING, **{name.replace("_", "-"): word for name, word in words.items()}}
    found = given(reported, url, env, ConfigFile(OWN, file))
    return found.base_url, {name: word for name, word in found.words.items() if word}


def test_an_option_wins_over_the_file() -> None:
    assert counts({"depth": "quick"}, depth="smoke") == (None, {"depth": "smoke"})
    assert counts({"user": ("a", "b")}, user=("c",)) == (None, {"user": ("c",)})


def test_the_environment_wins_over_the_file_when_it_is_empty_too() -> None:
    file = {"user": ("a",), "base-url": "https://file.example"}
    for value in ("https://env.example", ""):
        assert counts(file, {"RESELLER_BASE_URL": value}) == (None, {"user": ("a",)})
    assert counts(file, {"RESELLER_USER": "b"}) == ("https://file.example", {})


def test_a_target_that_is_named_takes_the_place_of_that_of_the_file() -> None:
    app = {"app": "shop:app", "app-log": True, "user": ("a",)}
    live = {"base-url": "https://file.example", "user": ("a",)}
    assert counts(app, url="https://x") == ("https://x", {"user": ("a",)})
    assert counts(app, {"RESELLER_BASE_URL": "https://x"}) == (None, {"user": ("a",)})
    assert counts(live, app="mine:app") == (None, {"app": "mine:app", "user": ("a",)})
    for file in (app, live):
        assert counts(file, reference=True) == (None, {"reference": True})
    assert counts({"reference": True}, url="https://x") == ("https://x", {})


def test_a_file_that_names_a_target_makes_a_run_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESELLER_API_USER", "me")
    monkeypatch.setenv("RESELLER_API_KEY", "a-key-of-mine")
    Path(OWN).write_text(WHOLE)
    assert main(["run", "--plan", "--depth", "smoke"]) == 0
    assert "at 10/s" in capsys.readouterr().out


def test_a_file_about_a_target_without_one_is_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(OWN).write_text("user = 'a@example.com'\n")
    assert main(["run"]) == 2
    assert "no target: give --base-url URL" in capsys.readouterr().err


# --- The output -----------------------------------------------------------------------------------


def test_each_value_is_shown_with_its_origin_and_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESELLER_API_KEY", "a-key-of-mine")
    monkeypatch.setenv("RESELLER_API_USER", "me")
    monkeypatch.setenv("RESELLER_PROXY", "http://me:a-password@proxy.example:8080")
    monkeypatch.setenv("RESELLER_USER", "first@example.com\nsecond@example.com")
    Path(OWN).write_text("depth = 'quick'\nbase-url = 'https://staging.example.com'\n")
    words = ["--timeout", "3", "--header", "Authorization: Bearer my-token"]
    assert main(["run", "--show-config", *words]) == 0
    said = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines()}
    assert rows["depth"] == ["quick", OWN]
    assert rows["base-url"] == ["https://staging.example.com", OWN]
    assert rows["user"] == ["first@example.com,", "second@example.com", "RESELLER_USER"]
    assert rows["timeout"] == ["3", "option"]
    assert rows["level"] == ["must", "default"]
    assert rows["RESELLER_API_KEY"] == ["set", "environment"]
    for secret in ("a-key-of-mine", "a-password", "my-token"):
        assert secret not in said


def test_what_makes_no_run_is_shown_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--show-config", "--depth", "deep"]) == 2
    said = capsys.readouterr()
    assert "depth" in said.out
    assert said.err.endswith("not: deep\n")


# --- The schema for editors -----------------------------------------------------------------------


def test_the_schema_accepts_what_the_suite_reads() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(tomllib.loads(WHOLE), SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["deph = 'quick'", "header = ['a: b']", "api-key = 'x'", "keep-going = 'yes'", "user = [1]"],
)
def test_the_schema_refuses_what_the_suite_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)
