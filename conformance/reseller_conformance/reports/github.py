"""The output of a run for GitHub Actions, whose runner reads it line by line.

The runner takes a line that begins with `::`, also after spaces, for a command. A line of the
report may begin with text of a server, so commands are stopped around the report. Annotations are
printed after it. `markdown` has the summary of a job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import click

from reseller_conformance.findings.model import Outcome, Run
from reseller_conformance.reports import markdown
from reseller_conformance.reports.finding_text import headline
from reseller_conformance.reports.summary import failures, reasons_for
from reseller_conformance.reports.text import one_line, shortened, visible
from reseller_conformance.requirements import Level

__all__ = ["append", "commands", "is_github_actions", "report_run", "stop_commands", "summary_file"]

MAX_ANNOTATIONS = 10
"""Annotations of one kind that a step shows. GitHub drops the others silently."""
MAX_MESSAGE_CHARS = 500


def is_github_actions(env: Mapping[str, str]) -> bool:
    """Return True if a runner of GitHub Actions reads the output."""
    return env.get("GITHUB_ACTIONS") == "true"


def summary_file(env: Mapping[str, str]) -> Path | None:
    """Return the file from which the runner takes the step's summary."""
    path = env.get("GITHUB_STEP_SUMMARY")
    return Path(path) if path else None


def commands(run: Run) -> list[str]:
    """Return the workflow commands: an error for each violation, a warning for each SHOULD."""
    errors = _of(run, Level.MUST)
    warnings = _of(run, Level.SHOULD)
    if run.level is Level.SHOULD:
        errors, warnings = errors + warnings, []
    errors += [
        ("the suite itself failed", f"{', '.join(ids)}: {reason}")
        for reason, ids in reasons_for(run, Outcome.ERROR).items()
    ]
    errors += [("an entry of the baseline does not hold", line) for line in run.stale]
    errors += [("an entry of the baseline needs a reason", line) for line in run.unexplained]
    return [*_annotated("error", errors), *_annotated("warning", warnings)]


@contextmanager
def stop_commands(say: Callable[[str], object]) -> Iterator[None]:
    """Stop the runner's commands within this block, by a random word."""
    word = token_hex(16)
    say(f"::stop-commands::{word}")
    try:
        yield
    finally:
        say(f"::{word}::")


def report_run(run: Run, env: Mapping[str, str], say: Callable[[str], object]) -> None:
    """Show the findings as annotations, and the run in the job's summary."""
    with suppress(BrokenPipeError):
        for line in commands(run):
            say(line)
    path = summary_file(env)
    if path:
        try:
            append(path, markdown.render(run))
        except OSError as error:
            click.echo(f"error: GITHUB_STEP_SUMMARY, {error.strerror}: {path}", err=True)


def append(path: Path, text: str) -> None:
    """Append the text to the step's summary, which may have text of other commands."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _of(run: Run, level: Level) -> list[tuple[str, str]]:
    return [
        (
            f"{failure.requirement.level.upper()} {failure.requirement.id} ({failure.where})",
            f"{failure.requirement.title}. "
            + (headline(failure.evidence[0]) if failure.evidence else failure.reason),
        )
        for failure in failures(run, level)
    ]


def _annotated(kind: str, annotations: list[tuple[str, str]]) -> list[str]:
    shown = (
        annotations if len(annotations) <= MAX_ANNOTATIONS else annotations[: MAX_ANNOTATIONS - 1]
    )
    left = len(annotations) - len(shown)
    if left:
        shown = [*shown, ("reseller-conformance", f"{left} more: see the summary")]
    return [f"::{kind} title={_property(title)}::{_data(message)}" for title, message in shown]


def _data(text: str) -> str:
    clean = visible(shortened(one_line(text), MAX_MESSAGE_CHARS))
    return clean.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
