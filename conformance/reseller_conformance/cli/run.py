"""One run from the command line: pytest in this process, then the report, then the exit code.

`settings` reads the options. The suite and `plugin` send and judge the calls.
"""

from __future__ import annotations

import gc
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from dataclasses import replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from reseller_conformance.cli.progress import watch_on
from reseller_conformance.cli.screen import Screen
from reseller_conformance.cli.signals import signals_as_interrupts, unblock_signals
from reseller_conformance.client import scrubber_of
from reseller_conformance.config.file import ConfigError, Given, given, read_config
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.options import OPTIONS, dest
from reseller_conformance.config.settings import Settings, settings_from
from reseller_conformance.findings.model import ExitCode, Run
from reseller_conformance.pytest_support.collector import collected, interrupted, progress_of
from reseller_conformance.pytest_support.session import announced, unwritten
from reseller_conformance.pytest_support.session_settings import preflight
from reseller_conformance.pytest_support.session_target import embedded_target
from reseller_conformance.reports import github
from reseller_conformance.reports.registry import write_all
from reseller_conformance.reports.terminal import print_heading, print_report
from reseller_conformance.reports.terminal_page import console_for
from reseller_conformance.reports.text import one_line, visible
from reseller_conformance.suite.plan_preview import preview

__all__ = [
    "SettingsError",
    "configured",
    "exit_code",
    "located",
    "run",
    "show_config",
    "show_plan",
]

SUITE = "reseller_conformance.suite"
HERE = Path(__file__).parent

MAX_TRACEBACK_LINES = 40


def run(
    words: Mapping[str, object],
    base_url: str | None,
    rest: Sequence[str],
    color: bool | None = None,
) -> int:
    """Run the suite with these options, print the report, and return the exit code.

    Raises SettingsError before any request.
    """
    settings = settings_from(words, base_url)
    if settings.missing_target:
        raise SettingsError(settings.missing_target)
    words = {**words, "reference": settings.target is None}
    preflight(settings)
    if settings.unknown_before:
        click.echo(f"note: {visible(settings.unknown_before)}", err=True)
    with _key_in_environment(words, settings):
        return _run(settings, words, base_url, rest, color)


def configured(words: Mapping[str, object], base_url: str | None) -> Given:
    """Return the values that apply, from options, environment and the file of this folder.

    Raises SettingsError if the file cannot be used.
    """
    try:
        return given(words, base_url, os.environ, read_config(Path.cwd()))
    except ConfigError as error:
        raise SettingsError(str(error)) from None


@contextmanager
def located(counts: Given) -> Iterator[None]:
    """Name the file in the error of a value that is from there."""
    try:
        yield
    except SettingsError as error:
        raise SettingsError(counts.located(error)) from None


def show_config(counts: Given) -> int:
    """Print the value of each option and its origin, and whether credentials are set.

    Raises SettingsError if one is invalid.
    """
    rows = [(one.name, one.value, one.origin) for one in counts.sources()]
    rows += [
        (name, "set" if os.environ.get(name) else "not set", "environment")
        for name in ("RESELLER_API_USER", "RESELLER_API_KEY")
    ]
    wide, wider = (max(len(visible(row[column])) for row in rows) for column in (0, 1))
    for name, value, origin in rows:
        click.echo(f"{name:{wide}}  {visible(value):{wider}}  {origin}")
    settings = settings_from(counts.words, counts.base_url)
    if settings.missing_target:
        raise SettingsError(settings.missing_target)
    return ExitCode.CONFORMANT


def show_plan(words: Mapping[str, object], base_url: str | None, rest: Sequence[str]) -> int:
    """Print what a run with these options would send, and send nothing.

    Raises SettingsError if an option is invalid.
    """
    settings = settings_from(words, base_url)
    if settings.missing_target:
        raise SettingsError(settings.missing_target)
    if rest:
        raise SettingsError(f"--plan takes --only and --skip, no options of pytest: {rest[0]}")
    preflight(settings)
    for line in preview(settings.target or embedded_target(), settings):
        click.echo(line)
    return ExitCode.CONFORMANT


def _run(
    settings: Settings,
    words: Mapping[str, object],
    base_url: str | None,
    rest: Sequence[str],
    color: bool | None,
) -> int:
    watched = github.is_github_actions(os.environ)
    with github.stop_commands(click.echo) if watched else nullcontext():
        screen = _judge(settings, pytest_args(base_url, rest), _Given(words), color)
        code = _print_result(screen, color)
    if watched and screen.run:
        github.report_run(screen.run, os.environ, click.echo)
    return code


@contextmanager
def _key_in_environment(words: dict[str, object], settings: Settings) -> Iterator[None]:
    """Pass the key to pytest and its workers in the environment.

    The file of `--api-key-file` may be a pipe, which can be read only once.
    """
    name = "RESELLER_API_KEY"
    if not words.pop("api-key-file", None) or settings.target is None:
        yield
        return
    before = os.environ.get(name)
    os.environ[name] = settings.target.api_key.reveal()
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _judge(settings: Settings, args: list[str], given: _Given, color: bool | None) -> Screen:
    """Run pytest, print its error messages, and return its screen."""
    screen = Screen(
        collected,
        announce=lambda config: print_heading(announced(config), console_for(color)),
        progress=progress_of,
        watch=watch_on(sys.stdout, sys.stderr),
        starts=settings.app is not None,
    )
    messages = io.StringIO()
    interrupts = signals_as_interrupts(lambda: screen.interrupted or interrupted(screen.config))
    with redirect_stderr(messages), interrupts, _caches_elsewhere(), _tuned():
        status = _session(args, screen, given, settings)
    if screen.config:
        screen.problems += unwritten(screen.config)
    scrub = scrubber_of(settings.target).text if settings.target else str
    if status == pytest.ExitCode.USAGE_ERROR and not screen.problems:
        raise SettingsError(scrub(_complaint(messages.getvalue())))
    # Many requirements use the same code: the first error shows the cause.
    problems = map(_problem, [*screen.problems, *screen.errors[:1]])
    for line in scrub("\n".join([messages.getvalue(), *problems])).strip("\n").splitlines():
        click.echo(visible(line), err=True)
    return screen


def _session(args: list[str], screen: Screen, given: _Given, settings: Settings) -> int:
    """Run pytest, and return its exit code, also after an error or an interrupt."""
    status: int
    cut_short = False
    try:
        unblock_signals()
        status = pytest.main(args, plugins=[screen, given])
        # before the first item there is nothing to report
        cut_short = screen.interrupted and not (screen.run and screen.run.results)
    except Exception as error:
        screen.fail(error)
        cut_short = not (screen.run and screen.run.results)
        status = pytest.ExitCode.INTERNAL_ERROR
    except KeyboardInterrupt:  # before pytest has a session, or while it ends
        screen.interrupted = cut_short = True
        status = pytest.ExitCode.INTERRUPTED
    finally:
        screen.close()
    if cut_short:
        screen.run = replace(screen.run or Run((), settings.level), complete=False)
        screen.problems += write_all(settings.reports, screen.run)
    return status


class _Given:
    """A plugin that sets the options in pytest's configuration.

    On pytest's command line, argparse would lose some values, such as a customer `--`.
    """

    def __init__(self, words: Mapping[str, object]) -> None:
        given = ((option, words.get(option.name)) for option in OPTIONS)
        self._options = {
            dest(option.name): list(word) if isinstance(word, (list, tuple)) else word
            for option, word in given
            if word
        }
        self._options["reseller_run"] = True  # messages name the options of `run`

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Set the options before the plugin reads them."""
        vars(config.option).update(self._options)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send them to a worker process, where the plugin sets them."""
        node.workerinput["reseller_options"] = self._options


def pytest_args(base_url: str | None, rest: Sequence[str]) -> list[str]:
    """Return the arguments of pytest. It ignores the configuration of the current folder."""
    args = ["--pyargs", SUITE, "-p", "base_url", "-p", _plugin(), "-p", "no:cacheprovider"]
    args += ["-c", str(HERE / "run.ini"), f"--rootdir={HERE}", "--noconftest"]
    if base_url:
        args.append(f"--base-url={base_url}")
    spread = [word for word in rest if word.startswith(("-n", "--numprocesses", "--tx"))]
    if spread:
        if find_spec("xdist") is None:
            raise SettingsError(
                f"several processes need pytest-xdist, pip install pytest-xdist: {spread[0]}"
            )
        args.append("--dist=loadscope")  # one process makes all calls, so that none is repeated
    # with `-- -W error`, the warning that these modules are already imported would end the run
    return [*args, *rest, "-W", "ignore:Module already imported so cannot be rewritten"]


def exit_code(run: Run | None, problems: Sequence[str], interrupted: bool) -> ExitCode:
    """Return the exit code of the run."""
    if interrupted:
        return ExitCode.INTERRUPTED
    if run is None or problems:
        return ExitCode.UNVERIFIED
    return run.standing.exit_code


def _plugin() -> str:
    """Return the name under which pytest loads the plugin by itself, so that it is loaded once."""
    name = "reseller_conformance"
    return name if entry_points(group="pytest11", name=name) else f"{name}.plugin"


@contextmanager
def _caches_elsewhere() -> Iterator[None]:
    """Keep the cache of Hypothesis, mostly tables of Unicode, out of the current folder."""
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


@contextmanager
def _tuned() -> Iterator[None]:
    """Tune the interpreter of this process for many calls in flight.

    A run keeps its objects, and would spend a tenth of its time on garbage collection. With the
    default switch interval, a thread would wait 5 ms for its turn: as long as some calls take.
    """
    collections, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(5_000, 10, 10)
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        gc.set_threshold(*collections)
        sys.setswitchinterval(turn)


def _complaint(text: str) -> str:
    """Return the line of pytest's error message that names the option."""
    found = re.search(r"^\S+: error: (.*)$", text, re.MULTILINE)
    return found[1] if found else one_line(text.replace("ERROR: ", "")).strip()


def _problem(text: str) -> str:
    head, _, body = text.partition("\n")
    last = body.splitlines()[-MAX_TRACEBACK_LINES:]
    return "\n".join([f"error: {head}", *(f"  {line}" for line in last)])


def _print_result(screen: Screen, color: bool | None) -> int:
    code = exit_code(screen.run, screen.problems, screen.interrupted)
    if screen.run and screen.run.results:
        print_report(screen.run, console_for(color), headed=screen.announced)
    elif code == ExitCode.UNVERIFIED:
        none_selected = screen.run and not screen.problems
        why = ": no test was selected; check -k, or use --only" if none_selected else ""
        click.echo(f"unverified: nothing was tested{why}", err=True)
    if code == ExitCode.INTERRUPTED:
        click.echo("interrupted", err=True)
    elif screen.run and screen.run.standing is not screen.run.verdict:
        click.echo(
            "error: the baseline is out of date: see its entries in the report; "
            "--update-baseline deletes those that no longer hold",
            err=True,
        )
    return code
