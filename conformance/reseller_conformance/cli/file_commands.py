"""The commands that read files: saved responses, and JSON reports of earlier runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reseller_conformance.cli.click_options import file_named, level_option, report_options
from reseller_conformance.contract import Format
from reseller_conformance.reports.text import json_text, one_line, visible
from reseller_conformance.requirements import Level

__all__ = ["badge", "diff", "validate"]


@click.command(
    context_settings={"max_content_width": 100},
    epilog="A FILE is one body, a HAR, or (.ndjson, .jsonl) a JSON body on each line; - is stdin.",
)
@click.argument("files", nargs=-1, required=True, callback=file_named, metavar="FILE...")
@click.option(
    "--format", type=click.Choice([*map(str, Format)]), help="format of the bodies (by file name)"
)
@click.option("--expect", type=click.Choice(["overview", "error"]), help="expected envelope")
@click.option("--content-type", metavar="TYPE", help="such as 'text/xml; charset=utf-8'")
@click.option("--ndjson", "sort", flag_value="ndjson", help="files with a JSON body on each line")
@click.option("--har", "sort", flag_value="har", help="recordings of a browser or a proxy")
@level_option
@report_options
@click.option("--color/--no-color", default=None, help="colours (where stdout is a terminal)")
def validate(files: tuple[str, ...], color: bool | None, **options: Any) -> int:
    """Judge saved responses, without a network."""
    from reseller_conformance.offline import validate

    try:
        return validate.validate(files, validate.wanted(options), color)
    except (validate.InputError, validate.ReportError) as error:
        raise click.ClickException(str(error)) from None


@click.command
@click.argument(
    "report", type=click.Path(allow_dash=True), callback=file_named, metavar="REPORT.json"
)
def badge(report: str) -> None:
    """Print a shields.io badge of a JSON report."""
    import json

    from reseller_conformance.findings.compare import ReportFileError, parsed
    from reseller_conformance.reports import badge

    try:
        with click.open_file(report, "rb") as file:
            made = badge.badge(parsed(file.read(), report))
    except OSError as error:
        wrong = f"the report cannot be read ({error.strerror}): {report}"
        raise click.ClickException(wrong) from None
    except ReportFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(made))


@click.command()
@click.argument("old", type=click.Path(), callback=file_named)
@click.argument("new", type=click.Path(), callback=file_named)
@level_option
@click.option("--json", "form", flag_value="json", help="print JSON")
@click.option(
    "--markdown", "form", flag_value="markdown", help="print a comment for a pull request"
)
def diff(old: str, new: str, level: str, form: str | None) -> int:
    """Compare two JSON reports: what broke, what was fixed.

    Exit codes: 0 no new violation, 1 NEW has one that counts, 2 a file is not a report, 3 NEW is
    incomplete or verified nothing.
    """
    from dataclasses import asdict

    from reseller_conformance.findings.compare import (
        ReportFileError,
        as_markdown,
        as_text,
        compare,
        read,
    )

    try:
        found = compare(read(Path(old)), read(Path(new)))
    except ReportFileError as error:
        raise click.ClickException(str(error)) from None
    if form == "json":
        click.echo(json_text(asdict(found)))
        return found.exit_code(Level(level))
    lines = [visible(one_line(line)) for line in as_text(found)]
    click.echo(as_markdown(found, lines) if form == "markdown" else "\n".join(lines))
    return found.exit_code(Level(level))
