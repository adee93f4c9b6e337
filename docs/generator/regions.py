"""Read and replace the generated regions of a Markdown page.

A region starts with `<!-- generated: KIND ARGUMENTS -->` and ends with `<!-- end -->`. What a kind
makes is left to the other modules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["Makers", "code", "renewed", "table", "text_block"]

Makers = Mapping[str, Callable[..., str]]
"""The maker of each kind. It takes the arguments, and returns Markdown."""

REGION = re.compile(r"<!-- generated: (\S+)(.*?) -->\n.*?<!-- end -->", re.DOTALL)


def renewed(page: str, makers: Makers) -> str:
    """Return the page with each region made anew. Raises KeyError for an unknown kind."""

    def make(region: re.Match[str]) -> str:
        kind, arguments = region[1], region[2]
        made = makers[kind](*arguments.split()).strip("\n")
        return f"<!-- generated: {kind}{arguments} -->\n{made}\n<!-- end -->"

    return REGION.sub(make, page)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, one line a row."""
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([cell.replace("|", r"\|").replace("\n", " ") for cell in row] for row in lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


def code(text: str) -> str:
    """Return the text as code; nothing where there is none."""
    return f"`{text}`" if text else ""


def text_block(text: str) -> str:
    """Return the text as a block without a language."""
    return f"```text\n{text.rstrip()}\n```"
