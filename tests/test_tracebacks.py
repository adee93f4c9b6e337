"""Of an exception, a report shows the last frames of the application, and the cause."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reseller_conformance.app_server.tracebacks import MAX_TEXT_CHARS, last_frames, named, place_of


def caught(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def outer() -> None:
    middle()


def middle() -> None:
    inner()


def inner() -> None:
    raise KeyError("rate")


def in_a_library() -> None:
    json.loads("{")


def chained() -> None:
    try:
        inner()
    except KeyError as error:
        raise ValueError("no price") from error


def unchained() -> None:
    try:
        inner()
    except KeyError:
        raise ValueError("no price") from None


def grouped() -> None:
    raise ExceptionGroup("tasks", [ExceptionGroup("more", [caught(inner)])])


def endless() -> None:
    endless()


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_the_last_frames_are_told_as_python_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    lines = last_frames(caught(outer)).splitlines()
    assert [line.split(" in ")[-1] for line in lines[::2]] == [
        "outer",
        "middle",
        "inner",
        "KeyError: 'rate'",
    ]
    assert lines[0].startswith('File "test_tracebacks.py", line ')
    assert lines[1] == "  middle()"


def test_frames_of_libraries_are_left_out_but_for_the_one_that_raised() -> None:
    lines = last_frames(caught(in_a_library)).splitlines()
    assert '  json.loads("{")' in lines
    assert 'json/decoder.py", line ' in lines[-3]
    assert sum("json/" in line for line in lines) == 1
    assert re.search(r"test_tracebacks\.py:\d+$", place_of(caught(in_a_library)))


def test_causes_are_named() -> None:
    lines = last_frames(caught(chained)).splitlines()
    assert lines[-2:] == ["ValueError: no price", "caused by KeyError: 'rate'"]
    assert "caused by" not in last_frames(caught(unchained))


def test_of_a_group_the_first_is_told() -> None:
    assert last_frames(caught(grouped)).endswith("KeyError: 'rate'")
    assert "in inner" in last_frames(caught(grouped))


def test_a_recursion_is_told_in_a_few_lines() -> None:
    lines = last_frames(caught(endless)).splitlines()
    assert len(lines) <= 9
    assert lines[-1].startswith("RecursionError")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("two\nlines"), "ValueError: two lines"),
        (ValueError(), "ValueError"),
        (ValueError("x" * MAX_TEXT_CHARS), f"ValueError: [{MAX_TEXT_CHARS + 12:,} characters]"),
        (UnspeakableError(), "test_tracebacks.UnspeakableError: <exception str() failed>"),
    ],
    ids=["lines", "bare", "long", "unspeakable"],
)
def test_an_exception_is_named_in_one_line(error: BaseException, text: str) -> None:
    assert named(error) == text


def test_an_exception_from_nowhere_has_no_place() -> None:
    assert place_of(ValueError()) == ""
    assert last_frames(ValueError("x")) == "ValueError: x"
