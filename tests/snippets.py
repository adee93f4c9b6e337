"""The blocks of code in README and docs, and a shell in which a reader would type the commands.

In a console block a line that begins with `$ ` is a command, one after a line that ends in a
backslash goes on with it, and the others are what it prints: `…` stands for any text, and on a line
of its own for any lines. A comment above a block says what is not plain from the block:

- `<!-- not run: WHY -->`: it cannot be run here;
- `<!-- under load -->`: it is run by `nox -s soak`, for it takes Locust;
- `<!-- exit N -->`: the exit code of its last command, where that is not 0.
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
    # what is a page of schemas/ is tested with the schemas
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if not path.is_symlink()),
)
SERVED = "https://staging.example.com"
"""What the pages call the implementation under test."""

USER, KEY = "your_username", "your_key"
LIMIT = 120
_DONE = "@@done@@"


@dataclass(frozen=True)
class Block:
    """One block of code: where it stands, its language, its text, the comment above it."""

    page: str
    line: int
    language: str
    text: str
    comment: str

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether it can be run here, and without more than the tests have."""
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
    # what the generators read, kept as empty lines so that numbers stay right
    text = re.sub(r"<!-- (?:end|generated: .*) -->", "", path.read_text(encoding="utf-8"))
    return re.sub(r"\A---\n.*?\n---\n", lambda top: "\n" * top[0].count("\n"), text, flags=re.S)


class Shell:
    """A folder, and the commands that a reader has: ours, and stand-ins for pip and nox."""

    def __init__(self, folder: Path, served: str) -> None:
        """Lay the commands out; `served` is where the implementation under test really is."""
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
        """Return the text with the address at which the implementation is served."""
        return text.replace(SERVED, self._served)

    def run(self, commands: list[tuple[str, bool, bool]]) -> list[tuple[int, str]]:
        """Run the commands in one bash, and return exit code and output of each.

        One that is not to be `whole` judges as little as shows that its words are taken. The first
        of a block runs in the reader's folder, wherever the block before has ended.
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
        """Return what is typed; a run of the reference is that of somebody without an account."""
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
    """Say whether what was printed is what a page shows."""
    # the report ends no line in spaces, but for its table
    lines = [line.rstrip() for line in printed.splitlines()]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n"
        for line in expected.splitlines()
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None
