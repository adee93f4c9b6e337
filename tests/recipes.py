"""The recipes in `examples/first-run` and `examples/ci`, run with the built wheel and the real pip.

`python -m recipes WHEEL` makes an empty environment, runs each recipe in it, and prints a line for
each. It needs uv. `test_recipes` runs the pipelines with the package that the tests use.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

__all__ = ["CI", "GH", "pipeline", "steps"]

EXAMPLES = Path(__file__).parent.parent / "examples"
CI = EXAMPLES / "ci"
SERVED = "https://staging.example.com"
SUITE = "git+https://github.com/OWNER/reseller-conformance@main"
ADDRESS = r"http://127\.0\.0\.1:\d+"
SHOP = (
    "reseller-conformance run --app shop:app --depth quick"
    " --user ada@example.com --user grace@example.com --foreign-user alan@elsewhere.example"
)

FIELDS = {
    "reputation": 100,
    "requests": 500_000,
    "credits_allowed": 50_000,
    "credits_used": 100_000,
    "billing_start_date": "2010-08-30",
    "billing_end_date": "2010-09-29",
    "billing_process_date": "2010-09-30",
}
ACCOUNTS = {
    "resellers": [
        {
            "api_user": "your_username",
            "api_key": "your_key",
            "customers": [
                {"user": "customer@example.com", "package": "Silver", **FIELDS},
                {"user": "second@example.com", "package": "Gold", **FIELDS},
            ],
        },
        {
            "api_user": "another",
            "api_key": "another_key",
            "customers": [{"user": "someone@elsewhere.example", "package": "Bronze", **FIELDS}],
        },
    ]
}

# `gh run download` fetches the report of an earlier run, and `gh pr comment` saves the comment
GH = """#!/bin/sh
case "$1 $2" in
  "run list") echo 17 ;;
  "run download") mkdir -p last && cp report.json last/report.json ;;
  "pr comment") test "$3" = 5 && cp comment.md commented.md ;;
  *) exit 1 ;;
esac
"""


def pipeline(name: str) -> dict[str, Any]:
    """Return the only job of a pipeline."""
    read = yaml.safe_load((CI / name).read_text(encoding="utf-8"))
    (job,) = read.get("jobs", read).values()
    found: dict[str, Any] = job
    return found


def steps(name: str) -> list[str]:
    """Return the commands of a pipeline."""
    job = pipeline(name)
    return job.get("script") or [step["run"] for step in job["steps"] if "run" in step]


class Environment:
    """An environment of its own with only pip, and the commands that run in it."""

    def __init__(self, folder: Path) -> None:
        """Make the environment in this folder."""
        self.bin = folder / "env" / "bin"
        words = ["uv", "--quiet", "venv", "--seed", "--python", sys.executable, str(folder / "env")]
        subprocess.run(words, check=True)
        (self.bin / "gh").write_text(GH)
        (self.bin / "gh").chmod(0o755)

    def variables(self, user: str, key: str) -> dict[str, str]:
        """Return the variables of a shell in this environment."""
        ours = ("PYTHON", "PYTEST", "RESELLER", "GITHUB", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        account = {"RESELLER_API_USER": user, "RESELLER_API_KEY": key}
        return {**kept, **account, "PATH": path, "PULL_REQUEST": "5"}

    def run(self, folder: Path, commands: list[str], user: str, key: str) -> tuple[int, str]:
        """Run the commands in one bash, and return its exit code and its output."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(commands)],
            cwd=folder,
            env=self.variables(user, key),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout

    @contextmanager
    def serving(self, accounts: Path) -> Iterator[str]:
        """Serve these accounts, and provide the address."""
        words = ["reseller-conformance", "serve", "--port", "0", "--accounts", str(accounts)]
        command = [str(self.bin / words[0]), *words[1:]]
        variables = self.variables("", "") | {"PYTHONUNBUFFERED": "1"}
        # Its log is on stderr.
        server = subprocess.Popen(
            command, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with server:
            assert server.stdout
            try:
                printed = (re.search(ADDRESS, line) for line in server.stdout)
                yield next(found[0] for found in printed if found)
            finally:
                server.terminate()


def first_run(environment: Environment, folder: Path) -> str:
    """Run the shop unchanged, and with its fault fixed; return the differences."""
    shop = folder / "shop.py"
    account = ("shop", "Key-Of-The-Shop")
    shutil.copy(EXAMPLES / "first-run" / "shop.py", shop)
    code, output = environment.run(folder, [SHOP], *account)
    if code != 1 or "success.dates" not in output:
        return f"with the fault: exit code {code}\n{output}"
    text = shop.read_text(encoding="utf-8")
    shop.write_text(text.replace('end.strftime("%d/%m/%Y")', "end.isoformat()"), encoding="utf-8")
    code, output = environment.run(folder, [SHOP], *account)
    return f"with the fault mended: exit code {code}\n{output}" if code else ""


def of_pipeline(environment: Environment, folder: Path, name: str, wheel: Path) -> str:
    """Run a pipeline against a correct server; return the differences."""
    shutil.copy(CI / "known.toml", folder)
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps(ACCOUNTS), encoding="utf-8")
    with environment.serving(accounts) as address:
        here = {SUITE: str(wheel), SERVED: address}
        pattern = "|".join(map(re.escape, here))
        commands = [re.sub(pattern, lambda found: here[found[0]], step) for step in steps(name)]
        code, output = environment.run(folder, commands, "your_username", "your_key")
    return f"exit code {code}\n{output}" if code else ""


def main(wheel: Path) -> int:
    """Run every recipe, and return the exit code."""
    problems = {}
    with tempfile.TemporaryDirectory(prefix="recipes-") as temporary:
        environment = Environment(Path(temporary))
        environment.run(Path(temporary), [f"pip install {wheel}"], "", "")
        for name in ("first-run", "github.yml", "gitlab.yml", "probe.yml"):
            folder = Path(temporary) / name
            folder.mkdir()
            if name == "first-run":
                problems[name] = first_run(environment, folder)
            else:
                problems[name] = of_pipeline(environment, folder, name, wheel)
            print(f"{name:16}{problems[name] or 'as it should be'}", flush=True)
    return any(problems.values())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
