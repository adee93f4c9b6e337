"""The code blocks of README and docs, and a shell in which a reader would type the commands.

In a console block, a line that begins with `$ ` is a command. A line after one that ends in a
backslash continues it. The other lines are output: `…` matches any text, and on a line of its own
any lines. A comment above a block gives what the block does not show:

- `<!-- not run: WHY -->`: it cannot be run here;
- `<!-- under load -->`: `nox -s soak` runs it, because it needs Locust;
- `<!-- exit N -->`: the exit code of its last command, if that is not 0.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from markdown_it import MarkdownIt

__all__ = ["KEY", "PAGES", "ROOT", "USER", "Block", "Shell", "blocks", "inline", "shows"]

ROOT = Path(__file__).parents[1]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    # pages of schemas/ are tested with the schemas
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if not path.is_symlink()),
)
SERVED = "https://staging.example.com"
"""The URL of the implementation under test, as the pages write it."""

USER, KEY = "your_username", "your_key"
LIMIT = 120
_DONE = "@@done@@"


@dataclass(frozen=True)
class Block:
    """One block of code: its place, its language, its text, the comment above it."""

    page: str
    line: int
    language: str
    text: str
    comment: str

    def __str__(self) -> str:
        """Return its place."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it can be run here, with nothing but what the tests have."""
        return not self.under_load and not re.fullmatch(r"not run: \S.*", self.comment)

    @property
    def under_load(self) -> bool:
        """Whether Locust runs it."""
        return self.comment == "under load"

    @property
    def exit(self) -> int:
        """The exit code of its last command."""
        said = re.fullmatch(r"exit (\d+)", self.comment)
        return int(said[1]) if said else 0

    @property
    def commands(self) -> list[tuple[str, str]]:
        """The commands of a console block, and what each prints."""
        found: list[list[str]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], ""])
            elif found and not found[-1][1] and found[-1][0].endswith("\\"):
                found[-1][0] += f"\n{line}"
            else:
                found[-1][1] += f"{line}\n"
        return [(command, said) for command, said in found]


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a page, without the directives of the generator."""
    found = []
    comment = ""
    for token in MarkdownIt().parse(_body(path)):
        if token.type == "fence" and not token.info.startswith("{"):
            assert token.map
            found.append(Block(path.name, token.map[0] + 1, token.info, token.content, comment))
        said = re.fullmatch(r"\s*<!-- (.+) -->\s*", token.content)
        comment = said[1] if said and token.type == "html_block" else ""
    return found


def inline(path: Path) -> list[str]:
    """Return what is in backticks on a page."""
    tokens = MarkdownIt().enable("table").parse(_body(path))
    children = (child for token in tokens for child in token.children or ())
    return [child.content for child in children if child.type == "code_inline"]


def _body(path: Path) -> str:
    # lines of the generators become empty lines, so that line numbers stay correct
    text = re.sub(r"<!-- (?:end|generated: .*) -->", "", path.read_text(encoding="utf-8"))
    return re.sub(r"\A---\n.*?\n---\n", lambda top: "\n" * top[0].count("\n"), text, flags=re.S)


class Shell:
    """A folder, and the commands of a reader: ours, and stand-ins for pip and nox."""

    def __init__(self, folder: Path, served: str) -> None:
        """Create the commands; `served` is the real address of the implementation under test."""
        self.folder = folder
        self._served = served
        self._bin = folder / ".bin"
        self._bin.mkdir()
        stand_ins = Path(__file__).with_name("stand_ins.py")
        for name in ("reseller-conformance", "pytest", "locust", "pip", "nox"):
            command = self._bin / name
            command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stand_ins}" {name} "$@"\n')
            command.chmod(0o755)

    def here(self, text: str) -> str:
        """Return the text with the real address of the implementation."""
        return text.replace(SERVED, self._served)

    def run(self, commands: list[tuple[str, bool, bool]]) -> list[tuple[int, str]]:
        """Run the commands in one bash, and return exit code and output of each.

        A command that is not `whole` judges only enough to show that its arguments are valid. The
        first command of a block runs in the reader's folder, wherever the block before ended.
        """
        home = f"cd {quote(str(self.folder))}\n"
        script = "".join(
            f"{home * first}export DOCS_WHOLE={'yes' * whole}\n"
            f"{self._typed(command)}\necho {_DONE}$?\n"
            for command, whole, first in commands
        )
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c", f"exec 2>&1\n{script}"],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT * len(commands),
            check=False,
        )
        said = re.split(rf"{_DONE}(\d+)\n", done.stdout)
        return [(int(code), text) for text, code in zip(said[::2], said[1::2], strict=False)]

    def _typed(self, command: str) -> str:
        """Return the command to type. A run of the reference has no credentials."""
        if command.endswith("reseller-conformance run"):
            return f"(unset RESELLER_API_USER RESELLER_API_KEY; {command})"
        return self.here(command)

    def _environment(self) -> dict[str, str]:
        ours = ("RESELLER_", "PYTEST_", "GITHUB_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "100",
            "RESELLER_API_USER": USER,
            "RESELLER_API_KEY": KEY,
        }


def shows(expected: str, printed: str) -> bool:
    """Return whether the output matches the text of a page."""
    # only the table of the report ends lines in spaces
    lines = [line.rstrip() for line in printed.splitlines()]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n"
        for line in expected.splitlines()
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None
