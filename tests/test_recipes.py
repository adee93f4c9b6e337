"""The pipelines in examples/ci do what they say, with stand-ins for pip and GitHub's command.

`nox -s examples` runs them with the built wheel and the real pip.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipes import CI, GH, pipeline, steps
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.reference import Application, Reference, read_accounts
from snippets import Shell
from test_docs import ACCOUNTS


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "known.toml").write_text((CI / "known.toml").read_text())
    with serve_app(Application(Reference(read_accounts(ACCOUNTS)))) as url:
        found = Shell(tmp_path, url)
        gh = tmp_path / ".bin" / "gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        yield found


def run(shell: Shell, commands: list[str]) -> None:
    done = shell.run([(command, False, False) for command in commands])
    assert len(done) == len(commands)
    for command, (code, printed) in zip(commands, done, strict=True):
        assert code == 0, f"{command}\n{printed}"


def test_the_pull_request_gets_a_comment_of_what_has_changed(shell: Shell) -> None:
    run(shell, ["export PULL_REQUEST=5", *steps("github.yml")])
    assert (shell.folder / "commented.md").read_text().startswith("### Conformance: nothing broke")


def test_without_an_earlier_report_there_is_no_comment(shell: Shell) -> None:
    (shell.folder / ".bin" / "gh").write_text(GH.replace("mkdir -p last && cp", "false && cp"))
    *_, compare = steps("github.yml")
    run(shell, [f"({compare})"])
    assert not (shell.folder / "commented.md").exists()


def test_the_probe_makes_few_calls(shell: Shell) -> None:
    *_, probe = steps("probe.yml")
    run(shell, [f"{probe.rstrip()} --report-json report.json"])
    report = json.loads((shell.folder / "report.json").read_text(encoding="utf-8"))
    assert 0 < report["traffic"]["calls"] <= 12


def test_gitlab_gets_its_reports(shell: Shell) -> None:
    run(shell, steps("gitlab.yml"))
    for name in pipeline("gitlab.yml")["artifacts"]["reports"].values():
        assert (shell.folder / name).is_file()
