"""The commands that the docs name, as a test runs them: `stand_ins.py NAME ARGUMENTS…`.

`reseller-conformance` and `pytest` are real, at the lowest depth. Unless `$DOCS_WHOLE` is set, they
judge only one requirement. `locust` makes a small load for a short time. Commands that run until
Ctrl-C get it. `pip` and `nox` would need the network, so only their arguments are checked.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEAST = [] if os.environ.get("DOCS_WHOLE") else ["-k", "success_dates"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def reseller_conformance(args: list[str]) -> int:
    """Run the command itself."""
    from reseller_conformance.cli.commands import main

    if args[:1] == ["run"]:
        depth = [] if "--depth" in args else ["--depth", "quick"]
        rest = args.index("--") if "--" in args else len(args)
        args = ["run", *depth, *args[1:rest], "--", *LEAST, *args[rest + 1 :]]
    if args[:1] == ["serve"]:
        args += ["--port", "0"]
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.alarm(3)
        return 0 if main(args) in (0, 130) else 1
    return main(args)


def pytest(args: list[str]) -> int:
    """Run pytest itself."""
    import pytest

    return pytest.main(["-p", "no:cacheprovider", "--reseller-depth=quick", *LEAST, *args])


def locust(args: list[str]) -> int:
    """Run Locust itself; the last of repeated options counts."""
    small = ["--users", "2", "--spawn-rate", "2", "--run-time", "4s"]
    return subprocess.call([sys.executable, "-m", "locust", *args, *small])


def pip(args: list[str]) -> int:
    """Check that each package is a path of this project, one of its extras, or a dependency.

    This project is in no index: a checkout or a repository is named.
    """
    assert args[0] == "install", args
    project = PROJECT["project"]
    used = " ".join(map(str, [project["dependencies"], PROJECT["dependency-groups"]]))
    for wanted in args[1:]:
        name, extras = re.fullmatch(r"([\w./:@+-]+)(?:\[(.+)\])?", wanted).groups()
        here = name == "." or re.search(rf"/{project['name']}(@main)?$", name)
        assert here or name == "nox" or f"'{name}" in used, wanted
        assert set((extras or "").split(",")) <= {"", *project["optional-dependencies"]}, wanted
    return 0


def nox(args: list[str]) -> int:
    """Check that each session exists."""
    assert args[0] == "-s", args
    sessions = re.findall(r"(?m)^def (\w+)\(session", (ROOT / "noxfile.py").read_text())
    wanted = args[1 : args.index("--") if "--" in args else None]
    assert set(wanted) <= set(sessions), wanted
    return 0


COMMANDS = {one.__name__: one for one in (reseller_conformance, pytest, locust, pip, nox)}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1].replace("-", "_")](sys.argv[2:]))
