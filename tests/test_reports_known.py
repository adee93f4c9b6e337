"""A known violation, and a baseline that does not hold, in every report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import BaselineStatus, SuiteInfo
from reseller_conformance.reports import github, gitlab, html, junit, markdown
from reseller_conformance.reports.badge import badge
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.reports.verdict_text import verdict_text
from reseller_conformance.requirements import Level, by_id

REASON = "padded <b>since</b> 2014"
PROBLEM = "known.toml: delete lines 3-6, for this no longer fails: http.body (xml)"
FOUND = Finding("success.counts", "json", "credits_used", "a count", "007")
KNOWN = Result(by_id("success.counts"), "json", Outcome.FAILED, "007", (FOUND,), REASON)
FAILED = replace(KNOWN, format="xml", known="")
RUN = Run((KNOWN,), baseline=BaselineStatus("known.toml"))
HELD = BaselineStatus("known.toml", problems=(PROBLEM,), changes=("added: success.counts (json)",))


def shown(run: Run) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    print_report(run, console)
    text: str = console.file.getvalue()
    return text


def test_the_verdict_counts_what_is_known() -> None:
    assert verdict_text(RUN).startswith("conformant, with 1 known violation (")


def test_a_stale_entry_leads_the_headline_and_is_no_success() -> None:
    stale = replace(RUN, baseline=HELD)
    assert verdict_text(stale).startswith("baseline: 1 entry does not hold; otherwise conformant")
    last = shown(stale).splitlines()[-1]
    assert last.startswith("✗ baseline: 1 entry does not hold")
    assert markdown.render(stale).startswith("## ❌ ")
    assert '<h1 class="verdict violated">' in html.render(stale)


def test_a_violation_leads_the_headline_before_a_stale_entry() -> None:
    said = verdict_text(replace(RUN, results=(FAILED,), baseline=HELD))
    assert said.startswith("violated: 1 MUST (baseline: 1 entry does not hold; ")


def test_an_entry_without_a_reason_is_not_called_stale_in_any_report() -> None:
    line = "known.toml: write a reason in lines 4-7"
    held = BaselineStatus("known.toml", unexplained=(line,))
    run = replace(RUN, results=(FAILED,), baseline=held)
    assert "(baseline: 1 entry needs a reason; " in verdict_text(run)
    for text in (shown(run), markdown.render(run), html.render(run)):
        assert "Entries of the baseline that need a reason" in text
        assert "write a reason in lines 4" in text
        assert "not hold" not in text
    assert [one for one in github.commands(run) if "::error title=an entry of the baseline" in one]


# --- Known in part --------------------------------------------------------------------------------

PART = Result(
    by_id("success.counts"),
    "json",
    Outcome.FAILED,
    "null",
    (replace(FOUND, where="requests", got="null"), replace(FOUND, known=REASON)),
)


def test_what_an_entry_does_not_cover_counts_and_stands_apart_from_what_it_does() -> None:
    run = replace(RUN, results=(PART,))
    assert verdict_text(run).startswith("violated: 1 MUST")
    violated, accepted = shown(run).split("Known violations")
    assert "requests: null" in violated
    assert "credits_used" not in violated
    assert f"known     {REASON}\n  actual    007\n" in accepted
    page = html.render(run)
    violated, accepted = page.partition('<h2 id="violated">')[2].split('<h2 id="known">')
    assert ("007" in violated, "007" in accepted) == (False, True)
    (line,) = github.commands(run)
    assert "requests: null" in line


def test_what_is_known_and_has_no_evidence_is_told_by_its_place() -> None:
    spots = (PART.findings[0].spot, replace(PART.findings[1].spot, known="other"))
    run = replace(RUN, results=(replace(PART, findings=PART.findings[:1], violations=spots),))
    _, accepted = shown(run).split("Known violations")
    assert "known     other\n  actual    credits_used\n" in accepted


def test_reports_of_programs_tell_findings_that_are_known_from_others() -> None:
    run = replace(RUN, results=(PART,))
    severities = [issue["severity"] for issue in json.loads(gitlab.render(run))]
    assert severities == ["critical", "info"]
    assert [one["known"] for one in as_json(run)["requirements"][0]["findings"]] == ["", REASON]
    failure = ET.fromstring(junit.render(run)).find(".//failure")
    assert failure is not None
    assert "requests: null" in str(failure.get("message"))
    assert str(failure.text).count(f"known:     {REASON}") == 1


# --- Each report ----------------------------------------------------------------------------------


def test_the_terminal_shows_the_reason_apart_from_what_violates() -> None:
    text = shown(replace(RUN, results=(KNOWN, FAILED)))
    violated, accepted = text.split("Known violations")
    assert "✗ success.counts (xml)\n" in violated
    assert "(json)" not in violated
    assert f"= success.counts (json) MUST\n  {KNOWN.requirement.title}\n  known     {REASON}\n" in (
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
    report = as_json(replace(RUN, suite=SuiteInfo(formats=("json", "xml"), partial=False)))
    assert badge(report)["message"] == "conformant, 1 known"


@pytest.mark.parametrize("lines", ["problems", "unexplained"])
def test_a_badge_is_not_green_where_the_baseline_failed_the_run(lines: str) -> None:
    suite = SuiteInfo(formats=("json", "xml"), partial=False)
    held = replace(BaselineStatus("known.toml"), **{lines: (PROBLEM,)})
    made = badge(as_json(replace(RUN, suite=suite, baseline=held)))
    assert made["message"] == "baseline outdated, conformant, 1 known"
    assert made["color"] == "red"


def test_gitlab_is_told_of_it_as_of_no_severity() -> None:
    (issue,) = json.loads(gitlab.render(RUN))
    assert issue["severity"] == "info"
