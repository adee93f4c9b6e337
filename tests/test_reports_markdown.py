"""The Markdown report: what it shows once it is rendered, and that nothing in it is markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import html

from readers import read_markdown
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.guidance import documentation
from reseller_conformance.reports.markdown import MAX_SUMMARY_BYTES, render
from reseller_conformance.requirements import CATALOGUE, Level, by_id
from runs import HOSTILE, HOSTILE_TEXT, MIXED, any_run, finding

OURS = {"h2", "ul", "li", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre"}
OURS |= {"details", "summary", "strong", "div"}


def shown(run: Run) -> html.HtmlElement:
    return read_markdown(render(run))


def tags(run: Run) -> set[str]:
    return {element.tag for element in shown(run).iter()}


def test_the_verdict_comes_first_then_one_table_then_the_findings() -> None:
    page = shown(MIXED)
    assert "violated: 1 MUST, 1 SHOULD" in page.findtext("h2")
    assert len(page.findall("table")) == 1
    assert [row.findtext("td/code") for row in page.iterfind("table/tbody/tr")] == [
        "http.body",
        "success.dates",
        "request.post",
        "consistency.formats",
        "values.balance",
    ]
    assert [summary.text_content() for summary in page.iter("summary")] == [
        "MUST success.dates (json): each date is YYYY-MM-DD, and a day that exists",
        "SHOULD values.balance (json): credits_remain and credits_overage follow from "
        "credits_allowed and credits_used",
    ]
    assert (
        "expected:  a date\nactual:    billing_end_date: 2010-02-30" in next(page.iter("pre")).text
    )


def test_a_finding_names_the_page_that_its_requirement_cites() -> None:
    assert "docs:      docs/api-documentation.md#success\n" in next(shown(MIXED).iter("pre")).text


def test_a_finding_links_to_that_page_if_the_docs_have_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documentation, "_base", lambda: "https://docs.example/pages")
    link = shown(MIXED).find("details/p/a")
    assert link.text == by_id("success.dates").citation
    assert link.get("href") == "https://docs.example/pages/api-documentation.md#success"


def test_a_table_tells_each_format() -> None:
    rows = {
        row.findtext("td/code"): [cell.text_content() for cell in row.findall("td")][3:]
        for row in shown(MIXED).iterfind("table/tbody/tr")
    }
    assert rows["success.dates"] == ["❌ failed", "✅ passed"]
    assert rows["values.balance"] == ["⚠️ should", "➖ not tested"]
    assert rows["request.post"] == ["yes", ""]


def test_nothing_that_a_server_wrote_is_markup() -> None:
    assert tags(HOSTILE) <= OURS
    text = render(HOSTILE)
    outside = re.sub(r"(?s)<pre>.*?</pre>", "", text)
    assert "@" not in outside
    assert "://" not in outside
    assert "www." not in outside
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    for pre in shown(HOSTILE).iter("pre"):
        assert pre.getparent().tag == "details"
        assert "<script>alert(1)</script>" in pre.text
        assert "[link](https://evil.example)" in pre.text


@settings(max_examples=100, deadline=None)
@given(any_run)
def test_no_run_is_markup(run: Run) -> None:
    assert tags(run) <= OURS
    render(run).encode()


def many(requirements: int, findings: int) -> Run:
    big = finding(excerpt="<" * 400, hint="é" * 3000, got="&" * 3000)
    apart = tuple(
        replace(big, expected=f"{number}", case=f"call {number}") for number in range(findings)
    )
    counted = [known for known in CATALOGUE if known.level is not Level.MAY][:requirements]
    results = tuple(Result(known, "json", Outcome.FAILED, "", apart) for known in counted)
    return replace(MIXED, results=results)


@pytest.mark.parametrize(("requirements", "findings"), [(10, 3), (60, 60)])
def test_a_summary_is_never_too_long_and_says_what_it_leaves_out(
    requirements: int, findings: int
) -> None:
    run = many(requirements, findings)
    text = render(run)
    assert len(text.encode()) <= MAX_SUMMARY_BYTES
    found = re.search(r"\n([0-9,]+) further findings left out", text)
    left_out = int(found[1].replace(",", "")) if found else 0
    assert text.count("<details>") + left_out == requirements * findings
    assert bool(left_out) == (requirements == 60)
    assert tags(run) <= OURS


def test_a_long_text_is_cut() -> None:
    run = replace(MIXED, results=(replace(MIXED.results[0], findings=(finding(got="x" * 9999),)),))
    assert len(render(run)) < 9999
    assert HOSTILE_TEXT not in render(HOSTILE)
