"""One run from the command line: pytest in this process, then the report, then the exit code.

What the options mean is left to `settings`, what is asked and judged to the suite and `plugin`.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from rich.console import Console

from reseller_conformance.client import secrets_of
from reseller_conformance.collector import collected
from reseller_conformance.findings import Run, Verdict
from reseller_conformance.interrupts import delivered
from reseller_conformance.options import OPTIONS
from reseller_conformance.reports.screen import Screen
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.reports.text import one_line, visible
from reseller_conformance.reports.writers import ReportError, look_ahead
from reseller_conformance.secret import Scrubber
from reseller_conformance.session import unwritten
from reseller_conformance.settings import Settings, SettingsError, settings_from

__all__ = ["SettingsError", "exit_code", "run"]

SUITE = "reseller_conformance.suite"
HERE = Path(__file__).parent

MOST_LINES = 40
UNVERIFIED, INTERRUPTED = 3, 130
_OF_VERDICT = {Verdict.CONFORMANT: 0, Verdict.VIOLATED: 1, Verdict.UNVERIFIED: UNVERIFIED}


def run(
    words: Mapping[str, object], base_url: str, rest: Sequence[str], color: bool | None = None
) -> int:
    """Run the suite as these words say, print the report, and return the exit code.

    Raises SettingsError before anything is asked.
    """
    settings = settings_from(words, base_url)
    _look_ahead(settings)
    screen = Screen(collected, show=sys.stdout.isatty())
    said = io.StringIO()
    try:
        with redirect_stderr(said), delivered(lambda: screen.interrupted), _caches_elsewhere():
            status = pytest.main(pytest_args(words, base_url, rest), plugins=[screen])
    except Exception as error:
        screen.fail(error)
        status = pytest.ExitCode.INTERNAL_ERROR
    finally:
        screen.close()
    if screen.config:
        screen.problems += unwritten(screen.config)
    scrub = Scrubber(secrets_of(settings.target) if settings.target else []).text
    if status == pytest.ExitCode.USAGE_ERROR and not screen.problems:
        raise SettingsError(_complaint(scrub(said.getvalue())))
    # Many requirements rest on the same code: the first error tells the cause.
    problems = map(_problem, [*screen.problems, *screen.errors[:1]])
    for line in scrub("\n".join([said.getvalue(), *problems])).strip("\n").splitlines():
        click.echo(visible(line), err=True)
    return _tell(screen, color)


def pytest_args(words: Mapping[str, object], base_url: str, rest: Sequence[str]) -> list[str]:
    """Return what pytest is given: nothing of the current folder's configuration counts."""
    args = ["--pyargs", SUITE, "-p", "base_url", "-p", _plugin(), "-p", "no:cacheprovider"]
    args += ["-c", str(HERE / "run.ini"), f"--rootdir={HERE}", "--noconftest"]
    if base_url:
        args.append(f"--base-url={base_url}")
    for option in OPTIONS:
        given = words.get(option.name)
        if option.flag:
            args += [f"--reseller-{option.name}"] * bool(given)
        else:
            values = given if isinstance(given, (list, tuple)) else [given]
            args += [f"--reseller-{option.name}={v}" for v in values if v not in (None, "")]
    return [*args, *rest]


def _look_ahead(settings: Settings) -> None:
    """Refuse what would come to nothing only later, when much has been asked."""
    try:
        look_ahead(settings.reports)
    except ReportError as error:
        raise SettingsError(str(error)) from None
    if settings.app:
        from reseller_conformance.serving import AppError, load_app

        try:
            load_app(settings.app)
        except AppError as error:
            raise SettingsError(str(error)) from None


def exit_code(run: Run | None, problems: Sequence[str], interrupted: bool) -> int:
    """Return what the run comes to for a shell."""
    if interrupted:
        return INTERRUPTED
    if run is None or problems:
        return UNVERIFIED
    return _OF_VERDICT[run.verdict]


def _plugin() -> str:
    """Return the plugin by the name under which pytest loads it itself, so that it loads once."""
    name = "reseller_conformance"
    return name if entry_points(group="pytest11", name=name) else f"{name}.plugin"


@contextmanager
def _caches_elsewhere() -> Iterator[None]:
    """Keep what Hypothesis computes once, tables of Unicode mostly, out of the current folder."""
    name = "HYPOTHESIS_STORAGE_DIRECTORY"
    if name in os.environ:
        yield
        return
    caches = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    os.environ[name] = str(Path(caches or "~/.cache").expanduser() / "reseller-conformance")
    try:
        yield
    finally:
        del os.environ[name]


def _complaint(said: str) -> str:
    """Return the one line that matters of pytest's complaint about its options."""
    found = re.search(r"^\S+: error: (.*)$", said, re.MULTILINE)
    return found[1] if found else one_line(said.replace("ERROR: ", "")).strip()


def _problem(text: str) -> str:
    head, _, body = text.partition("\n")
    last = body.splitlines()[-MOST_LINES:]
    return "\n".join([f"error: {head}", *(f"  {line}" for line in last)])


def _tell(screen: Screen, color: bool | None) -> int:
    code = exit_code(screen.run, screen.problems, screen.interrupted)
    if screen.run and screen.run.results:
        # rich ends the process where whoever reads the report has gone; the exit code stands.
        with suppress(BrokenPipeError, SystemExit):
            print_report(screen.run, _console(color))
    elif code == UNVERIFIED:
        click.echo("unverified: nothing was tested", err=True)
    if code == INTERRUPTED:
        click.echo("interrupted", err=True)
    return code


def _console(color: bool | None) -> Console:
    if color is False:
        return Console(color_system=None, highlight=False)
    return Console(force_terminal=color, highlight=False)
