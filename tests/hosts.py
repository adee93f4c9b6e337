"""The repositories in `examples/`, as hosts of the plugin, each run in every supported way.

`python -m hosts WHEEL` copies each out of the checkout, installs it with that wheel in an empty
environment, runs its tests, and prints a table. It needs uv. `test_examples` runs each once in
place.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"

# the words after `pytest` in each README
REPOSITORIES = {
    "flask-shop": (),
    "asgi-shop": ("--pyargs", "tests", "reseller_conformance.suite"),
    "billing-client": (),
}

OFF = "plugin off"
STRICT = ("--strict-markers", "--strict-config")
COVERED = ("--cov={package}", "--cov-fail-under=90")
# pytest-randomly is installed, so the order is random unless it is switched off
WAYS = {
    "as it is": ("-p", "no:randomly"),
    "strict markers": (*STRICT, "-p", "no:randomly"),
    "random order": (),
    "two processes": ("-n", "2", "-p", "no:randomly"),
    "coverage": (*COVERED, "-p", "no:randomly"),
    "all of these": (*STRICT, "-n", "2", *COVERED),
    OFF: ("--strict-markers", "-p", "no:reseller_conformance"),
}


def main(wheel: Path) -> int:
    """Run every repository in every way; return the exit code."""
    problems = []
    print(f"{'repository':16}{'way':16}{'seconds':>8}  outcome", flush=True)
    with tempfile.TemporaryDirectory(prefix="hosts-") as folder:
        for name in REPOSITORIES:
            copy, python = installed(name, wheel, Path(folder))
            for way, options in WAYS.items():
                started = time.monotonic()
                code, output = pytest_in(name, copy, python, options)
                taken = time.monotonic() - started
                problem = problem_of(way, code, output)
                said = f"NOT AS IT SHOULD BE: {problem}" if problem else counted(output)
                print(f"{name:16}{way:16}{taken:8.1f}  {said}", flush=True)
                problems += [f"--- {name}, {way}:\n{output[-4000:]}"] if problem else []
    print("\n".join(problems))
    return bool(problems)


def installed(name: str, wheel: Path, folder: Path) -> tuple[Path, Path]:
    """Return a copy of a repository, and the Python of an environment with it and the wheel."""
    copy, home = folder / name, folder / f"{name}-env"
    shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    wheel_here = f"reseller-conformance @ {wheel.resolve().as_uri()}"
    group = f"{copy / 'pyproject.toml'}:test"
    for words in (
        ("venv", "--python", sys.executable, str(home)),
        ("pip", "install", "--python", str(python), wheel_here, str(copy), "--group", group),
    ):
        subprocess.run(["uv", "--quiet", *words], check=True, env=environment())
    where = "import reseller_conformance as ours; print(ours.__file__)"
    came = subprocess.check_output([python, "-c", where], text=True, cwd=copy, env=environment())
    if not Path(came.strip()).resolve().is_relative_to(home.resolve()):
        raise SystemExit(f"{name} is not tested with the wheel, but with {came}")
    return copy, python


def pytest_in(
    name: str, folder: Path, python: Path | str, options: tuple[str, ...], **env: str
) -> tuple[int, str]:
    """Run a repository's tests, and return the exit code and all output."""
    words = [option.format(package=name.replace("-", "_")) for option in options]
    done = subprocess.run(
        [python, "-m", "pytest", *REPOSITORIES[name], *words],
        cwd=folder,
        env=environment() | env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def environment() -> dict[str, str]:
    """Return this environment, without variables that change what runs, or against what."""
    ours = ("PYTHON", "PYTEST", "RESELLER", "GITHUB", "VIRTUAL_ENV", "COV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def problem_of(way: str, code: int, output: str) -> str | None:
    """Return the difference from the expected outcome.

    With the plugin switched off, the host's own tests pass. Those that need the plugin say why they
    cannot run.
    """
    expected = (1, {"passed", "errors"}) if way == OFF else (0, {"passed"})
    outcomes = set(outcomes_of(output)) - {"skipped"}  # without --reseller-expect
    if (code, outcomes) != expected:
        return f"exit code {code}, {counted(output)}"
    if way == OFF and not re.search("the plugin, which is switched off|fixture 'reseller_", output):
        return "the errors do not say that the plugin is switched off"
    return None


def outcomes_of(output: str) -> Counter[str]:
    """Read from pytest's last line how many tests had which outcome."""
    last = next((line for line in reversed(output.splitlines()) if " in " in line), "")
    found = re.findall(r"(\d+) ([a-z]+)(?=,| in )", last)
    return Counter({word: int(count) for count, word in found})


def counted(output: str) -> str:
    """Describe how many tests had which outcome."""
    outcomes = ", ".join(f"{count} {word}" for word, count in outcomes_of(output).items())
    return outcomes or "nothing was run"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
