"""The baseline: how its file is read, compared with results, and updated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_conformance.findings.baseline import Baseline, BaselineError, load, write
from reseller_conformance.findings.model import Finding, Outcome, Result
from reseller_conformance.requirements import CATALOGUE, Level, by_id

TODAY = date(2030, 6, 15)

FILE = """\
# Staging, as it is.

# The gateway's doing.
[[known]]
requirement = "http.error-status"  # a SHOULD
format = "json"
reason = "the gateway answers everything with 200"
expires = 2030-06-15

# Ours.
# Both formats come from the same code.
[[known]]
requirement = "success.counts"
format = 'json'
reason = \"\"\"
[[known]]
# padded with zeros since 2014
\"\"\"

[[known]]
format = "xml"
requirement = "success.counts"
reason = "padded with zeros since 2014"
# The end.
"""


def result(id: str, format: str, outcome: Outcome, known: str = "") -> Result:
    return Result(by_id(id), format, outcome, known=known)


def passed(*whats: tuple[str, str]) -> list[Result]:
    return [result(id, format, Outcome.PASSED) for id, format in whats]


def failed(*whats: tuple[str, str]) -> list[Result]:
    return [result(id, format, Outcome.FAILED) for id, format in whats]


def finding(what: tuple[str, str], where: str = "credits_used", got: str = "null") -> Finding:
    return Finding(*what, where, "a count", got)


def found(*findings: Finding) -> list[Result]:
    """Return the failed results that hold these findings."""
    whats = dict.fromkeys((one.requirement, one.format) for one in findings)
    return [
        Result(
            by_id(id),
            format,
            Outcome.FAILED,
            findings=tuple(f for f in findings if (f.requirement, f.format) == (id, format)),
        )
        for id, format in whats
    ]


STATUS, JSON, XML = (
    ("http.error-status", "json"),
    ("success.counts", "json"),
    ("success.counts", "xml"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "known.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def baseline(path: Path) -> Baseline:
    return load(path, today=TODAY)


def read(path: Path, text: str) -> Baseline:
    path.write_bytes(text.encode())
    return load(path, today=TODAY)


def entry(id: str, format: str, more: str = 'reason = "so it is"') -> str:
    return f'[[known]]\nrequirement = "{id}"\nformat = "{format}"\n{more}\n'


# --- Reading --------------------------------------------------------------------------------------


def test_each_entry_knows_its_lines(baseline: Baseline) -> None:
    assert [(one.what, one.first, one.last) for one in baseline.entries] == [
        (STATUS, 4, 8),
        (JSON, 12, 18),
        (XML, 20, 23),
    ]


def test_a_reason_of_several_lines_is_shown_as_one(baseline: Baseline) -> None:
    accepted = baseline.known_entry(finding(JSON).spot)
    assert accepted
    assert accepted.why == "[[known]] # padded with zeros since 2014"


@pytest.mark.parametrize(
    "text, message",
    [
        ("known = 3", "holds [[known]] tables and no more, not: known"),
        ("[[knwon]]", "holds [[known]] tables and no more, not: knwon"),
        ("title = 'x'\n" + entry(*JSON), "not: title"),
        ("[[known]", "is not TOML"),
        ("known = [{requirement = 'a', format = 'json', reason = ''}]", "not: known = [...]"),
        ("n = " + "9" * 5000, "is not TOML"),
        (entry(*JSON) + entry(*JSON), "lines 1 and 5, says twice: success.counts (json)"),
        (entry("success.counts", "yaml"), 'line 1: format is json, xml or both, not: "yaml"'),
        (entry(*JSON, "reason = 3"), "reason is a text, not: 3"),
        (entry(*JSON, "reason = true"), "reason is a text, not: true"),
        (entry(*JSON, "reason = 2030-01-01"), "reason is a text, not: 2030-01-01"),
        (entry(*JSON, ""), "the entry has no reason, which is a text"),
        (entry(*JSON) + "until = 2030-01-01\n", "not: until"),
        (entry(*JSON) + "expires = '2030-01-01'\n", 'is a date, as 2030-12-31, not: "2030-01-01"'),
        (entry(*JSON) + "expires = 2030-01-01T00:00:00Z\n", "is a date"),
        (entry(*JSON) + "expires = 2030-02-30\n", "is not TOML"),
        (entry(*JSON) + "where = 3\n", "where is a text, or a list of texts, not: 3"),
        (entry(*JSON) + 'kind = ["null", 3]\n', "kind is a text, or a list of texts, not: ["),
        (entry(*JSON) + 'where = ""\n', 'where is a text, or a list of texts, not: ""'),
        (entry(*JSON) + "where = []\n", "where is a text, or a list of texts, not: []"),
        (2 * (entry(*JSON) + 'where = "requests"\n'), "says twice: success.counts (json) at req"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(path: Path, text: str, message: str) -> None:
    with pytest.raises(BaselineError) as caught:
        read(path, text)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_or_not_there_is_told(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BaselineError, match="not UTF-8"):
        load(path)
    with pytest.raises(BaselineError, match="cannot be read"):
        load(path.parent)
    with pytest.raises(BaselineError, match="--update-baseline creates it"):
        load(path.parent / "other.toml")


# --- Compared with a run --------------------------------------------------------------------------


def test_an_entry_with_a_reason_excuses_until_its_last_day(path: Path) -> None:
    text = entry(*JSON, 'reason = ""') + entry(*XML) + "expires = 2030-06-14\n" + entry(*STATUS)
    held = read(path, text + "expires = 2030-06-15\n")
    assert held.known_entry(finding(JSON).spot) is None
    assert held.known_entry(finding(XML).spot) is None
    assert held.known_entry(finding(STATUS).spot)
    assert held.known_entry(finding(("success.counts", "both")).spot) is None


def test_what_fails_as_the_baseline_says_is_no_problem(baseline: Baseline) -> None:
    assert baseline.problems(failed(STATUS, JSON, XML)) == []


def test_what_was_not_tested_is_no_problem(baseline: Baseline) -> None:
    others = (Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE, Outcome.ERROR)
    results = [
        result(*what, other) for what, other in zip((STATUS, JSON, XML), others, strict=True)
    ]
    assert baseline.problems(results) == []
    assert baseline.problems([]) == []
    assert baseline.updated(results, Level.SHOULD) is baseline


def test_what_no_longer_fails_is_to_be_deleted(baseline: Baseline, path: Path) -> None:
    assert baseline.problems([*passed(JSON), *failed(STATUS)]) == [
        f"{path}: delete lines 12-18, for this no longer fails: success.counts (json)"
    ]


def test_what_fails_in_one_suite_of_two_still_fails(baseline: Baseline) -> None:
    assert baseline.problems([*passed(JSON), *failed(JSON)]) == []


def test_what_names_nothing_is_to_be_deleted_whatever_was_tested(path: Path) -> None:
    text = entry("success.count", "json") + entry("success.counts", "both")
    lines = read(path, text).problems([])
    assert [line.partition(": ")[2] for line in lines] == [
        "delete lines 1-4, which name no requirement in a format of its: success.count (json)",
        "delete lines 5-8, which name no requirement in a format of its: success.counts (both)",
    ]


def test_what_has_expired_and_what_has_no_reason_is_told_where_it_fails(path: Path) -> None:
    held = read(path, entry(*JSON, 'reason = " "') + entry(*XML) + "expires = 2030-06-14\n")
    assert [line.partition(": ")[2] for line in held.unexplained(failed(JSON, XML))] == [
        "write a reason in lines 1-4; without one the violation is not accepted: "
        "success.counts (json)",
    ]
    assert [line.partition(": ")[2] for line in held.problems(failed(JSON, XML))] == [
        "delete lines 5-9 or set a new date, for 2030-06-14 is over: success.counts (xml)",
    ]
    assert held.problems([]) == held.unexplained([]) == []


# --- Updated --------------------------------------------------------------------------------------


def test_an_update_keeps_every_comment_and_the_order(baseline: Baseline) -> None:
    after = baseline.updated(
        [*passed(JSON), *failed(STATUS, ("rejects.task-missing", "xml"))], Level.MUST
    )
    gone = FILE.splitlines(keepends=True)
    assert after.text == (
        "".join(gone[:11])
        + "".join(gone[18:])
        + '\n[[known]]\nrequirement = "rejects.task-missing"\nformat = "xml"\nreason = ""\n'
    )
    assert baseline.changes(after) == [
        "removed: success.counts (json)",
        "added: rejects.task-missing (xml)",
    ]
    results = failed(("rejects.task-missing", "xml"))
    assert after.problems(results) == []
    assert after.unexplained(results) == [
        f"{after.path}: write a reason in lines 19-22; without one the violation is not accepted: "
        "rejects.task-missing (xml)"
    ]


def test_an_update_adds_a_should_only_where_it_counts(baseline: Baseline) -> None:
    results = failed(("values.balance", "xml"))
    assert baseline.updated(results, Level.MUST) is baseline
    added = baseline.updated(results, Level.SHOULD).entries[-1]
    assert (added.what, added.reason) == (("values.balance", "xml"), "")


def test_an_update_leaves_what_has_expired_to_a_person(path: Path) -> None:
    held = read(path, entry(*XML) + "expires = 2030-06-14\n")
    assert held.updated(failed(XML), Level.MUST) is held


def test_a_gap_on_both_sides_of_an_entry_becomes_one(path: Path) -> None:
    held = read(path, f"# top\n\n{entry(*STATUS)}\n{entry(*JSON)}\n{entry(*XML)}")
    after = held.updated(passed(JSON), Level.MUST)
    assert after.text == f"# top\n\n{entry(*STATUS)}\n{entry(*XML)}"


def test_the_ends_of_lines_stay_as_they_are(path: Path) -> None:
    held = read(path, (entry(*JSON) + "\n" + entry(*XML)).replace("\n", "\r\n"))
    after = held.updated([*passed(JSON), *failed(STATUS)], Level.SHOULD)
    kept = entry(*XML) + "\n" + entry(*STATUS, 'reason = ""')
    assert after.text == kept.replace("\n", "\r\n")


def test_a_new_file_says_what_it_is(path: Path) -> None:
    path.unlink()
    before = load(path, update=True)
    assert before.updated([], Level.MUST) is before
    write(before, before.updated(failed(JSON), Level.MUST))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Known violations")
    assert text.endswith(
        '\n\n[[known]]\nrequirement = "success.counts"\nformat = "json"\nreason = ""\n'
    )
    assert [one.what for one in load(path).entries] == [JSON]


def test_a_file_is_replaced_at_one_stroke(
    baseline: Baseline, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BaselineError, match="No space left"):
        write(baseline, baseline.updated(passed(JSON), Level.MUST))
    assert path.read_text(encoding="utf-8") == FILE
    assert list(path.parent.iterdir()) == [path]


def test_what_was_written_meanwhile_is_not_lost(baseline: Baseline, path: Path) -> None:
    path.write_text(FILE + "# a new thought\n", encoding="utf-8")
    with pytest.raises(BaselineError, match="changed meanwhile"):
        write(baseline, baseline.updated(passed(JSON), Level.MUST))
    assert path.read_text(encoding="utf-8") == FILE + "# a new thought\n"


def test_a_link_stays_a_link_and_the_mode_stays(baseline: Baseline, path: Path) -> None:
    path.chmod(0o640)
    link = path.with_name("link.toml")
    link.symlink_to(path)
    before = load(link, today=TODAY)
    write(before, before.updated(passed(JSON), Level.MUST))
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.what for one in load(path).entries] == [STATUS, XML]


# --- Places and kinds -----------------------------------------------------------------------------


def places(*names: str, kind: str = "") -> str:
    where = ", ".join(f'"{name}"' for name in names)
    return f"where = [{where}]\n" + (f'kind = "{kind}"\n' if kind else "")


USED, OTHER = finding(JSON), finding(JSON, "requests")
TEXT = finding(JSON, got="the string '1,000'")


@pytest.mark.parametrize(
    ("more", "accepted"),
    [
        ("", {"credits_used null", "credits_used string", "requests null"}),
        ('where = "*"\n', {"credits_used null", "credits_used string", "requests null"}),
        ('where = "credits_used"\n', {"credits_used null", "credits_used string"}),
        (places("credits_used", kind="null"), {"credits_used null"}),
        (places("credits_used", "requests", kind="null"), {"credits_used null", "requests null"}),
        ('kind = ["null", "the string"]\nwhere = "requests"\n', {"requests null"}),
        ('kind = "the string"\n', {"credits_used string"}),
        ('where = "result/overview/requests"\n', {"requests null"}),
        ('where = "package"\n', set()),
    ],
)
def test_an_entry_accepts_what_it_names(path: Path, more: str, accepted: set[str]) -> None:
    held = read(path, entry(*JSON) + more)
    findings = {"credits_used null": USED, "credits_used string": TEXT, "requests null": OTHER}
    assert {name for name, one in findings.items() if held.known_entry(one.spot)} == accepted


def test_a_value_that_changes_from_run_to_run_stays_accepted(path: Path) -> None:
    held = read(path, entry(*JSON) + places("credits_used", kind="the string"))
    assert held.known_entry(finding(JSON, got="the string '1,000'").spot)
    assert held.known_entry(finding(JSON, got="the string '99,000,000'").spot)


def test_two_entries_may_give_two_reasons_for_two_places(path: Path) -> None:
    text = entry(*JSON, 'reason = "one"') + places("requests")
    held = read(path, text + entry(*JSON, 'reason = "other"') + places("credits_used"))
    accepted = [held.known_entry(one.spot) for one in (OTHER, USED)]
    assert [one and one.reason for one in accepted] == ["one", "other"]
    assert held.problems(found(USED, OTHER)) == []


def test_an_entry_of_which_nothing_fails_any_more_is_stale_though_the_requirement_fails(
    path: Path,
) -> None:
    held = read(path, entry(*JSON) + places("requests"))
    assert held.problems(found(USED)) == [
        f"{path}: delete lines 1-5, for this no longer fails: success.counts (json) at requests"
    ]
    after = held.updated(found(USED), Level.MUST)
    assert [(one.where, one.reason) for one in after.entries] == [(("credits_used",), "")]


def test_a_place_of_several_that_no_longer_fails_is_named(path: Path) -> None:
    held = read(path, entry(*JSON) + places("requests", "credits_used"))
    assert held.problems(found(USED)) == [
        f"{path}: take out of lines 1-5 what no longer fails, requests: "
        "success.counts (json) at requests, credits_used"
    ]
    after = held.updated(found(USED), Level.MUST)
    assert after.text == entry(*JSON) + 'where = "credits_used"\nkind = "null"\n'
    assert after.problems(found(USED)) == []


def test_a_run_that_is_not_complete_says_nothing_of_places(path: Path) -> None:
    held = read(path, entry(*JSON) + places("requests", "package"))
    assert held.problems(found(USED, OTHER), complete=False) == []
    assert held.problems(found(USED), complete=False) == []


def test_an_update_binds_an_entry_of_the_old_form_and_keeps_all_else(path: Path) -> None:
    held = read(path, FILE)
    after = held.updated(found(finding(JSON), finding(JSON, "requests")), Level.MUST)
    lines = FILE.splitlines(keepends=True)
    added = ['where = ["credits_used", "requests"]\n', 'kind = "null"\n']
    assert after.text == "".join(lines[:18] + added + lines[18:])
    assert held.changes(after) == [
        "changed: success.counts (json) is now success.counts (json) at credits_used, requests"
    ]
    assert after.updated(found(finding(JSON), finding(JSON, "requests")), Level.MUST) is after


def test_an_update_leaves_an_entry_that_holds_anywhere(path: Path) -> None:
    held = read(path, entry(*JSON) + 'where = "*"\n')
    assert held.updated(found(USED), Level.MUST) is held
    assert held.problems(found(USED)) == []


def test_an_update_adds_an_entry_for_each_kind(path: Path) -> None:
    path.unlink()
    after = load(path, update=True).updated(found(USED, OTHER, TEXT), Level.MUST)
    assert [(one.where, one.kind) for one in after.entries] == [
        (("credits_used", "requests"), ("null",)),
        (("credits_used",), ("the string",)),
    ]


def test_an_update_adds_what_an_entry_does_not_accept_beside_it(path: Path) -> None:
    held = read(path, entry(*JSON) + places("credits_used", kind="null"))
    after = held.updated(found(USED, OTHER), Level.MUST)
    assert held.changes(after) == ["added: success.counts (json) at requests"]
    assert after.entries[0] == held.entries[0]


def test_a_place_that_a_server_invented_is_written_so_that_it_reads_again(path: Path) -> None:
    path.unlink()
    odd = finding(JSON, 'a"b\\c\u202e\x7f\x85\n😀')
    after = load(path, update=True).updated(found(odd), Level.MUST)
    assert after.entries[0].covers(odd.spot)
    assert after.text.replace("\n", "").replace("😀", "").isprintable()


def test_more_places_than_fit_on_a_line_stand_one_a_line(path: Path) -> None:
    path.unlink()
    many = [finding(JSON, f"member_{letter * 9}") for letter in "abcdefgh"]
    after = load(path, update=True).updated(found(*many), Level.MUST)
    assert '\nwhere = [\n    "member_aaaaaaaaa",\n' in after.text
    fewer = after.updated(found(*many[:1]), Level.MUST)
    assert '\nwhere = "member_aaaaaaaaa"\n' in fewer.text
    assert fewer.updated(found(*many[:1]), Level.MUST) is fewer


# --- Arbitrary files ------------------------------------------------------------------------------

WHATS = st.sampled_from([(r.id, str(f)) for r in CATALOGUE for f in r.formats or ("both",)])
GAPS = st.lists(st.sampled_from(["", "# a word", "  # [[known]]"]), max_size=3)
REASONS = st.sampled_from(['"x"', '""', "'''\n[[known]]\n\n# no comment\n'''", '"""a\\\n  b"""'])


@st.composite
def files(draw: st.DrawFn) -> str:
    parts: list[str] = [*draw(GAPS)]
    for id, format in draw(st.lists(WHATS, max_size=5, unique=True)):
        parts += [f"[[known]]{draw(st.sampled_from(['', ' # why']))}", f'requirement = "{id}"']
        parts += [*draw(GAPS), f'format = "{format}"', f"reason = {draw(REASONS)}", *draw(GAPS)]
    return draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(parts).split("\n"))


@given(
    text=files(),
    results=st.lists(
        st.builds(
            lambda what, outcome, places: Result(
                by_id(what[0]),
                what[1],
                outcome,
                findings=tuple(
                    finding(what, place) for place in places if outcome is Outcome.FAILED
                ),
            ),
            WHATS,
            st.sampled_from(list(Outcome)),
            st.lists(st.sampled_from(["requests", "package", "errors[3]"]), min_size=1, max_size=3),
        ),
        max_size=12,
    ),
    level=st.sampled_from([Level.MUST, Level.SHOULD]),
)
@settings(deadline=None)
def test_an_update_changes_what_it_says_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, text: str, results: list[Result], level: Level
) -> None:
    before = read(tmp_path_factory.getbasetemp() / "known.toml", text)
    after = before.updated(results, level)
    said = [(one.what, one.reason) for one in after.entries]
    kept = [about for about in said if about in [(one.what, one.reason) for one in before.entries]]
    assert said[: len(kept)] == kept
    assert all(reason == "" for _, reason in said[len(kept) :])
    if len(kept) == len(before.entries):
        assert kept == [(one.what, one.reason) for one in before.entries]
    failing = [one for result in results for one in result.findings if is_counted(result, level)]
    assert all(any(entry.covers(one.spot) for entry in after.entries) for one in failing)
    assert not any("delete" in line for line in after.problems(results))
    assert after.updated(results, level) is after
    assert between(after) == between(before) or not text


def is_counted(result: Result, level: Level) -> bool:
    return result.outcome is Outcome.FAILED and result.requirement.level in (Level.MUST, level)


def between(baseline: Baseline) -> list[str]:
    """Return the comments between entries."""
    within: Iterable[int] = [
        number for found in baseline.entries for number in range(found.first, found.last + 1)
    ]
    lines = enumerate(baseline.text.splitlines(), start=1)
    return [line.strip() for number, line in lines if number not in within and line.strip()]
