"""The command line in a process of its own, for tests of what it prints and returns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = [
    "COMMAND",
    "CREDENTIALS",
    "KEY",
    "LIMIT",
    "OPEN_TO_ALL",
    "SCHEMA",
    "TREE",
    "command",
    "environment",
    "quick",
    "read_some",
]

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
PROGRESS = re.compile(r"(?m)^.*\d (?:calls?|checks judged), [\d,]+ violated.*\n")
"""The progress that a run prints on stderr every 30 seconds, if the machine is that slow."""
# one cache for all tests, because filling it takes a second or two
CACHES = str(Path(tempfile.gettempdir()) / "reseller-conformance-tests")


def environment(**more: str) -> dict[str, str]:
    ours = ("RESELLER_", "PYTEST_", "GITHUB_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": CACHES, **more}


def command(
    cwd: Path, *args: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own. Lines of progress are removed from its stderr."""
    done = subprocess.run(
        [*COMMAND, *args],
        cwd=cwd,
        env=environment(**(env or {})),
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    done.stderr = PROGRESS.sub("", done.stderr)
    return done


def quick(cwd: Path, *args: str, env: Mapping[str, str] | None = None) -> Any:
    """Run the suite at its lowest depth for a target."""
    return command(cwd, "run", "--depth", "quick", *args, env=env)


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
"""An application that shows the first account to every call."""


def read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux raises this if the other end is closed
        return b""
