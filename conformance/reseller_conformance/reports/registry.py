"""The reports that a run leaves as files: which option asks for which, and how they are written.

The table is the only list: options, settings and tests are made from it. What stands in a report
is left to its module, which has one pure function, `render(run) -> str`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reseller_conformance.findings.model import Run

__all__ = [
    "WRITERS",
    "ReportError",
    "Writer",
    "attempt",
    "look_ahead",
    "wanted",
    "write",
    "write_all",
]


@dataclass(frozen=True, slots=True)
class Writer:
    """One kind of report: its option, what that says, and its module in this package.

    `needs` is what the module imports that comes only with an extra of the package.
    """

    option: str
    help: str
    module: str
    needs: str = ""

    @property
    def render(self) -> Callable[[Run], str]:
        """The function that makes the report's text; only here is its module imported."""
        render: Callable[[Run], str] = import_module(f"{__package__}.{self.module}").render
        return render


WRITERS = (
    Writer("report-json", "write the JSON report", "json_report"),
    Writer("report-html", "write the HTML report", "html", needs="jinja2"),
    Writer("report-junit", "write JUnit XML, for CI servers", "junit"),
    Writer("report-markdown", "write Markdown, for a job's summary", "markdown"),
    Writer("report-code-quality", "write GitLab's code-quality JSON", "code_quality"),
)
"""Every report that can be written."""


class ReportError(ValueError):
    """A report cannot be written where it is wanted; the message says why, in one line."""


def look_ahead(reports: Iterable[tuple[Writer, Path]], inputs: Iterable[str | Path] = ()) -> None:
    """Make the folders of these reports, and see that each can be written over no input.

    Raises ReportError where one cannot: before a run, for after it the evidence would be lost.
    """
    taken: dict[Path, Writer] = {}
    read = {os.path.realpath(name) for name in inputs}
    for writer, path in reports:
        if writer.needs and find_spec(writer.needs) is None:
            needed = f"{writer.needs}, pip install {writer.needs}"
            raise ReportError(f"--{writer.option} needs {needed}: {path}")
        try:
            attempt(path)
            other = taken.setdefault(Path(os.path.realpath(path)), writer)
        except OSError as error:
            why = error.strerror or error
            raise ReportError(f"--{writer.option} cannot be written, {why}: {path}") from None
        if os.path.realpath(path) in read:
            raise ReportError(f"--{writer.option} would overwrite what is read: {path}")
        if other is not writer:
            raise ReportError(f"--{other.option} and --{writer.option} are one file: {path}")


def attempt(path: Path) -> None:
    """Make the folder of a report and write a draft beside it, as `write` will.

    Raises OSError where that does not work.
    """
    if path.parts[:2] == ("/", "dev"):
        raise OSError(errno.EINVAL, "it is no plain file")
    try:
        path = path.resolve()
    except RuntimeError:  # what Python 3.13 makes an OSError
        raise OSError(errno.ELOOP, "it is a link to itself") from None
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    draft.touch()
    draft.unlink()


def write_all(reports: Iterable[tuple[Writer, Path]], run: Run) -> list[str]:
    """Write each of these reports, and return a line for each that could not be written."""
    problems = []
    for writer, path in reports:
        try:
            write(path, writer.render(run))
        # Whatever is wrong with one report, the others are evidence still.
        except Exception as error:
            why = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
            problems.append(f"--{writer.option} could not be written, {why}: {path}")
    return problems


def write(path: Path, text: str) -> None:
    """Write the text as UTF-8, whole or not at all, and make its folder if need be.

    A link stays one.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, for only within a file system does a rename replace at one stroke.
    draft = _draft(path)
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def wanted(path_of: Callable[[str], str | None]) -> tuple[tuple[Writer, Path], ...]:
    """Return the reports that the operator names, `path_of` being what an option holds."""
    named = ((writer, path_of(writer.option)) for writer in WRITERS)
    return tuple((writer, Path(path)) for writer, path in named if path)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
