"""The baseline: how its file is read, held against results, and brought up to date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reseller_conformance.baseline import Baseline, BaselineError, load, write
from reseller_conformance.findings import Outcome, Result
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
    assert [(found.what, found.first, found.last) for found in baseline.entries] == [
        (STATUS, 4, 8),
        (JSON, 12, 18),
        (XML, 20, 23),
    ]


def test_a_reason_of_several_lines_is_shown_as_one(baseline: Baseline) -> None:
    found = baseline.excuse(*JSON)
    assert found
    assert found.why == "[[known]] # padded with zeros since 2014"


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
        (entry("success.counts", "yaml"), "line 1: format is json, xml or both, not: 'yaml'"),
        (entry(*JSON, "reason = 3"), "reason is a text, not: 3"),
        (entry(*JSON, ""), "the entry has no reason, which is a text"),
        (entry(*JSON) + "until = 2030-01-01\n", "not: until"),
        (entry(*JSON) + "expires = '2030-01-01'\n", "is a date, as 2030-12-31, not: '2030-01-01'"),
        (entry(*JSON) + "expires = 2030-01-01T00:00:00Z\n", "is a date"),
        (entry(*JSON) + "expires = 2030-02-30\n", "is not TOML"),
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
    with pytest.raises(BaselineError, match="--update-baseline makes it"):
        load(path.parent / "other.toml")


# --- Held against a run ---------------------------------------------------------------------------


def test_an_entry_with_a_reason_excuses_until_its_last_day(path: Path) -> None:
    text = entry(*JSON, 'reason = ""') + entry(*XML) + "expires = 2030-06-14\n" + entry(*STATUS)
    held = read(path, text + "expires = 2030-06-15\n")
    assert held.excuse(*JSON) is None
    assert held.excuse(*XML) is None
    assert held.excuse(*STATUS)
    assert held.excuse("success.counts", "both") is None


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


# --- Brought up to date ---------------------------------------------------------------------------


def test_an_update_keeps_every_comment_and_the_order(baseline: Baseline) -> None:
    after = baseline.updated(
        [*passed(JSON), *failed(STATUS, ("due.task-missing", "xml"))], Level.MUST
    )
    gone = FILE.splitlines(keepends=True)
    assert after.text == (
        "".join(gone[:11])
        + "".join(gone[18:])
        + '\n[[known]]\nrequirement = "due.task-missing"\nformat = "xml"\nreason = ""\n'
    )
    assert baseline.changes(after) == [
        "removed: success.counts (json)",
        "added: due.task-missing (xml)",
    ]
    results = failed(("due.task-missing", "xml"))
    assert after.problems(results) == []
    assert after.unexplained(results) == [
        f"{after.path}: write a reason in lines 19-22; without one the violation is not accepted: "
        "due.task-missing (xml)"
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
    assert [found.what for found in load(path).entries] == [JSON]


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
    assert [found.what for found in load(path).entries] == [STATUS, XML]


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
            lambda what, outcome: result(*what, outcome), WHATS, st.sampled_from(list(Outcome))
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
    kept = [found for found in before.entries if found in after.entries]
    assert list(after.entries[: len(kept)]) == kept
    assert all(found.reason == "" for found in after.entries[len(kept) :])
    assert not any("delete" in line for line in after.problems(results))
    assert after.updated(results, level) is after
    assert between(after) == between(before) or not text


def between(baseline: Baseline) -> list[str]:
    """Return the comments that stand between entries."""
    within: Iterable[int] = [
        number for found in baseline.entries for number in range(found.first, found.last + 1)
    ]
    lines = enumerate(baseline.text.splitlines(), start=1)
    return [line.strip() for number, line in lines if number not in within and line.strip()]
