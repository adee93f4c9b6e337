"""A known violation, and a baseline that does not hold, in every report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from reseller_conformance.findings import Finding, Outcome, Result, Run
from reseller_conformance.reports import code_quality, github, html, junit, markdown
from reseller_conformance.reports.badge import badge
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.reports.summary import conclusion
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.requirements import Level, by_id

REASON = "padded <b>since</b> 2014"
PROBLEM = "known.toml: delete lines 3-6, for this no longer fails: http.body (xml)"
FOUND = Finding("success.counts", "json", "credits_used", "a count", "007")
KNOWN = Result(by_id("success.counts"), "json", Outcome.FAILED, "007", (FOUND,), REASON)
FAILED = replace(KNOWN, format="xml", known="")
RUN = Run((KNOWN,), baseline={"file": "known.toml", "problems": [], "changes": []})
HELD = {"file": "known.toml", "problems": [PROBLEM], "changes": ["added: success.counts (json)"]}


def shown(run: Run) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    print_report(run, console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_the_verdict_counts_what_is_known() -> None:
    assert conclusion(RUN).startswith("conformant, with 1 known violation (")
    assert "1 baseline entry does not hold" in conclusion(replace(RUN, baseline=HELD))


def test_the_terminal_shows_the_reason_apart_from_what_violates() -> None:
    text = shown(replace(RUN, results=(KNOWN, FAILED)))
    violated, accepted = text.split("Known violations")
    assert "✗ success.counts (xml)\n" in violated
    assert "(json)" not in violated
    assert f"= success.counts (json) MUST\n  {KNOWN.requirement.title}\n  known    {REASON}\n" in (
        accepted
    )


def test_the_terminal_shows_what_to_do_and_what_was_done() -> None:
    text = shown(replace(RUN, baseline=HELD))
    assert "Baseline known.toml brought up to date\n  added: success.counts (json)\n" in text
    assert f"which fails the run\n  {PROBLEM}\n" in text


def test_junit_takes_it_for_skipped() -> None:
    root = ET.fromstring(junit.render(replace(RUN, results=(KNOWN, FAILED))))
    assert (root[0].get("failures"), root[0].get("skipped")) == ("1", "1")
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert skipped.get("type") == "known"
    assert REASON in str(skipped.get("message"))
    assert [p.get("value") for p in root.iter("property") if p.get("name") == "known"] == [REASON]


def test_markdown_tells_the_reason_and_what_does_not_hold() -> None:
    text = markdown.render(replace(RUN, baseline=HELD))
    assert "| ⚠️ known |" in text
    assert "<code>padded &#60;b&#62;since&#60;&#47;b&#62; 2014</code>" in text
    assert "delete lines 3-6" in text
    assert "added: success.counts" in text


@pytest.mark.parametrize("level", [Level.MUST, Level.SHOULD])
def test_github_is_told_of_what_counts_only(level: Level) -> None:
    assert github.commands(replace(RUN, level=level)) == []
    (line,) = github.commands(replace(RUN, level=level, baseline=HELD))
    assert line.startswith("::error title=an entry of the baseline does not hold::")
    assert line.endswith(PROBLEM)


def test_html_shows_the_reason_apart_from_what_violates() -> None:
    page = html.render(replace(RUN, results=(KNOWN, FAILED), baseline=HELD))
    violated, accepted = page.partition('<h2 id="violated">')[2].split('<h2 id="known">')
    assert 'id="finding-success.counts"' in violated
    assert "padded" not in violated
    assert 'id="known-success.counts-json"' in accepted
    assert "padded &lt;b&gt;since&lt;/b&gt; 2014" in accepted
    assert '<a class="outcome should" href="#known">' in accepted
    assert "delete lines 3-6" in page


def test_a_badge_counts_what_is_known() -> None:
    report = as_json(replace(RUN, suite={"formats": ["json", "xml"], "partial": False}))
    assert badge(report)["message"] == "conformant, 1 known"


def test_gitlab_is_told_of_it_as_of_no_severity() -> None:
    (issue,) = json.loads(code_quality.render(RUN))
    assert issue["severity"] == "info"
