"""The report of a run on a terminal.

Target and verdict come first, then each violation with its evidence, then the table. `summary`,
`table` and `verdict_text` have the content, and `terminal_page` prints it.
"""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segments
from rich.table import Table
from rich.text import Text

from reseller_conformance.findings.model import Outcome, Result, Run, Verdict
from reseller_conformance.findings.run_info import TargetInfo
from reseller_conformance.reports.finding_text import (
    APP,
    LABEL_WIDTH,
    REPRODUCE,
    RESPONSE,
    Evidence,
    labelled_lines,
)
from reseller_conformance.reports.json_report import NAME
from reseller_conformance.reports.summary import (
    Failure,
    baseline_parts,
    environment,
    failures,
    files_judged,
    known_violations,
    not_shown,
    observed,
    reasons_for,
    settings_words,
    validated,
    version,
)
from reseller_conformance.reports.table import (
    CellKind,
    Row,
    by_topic,
    cell_of,
    rows,
    table_lines,
    tested_formats,
)
from reseller_conformance.reports.terminal_page import COLOURS, MAX_VALUE_CHARS, TerminalPage
from reseller_conformance.reports.text import counted, one_line, shortened
from reseller_conformance.reports.verdict_text import target_lines, verdict_text
from reseller_conformance.requirements import Level

__all__ = ["print_heading", "print_report"]

MAX_RESPONSE_CHARS = 160
MAX_NAMES = 6
MAX_EVIDENCE = 3
INDENT = 2 + LABEL_WIDTH + 1
"""Columns before the text beside a label."""
MIN_TABLE_COLUMNS = 72


def print_heading(run: Run, console: Console) -> None:
    """Print the target and the settings, before the first call."""
    _TerminalReport(console, run).heading()


def print_report(run: Run, console: Console, *, headed: bool = False) -> None:
    """Print the whole report. `headed` says that its heading was printed before."""
    page = _TerminalReport(console, run)
    if not headed:
        page.heading()
    page.summary()
    page.violations()
    page.should_violations()
    page.accepted()
    page.errors()
    for part in run.parts:
        page.table(part)
    page.left_out()
    page.baseline()
    page.closing()


class _TerminalReport(TerminalPage):
    """One run on one console."""

    def __init__(self, console: Console, run: Run) -> None:
        super().__init__(console)
        self.run = run

    # --- Target and verdict ---------------------------------------------------------------------

    def heading(self) -> None:
        """Print the targets and the settings."""
        name = f"{NAME} {version(self.run)}{_scope(self.run.target)}"
        self.say(", ".join([name, *settings_words(self.run)]))
        for part in self.run.parts:
            self.say(_target(part.target))

    def summary(self) -> None:
        """Print the verdict on each target, and on all of them."""
        self.say()
        self.targets()
        self.verdict()

    def targets(self) -> None:
        """Print the verdict on each target, where there are several."""
        for verdict, line in target_lines(self.run):
            self.say(f"{self.mark(verdict)} {line}", style=COLOURS[verdict])

    def verdict(self) -> None:
        """Print the verdict, and the violated requirements by name."""
        text = self.text(f"{self.mark(self.run.standing)} {verdict_text(self.run)}")
        text.stylize(_colour(self.run))
        violated = [failure.requirement.id for failure in failures(self.run, Level.MUST)]
        if violated:
            more = len(violated) - MAX_NAMES
            names = violated[:MAX_NAMES] + [f"and {more} more"] * (more > 0)
            text.append(self.text(f": {', '.join(names)}"))
        self.lines(text)

    # --- Violations -----------------------------------------------------------------------------

    def violations(self) -> None:
        """Print each violated MUST with its evidence."""
        found = failures(self.run, Level.MUST)
        for failure in found:
            self.say()
            self.failure(failure, MAX_EVIDENCE)
        if found and self.run.target.kind == "app":
            self.say()
            self.say("The app has stopped. To use a curl line, serve the app and change the port.")

    def should_violations(self) -> None:
        """Print each violated SHOULD, with one piece of evidence."""
        found = failures(self.run, Level.SHOULD)
        if not found:
            return
        counts = self.run.level is Level.SHOULD
        self.title("SHOULD" if counts else "SHOULD: reported, and not counted in the verdict")
        for number, failure in enumerate(found):
            if number:
                self.say()
            self.failure(failure, 1)

    def accepted(self) -> None:
        """Print each violation that the baseline accepts, with the reason."""
        found = known_violations(self.run)
        if found:
            self.title("Known violations: accepted by the baseline, and not counted in the verdict")
        for failure in found:
            head = self.cell_text(CellKind.KNOWN, failure.requirement.id)
            level = failure.requirement.level.upper()
            head.append(self.text(f" ({failure.where}) {level}", ""))
            self.lines(head)
            self.say(failure.requirement.title, indent=2)
            for label, value in (("known", failure.known), ("actual", failure.reason)):
                self.say(shortened(one_line(value), MAX_VALUE_CHARS), INDENT, label=label)

    def baseline(self) -> None:
        """Print what changed in the baseline, and what an operator must do in it."""
        if self.run.baseline and self.run.baseline.changes:
            self.title(f"Baseline {self.run.baseline.file} brought up to date")
            for line in self.run.baseline.changes:
                self.say(line, indent=2)
        for title, lines in baseline_parts(self.run):
            self.title(title)
            for line in lines:
                self.say(line, indent=2, style=COLOURS[Verdict.VIOLATED])

    def failure(self, failure: Failure, most: int) -> None:
        """Print one requirement with the evidence of its violation."""
        requirement = failure.requirement
        is_must = requirement.level is Level.MUST
        head = self.cell_text(CellKind.FAILED if is_must else CellKind.SHOULD, requirement.id)
        head.append(self.text(f" ({failure.where})"))
        self.lines(head)
        self.say(requirement.title, indent=2)
        if is_must:
            self.say(f"{requirement.citation}. {requirement.reason}", indent=2, style="dim")
        if not failure.evidence:
            self.say(failure.reason or "no evidence was kept", indent=2)
        for evidence in failure.evidence[:most]:
            self.evidence(evidence, len(failure.evidence) > 1, brief=not is_must)
        left = len(failure.evidence) - most
        if left > 0:
            self.say(f"{counted(left, 'further finding')}: see the JSON report", 2, "dim")
        self.say(f"reseller-conformance explain {requirement.id}", INDENT, "dim", label="to fix")

    def evidence(self, evidence: Evidence, one_of_many: bool, brief: bool) -> None:
        """Print the labelled lines, then the command that reproduces the response."""
        if one_of_many:
            self.say(", ".join(evidence.formats), INDENT, label="format")
        for label, value in labelled_lines(evidence, MAX_RESPONSE_CHARS):
            if label == REPRODUCE or (brief and label in (RESPONSE, APP)):
                continue
            for place, line in enumerate(value.splitlines()):
                self.say(shortened(line, MAX_VALUE_CHARS), INDENT, label="" if place else label)
        if evidence.finding.curl:
            # One line without a label: a wrapped command does not paste.
            self.console.print(self.text(f"  {evidence.finding.curl}"), soft_wrap=True)

    def errors(self) -> None:
        """Print where the suite itself failed."""
        failed = reasons_for(self.run, Outcome.ERROR)
        if failed:
            self.title("The suite itself failed: this says nothing about the target")
            self.reasons(failed)

    # --- The table ------------------------------------------------------------------------------

    def table(self, part: Run) -> None:
        """Print each requirement by format. Those of a topic with the same outcome share a line."""
        made = rows(part)
        if not made:
            return
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("requirement", no_wrap=True, overflow="fold")
        table.add_column("", overflow="fold", ratio=1)
        for name in tested_formats(self.run):
            table.add_column(self.text(name), no_wrap=True, overflow="fold")
        for topic, of_topic in by_topic(made):
            for line in table_lines(of_topic):
                cells = (self.cell(_first(line, column)) for column in range(len(line[0].results)))
                name, what = line[0].requirement.id, line[0].requirement.title
                if len(line) > 1:
                    other = "other " * (len(line) < len(of_topic))
                    name, what = f"{topic}.*", f"{len(line)} {other}requirements"
                table.add_row(self.text(name), self.text(what), *cells)
        if self.run.targets:
            self.title(f"At {part.target.name}")
        else:
            self.say()
        # a narrower table would cut the ids
        options = self.console.options.update_width(max(self.console.width, MIN_TABLE_COLUMNS))
        self.console.print(Segments(self.console.render(table, options)), soft_wrap=True)

    def cell(self, result: Result | None) -> Text:
        """Return the cell of one result."""
        if result is None:
            return Text("")
        cell = cell_of(result, self.run.level)
        return self.cell_text(cell.kind, cell.words)

    # --- The end --------------------------------------------------------------------

    def left_out(self) -> None:
        """Print what was observed, and why something was not tested."""
        seen = observed(self.run)
        if seen:
            self.title("Observed: permitted, and never counted")
        for reason, ids in seen.items():
            text = shortened(one_line(reason), MAX_VALUE_CHARS)
            self.say(f"{', '.join(ids)}: {text}", indent=2)
        if stood := environment(self.run, topics=True):
            self.title("Environment")
        for text, ids in stood.items():
            self.say(one_line(text), indent=2)
            self.say(f"not tested: {', '.join(ids)}", indent=4, style="dim")
        for title, outcome in (
            ("Not tested", Outcome.NOT_TESTED),
            ("Not applicable", Outcome.NOT_APPLICABLE),
        ):
            if reasons := reasons_for(self.run, outcome, topics=True):
                self.title(title)
                self.reasons(reasons)
        if missing := not_shown(self.run):
            self.title("Not shown by these accounts")
            self.say(", ".join(name for [name] in missing.values()), indent=2)
            self.say("reseller-conformance accounts", INDENT, "dim", label="to show")

    def closing(self) -> None:
        """Print the traffic, the seed and, last, the verdict."""
        self.say()
        traffic = _traffic(self.run)
        if traffic:
            self.say(traffic)
        for note in self.run.traffic.notes if self.run.traffic else ():
            self.say(f"note: {note}")
        if self.run.suite.seed is not None:
            self.say(f"seed: {self.run.suite.seed}; the same run with it sends the same calls")
        text = f"{self.mark(self.run.standing)} {verdict_text(self.run)}"
        self.targets()
        # The last line of a log is what people look for.
        self.console.print(self.text(text, _colour(self.run)), soft_wrap=True)


def _scope(target: TargetInfo) -> str:
    """Return the warning that no target of the operator is tested, if so."""
    return ": only the embedded reference is tested" if target.kind == "embedded" else ""


def _colour(run: Run) -> str:
    if run.partial and run.standing is Verdict.CONFORMANT:
        return "bold yellow"
    return COLOURS[run.standing]


def _target(target: TargetInfo) -> str:
    customers = target.customers or ()
    if target.kind == "embedded":
        return f"target: the embedded reference, no network; {counted(len(customers), 'customer')}"
    if target.files:
        return f"judged: {files_judged(target.files)}"
    text = f"target: {target.kind or 'unknown'} {target.base_url or ''}".rstrip()
    if target.kind == "app":
        text += ", served for this run only"
    if customers:
        shown = [*customers[:MAX_NAMES], f"{len(customers) - MAX_NAMES} more"]
        names = ", ".join(shown if len(customers) > MAX_NAMES else customers)
        text += f"; {'customers' if len(customers) > 1 else 'customer'} {names}"
    if target.foreign_user:
        text += f"; foreign customer {target.foreign_user}"
    return text


def _first(line: list[Row], column: int) -> Result | None:
    return next((row.results[column] for row in line if row.results[column]), None)


def _traffic(run: Run) -> str:
    parts = validated(run)
    if (traffic := run.traffic) is not None:
        latency = traffic.latency
        figures = (("median", latency.median), ("p95", latency.p95), ("max", latency.max))
        parts = [
            counted(traffic.calls, "call"),
            counted(traffic.retries, "retry", "retries"),
            f"{traffic.seconds:.1f} s",
            *(f"{name} {1000 * figure:.1f} ms" for name, figure in figures if figure is not None),
            *parts,
        ]
    return f"traffic: {', '.join(parts)}" if traffic else ", ".join(parts)
