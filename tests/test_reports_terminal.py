"""The report on the terminal: its layout at any width and in any encoding, for any response."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from reseller_conformance.checks.exercised import DATA_KINDS
from reseller_conformance.client.traffic import Latency, Traffic
from reseller_conformance.findings.model import Finding, Outcome, Result, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.reports.terminal import print_report
from reseller_conformance.reports.text import visible
from reseller_conformance.reports.verdict_text import verdict_text
from reseller_conformance.requirements import CATALOGUE, Level

CURL = (
    "curl -sS -i -G 'https://staging.example.com/apiv2/reseller.account.{}' "
    '--data-raw api_user=harbour-mail --data-urlencode "api_key=$RESELLER_API_KEY" '
    "--data-raw task=overview --data-raw user=custome"
)
SUITE = SuiteInfo("0.1.0", "standard", "must", ("json", "xml"), partial=False, seed=20100830)


def finding(of: str, form: str, **changes: object) -> Finding:
    made = Finding(
        requirement=of,
        format=form,
        where="answer",
        expected="an error envelope",
        got="an overview",
        hint="a part of a name is taken for the name",
        case=f"{form}, user prefix",
        curl=CURL.format(form),
        status=200,
        excerpt='{"reputation": "100",\n  "requests": "500000"}',
        times=7,
    )
    return replace(made, **changes)


def run_of(
    failed: Mapping[str, Mapping[str, object]] | None = None,
    other: Mapping[str, tuple[Outcome, str]] | None = None,
) -> Run:
    """Return a run in which all passed but these."""
    failed, other = failed or {}, other or {}
    results = []
    for requirement in CATALOGUE:
        for form in map(str, requirement.formats or ("both",)):
            outcome, reason = other.get(requirement.id, (Outcome.PASSED, ""))
            findings: tuple[Finding, ...] = ()
            if requirement.id in failed:
                outcome = Outcome.FAILED
                findings = (finding(requirement.id, form, **failed[requirement.id]),)
            elif requirement.level is Level.MAY:
                reason = "yes: 200"
            observed = True if reason.startswith("yes") else None
            results.append(Result(requirement, form, outcome, reason, findings, observed=observed))
    return Run(
        results=tuple(results),
        suite=SUITE,
        target=TargetInfo("live", "https://staging.example.com", ("customer@example.com",)),
        traffic=Traffic(4302, 1, 12.34, latency=Latency(0.0021, 0.005, 0.1)),
    )


def printed(run: Run, width: int = 80, encoding: str = "utf-8", **options: object) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    print_report(run, Console(file=file, width=width, **options))
    file.flush()
    return raw.getvalue().decode(encoding)


FOREIGN = {"rejects.user-foreign": (Outcome.NOT_TESTED, "name one: --foreign-user NAME")}


def test_a_note_about_the_traffic_is_printed() -> None:
    run = Run(results=(), traffic=Traffic(calls=3, notes=("one call at a time",)))
    assert "\nnote: one call at a time\n" in printed(run)


# --- The layout ------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["rejects.user-unknown", "http.error-status"])
def test_a_finding_names_the_command_that_tells_how_to_fix_it(id: str) -> None:
    lines = printed(run_of({id: {}})).splitlines()
    assert lines.count(f"  to fix    reseller-conformance explain {id}") == 1


def test_a_green_run_fits_a_screen_and_ends_with_the_verdict() -> None:
    lines = printed(run_of()).splitlines()
    assert len(lines) <= 27
    assert "https://staging.example.com" in lines[2]
    assert lines[-1] == "✓ conformant"
    assert "4,302 calls, 1 retry, 12.3 s, median 2.1 ms, p95 5.0 ms" in lines[-3]
    assert "20100830" in lines[-2]


@pytest.mark.parametrize("width", [80, 200])
def test_the_first_screen_names_the_violated_requirement_and_shows_why(width: int) -> None:
    failed = {key: {} for key in ("rejects.user-unknown", "rejects.combined", "http.error-status")}
    screen = printed(run_of(failed, FOREIGN), width).splitlines()[:24]
    text = "\n".join(screen)
    assert "✗ violated: 2 MUST, 1 SHOULD" in text
    assert "✗ rejects.user-unknown (json, xml)" in screen
    assert "Customer that is registered under your account" in text
    assert "  request   json, user prefix" in screen
    assert "  expected  an error envelope" in screen
    assert "  actual    an overview" in screen
    assert '  response  HTTP 200 {"reputation": "100", "requests": "500000"}' in screen
    assert "  hint      a part of a name is taken for the name" in screen
    assert "14 responses" in text
    assert f"  {CURL.format('json')}" in screen


def test_must_stands_before_should() -> None:
    text = printed(
        run_of({"success.no-extras": {}, "consistency.counters": {}, "request.order": {}})
    )
    places = [text.index(word) for word in ("✗ request.order", "~ success.no-extras")]
    assert places == sorted(places)


def test_findings_that_differ_between_formats_are_both_shown() -> None:
    run = run_of({"rejects.combined": {}})
    results = tuple(
        replace(result, findings=(finding("rejects.combined", "xml", got="an empty body"),))
        if result.format == "xml" and result.findings
        else result
        for result in run.results
    )
    lines = printed(replace(run, results=results)).splitlines()
    assert "  format    json" in lines
    assert "  format    xml" in lines
    assert "  actual    an empty body" in lines
    assert f"  {CURL.format('xml')}" in lines


def test_the_place_is_named_where_there_is_one() -> None:
    failed = {"success.dates": {"where": "billing_end_date", "got": "2010-02-30"}}
    assert "  actual    billing_end_date: 2010-02-30" in printed(run_of(failed))


BOTH_PASSED = ["✓ passed", "✓ passed"]


def of_topic(topic: str) -> int:
    return sum(requirement.topic == topic for requirement in CATALOGUE)


def test_the_table_lists_what_did_not_pass_and_counts_what_did() -> None:
    text = printed(run_of({"rejects.combined": {}, "http.charset": {}}, FOREIGN))
    rows = [line.split("  ") for line in text.partition("\nrequirement")[2].splitlines()]
    table = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert table["rejects.combined"][-2:] == ["✗ failed", "✗ failed"]
    assert table["rejects.user-foreign"][-2:] == ["– not tested", "– not tested"]
    assert table["http.charset"][-2:] == ["~ should", "~ should"]
    assert table["rejects.*"] == [f"{of_topic('rejects') - 3} other requirements", *BOTH_PASSED]
    assert table["values.*"] == [f"{of_topic('values')} requirements", *BOTH_PASSED]
    assert table["request.post"] == ["accepts POST", "yes", "yes"]


def test_a_should_that_counts_is_told_as_a_failure() -> None:
    text = printed(replace(run_of({"http.charset": {}}), level=Level.SHOULD))
    assert "✗ violated: 1 SHOULD" in text
    assert "~ should" not in text


def test_reasons_are_told_once() -> None:
    why = "the documented call brings no overview: see success.returned"
    text = printed(run_of(other={r.id: (Outcome.NOT_TESTED, why) for r in CATALOGUE[2:]}))
    assert text.count("brings no overview") == 1
    assert f"  {why}\n    http.timeout, http.complete" in text


def test_a_topic_that_is_left_out_as_a_whole_is_named_once() -> None:
    why = "cannot reach http://127.0.0.1:1: connection refused"
    untested = {
        r.id: (Outcome.NOT_TESTED, why) for r in CATALOGUE if r.id != "success.returned"
    } | FOREIGN
    text = printed(run_of(other=untested))
    listed = text.partition(f"  {why}\n")[2].partition("\n  name a customer")[0]
    names = listed.replace(",", "").split()
    assert {"http.*", "isolation.*", "readable.*"} <= set(names)
    assert "rejects.*" not in names  # rejects.user-foreign has another reason
    assert "rejects.combined" in names
    assert "success.*" not in names
    assert "success.dates" in names


def test_a_small_topic_with_one_outcome_has_one_line_in_the_table() -> None:
    untested = {r.id: (Outcome.NOT_TESTED, "no call") for r in CATALOGUE}
    text = printed(run_of(other=untested))
    line = next(line for line in text.splitlines() if line.startswith("isolation."))
    assert line.split() == ["isolation.*", "3", "requirements", *["–", "not", "tested"] * 2]


def test_a_curl_line_of_a_stopped_app_needs_the_app() -> None:
    app = TargetInfo("app", "shop:app", ("ada@example.com",))
    note = "The app has stopped. To use a curl line, serve the app and change the port."
    assert note in printed(replace(run_of({"rejects.combined": {}}), target=app))
    assert note not in printed(replace(run_of(), target=app))
    assert note not in printed(run_of({"rejects.combined": {}}))


def test_an_error_of_the_suite_says_nothing_about_the_target() -> None:
    text = printed(run_of(other={"errors.no-key-echo": (Outcome.ERROR, "KeyError: 'x'")}))
    assert "this says nothing about the target\n  KeyError: 'x'\n    errors.no-key-echo\n" in text
    assert text.endswith(
        "! unverified: the suite itself failed at 1 requirement "
        f"({len(CATALOGUE) - 1} of {len(CATALOGUE)} requirements tested)\n"
    )


# --- The verdict in words --------------------------------------------------------------------


def test_should_findings_do_not_go_unsaid() -> None:
    assert verdict_text(run_of({"http.charset": {}})) == "conformant, with 1 SHOULD finding"


def test_one_format_alone_is_partial() -> None:
    run = run_of()
    results = tuple(result for result in run.results if result.format != "xml")
    run = replace(run, results=results, suite=replace(SUITE, formats=("json",), partial=True))
    assert verdict_text(run).startswith("partial: conformant (json only")
    assert "xml" not in printed(run)
    broken = replace(run, results=tuple(replace(r, outcome=Outcome.FAILED) for r in results))
    assert " SHOULD (partial: json only; " in verdict_text(broken)


def test_a_selection_is_partial() -> None:
    run = replace(run_of(), suite=replace(SUITE, partial=True))
    run = replace(run, results=run.results[:2])
    assert verdict_text(run).startswith("partial: conformant (not the whole catalogue; 1 of ")
    assert printed(run).splitlines()[-1].startswith("✓ partial: ")


def test_an_interrupted_run_gives_one_reason_for_what_is_missing() -> None:
    run = replace(run_of(), suite=replace(SUITE, partial=True), complete=False)
    assert "interrupted: not everything was sent" in verdict_text(run)
    assert "partial" not in verdict_text(run)


def test_an_interrupted_run_says_so_and_is_not_conformant() -> None:
    run = replace(run_of(), complete=False)
    assert "interrupted" in printed(run).splitlines()[-1]
    assert verdict_text(run).startswith("unverified: ")


def test_a_run_that_tested_nothing_says_why() -> None:
    why = "cannot reach http://127.0.0.1:1"
    run = run_of(other={r.id: (Outcome.NOT_TESTED, why) for r in CATALOGUE})
    assert verdict_text(run) == f"unverified: nothing was tested, {why}"


def test_a_run_without_results_or_anything_known_is_printed() -> None:
    assert printed(Run(results=())).endswith("! unverified: nothing was tested\n")


# --- Widths, encodings, colours, and hostile text ----------------------------------------------


@pytest.mark.parametrize("width", [30, 80, 200])
def test_no_id_and_no_command_is_cut_or_wrapped(width: int) -> None:
    text = printed(run_of({r.id: {} for r in CATALOGUE if r.level is not Level.MAY}), width)
    table = text.partition("\nrequirement")[2]
    assert all(f"{r.id} " in table for r in CATALOGUE)
    assert f"\n  {CURL.format('json')}\n" in text


def test_lines_are_not_filled_up_with_spaces() -> None:
    text = printed(run_of({"rejects.combined": {}})).partition("\nrequirement")[0]
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_console_without_unicode_gets_ascii() -> None:
    run = run_of({"rejects.combined": {"got": "häßlich"}}, FOREIGN)
    text = printed(run, encoding="ascii")
    assert "x rejects.combined" in text
    assert "+ passed" in text
    assert "h\\xe4\\xdflich" in text


@pytest.mark.parametrize("colour", [True, False])
def test_colours_stay_on_terminals(colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = printed(run_of({"rejects.combined": {}}), force_terminal=colour)
    assert ("\x1b[" in text) is colour
    assert f"\n  {CURL.format('json')}\n" in text


@pytest.mark.parametrize("field", ["got", "expected", "hint", "case", "excerpt", "where"])
def test_text_from_an_answer_is_no_markup_and_moves_no_cursor(field: str) -> None:
    hostile = "[bold]x[/bold] :smile: \x1b[2J\x1b]0;t\x07\x9b1m\u202e\r\u2028"
    lines = printed(run_of({"rejects.combined": {field: hostile}})).splitlines()
    text = " ".join(line.strip() for line in lines)
    assert "[bold]x[/bold] :smile:" in text
    assert not any(character in text for character in "\x1b\x07\x9b\u202e\r\u2028")
    assert "\\x1b[2J" in text


def test_an_answer_cannot_fill_the_screen() -> None:
    text = printed(run_of({"rejects.combined": {"excerpt": "x\n" * 10_000, "got": "y" * 10_000}}))
    assert len(text.splitlines()) < 60
    assert "more characters]" in text


@given(st.text(st.characters()))
def test_visible_text_holds_no_control_character_and_encodes(text: str) -> None:
    for encoding in ("utf-8", "ascii", "cp1252"):
        shown = visible(text, encoding)
        shown.encode(encoding)
        assert all(
            character.isprintable() or character.isspace()
            for character in shown
            if character.isascii()
        )
        assert "\n" not in shown


def test_what_was_observed_is_told_and_not_counted() -> None:
    text = printed(run_of())
    assert (
        "Observed: permitted, and never counted\n"
        "  rejects.user-similar, request.post, clients.head-status: yes: 200\n" in text
    )
    assert text.endswith("✓ conformant\n")


def test_data_that_no_account_showed_is_named_with_the_command_that_shows_it_all() -> None:
    shown = tuple(kind.name for kind in DATA_KINDS if kind.name != "leap-day")
    lines = printed(Run(results=(), exercised=shown)).splitlines()
    title = lines.index("Not shown by these accounts")
    assert [line.split() for line in lines[title + 1 : title + 3]] == [
        ["leap-day"],
        ["to", "show", "reseller-conformance", "accounts"],
    ]
