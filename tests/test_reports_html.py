"""The HTML report as text: what it says, that it is one file, and that nothing in it can run.

What a browser makes of it is tested in `test_browser`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from pages import GREEN, HOSTILE, MARKUP, ODD, RED
from reseller_conformance.cli.commands import main
from reseller_conformance.client.traffic import Latency, Traffic
from reseller_conformance.findings.excerpts import excerpt
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.guidance import GUIDANCE
from reseller_conformance.reports import registry
from reseller_conformance.reports.html import render
from reseller_conformance.reports.html.charts import charts, duration
from reseller_conformance.reports.html.highlight import marked
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import CATALOGUE, Level, by_id
from reseller_conformance.util.place import Place
from runs import finding

RUNS = {"green": GREEN, "red": RED, "hostile": HOSTILE, "empty": Run(())}
ALL = len(CATALOGUE)
TOPICS = dict.fromkeys(known.topic for known in CATALOGUE)
RED_BY_ID = {found.requirement: found for result in RED.results for found in result.findings}
HASHED = {"style": "style-src", "script": "script-src"}


def page(run: Run) -> html.HtmlElement:
    return html.document_fromstring(render(run))


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def found(document: html.HtmlElement, id: str) -> html.HtmlElement:
    return document.xpath(f"//details[contains(@class, 'finding')][.//*[@id='finding-{id}']]")[0]


# --- What it says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (GREEN, "✓ Conformant"),
        (RED, f"✗ Violated: 4 MUST, 2 SHOULD {ALL - 2} of {ALL} requirements tested"),
        (replace(GREEN, complete=False), "! Unverified: no violation so far interrupted: not"),
        (Run(()), "! Unverified: nothing was tested"),
    ],
    ids=["green", "red", "interrupted", "empty"],
)
def test_the_verdict_comes_first(run: Run, says: str) -> None:
    document = page(run)
    headings = document.xpath("//h1 | //h2 | //h3")
    assert headings[0].tag == "h1"
    assert text(headings[0]).startswith(says)
    assert document.findtext(".//title").startswith(says.split()[1].strip(":"))


def test_it_says_what_was_tested_against_what_and_when() -> None:
    facts = {
        text(fact.find("dt")): text(fact.find("dd"))
        for fact in page(GREEN).xpath("//dl[@class='facts']/div")
    }
    assert facts == {
        "Target": "https://staging.example.com/mail, a live server",
        "Customers": "customer@example.com, second@example.com",
        "Foreign customer": "someone@elsewhere.example",
        "Started": "2026-03-09 08:30:00 UTC, and sent calls for 3 min 31 s",
        "Sent": "2,098 calls, json and xml, depth standard",
        "Fails at": "MUST; a violated SHOULD is reported, and not counted",
        "Seed": "20100830; the same run with it sends the same calls",
        "Suite": "reseller-conformance 0.1.0",
    }


def test_an_interrupted_run_and_one_of_one_format_say_so() -> None:
    run = replace(
        GREEN,
        complete=False,
        suite=replace(GREEN.suite, formats=("xml",), partial=True),
        results=tuple(result for result in GREEN.results if result.format != "json"),
    )
    document = page(run)
    notices = [text(notice) for notice in document.xpath("//p[@class='notice']/strong")]
    assert notices == ["This report is incomplete.", "This report is partial."]
    heads = document.xpath("//section[@aria-labelledby='requirements']//thead//th")
    assert [text(cell) for cell in heads] == ["Requirement", "Level", "xml"]


def test_each_requirement_has_a_row_with_its_level_and_an_outcome_in_each_format() -> None:
    rows = page(RED).xpath("//tbody/tr[@data-level]")
    by_topic = [known.id for topic in TOPICS for known in CATALOGUE if known.topic == topic]
    assert [text(row.find(".//code")) for row in rows] == by_topic
    by = {text(row.find(".//code")): row for row in rows}
    counts = by["success.counts"]
    assert [text(cell) for cell in counts.findall("td")] == ["MUST", "✗ failed", "✗ failed"]
    assert by_id("success.counts").reason in text(counts)
    assert [text(cell) for cell in by["success.dates"].findall("td")][1:] == [
        "✓ passed",
        "✗ failed",
    ]
    assert [text(cell) for cell in by["http.error-status"].findall("td")][1] == "~ should"
    assert [text(cell) for cell in by["rejects.user-foreign"].findall("td")][1] == "– not tested"
    assert [text(cell) for cell in by["request.post"].findall("td")][1:] == ["yes", "yes"]
    both = by["consistency.formats"].findall("td")[-1]
    assert (both.get("colspan"), text(both)) == ("2", "✓ passed both")


def test_a_finding_shows_its_evidence() -> None:
    finding = found(page(RED), "rejects.user-unknown")
    known = by_id("rejects.user-unknown")
    assert known.title in text(finding.find("summary"))
    assert f"{known.source}. {known.reason}" in text(finding)
    assert f"To fix: {GUIDANCE[known.id].fix.replace('`', '')}" in text(finding)
    lines = {
        text(line.find("dt")): text(line.find("dd")) for line in finding.xpath(".//article/dl/div")
    }
    assert list(lines) == [
        *("Request", "Expected", "Actual", "Hint"),
        *("Affected", "Response", "Reproduce"),
    ]
    assert lines["Request"] == "json, user prefix"
    assert lines["Expected"] == "an error envelope"
    assert lines["Actual"].startswith("user prefix: an overview: package=Silver Package")
    assert lines["Affected"] == "3 responses; this is the simplest"
    assert lines["Response"].startswith('HTTP 200 { "reputation": "100"')
    command = finding.xpath(".//dd[@class='again']//code")[0].text_content()
    assert command == RED_BY_ID["rejects.user-unknown"].curl


def test_a_finding_links_to_the_part_of_the_api_documentation_that_its_requirement_cites() -> None:
    document = page(RED)
    (link,) = found(document, "success.dates").xpath(".//cite/a")
    assert text(link) == by_id("success.dates").citation
    (place,) = document.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert place.xpath("string(following::h3[1])") == "Response: Success"
    assert '"billing_end_date": "2010-09-29"' in place.xpath("string(following::pre[2])")


def test_the_first_violation_is_open_and_the_others_are_closed() -> None:
    opened = [one.get("open") is not None for one in page(RED).xpath("//details")]
    assert opened[0]
    assert not any(opened[1:])


def test_what_was_not_tested_stands_with_the_reason() -> None:
    (section,) = page(RED).xpath("//section[h2[text()='Not tested']]")
    reasons = {text(one.find("dt")): text(one.find("dd")) for one in section.xpath(".//dl/div")}
    assert reasons == {
        "name a customer of another reseller with --foreign-user": "rejects.user-foreign",
        "name two customers with --user": "isolation.customers",
    }


@pytest.mark.parametrize("run", [GREEN, RED, HOSTILE])
def test_the_filter_counts_the_rows_that_it_shows(run: Run) -> None:
    document = page(run)
    for label in document.xpath("//input[@name='outcome'][not(@id='outcome-all')]/.."):
        outcome = label.find("input").get("id").removeprefix("outcome-")
        rows = document.xpath(f"//tr[@data-json='{outcome}' or @data-xml='{outcome}']")
        assert text(label.find("small")) == str(len(rows))


def test_the_filter_offers_the_outcomes_that_there_are() -> None:
    ids = page(RED).xpath("//input[@name='outcome']/@id")
    assert ids == ["outcome-all", "outcome-passed", "outcome-failed", "outcome-not-tested"]
    assert re.search(r"#outcome-failed:checked", render(RED))


def test_an_error_of_the_suite_is_told_as_one() -> None:
    broken = Result(by_id("success.counts"), "json", Outcome.ERROR, "ValueError: a bug of mine")
    (section,) = page(Run((broken,))).xpath("//section[h2[text()='The suite itself failed']]")
    assert "ValueError: a bug of mine" in text(section)


def test_where_should_counts_it_is_a_violation() -> None:
    document = page(replace(RED, level=Level.SHOULD))
    titles = [text(heading) for heading in document.xpath("//h2")]
    assert titles[:2] == ["Violated", "Violated: SHOULD"]
    assert "~" not in text(document.find(".//table"))


@pytest.mark.parametrize("name", RUNS)
def test_it_can_be_read_by_its_structure(name: str) -> None:
    document = page(RUNS[name])
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    for name_of in ("@href", "@aria-labelledby", "@for"):
        referred = {value.removeprefix("#") for value in document.xpath(f"//{name_of}")}
        assert referred <= set(ids)
    assert len(document.xpath("//main")) == 1
    assert document.xpath("//body/*")[0].get("href") == "#main"
    assert all(text(one) for one in document.xpath("//a | //button | //label | //summary | //th"))


# --- Nothing is fetched, nothing can run -----------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_the_policy_lets_only_the_pages_own_style_and_script_run(name: str) -> None:
    document = page(RUNS[name])
    (policy,) = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in HASHED.items():
        (element,) = document.iter(tag)
        digest = hashlib.sha256(element.text_content().encode()).digest()
        assert rules[rule] == f"'sha256-{base64.b64encode(digest).decode()}'"


@pytest.mark.parametrize("name", RUNS)
def test_it_is_one_file_that_refers_to_nothing_outside(name: str) -> None:
    document = page(RUNS[name])
    for element in document.iter(html.etree.Element):
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert attribute not in ("style", "src", "srcset", "action", "data")
            assert attribute != "href" or value.startswith("#")
    tags = {element.tag for element in document.iter(html.etree.Element)}
    assert tags.isdisjoint({"img", "iframe", "object", "embed", "base", "link", "form"})


@pytest.mark.parametrize("name", RUNS)
def test_no_character_of_it_acts_on_a_display_or_is_not_seen(name: str) -> None:
    written = render(RUNS[name])
    written.encode()
    odd = {c for c in written if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")}
    assert odd <= {"\n"}


def test_hostile_text_is_shown_as_it_is() -> None:
    shown = page(HOSTILE).text_content()
    assert MARKUP in shown
    assert r"\x00\x1b[2J\x9b\u202egnp.exe\u202c\u2066\u200b\ufeff\U000e0041\ud83d" in shown
    assert ODD[:1] not in shown


def structure(run: Run) -> list[tuple[str, ...]]:
    elements = page(run).iter(html.etree.Element)
    kept = (
        one for one in elements if one.tag != "mark" and one.get("class") not in ("odd", "option")
    )
    return [(one.tag, *sorted(one.keys())) for one in kept]


def reported(said: str) -> Run:
    finding = Finding(
        requirement="success.dates",
        format="json",
        where=f"a{said}",
        expected=said,
        got=said,
        hint=f"a{said}",
        case=f"a{said}",
        curl=f"a{said}",
        status=200,
        excerpt=f"a{said}",
    )
    return Run(
        (
            Result(by_id("success.dates"), "json", Outcome.FAILED, said, (finding,)),
            Result(by_id("success.counts"), "json", Outcome.NOT_TESTED, said),
        ),
        suite=SuiteInfo(version=f"a{said}", seed=1, formats=("json",)),
        target=TargetInfo("live", f"a{said}", (said,), "a"),
    )


@settings(deadline=None)
@given(st.text(st.characters() | st.sampled_from("<>&\"'`=/!-{}%#"), max_size=40))
def test_no_text_changes_the_structure_of_the_page(said: str) -> None:
    assert structure(reported(said)) == structure(reported("plain"))


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_every_text_is_told(said: str) -> None:
    (expected,) = page(reported("é" + said)).xpath("//article//div[dt='Expected']/dd")
    assert expected.text_content() == "".join(
        part
        if unicodedata.category(part) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp") or part in "\n\t"
        else written(part)
        for part in "é" + said
    )


def written(character: str) -> str:
    if visible(character) != character:
        return visible(character)
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


# --- The wrong place -------------------------------------------------------------------------

OBJECT = '{"package": "Silver", "requests": "1,000", "sub": {"a": [1, 2]}, "requests": null}'
ELEMENTS = '<result><errors n="1"><error code="4">a</error><error  code="5"/></errors></result>'


@pytest.mark.parametrize(
    ("body", "where", "wrong"),
    [
        (OBJECT, "package", ['"package": "Silver"']),
        (OBJECT, Place.of(["requests"]), ['"requests": "1,000"', '"requests": null']),
        (OBJECT, Place.of(["sub"]), ['"sub": {"a": [1, 2]}']),
        (OBJECT, Place.of(["package", "sub"]), ['"package": "Silver"', '"sub": {"a": [1, 2]}']),
        (OBJECT, "credits_used", []),
        (OBJECT, Place("api_key empty", names=("package",)), ['"package": "Silver"']),
        (OBJECT, Place.at(1, 2, '"package"'), ['"package"']),
        (OBJECT, Place.at(1, 66), ['"requests": null}']),
        (OBJECT, Place.at(1, 200), []),
        ("a\nb: c\n", Place.at(2, 2), [": c"]),
        ('{"a": "\ufffd\ufffd"}', Place("byte 7", byte=7), ["\ufffd\ufffd"]),
        (ELEMENTS, Place("error[2]", names=("error",), number=2), ['<error  code="5"/>']),
        (ELEMENTS, Place("@code", names=("code",), number=2, holder="error"), ['code="5"']),
        (ELEMENTS, Place("@n", names=("n",), holder="errors"), ['n="1"']),
        (ELEMENTS, Place("result/overview", names=("overview",)), []),
        ("<a:b>1</a:b><b>", Place("b", names=("b",)), ["<a:b>1</a:b><b>"]),
        ('{"errors": ["a ***"]}', Place("body", text="***"), ["***"]),
        ("", "package", []),
        (OBJECT, "status", []),
    ],
)
def test_the_wrong_place_is_marked(body: str, where: str, wrong: list[str]) -> None:
    pieces = marked([found_at(body, where)])
    assert [piece for piece, is_wrong in pieces if is_wrong] == wrong
    assert "".join(piece for piece, _ in pieces) == body


def found_at(body: str, where: str, most: int = 800) -> Finding:
    shown = excerpt(body, where, most)
    return finding(
        where=str(where), excerpt=shown.text, excerpt_start=shown.start, marks=shown.marks
    )


def test_findings_of_one_response_are_marked_in_the_excerpt_of_the_first() -> None:
    body = '{"a": 1, "b": 2, ' + '"c": 3, ' * 40 + '"last": 4}'
    last = found_at(body, Place.of(["last"]), 40)
    others = [found_at(body, Place.of([name]), 40) for name in ("a", "b")]
    assert [piece for piece, wrong in marked([last, *others]) if wrong] == ['"last": 4']
    assert [piece for piece, wrong in marked([*others, last]) if wrong] == ['"a": 1', '"b": 2']


@given(st.text(max_size=60), st.text(max_size=20), st.integers(1, 9), st.integers(1, 9))
def test_marking_changes_nothing(body: str, name: str, line: int, column: int) -> None:
    places = (name, Place.of([name]), Place.at(line, column, name), Place("body", text=name))
    for where in (*places, Place("@", names=(name,), holder=name), Place("byte", byte=line)):
        assert "".join(piece for piece, _ in marked([found_at(body, where)])) == body


def test_the_wrong_place_is_marked_in_the_report() -> None:
    document = page(RED)
    marks = {
        id: [text(mark) for mark in found(document, id).iter("mark")]
        for id in ("http.server-error", "success.dates", "http.content-type", "success.counts")
    }
    assert marks == {
        "http.server-error": ["HTTP 500"],
        "success.dates": ["<billing_end_date>2010-09-31</billing_end_date>"],
        # no header is kept with the response: the page marks the actual value where it names it
        "http.content-type": ["text/html; charset=utf-8"],
        "success.counts": ['"requests": "500,000"', "<requests>500,000</requests>"],
    }


# --- The plot --------------------------------------------------------------------------------


def test_bars_stand_on_the_ground_and_within_the_picture() -> None:
    made = charts(GREEN.traffic)
    assert len(made) == 3
    for chart in made:
        assert max(bar.height for bar in chart.bars) == chart.height
        for bar in chart.bars:
            assert bar.y + bar.height == pytest.approx(chart.height, abs=0.02)
            assert 0 <= bar.x <= bar.x + bar.width <= chart.width + 0.02
    assert made[0].highest == "at most 10 a second"
    assert made[1].highest == "at most 1.2 s"
    assert (made[2].left, made[2].right) == ("1 ms", "longer")
    assert made[2].bars[0].says == "1 ms to 2 ms: 12 responses"


@pytest.mark.parametrize(
    "traffic",
    [Traffic(), Traffic(latency=Latency(histogram=None), timeline=None)],
    ids=["none", "uncounted"],
)
def test_without_traffic_there_is_no_plot(traffic: Traffic) -> None:
    assert charts(traffic) == []
    assert not page(replace(GREEN, traffic=traffic)).xpath("//svg")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (0.00042, "0.4 ms"),
        (0.0099, "9.9 ms"),
        (0.035, "35 ms"),
        (0.9999, "1 s"),
        (2.5, "2.5 s"),
        (59.99, "1 min"),
        (200.2, "3 min 20 s"),
    ],
)
def test_a_duration_is_said_as_a_person_does(seconds: float, said: str) -> None:
    assert duration(seconds) == said


# --- The option ------------------------------------------------------------------------------


def test_without_jinja2_it_is_refused_in_one_line_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda _: None)
    assert main(["run", "--report-html", "out/report.html"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == ("error: --report-html needs jinja2, pip install jinja2: out/report.html\n")
