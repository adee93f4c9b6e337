"""The examples of README and docs are run, so that they stay true. `snippets` marks the blocks."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml

from recorded import EXAMPLES, call, har, json_body, xml_body
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cli.commands import commands, main
from reseller_conformance.findings.baseline import load
from reseller_conformance.reference import Application, Reference, read_accounts
from snippets import KEY, PAGES, ROOT, USER, Block, Shell, blocks, inline, shows

BLOCKS = [block for page in PAGES for block in blocks(page)]
BY_NAME = {page.name: page for page in PAGES}
RUN = {"console", "python", "toml", "ini", "yaml"}
READ = {"json": json.loads, "xml": ElementTree.fromstring, "text": str}

OVERVIEW = {
    "reputation": 100,
    "requests": 50000,
    "package": "Silver Package",
    "credits_allowed": 50000,
    "credits_used": 100000,
    "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
}
SECOND = {"user": "second@example.com", **OVERVIEW, "package": "Gold Package"}
ACCOUNTS = {
    "resellers": [
        {
            "api_user": USER,
            "api_key": KEY,
            "customers": [{"user": "customer@example.com", **OVERVIEW}, SECOND],
        },
        {
            "api_user": "another",
            "api_key": "another_key",
            "customers": [{**SECOND, "user": "someone@elsewhere.example"}],
        },
    ]
}

SHOP = f"""
from reseller_conformance.reference import Application, Reference, read_accounts

app = Application(Reference(read_accounts({ACCOUNTS!r})))
"""
DRAFT = """
from shop.api import app as right

def app(environ, start_response):
    return [b"".join(right(environ, start_response)).replace(b"2010-09-29", b"29/09/2010")]
"""


def chosen(*languages: str, where: Callable[[Block], bool] = lambda _: True) -> list[Any]:
    """Return the blocks in these languages that are run, as parameters."""
    wanted = [block for block in BLOCKS if block.language in languages and block.is_run]
    return [pytest.param(block, id=str(block)) for block in wanted if where(block)]


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The implementation that the pages call staging."""
    with serve_app(Application(Reference(read_accounts(ACCOUNTS)))) as url:
        yield url


@pytest.fixture
def shell(tmp_path: Path, served: str) -> Shell:
    """A reader's shell, in a folder with a shop, a faulty draft of it, and saved responses."""
    for name in ("overview.json", "overview.xml", "errors.xml"):
        shutil.copy(EXAMPLES / name, tmp_path)
    har(tmp_path / "calls.har", call("json", json_body()), call("xml", xml_body()))
    shutil.copytree(ROOT / "examples" / "first-run", tmp_path / "examples" / "first-run")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "api.py").write_text(SHOP, encoding="utf-8")
    (tmp_path / "shop" / "draft.py").write_text(DRAFT, encoding="utf-8")
    return Shell(tmp_path, served)


# --- Blocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_run_or_says_why_not(block: Block) -> None:
    known = RUN | set(READ)
    assert block.language in known or not block.is_run, f"{block}: a block of {block.language!r}"
    assert not block.comment or not block.is_run or block.exit, f"{block}: {block.comment}"


TYPED = [block for block in BLOCKS if block.language == "console" and block.is_run]


@pytest.mark.parametrize("page", dict.fromkeys(block.page for block in TYPED))
def test_the_commands_of_a_page_do_what_it_shows(page: str, shell: Shell) -> None:
    _type(shell, [block for block in TYPED if block.page == page])


def _type(shell: Shell, wanted: list[Block]) -> None:
    """Type the commands of a page's blocks in one shell, and compare the output."""
    typed = [(block, *one) for block in wanted for one in block.commands]
    first = {block.commands[0][0] for block in wanted}
    done = shell.run([(command, bool(said), command in first) for _, command, said in typed])
    assert len(done) == len(typed), "a command ended the shell"
    for (block, command, said), (code, printed) in zip(typed, done, strict=True):
        due = block.exit if command == block.commands[-1][0] else 0
        assert code == due, f"{block}: {command}\n{printed}"
        assert not said or shows(shell.here(said), printed), f"{block}: {command}\n{printed}"


@pytest.fixture
def credentials(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a pytest within a test: credentials, and the shop."""
    monkeypatch.setenv("RESELLER_API_USER", USER)
    monkeypatch.setenv("RESELLER_API_KEY", KEY)
    path = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{shell.folder}{os.pathsep}{path}")


# one requirement of the suite is enough, with all tests of the snippet
LEAST = ("--reseller-depth=quick", "-k", "not TestOverview or success_dates")


@pytest.mark.parametrize("block", chosen("python"))
@pytest.mark.usefixtures("credentials")
def test_a_snippet_is_a_test_that_passes(
    block: Block, pytester: pytest.Pytester, shell: Shell
) -> None:
    pytester.makepyfile(test_snippet=shell.here(block.text))
    result = pytester.runpytest("--reseller-reference", "-W", "error", *LEAST)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 0


def is_baseline(block: Block) -> bool:
    return block.language == "toml" and "[[known]]" in block.text


def is_setting(block: Block) -> bool:
    return not is_baseline(block) and not is_config(block)


def is_config(block: Block) -> bool:
    return block.language == "toml" and "base-url = " in block.text


@pytest.mark.parametrize("block", chosen("toml", where=is_config))
def test_a_configuration_file_makes_a_run(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, credentials: None
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reseller-conformance.toml").write_text(block.text, encoding="utf-8")
    assert main(["run", "--show-config"]) == 0


@pytest.mark.parametrize("block", chosen("toml", where=is_baseline))
def test_a_baseline_is_read(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(block.text, encoding="utf-8")
    assert all(entry.why for entry in load(path).entries)


@pytest.mark.parametrize("block", chosen("toml", "ini", where=is_setting))
@pytest.mark.usefixtures("credentials")
def test_settings_of_pytest_make_a_run(
    block: Block, pytester: pytest.Pytester, shell: Shell
) -> None:
    file = {"toml": "pyproject.toml", "ini": "pytest.ini"}[block.language]
    pytester.path.joinpath(file).write_text(shell.here(block.text), encoding="utf-8")
    result = pytester.runpytest("--pyargs", "reseller_conformance.suite", "--strict-config", *LEAST)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == 2


@pytest.mark.parametrize("block", chosen("yaml"))
def test_a_pipeline_is_one(block: Block, shell: Shell) -> None:
    written = yaml.safe_load(block.text)
    if isinstance(written, list):  # the steps of a job of GitHub
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        (ours,) = (step for step in written if "reseller-conformance" in step["uses"])
        assert set(ours["with"]) <= set(action["inputs"])
        return
    for job in written.values():  # of GitLab
        lines = "".join(f"$ {' '.join(line.split())}\n" for line in job["script"])
        _type(shell, [Block(block.page, block.line, "console", lines, "")])
        files = job["artifacts"]["reports"].values()
        assert all((shell.folder / name).is_file() for name in files)


@pytest.mark.parametrize("block", chosen(*READ))
def test_a_text_is_what_it_is_said_to_be(block: Block) -> None:
    READ[block.language](block.text)


@pytest.mark.soak
def test_a_locustfile_makes_the_load_that_the_page_says(shell: Shell) -> None:
    loads = [block for block in BLOCKS if block.under_load]
    typed = [block for block in loads if block.language == "console"]
    for block in loads:
        if block.language == "python":
            (shell.folder / "locustfile.py").write_text(block.text, encoding="utf-8")
            _type(shell, typed)


# --- Names within sentences -----------------------------------------------------------------------


@pytest.mark.parametrize("page", BY_NAME)
def test_a_command_in_a_sentence_is_one(page: str) -> None:
    context = click.Context(commands)
    for said in inline(BY_NAME[page]):
        found = re.search(r"\breseller-conformance ([a-z]+)\b([^|>]*)", said)
        if found is None or found[1] == "CONFORMANCE":
            continue
        command = commands.get_command(context, found[1])
        assert command, said
        known = {word for parameter in command.params for word in parameter.opts}
        before_pytest = found[2].partition(" -- ")[0]
        assert set(re.findall(r"(?<!\S)--[a-z-]+", before_pytest)) <= known, said


@pytest.mark.parametrize("page", BY_NAME)
def test_a_link_leads_to_a_file(page: str) -> None:
    text = BY_NAME[page].read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", text):
        assert (BY_NAME[page].parent / link).exists(), link


@pytest.mark.parametrize("page", BY_NAME)
def test_a_name_of_the_package_is_there(page: str) -> None:
    for text in inline(BY_NAME[page]):
        if found := re.match(r"reseller_conformance(?:\.[a-zA-Z_]+)+$", text):
            module, _, name = found[0].rpartition(".")
            assert hasattr(import_module(module), name) or find_spec(found[0]), text


def test_the_reference_names_every_variable_that_the_package_reads() -> None:
    package = ROOT / "conformance" / "reseller_conformance"
    sources = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    known = set(inline(BY_NAME["reference.md"]))
    assert set(re.findall(r"\bRESELLER_[A-Z_]+\b", sources)) <= known


# --- The packages that pip installs ---------------------------------------------------------------

TOLD = [
    *PAGES,
    *sorted((ROOT / "examples").rglob("*.md")),
    *sorted((ROOT / "conformance").rglob("*.py")),
    ROOT / "CHANGELOG.md",
    ROOT / "action.yml",
]


def test_no_page_and_no_message_installs_this_package_from_an_index() -> None:
    commands = [
        (path.name, command)
        for path in TOLD
        for command in re.findall(r"pip install [^`\n&]+", path.read_text(encoding="utf-8"))
    ]
    assert len(commands) > 10
    ours = re.compile(r"""[ '"]reseller[-_]conformance\b(?!.*\.whl)""")
    assert [one for one in commands if ours.search(one[1])] == []
