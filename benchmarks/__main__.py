"""Measures everything in one go, and writes the page: `nox -s bench`."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import comparison, growth, installed, instead, wire
from benchmarks.measuring import ROOT

HEAD = f"""\
# Benchmarks

The figures of a part are from one run of `nox -s bench`, commands side by side, each tool in an
environment of its own; `nox -s bench -- --again` adds a second run, which tells how far to trust
the first ({platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}). On
another machine trust the ratios. Commands that are repeated take turns, and seconds are medians.

"""

AGAIN = "A second run"

TEXTS = {
    "Against the wire": "A standard run, and a bare loop that makes the same calls with the same "
    "library, as many in flight. Start-up is the same command collecting its items and asking "
    "nothing, and for the loop the import of `requests`; the first call comes so long after the "
    "command was started. The ideal is calls × delay ÷ calls in flight.",
    "Against Schemathesis": "The same server, and the OpenAPI document of `schemas/`. Schemathesis "
    "makes one call at a time here; its time is scaled to as many calls.",
    "Old against new": "A comparison of two servers, and a standard run on one of them. The calls "
    "of a comparison go to both together.",
    "The cost of being installed": "What a pytest run pays that does not use the plugin.",
    "Growth": "Time and memory with the calls of a run (its depths), the bodies that `validate` "
    "judges, and the customers of a quick run.",
}


@click.command()
@click.argument("page", type=click.Path(path_type=Path), default=ROOT / "docs/benchmarks.md")
@click.option("--again", is_flag=True, help="add a second run to PAGE, without what grows")
@click.option("--runs", default=5, help="how often hyperfine repeats a command")
@click.option("--examples", default=1000, help="Schemathesis examples for each of the two calls")
def main(page: Path, again: bool, runs: int, examples: int) -> None:
    """Write PAGE, and the plot beside it."""
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
    how = f"Commands are repeated {runs} times, and Schemathesis has {examples} examples a call."
    said = [f"## {AGAIN}", "", how, ""] if again else [how, ""]
    for title, measure in parts.items():
        click.echo(f"{title} …", err=True)
        if again:
            said += [f"### {title}, again", "", *measure(), ""]
        else:
            said += [f"## {title}", "", textwrap.fill(TEXTS[title], 100), "", *measure(), ""]
    click.echo("\n".join(said))
    before = page.read_text().partition(f"## {AGAIN}")[0].rstrip() + "\n\n" if again else HEAD
    page.write_text(before + "\n".join(said).rstrip() + "\n")


if __name__ == "__main__":
    main()
