"""The report files of a run: the option of each, and how they are written.

Options, settings and tests are made from this table. The module of each report has one pure
function, `render(run) -> str`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from reseller_conformance.util.files import check_file, write_file

if TYPE_CHECKING:
    from reseller_conformance.findings.model import Run

__all__ = [
    "WRITERS",
    "ReportError",
    "Writer",
    "check_writable",
    "requested_reports",
    "write_all",
]


@dataclass(frozen=True, slots=True)
class Writer:
    """One kind of report: its option, the help of the option, and its module in this package.

    `needs` is what the module imports from an extra of the package.
    """

    option: str
    help: str
    module: str
    needs: str = ""

    @property
    def render(self) -> Callable[[Run], str]:
        """The function that makes the report's text. It imports the module."""
        render: Callable[[Run], str] = import_module(f"{__package__}.{self.module}").render
        return render


WRITERS = (
    Writer("report-json", "write the JSON report", "json_report"),
    Writer("report-html", "write the HTML report", "html", needs="jinja2"),
    Writer("report-junit", "write JUnit XML, for CI servers", "junit"),
    Writer("report-markdown", "write Markdown, for a job's summary", "markdown"),
    Writer("report-code-quality", "write GitLab's code-quality JSON", "gitlab"),
)
"""Every report that can be written."""


class ReportError(ValueError):
    """A report cannot be written. The message says why, in one line."""


def check_writable(
    reports: Iterable[tuple[Writer, Path]], inputs: Iterable[str | Path] = ()
) -> None:
    """Make the folders of these reports, and check that each can be written.

    Raises ReportError before a run if one cannot, or would overwrite an input.
    """
    taken: dict[Path, Writer] = {}
    read = {os.path.realpath(name) for name in inputs}
    for writer, path in reports:
        if writer.needs and find_spec(writer.needs) is None:
            needed = f"{writer.needs}, pip install {writer.needs}"
            raise ReportError(f"--{writer.option} needs {needed}: {path}")
        try:
            check_file(path)
            other = taken.setdefault(Path(os.path.realpath(path)), writer)
        except OSError as error:
            why = error.strerror or error
            raise ReportError(f"--{writer.option} cannot be written, {why}: {path}") from None
        if os.path.realpath(path) in read:
            raise ReportError(f"--{writer.option} would overwrite what is read: {path}")
        if other is not writer:
            raise ReportError(f"--{other.option} and --{writer.option} are one file: {path}")


def write_all(reports: Iterable[tuple[Writer, Path]], run: Run) -> list[str]:
    """Write each of these reports, and return a line for each that could not be written."""
    problems = []
    for writer, path in reports:
        try:
            write_file(path, writer.render(run))
        # If one report fails, the others are still evidence.
        except Exception as error:
            why = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
            problems.append(f"--{writer.option} could not be written, {why}: {path}")
    return problems


def requested_reports(path_of: Callable[[str], str | None]) -> tuple[tuple[Writer, Path], ...]:
    """Return the requested reports. `path_of` returns the value of an option."""
    named = ((writer, path_of(writer.option)) for writer in WRITERS)
    return tuple((writer, Path(path)) for writer, path in named if path)
