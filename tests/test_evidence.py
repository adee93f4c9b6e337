"""Findings of one response are grouped, in every report that a person reads."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from reseller_conformance.findings.excerpts import CUT, Excerpt, excerpt
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.reports import junit, markdown
from reseller_conformance.reports.finding_text import evidence_of, headline, labelled_lines
from reseller_conformance.reports.html import page
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.requirements import by_id
from reseller_conformance.util.place import Place
from runs import MIXED, finding

DATES = ("billing_start_date", "billing_end_date", "billing_process_date")


def three_dates(format: str = "json", **more: object) -> list[Finding]:
    return [
        finding(format=format, where=name, got=f"'0{day}/08/10'", times=180, **more)
        for day, name in enumerate(DATES)
    ]


# --- Which findings are grouped ------------------------------------------------------------------


def test_three_wrong_dates_of_one_response_are_one_piece_of_evidence():
    [evidence] = evidence_of(three_dates())
    assert [one.where for one in evidence.findings] == list(DATES)
    assert evidence.expected == ("a date",)
    assert evidence.actual == tuple(f"{name}: '0{day}/08/10'" for day, name in enumerate(DATES))
    assert evidence.times == 180


def test_what_both_formats_show_alike_is_one_piece_too():
    xml = [replace(one, case="xml, all parameters valid") for one in three_dates("xml")]
    [evidence] = evidence_of([*three_dates(), *xml])
    assert evidence.formats == ("json", "xml")
    assert len(evidence.findings) == 3
    assert evidence.times == 360


def test_places_with_one_text_are_told_each():
    same = [replace(one, got="'30/08/2010'") for one in three_dates()]
    [evidence] = evidence_of(same)
    assert evidence.actual == tuple(f"{name}: '30/08/2010'" for name in DATES)


def test_what_was_expected_is_told_of_each_place_where_it_differs():
    first, second, _ = three_dates()
    [evidence] = evidence_of([first, replace(second, expected="an integer")])
    assert evidence.expected == ("billing_start_date: a date", "billing_end_date: an integer")


@pytest.mark.parametrize("other", [{"case": "json, task missing"}, {"status": 404}, {"curl": "c"}])
def test_other_responses_are_evidence_of_their_own(other: dict[str, object]):
    first, second, _ = three_dates()
    assert len(evidence_of([first, replace(second, **other)])) == 2


@given(st.lists(st.builds(finding, st.just("success.dates"), where=st.sampled_from(DATES))))
def test_no_finding_is_lost(findings: list[Finding]):
    assert sum(len(one.findings) for one in evidence_of(findings)) == len(findings)


def test_the_headline_names_the_other_places():
    [evidence] = evidence_of(three_dates())
    assert headline(evidence) == (
        "billing_start_date: '00/08/10' (also billing_end_date, billing_process_date); "
        "expected a date"
    )


# --- How often a finding occurs ------------------------------------------------------------------


def test_the_statuses_of_several_responses_are_broken_down():
    [evidence] = evidence_of([finding(times=180, statuses={"422": 120, "404": 60})])
    assert evidence.affected == ("180 responses: 422 × 120, 404 × 60; this is the simplest")


def test_the_statuses_of_both_formats_are_added_up():
    known = {"times": 3, "case": "task missing"}
    json = finding(statuses={"404": 2, "422": 1}, **known)
    xml = finding(format="xml", statuses={"422": 3}, **known)
    assert evidence_of([json, xml])[0].affected.startswith("6 responses: 422 × 4, 404 × 2;")


def test_one_status_needs_no_breakdown():
    assert evidence_of([finding(times=3, statuses={"422": 3})])[0].affected.startswith(
        "3 responses;"
    )
    assert evidence_of([finding()])[0].affected == ""


def test_many_statuses_are_counted():
    statuses = {str(status): 1 for status in range(400, 408)}
    said = evidence_of([finding(times=8, statuses=statuses)])[0].affected
    assert said.endswith("404 × 1, 3 more; this is the simplest")


# --- In each report ------------------------------------------------------------------------------

RUN = replace(
    MIXED,
    results=(
        Result(
            by_id("success.dates"),
            "json",
            Outcome.FAILED,
            "'00/08/10'",
            tuple(three_dates(statuses={"200": 100, "201": 80}, excerpt="BODY")),
        ),
    ),
)


def on_a_terminal() -> str:
    out = io.StringIO()
    print_report(RUN, Console(file=out, width=200, color_system=None))
    return out.getvalue()


REPORTS = {
    "terminal": on_a_terminal,
    "markdown": lambda: markdown.render(RUN),
    "junit": lambda: junit.render(RUN),
    "html": lambda: page.render(RUN),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_shows_one_body_one_command_and_all_places(report):
    text = report()
    assert text.count("BODY") == 1
    assert text.count("https://staging.example.com/apiv2/reseller.account.json") == 1
    assert "180 responses: 200 × 100, 201 × 80" in text
    for day, name in enumerate(DATES):
        assert name in text
        assert f"0{day}/08/10" in text


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_report_uses_the_same_labels(report):
    text = report().lower()

    def labelled(label: str) -> bool:
        return bool(re.search(rf"^( *|.*<dt>){label}(:|</dt>| )", text, re.MULTILINE))

    for label in ("request", "expected", "actual", "response", "affected"):
        assert labelled(label), label
    for former in ("asked", "got", "came", "answer", "seen in", "again", "page"):
        assert not labelled(former), former


def test_particulars_have_a_line_for_each_place():
    labels = [label for label, _ in labelled_lines(evidence_of(three_dates())[0])]
    assert labels == [
        *("request", "expected", "actual", "actual", "actual"),
        *("response", "affected", "reproduce"),
    ]


# --- The excerpt ---------------------------------------------------------------------------------

JSON = '{"first": "%s", "billing_end_date": "2010-02-30", "last": "%s"}'
XML = "<result><first>%s</first><billing_end_date>2010-02-30</billing_end_date><l>%s</l></result>"


@pytest.mark.parametrize("form", [JSON, XML])
@pytest.mark.parametrize("before", [0, 50, 100, 1_000, 100_000])
@pytest.mark.parametrize("after", [0, 1_000])
def test_the_wrong_place_is_in_the_excerpt(form: str, before: int, after: int):
    body = form % ("x" * before, "y" * after)
    shown = excerpt(body, "billing_end_date", 160)
    [(start, end)] = shown.marks
    assert "2010-02-30" in shown.text[start:end]
    assert len(shown.text) <= 160
    kept = shown.text.removeprefix(CUT)
    assert body[shown.start :].startswith(kept)
    assert shown.text.startswith(CUT) == (shown.start > 0)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("{\n" * 500 + "HERE", Place.at(501, 1)),
        ("x" * 900 + "HERE", Place("byte 901", byte=901)),
        ("x" * 900 + "HERE", Place("body", text="HERE")),
        (
            "<error>a</error>" * 90 + "<error>HERE</error>",
            Place("error[91]", names=("error",), number=91),
        ),
    ],
)
def test_a_place_may_be_a_position_a_byte_a_text_or_one_of_several(body: str, where: str):
    assert "HERE" not in body[:160]
    assert "HERE" in excerpt(body, where, 160).text


def test_what_is_nowhere_is_shown_from_the_beginning():
    assert excerpt("x" * 900, "Content-Type", 160) == Excerpt("x" * 160)


@given(st.text(), st.text(), st.integers(0, 9))
def test_any_excerpt_is_a_part_of_the_body(body: str, name: str, number: int):
    for where in (Place("a", names=(name,), number=number), Place.at(number + 1, 9), name):
        shown = excerpt(body, where, 40)
        assert len(shown.text) <= 40
        assert body[shown.start :].startswith(shown.text.removeprefix(CUT))
        assert all(0 <= start < end <= len(shown.text) for start, end in shown.marks)
