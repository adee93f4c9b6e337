"""The command `validate`: files in, the report of a run out, and an exit code.

It sends no request. `inputs` recognizes the files, and `tally` and `comparator` judge them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reseller_conformance import __version__
from reseller_conformance.cases.case import Expected
from reseller_conformance.contract import Format
from reseller_conformance.findings.model import ExitCode, Run
from reseller_conformance.findings.run_info import SavedFile, SuiteInfo, TargetInfo
from reseller_conformance.offline import bodies
from reseller_conformance.offline.bodies import SavedContext, scrubber_for
from reseller_conformance.offline.comparator import AccountComparator
from reseller_conformance.offline.har import Recording
from reseller_conformance.offline.inputs import (
    Input,
    InputError,
    InputKind,
    check_readable,
    format_of,
    input_kind,
    is_pipe,
    opened,
    spooled,
)
from reseller_conformance.offline.keys import MAX_KEYS, collect
from reseller_conformance.offline.progress_bar import show_progress
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.offline.tally import Tally
from reseller_conformance.reports import github, registry
from reseller_conformance.reports.registry import ReportError
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.reports.terminal_page import console_for
from reseller_conformance.reports.text import one_line, visible
from reseller_conformance.requirements import Level

__all__ = ["InputError", "ReportError", "Wanted", "validate", "wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator says of the files. For None, each file itself decides."""

    format: Format | None = None
    sort: InputKind | None = None
    due: Expected = Expected.EITHER
    content_type: str | None = None
    level: Level = Level.MUST
    reports: tuple[tuple[registry.Writer, Path], ...] = ()


@dataclass(slots=True)
class _File:
    """One file, and how many of its responses were judged."""

    given: Input
    responses: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


def wanted(words: Mapping[str, Any]) -> Wanted:
    """Return what these words of the command line mean, by option name."""
    return Wanted(
        format=Format(words["format"]) if words["format"] else None,
        sort=InputKind(words["sort"]) if words["sort"] else None,
        due=Expected(words["expect"]) if words["expect"] else Expected.EITHER,
        content_type=words["content_type"],
        level=Level(words["level"]),
        reports=registry.requested_reports(lambda option: words[option.replace("-", "_")]),
    )


class _Validation:
    """The judgement of some files: what they come to, and what kept it from more."""

    def __init__(self, wanted: Wanted) -> None:
        """Begin with none."""
        self.wanted = wanted
        self.problems: list[str] = []
        self.interrupted = False
        self._tally = Tally()
        self._together = AccountComparator(self._tally)
        self._files: list[_File] = []
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self.warnings: list[str] = []
        key = os.environ.get("RESELLER_API_KEY", "")
        self._keys = {key: None} if key else {}
        self._beside = SavedContext(wanted.content_type, wanted.due)

    def read(self, names: Sequence[str]) -> None:
        """Judge these files, as far as they can be read."""
        try:
            with ExitStack() as pipes:
                kept = self._collect(names, pipes)
                self._beside = replace(self._beside, keys=tuple(self._keys))
                for name in names:
                    with self._told():
                        self._file(name, kept.pop(name, None))
        except KeyboardInterrupt:
            self.interrupted = True
        self._together.finish()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except InputError as problem:
            if str(problem) not in self.problems:
                self.problems.append(str(problem))

    def _collect(self, names: Sequence[str], pipes: ExitStack) -> dict[str, Input]:
        """Learn the keys of all recordings; return the pipes, which were opened for it."""
        kept: dict[str, Input] = {}
        for name in names:
            with self._told():
                if is_pipe(name):
                    kept[name] = given = pipes.enter_context(opened(name))
                    if input_kind(given, self.wanted.sort) is InputKind.HAR:
                        kept[name] = given = pipes.enter_context(spooled(given))
                        self._collect_from(given)
                        given.stream.seek(0)
                    continue
                with opened(name) as given:
                    if input_kind(given, self.wanted.sort) is InputKind.HAR:
                        self._collect_from(given)
        return kept

    def _collect_from(self, given: Input) -> None:
        if collect(given.stream, given.name, self._keys):
            self.warnings.append(
                f"more than {MAX_KEYS} keys were sent: the others are replaced only in the "
                f"responses to their own calls: {given.name}"
            )

    def _file(self, name: str, kept: Input | None) -> None:
        with nullcontext(kept) if kept else opened(name) as given:
            file = _File(given)
            self._files.append(file)
            for saved in self._responses(given, file):
                self._tally.take(saved)
                self._together.take(saved)
                file.responses += 1

    def _responses(self, given: Input, file: _File) -> Iterator[SavedResponse]:
        sort = input_kind(given, self.wanted.sort)
        shown = self._shown(given.name)
        if sort is InputKind.NDJSON:
            return bodies.lines(given.stream, shown, self._beside)
        if sort is InputKind.BODY:
            format = format_of(given, self.wanted.format, self.wanted.content_type)
            return bodies.whole(given.stream, shown, format, self._beside)
        recording = Recording(given.stream, shown, self._beside)
        file.passed_over = recording.passed_over
        return recording.responses()

    def _shown(self, name: str) -> str:
        """Return a file's name with no key in it."""
        return scrubber_for(self._beside.keys).text(name)

    def _saved(self, file: _File) -> SavedFile:
        return SavedFile(self._shown(file.given.name), file.responses, dict(file.passed_over))

    @property
    def responses(self) -> int:
        """How many responses have been judged."""
        return self._tally.responses

    @property
    def nothing(self) -> str:
        """Why nothing was judged."""
        passed_over = sum((file.passed_over for file in self._files), Counter[str]())
        reasons = ", ".join(f"{times:,} {what}" for what, times in passed_over.items())
        names = ", ".join(file.given.name for file in self._files)
        return f"passed over: {reasons}" if reasons else f"there is no response in {names}"

    @property
    def done(self) -> int:
        """How many bytes have been read."""
        return sum(file.given.done for file in self._files)

    @property
    def run(self) -> Run:
        """The result of the responses, without any key."""
        return Run(
            results=self._tally.results,
            level=self.wanted.level,
            suite=SuiteInfo(
                version=__version__,
                level=self.wanted.level.value,
                formats=tuple(format.value for format in self._tally.formats) or None,
                partial=False,
                started=self._started,
            ),
            target=TargetInfo(kind="saved", files=tuple(map(self._saved, self._files))),
            complete=not (self.problems or self.interrupted),
            schemas=self._tally.schemas.counts,
        )


def validate(names: Sequence[str], wanted: Wanted, color: bool | None = None) -> int:
    """Judge these files, print the report, and return the exit code.

    Raises InputError where a file cannot be read, and ReportError where a report cannot be written,
    before anything is judged.
    """
    total = check_readable(names)
    registry.check_writable(wanted.reports, names)
    validation = _Validation(wanted)
    with show_progress(total, lambda: validation.done, lambda: validation.responses):
        validation.read(names)
    run = validation.run
    watched = github.is_github_actions(os.environ)
    with github.stop_commands(click.echo) if watched else nullcontext():
        code = _tell(validation, run, registry.write_all(wanted.reports, run), color)
    if watched and validation.responses:
        github.report_run(run, os.environ, click.echo)
    return code


def _tell(validation: _Validation, run: Run, unwritten: Sequence[str], color: bool | None) -> int:
    """Print the report and the errors, and return the exit code."""
    if validation.responses:
        # rich ends the process if the reader of the output has gone. Keep the exit code.
        with suppress(BrokenPipeError, SystemExit):
            print_report(run, console_for(color))
    for warning in validation.warnings:
        click.echo(f"warning: {visible(one_line(warning))}", err=True)
    for problem in (*validation.problems, *unwritten):
        click.echo(f"error: {visible(one_line(problem))}", err=True)
    if validation.interrupted:
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    if validation.problems:
        return ExitCode.USAGE
    if not validation.responses:
        click.echo(f"unverified: nothing was judged; {validation.nothing}", err=True)
    return ExitCode.UNVERIFIED if unwritten else run.verdict.exit_code
