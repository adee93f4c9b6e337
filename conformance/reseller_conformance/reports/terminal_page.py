"""Paragraphs, marks and colours on a terminal, for text from any source.

What a server or an operator wrote is shown as text: it moves no cursor, and is no markup.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from reseller_conformance.findings.model import Verdict
from reseller_conformance.reports.table import CellKind
from reseller_conformance.reports.text import one_line, shortened, visible

__all__ = ["COLOURS", "MAX_VALUE_CHARS", "TerminalPage", "console_for"]

MAX_VALUE_CHARS = 400
"""Maximum length of a value, so that a violation with its evidence fits on a screen."""

UNKNOWN_WIDTH = 80
"""Columns of a console whose width is unknown."""

COLOURS = {
    Verdict.CONFORMANT: "bold green",
    Verdict.VIOLATED: "bold red",
    Verdict.UNVERIFIED: "bold magenta",
}
_MARKS = {
    Verdict.CONFORMANT: ("✓", "+"),
    Verdict.VIOLATED: ("✗", "x"),
    Verdict.UNVERIFIED: ("!", "!"),
}
_CELLS = {
    CellKind.PASSED: (("✓", "+"), "green"),
    CellKind.FAILED: (("✗", "x"), "bold red"),
    CellKind.NOT_TESTED: (("–", "-"), "dim"),
    CellKind.NOT_APPLICABLE: (("·", "."), "dim"),
    CellKind.ERROR: (("!", "!"), "bold magenta"),
    CellKind.SHOULD: (("~", "~"), "yellow"),
    CellKind.KNOWN: (("=", "="), "yellow"),
    CellKind.OBSERVED: (("", ""), ""),
}
"""The mark of each kind of cell, in UTF-8 and in ASCII, and its colour."""


def console_for(color: bool | None) -> Console:
    """Return the console of stdout, with or without colours.

    With None, NO_COLOR, FORCE_COLOR and the terminal decide. An option overrides them.
    """
    if color is False:
        console = Console(color_system=None, highlight=False)
    else:
        no_color = None if color is None else False
        console = Console(force_terminal=color, no_color=no_color, highlight=False)
    if console.width < 1:  # COLUMNS=0, as some CI servers set it
        console.width = UNKNOWN_WIDTH
    return console


class TerminalPage:
    """Prints paragraphs on one console."""

    def __init__(self, console: Console) -> None:
        """Print on this console, in ASCII if its encoding has no more."""
        self.console = console
        self.plain = not console.encoding.lower().startswith("utf")

    def reasons(self, reasons: Mapping[str, list[str]]) -> None:
        """Print each reason, and below it the requirements."""
        for reason, ids in reasons.items():
            self.say(
                shortened(one_line(reason), MAX_VALUE_CHARS) or "no reason was given", indent=2
            )
            self.say(", ".join(ids), indent=4, style="dim")

    def title(self, words: str) -> None:
        """Print the heading of a part."""
        self.say()
        self.say(words, style="bold")

    def say(self, words: str = "", indent: int = 0, style: str = "", label: str = "") -> None:
        """Print a paragraph, beside its label if it has one."""
        self.lines(self.text(words, style), indent, label)

    def lines(self, text: Text, indent: int = 0, label: str = "") -> None:
        """Print text in lines that fit the console, each indented, without trailing spaces."""
        margin = f"  {label}".ljust(indent) if label else " " * indent
        for line in text.wrap(self.console, max(self.console.width - indent, 20)) or [Text()]:
            line.rstrip()
            self.console.print(Text.assemble((margin, "dim"), line), soft_wrap=True)
            margin = " " * indent

    def text(self, words: str, style: str = "") -> Text:
        """Return words from any source as text that is safe for this console."""
        return Text(visible(words, self.console.encoding), style=style, overflow="fold")

    def mark(self, of: Verdict) -> str:
        """Return the mark of a verdict."""
        return _MARKS[of][self.plain]

    def cell_text(self, kind: CellKind, words: str) -> Text:
        """Return words with the mark and the colour of this kind."""
        mark, colour = _CELLS[kind]
        text = self.text(f"{mark[self.plain]} {words}".lstrip())
        text.stylize(colour)
        return text
