"""Measures everything in one go, and writes the page: `nox -s bench`."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import comparison, growth, installed, instead, wire
from benchmarks.measuring import ROOT, commit

HEAD = f"""\
# Benchmarks

`nox -s bench` makes this page. It runs the commands of each part in turn, with each tool in an
environment of its own. Seconds are medians. The figures are from {platform.machine()} with
{os.cpu_count()} cores and Python {platform.python_version()}, at commit {{commit}}. On another
machine, only the ratios are comparable.

"""

AGAIN = "A second run"

TEXTS = {
    "Against the wire": "A standard run, and a bare loop that makes the same calls with the same "
    "library and the same concurrency. Start-up is the same command without a call, and the import "
    "of `requests` for the loop. The ideal is calls × delay ÷ calls in flight. A run sends some "
    "calls one by one: control calls, and those that show if a response depends on earlier calls.",
    "Against Schemathesis": "The same server, and the OpenAPI document of `schemas/`. Schemathesis "
    "makes one call at a time here. Its time is divided by ours, and then scaled to as many calls.",
    "Old against new": "A comparison of two servers, and a standard run on one of them. A "
    "comparison sends each call to both servers at the same time.",
    "The cost of being installed": "The time of a pytest run that does not use the plugin.",
    "Growth": "Time and peak memory by the calls of a run (its depths), by the bodies that "
    "`validate` judges, and by the customers of a quick run.",
}


@click.command()
@click.argument("page", type=click.Path(path_type=Path), default=ROOT / "docs/benchmarks.md")
@click.option("--again", is_flag=True, help="add a second run to PAGE, without what grows")
@click.option("--runs", default=5, help="how often hyperfine runs a command")
@click.option("--examples", default=1000, help="Schemathesis examples for each of the two calls")
def main(page: Path, again: bool, runs: int, examples: int) -> None:
    """Write PAGE, and the plot in the same folder."""
    plot = page.with_name("growth.svg")
    parts: dict[str, Callable[[], list[str]]] = {
        "Against the wire": lambda: wire.table(runs),
        "Against Schemathesis": lambda: instead.table(examples),
        "Old against new": lambda: comparison.table(runs),
        "The cost of being installed": lambda: installed.table(4 * runs),
        "Growth": lambda: [*growth.table(plot), "", f"![Time and memory]({plot.name})"],
    }
    if again:
        del parts["Growth"]
    how = f"Each command runs {runs} times. Schemathesis has {examples} examples for each call."
    said = [f"## {AGAIN}", "", how, ""] if again else [how, ""]
    for title, measure in parts.items():
        click.echo(f"{title} …", err=True)
        if again:
            said += [f"### {title}, again", "", *measure(), ""]
        else:
            said += [f"## {title}", "", textwrap.fill(TEXTS[title], 100), "", *measure(), ""]
    click.echo("\n".join(said))
    if again:
        before = page.read_text().partition(f"## {AGAIN}")[0].rstrip() + "\n\n"
    else:
        before = HEAD.format(commit=commit())
    page.write_text(before + "\n".join(said).rstrip() + "\n")


if __name__ == "__main__":
    main()
